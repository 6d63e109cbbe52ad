/**
 * A case: facts about one change in words, and the sign-offs given for it. Policies are tested with cases (`tests:` and
 * scenario files), and `countersign policy eval` answers them. `case-shape.ts` reads it, `core/simulate` runs it.
 */
import type { Incident } from '../incident/incident.ts';
import type { LineTally } from '../provenance/lines/tally.ts';
import type { ProvenanceLevel } from '../provenance/provenance.ts';
import type { Tier } from '../risk/risk.ts';
import type { Agent, Person, PrincipalRole } from '../roster/roster.ts';
import type { ChangeClassName, Presence, Stage } from './words.ts';

export const FILE_STATUSES = ['A', 'D', 'M', 'T'] as const;
export const FILE_KINDS = ['file', 'executable', 'symlink', 'submodule', 'large-file'] as const;
export const SIGNOFF_DECISIONS = ['approve', 'approve_with_conditions', 'changes', 'cannot_judge'] as const;
export const RESULTS = ['allow', 'pending', 'deny'] as const;

/** `allow`: nothing is missing. `pending`: signatures would help. `deny`: none would. */
export type CaseResult = (typeof RESULTS)[number];

export interface CaseFile {
  readonly path: string;
  readonly status: (typeof FILE_STATUSES)[number];
  readonly kind: (typeof FILE_KINDS)[number];
}

export interface CaseCommit {
  /** A person's or agent's id, an e-mail address, or `Name <address>`. */
  readonly author: string;
  readonly committer: string;
  readonly coAuthors: readonly string[];
  readonly message: string;
}

export interface CaseSignoff {
  readonly by: string;
  readonly decision: (typeof SIGNOFF_DECISIONS)[number];
  readonly stage: Stage;
  /** null: no human was proved to be present, so it never counts (a bot, a comment, a forge's approval). */
  readonly presence: Presence | null;
  /** Level the signature proves; null: the roster's. */
  readonly level: string | null;
  /** Milliseconds since 1970; null: not said. */
  readonly at: number | null;
  /** When it stops counting; null: as the terms of policy say. */
  readonly expires: number | null;
  /** What became of the content since: one class for all paths, or by path; null: it is the same. */
  readonly moved: ChangeClassName | { readonly [path: string]: ChangeClassName } | null;
}

export interface CasePlan {
  readonly destroys: readonly { readonly type: string; readonly address: string }[];
  readonly creates: number;
  readonly updates: number;
  /** False: it may do more than it says, so conditions on what it does are unknown. */
  readonly complete: boolean;
}

export interface CaseRisk {
  readonly findings: readonly { readonly rule: string; readonly severity: Tier; readonly path: string | null }[];
  readonly notAnalysed: readonly string[];
  /** Percentile of the score; null: not known. */
  readonly percentile: number | null;
}

export interface Case {
  /** Empty where nobody named it. */
  readonly name: string;
  /** Milliseconds since 1970; null: time is unknown. */
  readonly at: number | null;
  /** When the gate first saw it, milliseconds since 1970; null: not said, so no wait of somebody alone is over. */
  readonly firstSeen: number | null;
  /** How far the change is: seats of this stage and those before it have to be filled. */
  readonly stage: Stage;
  readonly repo: string;
  readonly target: string;
  readonly targetExists: boolean;
  readonly files: readonly CaseFile[];
  /** What could not be seen of the change, in words. */
  readonly unseen: readonly string[];
  readonly commits: readonly CaseCommit[];
  readonly pusher: string | null;
  /** Others who stand behind it: prompters, owners of tokens, starters of deploys; an id, address or account. */
  readonly behind: readonly { readonly role: PrincipalRole; readonly identity: string }[];
  /** null: by what the commits say. */
  readonly provenance: { readonly level: ProvenanceLevel; readonly tools: readonly string[]; readonly lines?: LineTally } | 'unknown' | null;
  /** null: could not be found out (a failed detector). */
  readonly risk: CaseRisk | null;
  /** null: no plan was handed in. */
  readonly plan: CasePlan | null;
  /** null: unknown. */
  readonly incidents: readonly Incident[] | null;
  readonly lane: { readonly sampled: number; readonly escapes: number } | null;
  /** People and agents in place of the roster's; null: the roster beside the policy. */
  readonly people: readonly Person[] | null;
  readonly agents: readonly Agent[] | null;
  /** Oldest first: a person's last word holds. */
  readonly signoffs: readonly CaseSignoff[];
  /** Who signed the author's ownership statement of exactly this change: an id, address or account. */
  readonly ownedBy: readonly string[];
  readonly expect: Expected | null;
}

export interface ExpectedMissing {
  readonly rule: string;
  readonly humans: number | null;
  readonly anyOf: readonly string[] | null;
}

/** What a test expects; what is not named is not compared. */
export interface Expected {
  readonly result: CaseResult | null;
  readonly tier: Tier | null;
  readonly mode: 'observe' | 'warn' | 'enforce' | null;
  /** Exactly these, in any order. */
  readonly missing: readonly ExpectedMissing[] | null;
  /** At least these. */
  readonly ignored: readonly { readonly by: string; readonly reason: string }[] | null;
  /** At least these. */
  readonly codes: readonly string[] | null;
  /** Rules that ask, exactly. */
  readonly rules: readonly string[] | null;
}
