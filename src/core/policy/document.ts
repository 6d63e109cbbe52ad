/** Policy as it is used: loaded, checked, its conditions compiled. `load.ts` makes it out of bytes. */
import type { Order } from '../base/order.ts';
import { matches } from '../change/glob.ts';
import type { System } from '../system/system.ts';
import type { Condition } from './expression.ts';

/** What one rule asks for: `humans` distinct people who each satisfy all the rest. */
export interface Requirement {
  /** At least 1. */
  readonly humans: number;
  /** A name of the ladder, or null for any level. */
  readonly level: string | null;
  /** Strictly above everybody who stands behind the change; a peer where nobody on the roster is. */
  readonly seniorToAuthor: boolean;
  /** A person needs all of these. */
  readonly domains: readonly string[];
  /** A person needs one of these; empty: any. */
  readonly teams: readonly string[];
}

export interface Rule {
  readonly id: string;
  readonly description: string;
  readonly paths: readonly string[];
  readonly when: Condition | null;
  readonly unless: Condition | null;
  /** null: an `optional` rule, which covers its paths and asks nobody. */
  readonly require: Requirement | null;
}

export interface Forbid {
  readonly id: string;
  /** null: whatever the paths. */
  readonly paths: readonly string[] | null;
  readonly when: Condition;
  readonly reason: string;
}

export interface Policy {
  readonly version: 1;
  readonly organisation: string | null;
  /** Lowest first. */
  readonly ladder: Order<string>;
  /** The name of the ladder from which people are senior. */
  readonly senior: string;
  /** Globs over full ref names. */
  readonly protected: readonly string[];
  readonly systems: readonly System[];
  /** What silence about AI compares as; `default`: assisted where it matters, otherwise suggestion. */
  readonly unattributed: 'default' | 'assisted' | 'suggestion';
  readonly submodules: 'refuse' | 'review';
  /** Git LFS pointers. */
  readonly largeFiles: 'refuse' | 'review';
  readonly rules: readonly Rule[];
  readonly forbid: readonly Forbid[];
  /** Lowercase hex SHA-256 of the file's bytes. */
  readonly digest: string;
}

/** Does this policy speak about that ref at all? */
export const protects = (policy: Policy, ref: string): boolean => matches(policy.protected, ref);

/** Files that decide about the change itself. Letter case is folded: some file systems do. */
export const decidesItself = (path: string): boolean => /^(?:countersign\.yml|\.countersign(?:\/.*)?)$/is.test(path);
