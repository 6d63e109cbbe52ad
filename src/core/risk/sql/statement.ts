/** One statement with all that its rules ask: the tree, what went before, the transaction it runs in, and what comes later. */
import type { Saying } from '../finding.ts';
import type { Finding, Place, Tier } from '../risk.ts';
import { TIERS } from '../risk.ts';
import type { Moment } from './session.ts';
import type { SqlState } from './state.ts';

export interface Statement {
  readonly node: unknown;
  readonly text: string;
  /** What a block of code runs is judged by itself, behind it. */
  readonly read: boolean;
  readonly place: Place;
  readonly state: SqlState;
  readonly moment: Moment;
  /** Where it stands among the statements of its file. */
  readonly index: number;
  readonly file: FileView;
}

/** What all statements of a file make, to be asked whether what is taken away comes back. See ahead.ts. */
export interface FileView {
  /** Row security policies that a statement behind this one makes, as `schema.table.policy`. */
  policyAfter(name: string, index: number): boolean;
  /** `constraint table.name`, `not null table.column`, `trigger table.name`, `view name`: made valid in that transaction. */
  madeIn(what: string, tx: number): boolean;
  /** Indexes that partitions are attached to. */
  readonly parents: ReadonlySet<string>;
}

export const at = (s: Statement, object: string): { place: Place; because: readonly (readonly [string, string])[] } => ({
  place: { ...s.place, object },
  because: [['statement', s.text]],
});

/** `public.orders` is said as `orders`. */
export const say = (name: string): string => name.replace(/^(?:public|path@\d+)\./, '');

export const ours = (s: Statement, name: string): boolean => s.state.created.has(name);

/** How a lock on a table is to be taken: `ours` holds up nobody, `perhaps` only where the table was there before. */
export type Ownership = 'ours' | 'perhaps' | 'theirs';
export const ownership = (s: Statement, table: string): Ownership => (ours(s, table) ? 'ours' : s.state.perhaps.has(table) ? 'perhaps' : 'theirs');

/** A finding about waiting: none for a table of this change, elevated at most for one that it may have made. */
export function waits(s: Statement, table: string, make: (saying: Saying) => Finding, saying: Saying): readonly Finding[] {
  const own = ownership(s, table);
  if (own === 'ours') return [];
  const found = make(saying);
  if (own === 'theirs') return [found];
  return [{ ...found, severity: lower(found.severity), confidence: 'inferred', because: [...found.because, ['made in this file', 'unless it was there before']] }];
}

const lower = (tier: Tier): Tier => (TIERS.above(tier, 'elevated') ? 'elevated' : tier);
