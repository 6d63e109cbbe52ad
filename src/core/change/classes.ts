/**
 * What became of a signed change, path by path: git objects decide, never timestamps, messages or patch-ids. The classes
 * are ordered, the lightest first, and whatever is not proved to be lighter is `rework`.
 *
 * The attacker wrote both changes, and knows which class each edit falls into. `merged` is git's own answer (ports.ts,
 * `Merges`); it is believed only where it equals what the change as it stands now says.
 */
import { equal, hex } from '../base/bytes.ts';
import { order } from '../base/order.ts';
import type { Change, Oid, TreeRecord } from './change.ts';
import { encodeTreeDiff, parseTreeDiff } from './manifest.ts';

/**
 * - `no-change`: the same record on the same base.
 * - `message`: every record is the same, on the same base; only commits differ (message, author, date, how many).
 * - `trivial-rebase`: the same record (modes, old and new blob), and the base moved elsewhere.
 * - `context-moved`: the base of this path moved, and merging the signed change onto it cleanly gives exactly what is there now.
 * - `rework`: anything else.
 */
export const CHANGE_CLASSES = order(['no-change', 'message', 'trivial-rebase', 'context-moved', 'rework'] as const);
export type ChangeClass = (typeof CHANGE_CLASSES.values)[number];

/** One side: the change as it was signed, or as it stands now. */
export type ClassedChange = Pick<Change, 'base' | 'mergeBase' | 'head' | 'records' | 'manifest256' | 'unseen'>;

export interface Classified {
  /** The heaviest of all paths. */
  readonly overall: ChangeClass;
  /** Every path of either side, as shown (`TreeRecord.path`). Where two paths of different bytes are shown alike: the heavier class. */
  readonly paths: ReadonlyMap<string, ChangeClass>;
}

/** One file merged three ways: the base as signed, the base now, and what was signed. */
export interface FileMerge {
  readonly path: string;
  readonly ancestor: Oid;
  readonly ours: Oid;
  readonly theirs: Oid;
}

/**
 * @param merged by path of `now`: the blob that git's clean three-way merge of the signed change onto the new base gives; null
 * or absent where it conflicts or was not computed. `mergesAsked` names the merges that matter.
 */
export function classify(signed: ClassedChange, now: ClassedChange, merged: ReadonlyMap<string, Oid | null>): Classified {
  const pairs = pairsOf(signed, now);
  if (pairs === undefined) return allRework([...signed.records, ...now.records]);
  const kept = keptClass(signed, now, pairs);
  if (kept === undefined) return allRework([...signed.records, ...now.records]);
  const classes = pairs.map((pair) => [(pair.now ?? pair.signed)?.path ?? '', classOf(pair, kept, merged)] as const);
  return gathered(kept, classes);
}

/** The merges that tell `context-moved` from `rework`: regular files on both sides, whose base moved and whose modes did not. */
export function mergesAsked(signed: ClassedChange, now: ClassedChange): readonly FileMerge[] {
  return (pairsOf(signed, now) ?? []).flatMap(({ signed: s, now: n }) =>
    s !== undefined && n !== undefined && mayHaveMoved(s, n) ? [{ path: n.path, ancestor: s.oldId, ours: n.oldId, theirs: s.newId }] : [],
  );
}

interface Pair {
  readonly signed: TreeRecord | undefined;
  readonly now: TreeRecord | undefined;
}

/** Records of both sides, paired by the bytes of their paths; undefined where a side is malformed or was not seen whole. */
function pairsOf(signed: ClassedChange, now: ClassedChange): readonly Pair[] | undefined {
  const [before, after] = [read(signed), read(now)];
  if (before === undefined || after === undefined) return undefined;
  return [...new Set([...before.keys(), ...after.keys()])].map((key) => ({ signed: before.get(key), now: after.get(key) }));
}

/** Records are read again from the bytes they stand for: what is twice, contradicts itself or is shown as something else is no record. */
function read({ records, unseen }: ClassedChange): ReadonlyMap<string, TreeRecord> | undefined {
  const parsed = parseTreeDiff(encodeTreeDiff(records));
  if (!parsed.ok || unseen.length > 0) return undefined;
  const same = parsed.value.every((r, i) => r.path === records[i]?.path && equal(r.pathBytes, records[i].pathBytes));
  return same ? new Map(parsed.value.map((r) => [hex(r.pathBytes), r])) : undefined;
}

/** What an equal record is called. Undefined where both sides contradict each other. */
function keptClass(signed: ClassedChange, now: ClassedChange, pairs: readonly Pair[]): ChangeClass | undefined {
  const whole = pairs.every(isEqual);
  // Equal ids over other contents: somebody collided SHA-1, and which path it was cannot be told.
  if (whole && signed.manifest256 !== now.manifest256) return undefined;
  if (!whole && signed.head === now.head && signed.mergeBase === now.mergeBase) return undefined;
  if (signed.base !== now.base || signed.mergeBase !== now.mergeBase) return 'trivial-rebase';
  return whole && signed.head !== now.head ? 'message' : 'no-change';
}

function isEqual({ signed: s, now: n }: Pair): boolean {
  if (s === undefined || n === undefined) return false;
  return sameModes(s, n) && s.oldId === n.oldId && s.newId === n.newId;
}

function classOf(pair: Pair, kept: ChangeClass, merged: ReadonlyMap<string, Oid | null>): ChangeClass {
  if (isEqual(pair)) return kept;
  const { signed: s, now: n } = pair;
  if (s === undefined || n === undefined || !mayHaveMoved(s, n)) return 'rework';
  return merged.get(n.path) === n.newId ? 'context-moved' : 'rework';
}

const REGULAR: ReadonlySet<string> = new Set(['100644', '100755']);

/** A mode that moved, even in the base alone, is not what the signer saw: an edit of a plain file is not an edit of a program. */
const mayHaveMoved = (s: TreeRecord, n: TreeRecord): boolean => s.oldId !== n.oldId && sameModes(s, n) && REGULAR.has(s.oldMode) && REGULAR.has(s.newMode);

const sameModes = (s: TreeRecord, n: TreeRecord): boolean => s.oldMode === n.oldMode && s.newMode === n.newMode;

function gathered(kept: ChangeClass, classes: readonly (readonly [string, ChangeClass])[]): Classified {
  const paths = new Map<string, ChangeClass>();
  let overall = kept;
  for (const [path, found] of classes) {
    paths.set(path, CHANGE_CLASSES.max(found, paths.get(path) ?? found));
    overall = CHANGE_CLASSES.max(overall, found);
  }
  return { overall, paths };
}

const allRework = (records: readonly TreeRecord[]): Classified => ({ overall: 'rework', paths: new Map(records.map((r) => [r.path, 'rework' as const])) });
