/**
 * One answer from several records of the same lines. What stands at the commit goes before what was attached by content, an
 * AI before a human nobody signed for, and of two of a kind the one that is worth more.
 */
import type { LineMark } from '../provenance.ts';
import type { Trust } from '../trust.ts';
import type { Attached } from './attach.ts';
import type { AttributedRange, Attribution, FileLines, Hand, LineRange } from './attribution.ts';
import { handKey } from './hand.ts';
import { lengthOf, painted } from './ranges.ts';

/** One record: its ranges with what each is worth. */
export interface Part {
  readonly hands: ReadonlyMap<string, Hand>;
  readonly files: readonly {
    readonly path: string;
    readonly ranges: readonly Worth<AttributedRange>[];
    readonly removed: readonly Worth<{ readonly start: number; readonly count: number; readonly hand: string }>[];
  }[];
  /** Of those without a trust of their own. */
  readonly trust: Trust;
  /** Found by content, and not recorded at this commit. */
  readonly derived: boolean;
}

type Worth<T> = T & { readonly trust?: Trust };

export const partOf = (record: Attribution | Attached): Part => ({ hands: record.hands, files: record.files, trust: record.trust, derived: 'share' in record });

export interface Combined {
  readonly hands: ReadonlyMap<string, Hand>;
  readonly files: readonly FileLines[];
  /** By path, then line. */
  readonly marks: readonly Marked[];
}

interface Claim extends LineRange {
  readonly hand: Hand;
  readonly trust: Trust;
  readonly derived: boolean;
}

export function combined(parts: readonly Part[]): Combined {
  const byPath = new Map<string, Filed[]>();
  for (const part of parts) for (const file of part.files) byPath.set(file.path, [...(byPath.get(file.path) ?? []), { part, file }]);
  const found = [...byPath].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, filed]) => ({ path, head: marksOf(path, 'head', filed), base: marksOf(path, 'base', filed) }));
  const marks = found.flatMap(({ head, base }) => [...head, ...base]);
  const files = found.flatMap(({ path, head, base }): readonly FileLines[] => {
    const ranges = head.map((m) => ({ start: m.start, end: m.end, hand: keyOf(m) }));
    const removed = base.map((m) => ({ start: m.start, count: lengthOf([m]), hand: keyOf(m) }));
    return ranges.length + removed.length === 0 ? [] : [{ path, ranges, removed }];
  });
  return { hands: new Map(marks.map((m) => [keyOf(m), handIn(m)])), files, marks };
}

interface Filed {
  readonly part: Part;
  readonly file: Part['files'][number];
}

type Marked = LineMark & { readonly person?: string };

function marksOf(path: string, side: LineMark['side'], filed: readonly Filed[]): readonly Marked[] {
  const claims = filed.flatMap(({ part, file }) =>
    side === 'head' ? file.ranges.flatMap((r) => claimOf(part, r, r.end)) : file.removed.flatMap((r) => claimOf(part, r, r.start + r.count - 1)),
  );
  const ordered = claims.sort((a, b) => rank(a) - rank(b) || a.trust - b.trust).map((claim) => ({ claim, key: `${claim.trust}${handKey(claim.hand)}` }));
  const byKey = new Map(ordered.map(({ claim, key }) => [key, claim]));
  return painted(ordered.map(({ claim, key }) => ({ start: claim.start, end: claim.end, hand: key }))).flatMap(({ start, end, hand }) => {
    const claim = byKey.get(hand);
    return claim === undefined ? [] : [{ path, side, start, end, ...claim.hand, trust: claim.trust }];
  });
}

function claimOf(part: Part, range: { readonly start: number; readonly hand: string; readonly trust?: Trust }, end: number): readonly Claim[] {
  const hand = part.hands.get(range.hand);
  return hand === undefined ? [] : [{ start: range.start, end, hand, trust: range.trust ?? part.trust, derived: part.derived }];
}

const rank = ({ hand, trust, derived }: Claim): number => (hand.by === 'human' && trust < 4 ? 0 : derived ? 1 : 2);

const handIn = ({ by, tool, model, session, person }: Marked): Hand => ({ by, tool, ...(model && { model }), ...(session && { session }), ...(person && { person }) });
const keyOf = (mark: Marked): string => handKey(handIn(mark));
