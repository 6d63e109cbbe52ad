/**
 * Gives the lines of a change back to the hands that were seen making them, by content alone: after a squash, a rebase, a
 * cherry-pick or an amend no commit id and no line number holds. The longest agreeing stretch first, the same path before
 * another, to the byte before but-for-white-space, the latest before earlier ones.
 *
 * Runs come from notes anybody may push: see claims.ts for who goes before whom. A line put in the place of an AI's line, between lines of the same
 * run, is an edit of it and stays with the AI; it never becomes a human's.
 */
import type { Oid } from '../../change/change.ts';
import type { Trust } from '../trust.ts';
import type { AttributedRange, Attribution, FileLines, Hand, RemovedLines } from './attribution.ts';
import type { Budget, Side } from './blocks.ts';
import { type Claim, claimsOf, type How } from './claims.ts';
import { fingerprint, type Run } from './fingerprint.ts';
import { handKey } from './hand.ts';
import type { ChangedLines, Hunk } from './hunk.ts';

/** Lines, by how they are known. */
export type Matched = { readonly [how in How]: number };

export interface AttachedRange extends AttributedRange {
  readonly matched: Matched;
  /** `Run.from` of what it is known from, sorted. */
  readonly sources: readonly string[];
  /** The least of the runs it is known from. */
  readonly trust: Trust;
}

export interface AttachedRemoved extends RemovedLines {
  readonly matched: Matched;
  readonly sources: readonly string[];
  readonly trust: Trust;
}

export interface AttachedFile extends FileLines {
  readonly ranges: readonly AttachedRange[];
  readonly removed: readonly AttachedRemoved[];
}

export interface Attached {
  readonly hands: ReadonlyMap<string, Hand>;
  /** In the order of the change; only files some hand is known of. */
  readonly files: readonly AttachedFile[];
  /** Of the added lines; `none`: no hand is known of them. */
  readonly share: Matched & { readonly none: number };
  /** The least of the runs that were used; 3 where none was. */
  readonly trust: Trust;
  /** What was over a cap and is not attached, in words. */
  readonly cut: readonly string[];
}

/** Lines of one change, lines of all runs, steps of matching and blocks: a few seconds at the very most. */
export const ATTACH_CAPS = { lines: 500_000, runLines: 4_000_000, steps: 40_000_000, blocks: 1_000_000 } as const;
export type AttachCaps = { readonly [cap in keyof typeof ATTACH_CAPS]: number };

/** Total and deterministic: the order of `runs` does not matter. */
export function attach(changed: readonly ChangedLines[], runs: readonly Run[], caps: AttachCaps = ATTACH_CAPS): Attached {
  const cut: string[] = [];
  const files = withinLines(changed, caps.lines, cut).map((file) => ({ path: file.path, added: sideOf(file.path, file.added), removed: sideOf(file.path, file.removed) }));
  const kept = withinRuns(runs, caps.runLines, cut);
  const budget: Budget = { steps: caps.steps, blocks: caps.blocks };
  const claims = (what: Run['what']) =>
    claimsOf(
      files.map((f) => f[what]),
      kept.filter((r) => r.what === what),
      what === 'added',
      budget,
    );
  const [added, removed] = [claims('added'), claims('removed')];
  if (budget.steps <= 0 || budget.blocks <= 0) cut.push('the change and the records repeat themselves so often that not all of it was compared');
  return assembled(
    files.map((f, i) => ({ path: f.path, added: added[i] ?? [], removed: removed[i] ?? [] })),
    files.reduce((sum, f) => sum + f.added.prints.length, 0),
    cut,
  );
}

/** As a record of this commit. @param version of the format it will be kept in. */
export const attributionOf = (attached: Attached, commit: Oid, version: string): Attribution => ({
  commit,
  source: 'countersign',
  version,
  trust: attached.trust,
  hands: attached.hands,
  files: attached.files,
  unreadable: attached.cut,
});

function withinLines(changed: readonly ChangedLines[], most: number, cut: string[]): readonly ChangedLines[] {
  let left = most;
  return changed.filter((file) => {
    left -= [...file.added, ...file.removed].reduce((sum, hunk) => sum + hunk.lines.length, 0);
    if (left < 0) cut.push(`${file.path}: the change is over ${most} lines, so its hands are not known`);
    return left >= 0;
  });
}

/**
 * Signed ones first, an AI's before a person's, then the latest: caps are filled in this order, and what nobody signed must not
 * push out what somebody did. Equal ones in an order of their own, so that nobody's order of reading decides.
 */
function withinRuns(runs: readonly Run[], most: number, cut: string[]): readonly Run[] {
  const sorted = runs.map((run) => ({ run, key: `${run.from}\0${run.path}\0${run.what}\0${handKey(run.hand)}` }));
  sorted.sort(
    (a, b) =>
      standing(a.run) - standing(b.run) ||
      b.run.at - a.run.at ||
      b.run.trust - a.run.trust ||
      ordered(a.key, b.key) ||
      a.run.start - b.run.start ||
      ordered(textOf(a.run), textOf(b.run)),
  );
  let left = most;
  const kept = sorted.filter(({ run }) => {
    left -= run.lines.length;
    return left >= 0;
  });
  if (kept.length < sorted.length) cut.push(`records hold over ${most} lines: ${sorted.length - kept.length} runs were not compared`);
  return kept.map(({ run }) => run);
}

const standing = ({ hand, trust }: Run): number => (trust >= 4 ? 0 : 2) + (hand.by === 'ai' ? 0 : 1);
const ordered = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const textOf = ({ lines }: Run): string => lines.map((line) => line.exact).join();

function sideOf(path: string, hunks: readonly Hunk[]): Side {
  const sorted = [...hunks].sort((a, b) => a.start - b.start);
  return { path, numbers: sorted.flatMap((h) => h.lines.map((_, i) => h.start + i)), prints: sorted.flatMap((h) => h.lines.map(fingerprint)) };
}

interface FileClaims {
  readonly path: string;
  readonly added: readonly Claim[];
  readonly removed: readonly Claim[];
}

function assembled(files: readonly FileClaims[], lines: number, cut: readonly string[]): Attached {
  const used = [...new Set(files.flatMap((f) => [...f.added, ...f.removed].map((c) => c.run)))];
  const keys = new Map(used.map((run) => [run, handKey(run.hand)]));
  const added = matchedOf(files.flatMap((f) => f.added));
  return {
    hands: new Map([...new Map(used.map((run) => [handKey(run.hand), run.hand]))].sort(([a], [b]) => (a < b ? -1 : 1))),
    files: files.filter((f) => f.added.length + f.removed.length > 0).map((f) => fileOf(f, keys)),
    share: { ...added, none: lines - added.exact - added.loose - added.edited },
    trust: used.length === 0 ? 3 : leastOf(used),
    cut,
  };
}

const leastOf = (runs: readonly Run[]): Trust => runs.reduce<Trust>((least, run) => (run.trust < least ? run.trust : least), 5);

type Keys = ReadonlyMap<Run, string>;

const fileOf = ({ path, added, removed }: FileClaims, keys: Keys): AttachedFile => ({
  path,
  ranges: grouped(added, keys).map(({ start, end, ...group }) => ({ start, end, ...group })),
  removed: grouped(removed, keys).map(({ start, end, ...group }) => ({ start, count: end - start + 1, ...group })),
});

/** Lines of one hand that stand together. */
function grouped(claims: readonly Claim[], keys: Keys): readonly AttachedRange[] {
  const groups: Claim[][] = [];
  for (const next of claims) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && next.number === last.number + 1 && keys.get(next.run) === keys.get(last.run)) groups.at(-1)?.push(next);
    else groups.push([next]);
  }
  return groups.flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const sources = [...new Set(group.map((c) => c.run.from))].sort();
    return [
      { start: first.number, end: first.number + group.length - 1, hand: keys.get(first.run) ?? '', matched: matchedOf(group), sources, trust: leastOf(group.map((c) => c.run)) },
    ];
  });
}

function matchedOf(claims: readonly Claim[]): Matched {
  const count = { exact: 0, loose: 0, edited: 0 };
  for (const { how } of claims) count[how] += 1;
  return count;
}
