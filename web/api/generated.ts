/** Made by scripts/api-types.mjs of docs/spec/openapi.json. Answers gain members: go on without those you do not know. */
export type Tier = 'routine' | 'elevated' | 'high' | 'critical';
export type ProvenanceLevel = 'human' | 'unattributed' | 'suggestion' | 'assisted' | 'agent';
export type State = 'open' | 'signed' | 'passed' | 'landed' | 'refused';
export type SignDecision = 'approve' | 'approve_with_conditions' | 'changes' | 'cannot_judge';
export type Mode = 'observe' | 'warn' | 'enforce';
/** Codes are added, and none ever changes its meaning */
export type ReasonCode =
  | 'PASS'
  | 'SIGNOFF_MISSING'
  | 'RULE_APPLIES'
  | 'RULE_NOT_APPLICABLE'
  | 'RULE_UNKNOWN'
  | 'UNCOVERED'
  | 'FORBIDDEN'
  | 'EXCEPTION'
  | 'EXCEPTION_REFUSED'
  | 'DECLARATION_MISSING'
  | 'DECLARATION_FORBIDDEN'
  | 'MODE'
  | 'SAMPLED'
  | 'SOLO'
  | 'SEAT_UNFILLABLE'
  | 'POLICY_MISSING'
  | 'POLICY_INVALID'
  | 'POLICY_TEST'
  | 'ROSTER_MISSING'
  | 'ROSTER_INVALID'
  | 'OWNERS_INVALID'
  | 'TARGET_MISSING'
  | 'PROTECTED_FILES'
  | 'PROVENANCE'
  | 'PROVENANCE_STICKY'
  | 'PROVENANCE_CONTRADICTION'
  | 'EVIDENCE_UNREADABLE'
  | 'EXCLUSION_BY_HEADER'
  | 'FINDING'
  | 'NOT_ANALYSED'
  | 'HISTORY_STALE'
  | 'MODEL_INVALID'
  | 'READER_BUDGET'
  | 'READER_UNAVAILABLE'
  | 'TOO_LITTLE'
  | 'RISK_SCORE'
  | 'PLAN_INVALID'
  | 'SYSTEM_TOUCHED'
  | 'CONTENT_MISMATCH'
  | 'CONTENT_EMPTY'
  | 'CONTENT_SUBMODULE'
  | 'CONTENT_LFS'
  | 'CONTENT_DUPLICATE'
  | 'CONTENT_UNSEEN'
  | 'STALE_REWORK'
  | 'STALE_CONTEXT'
  | 'CARRY_INVALID'
  | 'CARRY_TIER'
  | 'INTERMEDIATE_UNSIGNED'
  | 'REF_DELETION'
  | 'REF_NON_FAST_FORWARD'
  | 'REF_RESERVED'
  | 'REF_SYMBOLIC'
  | 'REF_CHANGED'
  | 'PUSH_TOO_LARGE'
  | 'PUSHER_UNKNOWN'
  | 'PUSHER_FOREIGN'
  | 'REPOSITORY_UNKNOWN'
  | 'GATE_UNAVAILABLE'
  | 'GATE_REQUEST_INVALID'
  | 'NOT_PROTECTED'
  | 'TRUST_FORMAT'
  | 'TRUST_SIG'
  | 'TRUST_ROLLBACK'
  | 'TRUST_EXPIRED'
  | 'TRUST_DEMO'
  | 'BUNDLE_FORMAT'
  | 'SIG_FORMAT'
  | 'SIG_NAMESPACE'
  | 'SIG_ALG'
  | 'SIG_INVALID'
  | 'WA_CLIENTDATA'
  | 'WA_CHALLENGE'
  | 'WA_ORIGIN'
  | 'WA_CROSS_ORIGIN'
  | 'WA_RPID'
  | 'WA_UP'
  | 'WA_UV'
  | 'WA_BACKUP'
  | 'WA_COUNTER'
  | 'KEY_UNKNOWN'
  | 'KEY_NOT_YET_VALID'
  | 'KEY_EXPIRED'
  | 'KEY_REVOKED'
  | 'KEY_MODEL'
  | 'KEY_PLAIN'
  | 'ST_TYPE'
  | 'ST_REPO'
  | 'ST_REF'
  | 'ST_STAGE'
  | 'ST_DECISION'
  | 'ST_POLICY'
  | 'ST_TIER'
  | 'ST_EXPIRED'
  | 'ST_NONCE'
  | 'ST_DISPOSITION'
  | 'ST_CONDITIONS'
  | 'ST_UNCHECKED'
  | 'OWNERSHIP_MISSING'
  | 'OWNERSHIP_INVALID'
  | 'SOD_AUTHOR'
  | 'SOD_PUSHER'
  | 'SOD_PROMPTER'
  | 'SOD_OWNER'
  | 'SOD_UNRESOLVED'
  | 'QUORUM'
  | 'QUAL_LEVEL'
  | 'QUAL_SCOPE'
  | 'QUAL_STALE'
  | 'PERSON_UNKNOWN'
  | 'LOG_FORMAT'
  | 'LOG_ORIGIN'
  | 'LOG_SIG'
  | 'LOG_QUORUM'
  | 'WITNESS_UNAVAILABLE'
  | 'LOG_INCLUSION'
  | 'LOG_FORK'
  | 'LOG_DAMAGED'
  | 'STORE_UNAVAILABLE'
  | 'LOG_UNREACHABLE'
  | 'REV_REVOKED'
  | 'REV_CHANGES'
  | 'REV_STALE'
  | 'REV_MISSING'
  | 'VSA_INVALID'
  | 'ERASED'
  | 'BYPASS'
  | 'UNGATED'
  | 'REWRITTEN'
  | 'POLICY_CHANGED'
  | 'BG_APPROVERS'
  | 'BG_SCOPE'
  | 'BG_EXPIRED'
  | 'BG_OVERDUE'
  | 'BREAK_GLASS'
  | 'BG_FORBIDDEN'
  | 'BG_WAITING'
  | 'BG_CANCELLED'
  | 'BG_BUDGET'
  | 'BG_REASON'
  | 'BG_REVIEWER'
  | 'FORGE_UNAVAILABLE'
  | 'FORGE_REFUSED'
  | 'FORGE_EVENT'
  | 'OK'
  | 'USAGE'
  | 'METHOD_NOT_ALLOWED'
  | 'MEDIA_TYPE'
  | 'BODY_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'IDEMPOTENCY_KEY'
  | 'NOT_FOUND'
  | 'NOT_SIGNED_IN'
  | 'LOGIN_REFUSED'
  | 'LOGIN_STALE'
  | 'ROLE_MISSING'
  | 'DEMO_ONLY'
  | 'DATA_LOCKED'
  | 'DATA_INVALID'
  | 'GIT_FAILED'
  | 'INTERNAL';
export type DispositionKind = 'accepted' | 'mitigated' | 'mistaken';
export type Holds = 'true' | 'false' | 'unknown';
export type KeyKind = 'webauthn' | 'sk-ssh' | 'demo';
export type SignatureBody =
  | {
      readonly ticket: string;
      readonly assertion: {
        readonly credentialId: string;
        readonly authenticatorData: string;
        readonly clientDataJSON: string;
        readonly signature: string;
      };
    }
  | {
      readonly ticket: string;
      readonly demo: true;
    }
  | {
      readonly ticket: string;
      readonly sshsig: string;
    }
  | {
      readonly envelope: string;
    };
export type Outcome = 'justified' | 'unjustified' | 'tighten';
export type GlassKind = 'use' | 'cancel' | 'review';
export type GlassBody =
  | {
      readonly person?: string;
      readonly credential?: {
        readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
        readonly keyid?: string;
      };
      readonly kind: 'use';
      readonly reason: string;
      readonly incident: string;
    }
  | {
      readonly person?: string;
      readonly credential?: {
        readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
        readonly keyid?: string;
      };
      readonly kind: 'cancel';
      readonly reason: string;
    }
  | {
      readonly person?: string;
      readonly credential?: {
        readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
        readonly keyid?: string;
      };
      readonly kind: 'review';
      readonly outcome: 'justified' | 'unjustified' | 'tighten';
      readonly note: string;
    };
export type ReaderAnswer =
  | {
      readonly state: 'off';
    }
  | {
      readonly state: 'reading';
      readonly model: string;
    }
  | {
      readonly state: 'failed';
      readonly model: string;
      readonly why: string;
    }
  | {
      readonly state: 'read';
      readonly model: string;
      readonly notes: readonly ReaderNote[];
      /** files it did not see whole */
      readonly left: readonly string[];
      readonly tokens: number;
    };
/** What the log took of who may sign */
export type AuthorityTaken =
  | {
      readonly index: number;
      readonly digest: string;
      readonly entry: string;
      readonly proof: string | null;
      readonly type: 'enrolment';
      readonly person: string;
      readonly keyid: string;
    }
  | {
      readonly index: number;
      readonly digest: string;
      readonly entry: string;
      readonly proof: string | null;
      readonly type: 'roster';
      readonly person: string;
      readonly action: string;
    }
  | {
      readonly index: number;
      readonly digest: string;
      readonly entry: string;
      readonly proof: string | null;
      readonly type: 'erasure';
      readonly bodies: readonly string[];
    }
  | {
      readonly index: number;
      readonly digest: string;
      readonly entry: string;
      readonly proof: string | null;
      readonly type: 'revocation';
      readonly of: string;
    };

/** Every operation by its method and its path behind `/api/v1` */
export interface Api {
  /** This document */
  readonly 'GET /openapi.json': {
    readonly answer: OpenApi;
  };
  /** Who is signed in */
  readonly 'GET /session': {
    readonly answer: Session;
  };
  /** Sign out */
  readonly 'DELETE /session': {
    readonly answer: Session;
  };
  /** Act as somebody, in demo data only */
  readonly 'POST /session/act-as': {
    readonly body: {
      readonly person: string;
    };
    readonly answer: Session;
  };
  /** A challenge to sign in with */
  readonly 'POST /session/passkey/begin': {
    readonly body: {
      readonly person?: string;
    };
    readonly answer: Challenge;
  };
  /** Sign in */
  readonly 'POST /session/passkey': {
    readonly body: Assertion;
    readonly answer: Session;
  };
  /** A ticket to sign in with a security key of the terminal: docs/spec/sign-in.md */
  readonly 'POST /session/key/begin': {
    readonly body: Record<string, never>;
    readonly answer: KeyTicket;
  };
  /** Sign in with it */
  readonly 'POST /session/key': {
    readonly body: {
      readonly sshsig: string;
    };
    readonly answer: Session;
  };
  readonly 'GET /session/oidc': Record<string, never>;
  readonly 'GET /session/oidc/callback': Record<string, never>;
  /** End the sessions and tokens of somebody */
  readonly 'POST /session/end-all': {
    readonly body: {
      readonly person: string;
    };
    readonly answer: Ended;
  };
  /** API tokens of whoever asks */
  readonly 'GET /tokens': {
    readonly answer: Tokens;
  };
  /** Make one; its secret is shown once */
  readonly 'POST /tokens': {
    readonly body: TokenBody;
    readonly answer: NewToken;
  };
  /** End one */
  readonly 'DELETE /tokens/{id}': {
    readonly answer: TokenEnded;
  };
  /** A challenge to enrol a passkey with */
  readonly 'POST /enrolments/begin': {
    readonly body: Record<string, never>;
    readonly answer: EnrolmentBegin;
  };
  /** Enrol a passkey */
  readonly 'POST /enrolments': {
    readonly body: Registration;
    readonly answer: Enrolled | Proposed;
  };
  /** Enrol a security key of the terminal */
  readonly 'POST /enrolments/ssh-key': {
    readonly body: SshKey;
    readonly answer: Enrolled | Proposed;
  };
  /** Changes, the latest first */
  readonly 'GET /changes': {
    readonly answer: ChangesPage;
  };
  /** What happens to changes, as it happens: docs/spec/events.md */
  readonly 'GET /changes/events': {
    readonly answer: string;
  };
  /** A change: what is asked, by which rule, what was found, who signed */
  readonly 'GET /changes/{id}': {
    readonly answer: Dossier;
  };
  /** The evidence, for an offline verifier */
  readonly 'GET /changes/{id}/bundle': {
    readonly answer: Bundle;
  };
  /** What the gate signed of its landing */
  readonly 'GET /changes/{id}/vsa': {
    readonly answer: Envelope | SigstoreBundle;
  };
  /** The bytes of a sign-off */
  readonly 'POST /changes/{id}/signoffs/prepare': {
    readonly body: PrepareBody;
    readonly answer: Prepared;
  };
  /** Sign off */
  readonly 'POST /changes/{id}/signoffs': {
    readonly body: SignatureBody;
    readonly answer: Receipt;
  };
  /** The bytes of the author's own word */
  readonly 'POST /changes/{id}/ownership/prepare': {
    readonly body: OwnBody;
    readonly answer: Prepared;
  };
  /** Say it */
  readonly 'POST /changes/{id}/ownership': {
    readonly body: SignatureBody;
    readonly answer: OwnReceipt;
  };
  /** How break-glass stands with a change */
  readonly 'GET /changes/{id}/break-glass': {
    readonly answer: Glass;
  };
  /** Sign it */
  readonly 'POST /changes/{id}/break-glass': {
    readonly body: SignatureBody;
    readonly answer: GlassReceipt;
  };
  /** The bytes of a use, a taking back or a review */
  readonly 'POST /changes/{id}/break-glass/prepare': {
    readonly body: GlassBody;
    readonly answer: Prepared;
  };
  /** Questions of a language model, where one reads for reviewers */
  readonly 'GET /changes/{id}/reader': {
    readonly answer: ReaderAnswer;
  };
  /** What came past a gate, the newest first: who answers, by when, what settles it */
  readonly 'GET /violations': {
    readonly answer: ViolationsPage;
  };
  /** The roster, with enrolled keys */
  readonly 'GET /people': {
    readonly answer: People;
  };
  /** What gates that only watch would have denied */
  readonly 'GET /modes/watched': {
    readonly answer: Ramp;
  };
  /** Work for later: what waits, what is being done, what was given up and why */
  readonly 'GET /jobs': {
    readonly answer: JobsPage;
  };
  /** Begin a job at once, with all its tries */
  readonly 'POST /jobs/{id}/retry': {
    readonly body: Record<string, never>;
    readonly answer: JobRetried;
  };
  /** Throw a job away */
  readonly 'DELETE /jobs/{id}': {
    readonly answer: JobDropped;
  };
  /** Who is told of what the log records */
  readonly 'GET /webhooks': {
    readonly answer: Webhooks;
  };
  /** Tell somebody; the secret is shown once */
  readonly 'POST /webhooks': {
    readonly body: WebhookBody;
    readonly answer: NewWebhook;
  };
  /** Tell them no more */
  readonly 'DELETE /webhooks/{id}': {
    readonly answer: WebhookDeleted;
  };
  /** A new secret, shown once; the old one signs beside it for a while */
  readonly 'POST /webhooks/{id}/rotate': {
    readonly body: {
      readonly overlapHours?: number;
    };
    readonly answer: NewWebhook;
  };
  /** Tell events of these entries again */
  readonly 'POST /webhooks/{id}/replay': {
    readonly body: {
      readonly from: number;
      readonly to: number;
    };
    readonly answer: WebhookTold;
  };
  /** What trustees signed about who may sign */
  readonly 'POST /authority': {
    readonly body: {
      readonly envelope: string;
    };
    readonly answer: AuthorityTaken;
  };
  /** The one question of every gate: docs/spec/gate.md */
  readonly 'POST /gate/check': {
    readonly body: GateQuestion;
    readonly answer: GateAnswer;
  };
  /** Entries of the log */
  readonly 'GET /ledger': {
    readonly answer: LedgerPage;
  };
  /** The newest checkpoint, a signed note */
  readonly 'GET /ledger/checkpoint': {
    readonly answer: string;
  };
  /** The checkpoint of this size, and who cosigned it */
  readonly 'GET /ledger/sizes/{size}': {
    readonly answer: KnownSize;
  };
  /** The proof of an entry */
  readonly 'GET /ledger/proof/{index}': {
    readonly answer: string;
  };
  /** The trust bundle */
  readonly 'GET /trust': {
    readonly answer: Trust;
  };
}
/** OpenAPI 3.1 */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: {
    readonly [k: string]: unknown;
  };
  readonly paths: {
    readonly [k: string]: unknown;
  };
  readonly components: {
    readonly [k: string]: unknown;
  };
  readonly [k: string]: unknown;
}
export interface Session {
  readonly person: Named | null;
  readonly via: ('demo' | 'passkey' | 'key' | 'oidc' | 'token') | null;
  readonly roles: readonly ('engineer' | 'reviewer' | 'policy-owner' | 'auditor' | 'administrator')[];
  /** until when this sign-in is fresh enough to sign with; null: it is not */
  readonly fresh: string | null;
  readonly demo: boolean;
  /** whom one may act as; empty outside demo data */
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    /** of the ladder; empty where the roster knows nobody of this id */
    readonly level: string;
    readonly teams: readonly string[];
    readonly keys: number;
  }[];
  /** the identity provider, as its button calls it; null: there is none */
  readonly oidc: string | null;
  readonly organisation: string;
  readonly rpId: string;
}
export interface Named {
  readonly id: string;
  readonly name: string;
  /** of the ladder; empty where the roster knows nobody of this id */
  readonly level: string;
}
export interface Challenge {
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials: readonly string[];
}
export interface Assertion {
  readonly credentialId: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
}
/** Signed by a security key of the terminal */
export interface KeyTicket {
  readonly ticket: string;
  readonly origin: string;
}
export interface Ended {
  readonly sessions: number;
  readonly tokens: number;
}
export interface Tokens {
  readonly items: readonly Token[];
}
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly scopes: readonly ('read' | 'request' | 'gate' | 'push')[];
  readonly created: string;
  readonly until: string;
}
export interface TokenBody {
  readonly name: string;
  readonly scopes: readonly ('read' | 'gate' | 'push')[];
  readonly days: number;
  readonly account?: string;
}
export interface NewToken {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly scopes: readonly ('read' | 'request' | 'gate' | 'push')[];
  readonly created: string;
  readonly until: string;
  /** shown this once */
  readonly secret: string;
}
export interface TokenEnded {
  readonly ended: string;
}
export interface EnrolmentBegin {
  readonly challenge: string;
  readonly rpId: string;
  readonly organisation: string;
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly displayName: string;
  };
  readonly excludeCredentials: readonly string[];
}
export interface Registration {
  readonly credentialId: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly authenticatorData: string;
  readonly transports: readonly string[];
  readonly expires?: string;
}
/** In demo data: the labelled founders signed at once */
export interface Enrolled {
  readonly index: number;
  readonly digest: string;
  readonly entry: string;
  readonly proof: string | null;
  readonly keyid: string;
  readonly cosigners: readonly string[];
}
/** Everywhere else: the statement that trustees read and sign */
export interface Proposed {
  readonly person: string;
  readonly keyid: string;
  readonly proposal: string;
}
export interface SshKey {
  readonly publicKey: string;
  readonly attestation?: {
    readonly record: string;
    readonly challenge: string;
  };
  readonly expires?: string;
}
export interface ChangesPage {
  readonly items: readonly QueueItem[];
  /** cursor of the next page; null: there is none */
  readonly next: string | null;
}
export interface QueueItem {
  readonly id: string;
  readonly repo: string;
  readonly targetRef: string;
  readonly title: string;
  readonly summary: string;
  readonly tier: Tier;
  readonly provenance: ProvenanceLevel;
  readonly author: string;
  readonly pusher: string | null;
  /** milliseconds since 1970 */
  readonly createdAt: number;
  readonly state: State;
  readonly seats: readonly {
    readonly rule: string;
    readonly humans: number;
    readonly level: string | null;
    readonly candidates: readonly Named[];
  }[];
  /** how many */
  readonly findings: number;
  /** each person's latest word, while the change has not landed */
  readonly words: readonly {
    readonly signer: Named;
    readonly decision: SignDecision;
    readonly conditions: readonly string[];
  }[];
}
export interface Dossier {
  readonly id: string;
  readonly state: State;
  readonly title: string;
  /** milliseconds since 1970 */
  readonly createdAt: number;
  readonly pusher: string | null;
  readonly decision: Decision;
  readonly people: {
    readonly [k: string]: Named;
  };
  /** candidates an identity provider keeps from signing it */
  readonly held: readonly string[];
  readonly questions: readonly Question[];
  readonly files: readonly ChangedFile[];
  /** the oldest first */
  readonly commits: readonly Commit[];
  /** the oldest first; a person's latest word counts */
  readonly signoffs: readonly Signoff[];
  /** digest of exactly what this answer shows; it goes into the signed statement */
  readonly presented: string;
  readonly ownership: Ownership;
  readonly mine: {
    readonly canSign: boolean;
    readonly why: string;
    /** what moved since they signed an earlier form, in words; null: they did not, or signed exactly this */
    readonly since: string | null;
  };
}
/** What policy requires of a change */
export interface Decision {
  readonly version: 1;
  readonly change: {
    readonly repo: string;
    readonly targetRef: string;
    readonly base: string | null;
    readonly mergeBase: string | null;
    readonly head: string;
    readonly headTree: string;
    readonly alg: string;
    readonly manifest: string;
    readonly manifest256: string;
    readonly paths: readonly string[];
    readonly commits: readonly string[];
  };
  readonly outcome: 'pass' | 'signoff' | 'refused';
  readonly mode: Mode;
  readonly sampled: boolean;
  /** milliseconds after which one person signs their own change; null: nobody may */
  readonly soloAfter: number | null;
  /** milliseconds; null: not said */
  readonly terms: {
    readonly ttl: number | null;
    readonly sla: number | null;
  };
  readonly authenticators?: {
    readonly synced: 'none' | 'elevated' | 'high';
    readonly attestedFrom: Tier | null;
    readonly coolDown: number | null;
  };
  readonly rules: readonly RuleSaid[];
  /** what would happen if this lands */
  readonly summary: string;
  /** what is asked before it may land */
  readonly asked: string;
  readonly tier: Tier;
  readonly score: Score | null;
  readonly provenance: Provenance;
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly {
    readonly path: string;
    readonly why: string;
  }[];
  readonly systems: readonly TouchedSystem[];
  readonly seats: readonly Seat[];
  /** null: the author need not speak */
  readonly ownership: {
    /** rules, and the terms of the whole */
    readonly by: readonly string[];
    /** whose word counts, any one of them */
    readonly owners: readonly string[];
  } | null;
  readonly excluded: readonly {
    readonly person: string;
    readonly roles: readonly ('author' | 'committer' | 'co-author' | 'pusher' | 'prompter' | 'agent-owner' | 'token-owner' | 'deploy-starter')[];
  }[];
  readonly unresolved: readonly {
    readonly role: 'author' | 'committer' | 'co-author' | 'pusher' | 'prompter' | 'agent-owner' | 'token-owner' | 'deploy-starter';
    readonly identity: string;
    readonly person: string | null;
    readonly agent: string | null;
    readonly claimed?: boolean;
  }[];
  readonly refusals: readonly Refusal[];
  readonly reasons: Reason;
  readonly policyDigest: string;
  readonly rosterDigest: string;
  readonly factsDigest: string;
}
export interface RuleSaid {
  readonly id: string;
  readonly layer: string;
  readonly state: 'asks' | 'may-ask' | 'waived' | 'covers' | 'silent';
  readonly files: number;
  readonly onChange: {
    readonly 'no-change'?: 'keep' | 'recheck' | 'revoke';
    readonly message?: 'keep' | 'recheck' | 'revoke';
    readonly 'trivial-rebase'?: 'keep' | 'recheck' | 'revoke';
    readonly 'context-moved'?: 'keep' | 'recheck' | 'revoke';
    readonly rework?: 'keep' | 'recheck' | 'revoke';
  };
  readonly queue: string | null;
  readonly escalate: readonly string[];
}
/** How likely it is reverted within 30 days, as far as history tells */
export interface Score {
  readonly probability: number;
  readonly percentile: number;
  readonly reasons: readonly {
    readonly group: 'size' | 'files' | 'author' | 'reverts' | 'message' | 'words' | 'time' | 'kinds';
    readonly text: string;
  }[];
  readonly model: string;
}
/** What is known of AI assistance; no marker is `unattributed`, never `human` */
export interface Provenance {
  readonly catalogue?: number;
  readonly level: ProvenanceLevel;
  readonly evidence: readonly ProvenanceEvidence[];
  readonly declarations: readonly {
    readonly commit: string;
    readonly value: string;
  }[];
  readonly contradictions: readonly string[];
  readonly unknown?: readonly {
    readonly account: string;
    readonly slot: 'author' | 'committer' | 'trailer' | 'line' | 'prose' | 'subject' | 'ref' | 'branch' | 'pr-author' | 'pr-body' | 'note' | 'pusher' | 'sticky';
    readonly commit: string;
  }[];
  readonly lines?: {
    readonly ai: number;
    readonly added: number;
    readonly removed: number;
    readonly proven: boolean;
  };
  readonly marks?: readonly LineMark[];
}
export interface ProvenanceEvidence {
  readonly rule: string;
  readonly slot: 'author' | 'committer' | 'trailer' | 'line' | 'prose' | 'subject' | 'ref' | 'branch' | 'pr-author' | 'pr-body' | 'note' | 'pusher' | 'sticky';
  readonly tool: string;
  readonly model?: string;
  readonly level: ProvenanceLevel;
  /** 5 sworn by the transport or forge, 4 signed by a managed recorder, 3 an unsigned record, 2 a trailer, 1 a hint */
  readonly trust: 1 | 2 | 3 | 4 | 5;
  readonly commit?: string;
  readonly line?: number;
  /** the matched text, at most 200 characters */
  readonly matched: string;
}
/** Lines one hand made, by records; `base`: lines of the old file */
export interface LineMark {
  readonly path: string;
  readonly side: 'head' | 'base';
  readonly start: number;
  readonly end: number;
  readonly by: 'ai' | 'human';
  readonly tool: string;
  readonly model?: string;
  readonly session?: string;
  /** 5 sworn by the transport or forge, 4 signed by a managed recorder, 3 an unsigned record, 2 a trailer, 1 a hint */
  readonly trust: 1 | 2 | 3 | 4 | 5;
}
/** What a detector saw */
export interface Finding {
  /** such as `TF102`: stable, never reused */
  readonly rule: string;
  readonly slug: string;
  readonly version: number;
  readonly severity: Tier;
  readonly confidence: 'exact' | 'inferred' | 'heuristic';
  readonly place: {
    readonly path: string;
    readonly side: 'base' | 'head' | 'plan';
    readonly line?: number;
    readonly object?: string;
  };
  /** what happens in production if this lands */
  readonly what: string;
  /** facts it rests on, by name */
  readonly because: readonly (readonly [string, string])[];
  readonly safeIf: readonly string[];
}
export interface TouchedSystem {
  readonly id: string;
  readonly name: string;
  readonly criticality: number;
  readonly dependents: readonly string[];
  readonly invariants: readonly string[];
}
export interface Seat {
  readonly rule: string;
  /** ids of every rule it answers, its own included */
  readonly answers: readonly string[];
  readonly humans: number;
  /** the lowest that fills it; null: any */
  readonly level: string | null;
  readonly domains: readonly string[];
  readonly teams: readonly string[];
  readonly people: readonly string[];
  readonly distinctTeams: number;
  readonly standsFor: {
    readonly [k: string]: readonly string[];
  };
  readonly not: readonly ('manager' | 'report' | 'same-team')[];
  readonly stage: 'intent' | 'implementation' | 'deploy';
  readonly presence: 'passkey' | 'hardware';
  /** who could fill it now */
  readonly candidates: readonly string[];
}
export interface Refusal {
  readonly code: ReasonCode;
  readonly text: string;
  readonly remedy?: string;
}
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
  readonly state: 'yes' | 'no' | 'unknown' | 'note';
  readonly children: readonly Reason[];
}
export interface Question {
  readonly id: string;
  readonly text: string;
  readonly required: boolean;
}
export interface ChangedFile {
  readonly path: string;
  readonly status: 'A' | 'D' | 'M' | 'T';
  readonly oldMode: string;
  readonly newMode: string;
  readonly binary: boolean;
  /** whole; empty where this side is absent or not shown */
  readonly oldText: string;
  /** whole; empty where this side is absent or not shown */
  readonly newText: string;
  /** what could not be shown; empty where the whole file is there */
  readonly note: string;
}
export interface Commit {
  readonly id: string;
  readonly author: string;
  /** the beginning of it */
  readonly message: string;
}
export interface Signoff {
  readonly index: number;
  readonly signer: Named;
  readonly decision: SignDecision;
  /** milliseconds since 1970 */
  readonly at: number;
  /** null where the bytes can no longer be read */
  readonly said: Said | null;
}
/** What the signed bytes say, to be read and not to be relied on */
export interface Said {
  readonly sentence: string;
  readonly conditions: readonly string[];
  readonly dispositions: readonly Disposition[];
  readonly notChecked: string;
  readonly assumptions: readonly Assumption[];
  readonly answers: readonly {
    readonly question: string;
    readonly answer: string;
  }[];
  readonly filesViewed: number;
  readonly filesTotal: number;
}
export interface Disposition {
  readonly finding: string;
  readonly disposition: DispositionKind;
  readonly note: string;
}
export interface Assumption {
  readonly text: string;
  readonly holds: Holds;
}
/** The author's own word */
export interface Ownership {
  /** null: policy does not ask */
  readonly asked: {
    /** rules, and the terms of the whole */
    readonly by: readonly string[];
    /** whose word counts, any one of them */
    readonly owners: readonly string[];
  } | null;
  readonly settled: boolean;
  /** the newest first */
  readonly given: readonly {
    readonly index: number;
    readonly author: string;
    /** milliseconds since 1970 */
    readonly at: number;
    /** not empty: it does not count, and why */
    readonly problems: readonly Fault[];
    readonly said: {
      readonly statement: string;
      readonly read: {
        readonly files: number;
        readonly filesTotal: number;
      };
      readonly ran: readonly string[];
      readonly notUnderstood: readonly string[];
      readonly assumptions: readonly Assumption[];
    } | null;
  }[];
  readonly mine: {
    readonly canOwn: boolean;
    readonly why: string;
  };
}
export interface Fault {
  readonly code: ReasonCode;
  readonly message: string;
  readonly place?: string;
  readonly remedy?: string;
  readonly excerpt?: string;
}
/** The evidence of one change, for an offline verifier */
export interface Bundle {
  readonly mediaType: 'application/vnd.countersign.bundle.v1+json';
  readonly signoffs: readonly LoggedParts[];
  readonly landed?: LoggedParts;
  readonly carries?: readonly LoggedParts[];
  readonly ownership?: readonly LoggedParts[];
  readonly gate?: LoggedParts;
  readonly glass?: readonly LoggedParts[];
  readonly snapshot?: {
    readonly note: string;
    readonly later: readonly {
      readonly index: number;
      readonly entry: string;
      readonly envelope: string;
    }[];
  };
}
export interface LoggedParts {
  readonly envelope: string;
  readonly entry: string;
  /** tlog-proof */
  readonly proof: string;
}
/** DSSE v1.0, to the byte as it was logged */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly {
    readonly keyid?: string;
    readonly sig: string;
  }[];
}
/** The same, as other tools read it */
export interface SigstoreBundle {
  readonly mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json';
  readonly verificationMaterial: {
    readonly publicKey: {
      readonly hint: string;
    };
  };
  readonly dsseEnvelope: Envelope;
}
export interface PrepareBody {
  readonly person?: string;
  readonly decision: 'approve' | 'approve_with_conditions' | 'changes' | 'cannot_judge';
  readonly dispositions: readonly {
    readonly finding: string;
    readonly disposition: 'accepted' | 'mitigated' | 'mistaken';
    readonly note: string;
  }[];
  readonly notChecked: string;
  readonly answers: readonly {
    readonly question: string;
    readonly answer: string;
  }[];
  readonly assumptions: readonly {
    readonly text: string;
    readonly holds: 'true' | 'false' | 'unknown';
  }[];
  readonly conditions: readonly string[];
  readonly review: {
    readonly openedAt: string;
    readonly activeSeconds: number;
    readonly filesViewed: number;
    readonly filesTotal: number;
  };
  readonly presented: string;
  readonly credential?: {
    readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
    readonly keyid?: string;
  };
}
export interface Prepared {
  /** what signing says, word for word */
  readonly sentence: string;
  /** the statement, sealed: sent back with the signature, to any server of the installation; used once, within 15 minutes */
  readonly ticket: string;
  /** fingerprint of the statement */
  readonly words: readonly string[];
  /** base64url: what a passkey is asked to sign */
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials: readonly string[];
  readonly demoAuthenticator: boolean;
  /** other kinds of key this person could sign with */
  readonly otherwise: readonly KeyKind[];
  /** the exact bytes to be signed */
  readonly statement: string;
}
export interface Receipt {
  readonly index: number;
  readonly digest: string;
  readonly receipt: SignedReceipt | null;
  /** every seat is filled: the same push passes now */
  readonly complete: boolean;
  /** what is still missing; empty when complete */
  readonly missing: string;
}
/** Kept by whoever signed */
export interface SignedReceipt {
  readonly mediaType: 'application/vnd.countersign.receipt.v1+json';
  readonly index: number;
  readonly leaf: string;
  readonly digest: string;
  readonly words: readonly string[];
  readonly envelope: string;
  readonly entry: string;
  readonly proof: string;
}
export interface OwnBody {
  readonly person?: string;
  readonly credential?: {
    readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
    readonly keyid?: string;
  };
  readonly filesRead: number;
  readonly ran: readonly string[];
  readonly notUnderstood: readonly string[];
  readonly assumptions: readonly {
    readonly text: string;
    readonly holds: 'true' | 'false' | 'unknown';
  }[];
}
export interface OwnReceipt {
  readonly index: number;
  readonly digest: string;
  readonly receipt: SignedReceipt | null;
}
export interface Glass {
  /** null: policy offers none */
  readonly terms: GlassTerms | null;
  /** not spent, expired or taken back */
  readonly uses: readonly {
    readonly person: string;
    readonly reason: string;
    readonly incident: string;
    /** milliseconds since 1970 */
    readonly at: number;
    readonly expires: string;
    readonly problems: readonly Fault[];
  }[];
  /** what a push would meet now; null where nobody has used it */
  readonly stands: {
    readonly answer: 'allowed' | 'waiting' | 'denied';
    readonly until: number | null;
    readonly missing: string;
  } | null;
  /** how it landed, where it did by break-glass */
  readonly act: {
    readonly change: string;
    readonly repo: string;
    readonly paths: readonly string[] | null;
    readonly people: readonly string[];
    readonly uses: readonly string[];
    /** milliseconds since 1970 */
    readonly landedAt: number;
    /** milliseconds since 1970 */
    readonly due: number;
    readonly reviewLevel: string;
    readonly overdue: boolean;
    readonly reviews: readonly {
      readonly person: string;
      readonly outcome: Outcome;
      readonly note: string;
      /** milliseconds since 1970 */
      readonly at: number;
    }[];
    readonly said: readonly {
      readonly person: string;
      readonly reason: string;
      readonly incident: string;
    }[];
  } | null;
  /** whether whoever asks may say such a thing */
  readonly mine: {
    readonly use: {
      readonly can: boolean;
      readonly why: string;
    };
    readonly cancel: {
      readonly can: boolean;
      readonly why: string;
    };
    readonly review: {
      readonly can: boolean;
      readonly why: string;
    };
  };
  readonly people: {
    readonly [k: string]: Named;
  };
}
/** Lengths of time in milliseconds */
export interface GlassTerms {
  readonly humans: number;
  readonly level: string;
  readonly aloneAfter: number | null;
  readonly expires: number;
  readonly reviewWithin: number;
  readonly reviewLevel: string;
  readonly perMonth: number | null;
}
export interface GlassReceipt {
  readonly index: number;
  readonly digest: string;
  readonly kind: GlassKind;
  readonly stands: {
    readonly answer: 'allowed' | 'waiting' | 'denied';
    readonly until: number | null;
  } | null;
  readonly missing: string;
}
export interface ReaderNote {
  readonly text: string;
  readonly path: string | null;
  readonly line: number | null;
}
export interface ViolationsPage {
  readonly items: readonly Violation[];
  /** cursor of the next page; null: there is none */
  readonly next: string | null;
}
export interface Violation {
  readonly entry: number;
  readonly kind: 'astray' | 'unjustified' | 'unattended' | 'unchained' | 'rewritten' | 'erased';
  readonly repo: string;
  readonly ref: string;
  /** where the ref stood; of what is gone the last of it */
  readonly from: string | null;
  /** where it was found; zeros: nowhere */
  readonly to: string;
  /** what would have to be signed */
  readonly change: string | null;
  readonly code: ReasonCode;
  readonly commits: number | null;
  readonly tier: Tier;
  /** false: nobody weighed it yet, and so it counts as critical */
  readonly weighed: boolean;
  readonly owner: {
    /** owners of the systems it touches, or whoever owns the policy */
    readonly by: 'systems' | 'policy' | 'nobody';
    readonly teams: readonly string[];
    readonly people: readonly string[];
  };
  readonly found: string;
  readonly due: string;
  readonly state: 'open' | 'answered';
  readonly overdue: boolean;
  /** what settled it; null: nothing has */
  readonly settled: {
    readonly by: 'signed' | 'reverted' | 'landed-again' | 'put-back';
    readonly entry: number | null;
    readonly time: string | null;
  } | null;
  readonly remedy: string;
}
export interface People {
  readonly items: readonly {
    readonly id: string;
    readonly name: string;
    /** of the ladder; empty where the roster knows nobody of this id */
    readonly level: string;
    readonly teams: readonly string[];
    readonly domains: readonly string[];
    readonly keys: readonly {
      readonly keyid: string;
      readonly kind: KeyKind;
      /** milliseconds since 1970 */
      readonly since: number;
    }[];
  }[];
  readonly agents: readonly {
    readonly id: string;
    readonly owner: string;
  }[];
}
export interface Ramp {
  readonly version: 1;
  readonly changes: number;
  readonly denied: number;
  readonly weeks: readonly {
    readonly week: string;
    readonly changes: number;
    readonly denied: number;
  }[];
  readonly repositories: readonly {
    readonly repo: string;
    readonly ref: string;
    readonly mode: string;
    readonly changes: number;
    readonly denied: number;
  }[];
  readonly codes: readonly {
    readonly code: string;
    readonly changes: number;
  }[];
}
export interface JobsPage {
  readonly items: readonly Job[];
  readonly next: string | null;
  readonly counts: {
    readonly waiting: number;
    readonly held: number;
    readonly dead: number;
  };
}
export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly state: 'waiting' | 'held' | 'dead';
  /** what its handler is told, by its kind */
  readonly body: unknown;
  readonly entry: number | null;
  readonly attempts: number;
  readonly tries: number;
  readonly error: string | null;
  readonly due: string | null;
  readonly created: string;
}
export interface JobRetried {
  readonly id: string;
  readonly retried: true;
}
export interface JobDropped {
  readonly id: string;
  readonly dropped: true;
}
export interface Webhooks {
  readonly items: readonly Webhook[];
}
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly ('change.decided' | 'signoff.asked' | 'change.signed' | 'change.landed' | 'violation.opened' | 'break-glass.used')[];
  readonly since: number;
  readonly created: string;
  readonly by: string;
  /** until then the secret before signs too */
  readonly oldSecretUntil: string | null;
  /** how the last call ended */
  readonly last: {
    readonly at: string;
    readonly said: string;
  } | null;
}
export interface WebhookBody {
  readonly url: string;
  readonly events: readonly ('change.decided' | 'signoff.asked' | 'change.signed' | 'change.landed' | 'violation.opened' | 'break-glass.used')[];
}
/** How calls are signed with it */
export interface NewWebhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly ('change.decided' | 'signoff.asked' | 'change.signed' | 'change.landed' | 'violation.opened' | 'break-glass.used')[];
  readonly since: number;
  readonly created: string;
  readonly by: string;
  /** until then the secret before signs too */
  readonly oldSecretUntil: string | null;
  /** how the last call ended */
  readonly last: {
    readonly at: string;
    readonly said: string;
  } | null;
  /** shown this once */
  readonly secret: string;
}
export interface WebhookDeleted {
  readonly id: string;
  readonly deleted: true;
}
export interface WebhookTold {
  readonly id: string;
  readonly told: number;
}
export interface GateQuestion {
  readonly subject: {
    readonly repo: string;
    readonly target_ref: string;
    readonly base: string;
    readonly head: string;
    readonly head_tree?: string;
    readonly manifest?: {
      readonly alg: 'git-diff-tree-raw-z/sha256' | 'git-diff-tree-raw-z/sha256;object-format=sha256';
      readonly sha256: string;
    };
    readonly artifact_digests?: readonly string[];
  };
  readonly environment?: string;
  readonly gate: 'push' | 'merge' | 'plan' | 'apply' | 'admission' | 'promote' | 'deploy';
  readonly plan_digest?: string;
  readonly caller?: {
    readonly adapter?: string;
    readonly delivery_id?: string;
    readonly deadline?: string;
  };
}
/** What every gate is answered */
export interface GateAnswer {
  readonly verdict: 'allow' | 'wait' | 'deny';
  readonly verdict_id: string;
  readonly policy_digest: string | null;
  readonly reasons: readonly GateReason[];
  readonly signoff_url: string | null;
  readonly evidence_bundle_url: string | null;
  /** seconds */
  readonly retry_after: number | null;
  readonly valid_until: string | null;
}
export interface GateReason {
  readonly code: ReasonCode;
  readonly text: string;
  readonly rule?: string;
  readonly need?: {
    readonly humans: number;
    readonly level: string | null;
    readonly domains: readonly string[];
  };
}
export interface LedgerPage {
  readonly size: number;
  readonly vkey: string;
  /** with the cosignatures of witnesses under it, as far as they are there */
  readonly checkpoint: string;
  /** null: no witnesses are configured, and nothing is ever proven */
  readonly witnesses: Witnessed | null;
  readonly entries: readonly LedgerEntry[];
}
/** How far witnesses have seen the log */
export interface Witnessed {
  readonly policy: string | null;
  /** in words, such as `2 of a, b, c`; null: the policy asks nobody */
  readonly quorum: string | null;
  readonly proven: {
    readonly size: number;
    readonly at: string;
    readonly by: readonly {
      readonly witness: string;
      readonly at: string;
    }[];
  } | null;
  readonly fork: {
    readonly code: ReasonCode;
    readonly message: string;
  } | null;
  readonly standings: readonly {
    readonly name: string;
    readonly size: number;
    readonly problem: {
      readonly code: ReasonCode;
      readonly message: string;
    } | null;
  }[];
}
/** `text`: the exact leaf; `digest`: of the body it names */
export interface LedgerEntry {
  readonly index: number;
  readonly type: string;
  readonly time: string;
  readonly digest: string;
  readonly text: string;
  readonly proven: boolean;
}
export interface KnownSize {
  readonly size: number;
  readonly checkpoint: string;
  readonly proven: {
    readonly at: string;
    readonly by: readonly {
      readonly witness: string;
      readonly at: string;
    }[];
  } | null;
}
/** What a verifier trusts; carry it by another road than the evidence */
export interface Trust {
  readonly mediaType: 'application/vnd.countersign.trust.v2+json';
  readonly logKeys: readonly string[];
  readonly rotations?: readonly number[];
  readonly ladder: readonly string[];
  readonly size: number;
  readonly genesis: {
    readonly entry: string;
    readonly body: string;
  };
  readonly authority: readonly {
    readonly index: number;
    readonly entry: string;
    readonly envelope: string;
  }[];
  /** a C2SP tlog-policy; null: nobody is asked for */
  readonly witnesses: string | null;
  readonly gates: readonly {
    readonly id: string;
    readonly key: string;
  }[];
  readonly expires?: number;
  readonly authenticators?: {
    readonly roots: readonly string[];
    readonly models?: readonly string[];
  };
}
export interface Problem {
  readonly type: string;
  readonly code: ReasonCode;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly remedy: string;
  readonly requestId: string;
  readonly place?: string;
  readonly problems: readonly Fault[];
}
