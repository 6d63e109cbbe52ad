/** The dossier of one change, and the shapes of signing it. */
import type { Decision, Named, SignDecision, State } from './types.ts';

export interface ChangedFile {
  readonly path: string;
  readonly status: 'A' | 'D' | 'M' | 'T';
  readonly oldMode: string;
  readonly newMode: string;
  readonly binary: boolean;
  /** Whole texts; null where the side is absent or not shown. */
  readonly oldText: string | null;
  readonly newText: string | null;
  /** Why a text is not shown, or what to know about it; empty where there is nothing to say. */
  readonly note: string | null;
}

export interface Question {
  readonly id: string;
  readonly text: string;
  readonly required: boolean;
}

export interface Signoff {
  readonly index: number;
  readonly signer: Named;
  readonly decision: SignDecision;
  readonly at: number | string;
  /** What the signed bytes say; null where they can no longer be read. */
  readonly said: Said | null;
}

export interface Said extends Pick<PrepareBody, 'conditions' | 'dispositions' | 'answers' | 'assumptions' | 'notChecked'> {
  readonly sentence: string;
  readonly filesViewed: number;
  readonly filesTotal: number;
}

export interface Commit {
  readonly id: string;
  readonly author: string;
  /** The beginning of it. */
  readonly message: string;
}

export interface Dossier {
  readonly id: string;
  readonly state: State;
  readonly title: string;
  readonly createdAt: number;
  readonly pusher: string | null;
  readonly decision: Decision;
  readonly people: Readonly<Record<string, Named>>;
  /** Candidates an identity provider keeps from signing it. */
  readonly held: readonly string[];
  readonly questions: readonly Question[];
  readonly files: readonly ChangedFile[];
  /** Oldest first. */
  readonly commits: readonly Commit[];
  /** Oldest first; a person's latest word counts. */
  readonly signoffs: readonly Signoff[];
  /** Digest of exactly what this page shows; it goes into the signed statement. */
  readonly presented: string;
  readonly ownership: Ownership;
  /** `since`: what moved since they signed an earlier form of it, in words; null: they did not, or signed exactly this. */
  readonly mine: { readonly canSign: boolean; readonly why: string; readonly since: string | null };
}

export type DispositionKind = 'accepted' | 'mitigated' | 'mistaken';
export type Holds = 'true' | 'false' | 'unknown';

export interface PrepareBody {
  readonly decision: SignDecision;
  readonly dispositions: readonly { readonly finding: string; readonly disposition: DispositionKind; readonly note: string }[];
  readonly notChecked: string;
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
  readonly assumptions: readonly { readonly text: string; readonly holds: Holds }[];
  readonly conditions: readonly string[];
  readonly review: { readonly openedAt: string; readonly activeSeconds: number; readonly filesViewed: number; readonly filesTotal: number };
  readonly presented: string;
  readonly credential?: { readonly kind: 'demo' } | undefined;
}

export interface Prepared {
  /** What signing says, word for word. */
  readonly sentence: string;
  readonly ticket: string;
  readonly words: readonly string[];
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials: readonly string[];
  readonly demoAuthenticator: boolean;
  /** Other kinds of key this person could sign with. */
  readonly otherwise: readonly string[];
  /** base64 of the exact bytes to be signed. */
  readonly statement: string;
}

/** What the author says of their own change, and whether policy waits for it. */
export interface Ownership {
  /** null: policy does not ask. */
  readonly asked: { readonly by: readonly string[]; readonly owners: readonly string[] } | null;
  readonly settled: boolean;
  /** Newest first. */
  readonly given: readonly {
    readonly index: number;
    readonly author: string;
    readonly at: number;
    /** Not empty: it does not count, and why. */
    readonly problems: readonly { readonly message: string }[];
    readonly said: {
      readonly statement: string;
      readonly read: { readonly files: number; readonly filesTotal: number };
      readonly ran: readonly string[];
      readonly notUnderstood: readonly string[];
      readonly assumptions: readonly { readonly text: string; readonly holds: Holds }[];
    } | null;
  }[];
  readonly mine: { readonly canOwn: boolean; readonly why: string };
}

export interface OwnBody {
  readonly filesRead: number;
  readonly ran: readonly string[];
  readonly notUnderstood: readonly string[];
  readonly assumptions: readonly { readonly text: string; readonly holds: Holds }[];
  readonly credential?: { readonly kind: 'demo' } | undefined;
}

/** docs/spec/receipt.md; kept as a file, never read here. */
export interface SignedReceipt {
  readonly mediaType: string;
}

export interface OwnReceipt {
  readonly index: number;
  readonly receipt: SignedReceipt | null;
}

export interface Receipt {
  readonly index: number;
  readonly digest: string;
  readonly receipt: SignedReceipt | null;
  readonly complete: boolean;
  /** What is still missing, in words; empty when complete. */
  readonly missing: string;
}

export interface LedgerPage {
  readonly size: number;
  /** With the cosignatures of witnesses under it, as far as they are there. */
  readonly checkpoint: string;
  /** null: no witnesses are configured, and nothing is ever proven. */
  readonly witnesses: Witnessed | null;
  readonly entries: readonly {
    readonly index: number;
    readonly type: string;
    readonly time: number | string;
    readonly digest: string;
    readonly text: string;
    readonly proven: boolean;
  }[];
}

export interface Witnessed {
  /** In words, such as `2 of a, b, c`; null: the policy asks nobody. */
  readonly quorum: string | null;
  readonly proven: { readonly size: number; readonly at: string; readonly by: readonly { readonly witness: string; readonly at: string }[] } | null;
  readonly standings: readonly { readonly name: string; readonly size: number; readonly problem: { readonly code: string; readonly message: string } | null }[];
}

export interface People {
  readonly items: readonly (Named & {
    readonly teams: readonly string[];
    readonly domains: readonly string[];
    readonly keys: readonly { readonly keyid: string; readonly kind: string; readonly since: number | string }[];
  })[];
  readonly agents: readonly { readonly id: string; readonly owner: string }[];
}
