/**
 * A case: facts about one change in words, and the sign-offs given for it. Policies are tested with cases (`tests:` and
 * scenario files), and `countersign policy eval` answers them. `case-shape.ts` reads it, `core/simulate` runs it.
 */
import type { Incident } from '../incident/incident.ts';
import type { ProvenanceLevel } from '../provenance/provenance.ts';
import type { Tier } from '../risk/risk.ts';
import type { Agent, Person, PrincipalRole } from '../roster/roster.ts';
import type { ChangeClassName, Presence, Stage } from './words.ts';

export interface CaseFile {
  readonly path: string;
  readonly status: 'A' | 'D' | 'M' | 'T';
  readonly kind: 'file' | 'executable' | 'symlink' | 'submodule' | 'large-file';
}

export interface CaseCommit {
  /** A person's or agent's id, or an e-mail address. */
  readonly author: string;
  readonly committer: string;
  readonly message: string;
}

export interface CaseSignoff {
  readonly by: string;
  readonly decision: 'approve' | 'approve_with_conditions' | 'changes' | 'cannot_judge';
  readonly stage: Stage;
  /** null: no human was proved to be present, so it never counts (a bot, a comment, a forge's approval). */
  readonly presence: Presence | null;
  /** Level the signature proves; null: the roster's. */
  readonly level: string | null;
  /** Milliseconds since 1970; null: not expired. */
  readonly at: number | null;
  /** What became of the content since: one class for all paths, or by path; null: it is the same. */
  readonly moved: ChangeClassName | { readonly [path: string]: ChangeClassName } | null;
}

export interface Case {
  readonly name: string;
  /** Milliseconds since 1970; null: time is unknown. */
  readonly at: number | null;
  readonly repo: string;
  readonly target: string;
  readonly targetExists: boolean;
  readonly files: readonly CaseFile[];
  readonly commits: readonly CaseCommit[];
  readonly pusher: string | null;
  /** Others who stand behind it: prompters, owners of tokens, starters of deploys; an id, address or account. */
  readonly behind: readonly { readonly role: PrincipalRole; readonly identity: string }[];
  /** null: by what the commits say. */
  readonly provenance: { readonly level: ProvenanceLevel; readonly tools: readonly string[] } | null;
  /** null: could not be found out (a failed detector). */
  readonly risk: { readonly findings: readonly { readonly rule: string; readonly severity: Tier; readonly path: string | null }[]; readonly notAnalysed: readonly string[] } | null;
  /** null: unknown. */
  readonly incidents: readonly Incident[] | null;
  readonly lane: { readonly sampled: number; readonly escapes: number } | null;
  /** People and agents in place of the roster's; null: the roster beside the policy. */
  readonly people: readonly Person[] | null;
  readonly agents: readonly Agent[];
  readonly signoffs: readonly CaseSignoff[];
  readonly expect: Expected | null;
}

/** What a test expects; what is not named is not compared. */
export interface Expected {
  /** `allow`: nothing is missing. `pending`: signatures would help. `deny`: none would. */
  readonly result: 'allow' | 'pending' | 'deny' | null;
  readonly tier: Tier | null;
  readonly mode: 'observe' | 'warn' | 'enforce' | null;
  /** Exactly these, in any order. */
  readonly missing: readonly { readonly rule: string; readonly humans: number | null; readonly anyOf: readonly string[] | null }[] | null;
  /** At least these. */
  readonly ignored: readonly { readonly by: string; readonly reason: string }[] | null;
  readonly codes: readonly string[] | null;
  /** Rules that ask, exactly. */
  readonly rules: readonly string[] | null;
}
