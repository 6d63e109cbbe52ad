/**
 * Building a sign-off statement from what was decided, shown and said. Member order is
 * fixed by the code below; the bytes are made once by `statementBytes`, signed, and from then on only those bytes travel.
 */
import { utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import type { Oid } from '../change/change.ts';
import type { Decision } from '../policy/decision.ts';
import type { Tier } from '../risk/risk.ts';
import type { PersonId } from '../roster/roster.ts';
import {
  type Assumption,
  type ContextItem,
  type Credential,
  type Disposition,
  NAMES,
  type SignoffDecision,
  type SignoffPredicate,
  type Stage,
  type Statement,
} from './statement.ts';

/** What a human says by signing, in the words a page shows above the button: one sentence a decision. */
export const SENTENCES: { readonly [decision in SignoffDecision]: string } = {
  approve: 'I reviewed this exact change and accept accountability for it reaching production.',
  approve_with_conditions: 'I reviewed this exact change and accept accountability for it reaching production on the conditions I name.',
  changes: 'I reviewed this exact change and ask for it to be changed: it must not land as it is.',
  cannot_judge: 'I looked at this exact change and cannot judge it: this is no approval.',
};

/** The change as `Change` and `Decision.change` both hold it. */
export type SignedChange = Omit<Decision['change'], 'paths' | 'commits'>;

export interface SignoffInput {
  readonly decision: SignoffDecision;
  readonly stage: Stage;
  readonly conditions?: readonly string[];
  /** The sentence of the decision where absent. */
  readonly statement?: string;
  readonly signer: {
    readonly person: PersonId;
    readonly level: string;
    readonly domains: readonly string[];
    readonly rosterDigest: string;
    readonly credential: Credential;
  };
  readonly change: SignedChange;
  /** Lowercase hex SHA-256 of the intent document; null: none is known. Never null at stage `intent`, or nobody reads the statement. */
  readonly intent: string | null;
  /** At stage `deploy`, and only there. */
  readonly deploys?: DeploySubject | undefined;
  readonly excluded: readonly PersonId[];
  readonly provenance: SignoffPredicate['provenance'];
  readonly policy: { readonly uri: string; readonly digest: string; readonly tier: Tier };
  /** Lowercase hex SHA-256 of exactly what was shown. */
  readonly presented: string;
  readonly context: readonly ContextItem[];
  readonly answers: SignoffPredicate['answers'];
  readonly dispositions: readonly Disposition[];
  readonly assumptions: readonly Assumption[];
  readonly notChecked: string;
  readonly review: SignoffPredicate['review'];
  readonly seen: SignoffPredicate['log']['seen'];
  /** 32 lowercase hex digits from the caller's randomness. */
  readonly nonce: string;
  /** RFC 3339, UTC. */
  readonly expires: string;
}

/** What is deployed: a plan of what would be done, or the artefact itself. */
export interface DeploySubject {
  readonly name: 'plan' | 'artefact';
  /** Lowercase hex SHA-256 of its bytes. */
  readonly sha256: string;
}

/** A person as statements and allowed_signers name one. */
export const personUrn = (person: PersonId): string => `urn:person:${person}`;

/** The inverse of `personUrn`; undefined for anything else. */
export const personOf = (urn: string): PersonId | undefined => /^urn:person:([a-z0-9._-]+)$/.exec(urn)?.[1];

export function signoffStatement(input: SignoffInput): Statement {
  const { change } = input;
  return {
    _type: NAMES.statementType,
    subject: subjectOf(input),
    predicateType: NAMES.predicate,
    predicate: {
      decision: input.decision,
      stage: input.stage,
      conditions: [...(input.conditions ?? [])],
      statement: input.statement ?? SENTENCES[input.decision],
      signer: signerOf(input.signer),
      change: changeOf(change),
      ...contextOf(input),
      ...wordsOf(input),
      nonce: input.nonce,
      expires: input.expires,
    },
  };
}

/** What each stage is about, and nothing else: whoever matches subjects by digest finds no stage by the subject of another. */
function subjectOf({ stage, change, intent, deploys }: SignoffInput): Statement['subject'] {
  if (stage === 'intent') return [{ name: 'intent-document', digest: { sha256: intent ?? '' } }];
  if (stage === 'deploy') return [{ name: deploys?.name ?? '', digest: { sha256: deploys?.sha256 ?? '' } }];
  return changeSubject(change);
}

/** The subject of every statement about one change. */
export const changeSubject = (change: Pick<SignedChange, 'manifest' | 'head'>): Statement['subject'] => [
  { name: 'change-manifest', digest: { sha256: change.manifest } },
  { name: 'head', digest: { gitCommit: change.head } },
];

/** The bytes to sign. Call once for a statement: two serialisations are two statements. */
export const statementBytes = (statement: Statement<unknown>): Bytes => utf8(JSON.stringify(statement));

const commit = (id: Oid | null): { gitCommit: string } | null => (id === null ? null : { gitCommit: id });

const signerOf = (signer: SignoffInput['signer']): SignoffPredicate['signer'] => ({
  id: personUrn(signer.person),
  qualification: { level: signer.level, domains: [...signer.domains], roster: { sha256: signer.rosterDigest } },
  credential: credentialOf(signer.credential),
});

/** What is said of a key, member by member: what a caller knows beside it is not signed. */
export function credentialOf(key: Credential): Credential {
  if (key.type === 'sk-ssh') return { id: key.id, type: key.type, application: key.application, uv: key.uv };
  return { id: key.id, type: key.type, rpId: key.rpId, aaguid: key.aaguid, uv: key.uv, backupEligible: key.backupEligible };
}

/** The change as statements of every kind name it. */
export const changeOf = (change: SignedChange): SignoffPredicate['change'] => ({
  repo: change.repo,
  targetRef: change.targetRef,
  base: commit(change.base),
  mergeBase: commit(change.mergeBase),
  head: { gitCommit: change.head, gitTree: change.headTree },
  manifest: { alg: change.alg, sha256: change.manifest },
  manifest256: { sha256: change.manifest256 },
});

const contextOf = ({
  excluded,
  intent,
  provenance,
  policy,
  presented,
  context,
}: SignoffInput): Pick<SignoffPredicate, 'intent' | 'separation' | 'provenance' | 'policy' | 'presented'> => ({
  intent: intent === null ? null : { sha256: intent },
  separation: { excluded: excluded.map(personUrn).sort() },
  provenance: {
    level: provenance.level,
    tools: [...provenance.tools],
    authors: [...provenance.authors].sort(),
    sessions: provenance.sessions.map(({ sha256 }) => ({ sha256 })),
  },
  policy: { uri: policy.uri, digest: { sha256: policy.digest }, tier: policy.tier },
  presented: { sha256: presented, context: context.map(({ type, id }) => ({ type, id })) },
});

function wordsOf(input: SignoffInput): Pick<SignoffPredicate, 'answers' | 'dispositions' | 'assumptions' | 'notChecked' | 'review' | 'log'> {
  const { openedAt, signedAt, activeSeconds, filesViewed, filesTotal } = input.review;
  const { origin, size, root } = input.seen;
  return {
    answers: input.answers.map(({ question, answer }) => ({ question, answer })),
    dispositions: input.dispositions.map(({ finding, disposition, note }) => ({ finding, disposition, note })),
    assumptions: input.assumptions.map(({ text, holds }) => ({ text, holds })),
    notChecked: input.notChecked,
    review: { openedAt, signedAt, activeSeconds, filesViewed, filesTotal },
    log: { seen: { origin, size, root } },
  };
}
