/** Which landed commits a message takes back: by id, by the number of a review, or by subject. The first way that finds one wins. */
import { type Commits, idBits, subjectBits } from './commits.ts';
import { DAY } from './file-history.ts';
import type { TakenBack } from './taken-back.ts';

/** A subject is taken for the same only so long. */
const SUBJECT_DAYS = 365;
/** A merge that brought so many is not taken back one by one. */
const MOST_MERGED = 50;
/** Commits that are looked at to tell what a merge brought. */
const MOST_STEPS = 20_000;

export type Way = 'sha' | 'merge' | 'phabricator' | 'pull' | 'subject';
export interface Link {
  readonly way: Way;
  readonly commits: readonly number[];
}

/** Finds commits by what later ones call them. Made from what is kept, when it is first asked. */
export class CommitIndex {
  readonly #commits: Commits;
  /** By the first 28 bits of the id: the newest, and behind each the one before. */
  readonly #ids = new Map<number, number>();
  readonly #before: number[] = [];
  readonly #subjects = new Map<number, number>();
  readonly #diffs = new Map<number, number>();
  readonly #changelists = new Map<number, number>();
  readonly #pulls = new Map<number, number>();

  constructor(commits: Commits) {
    this.#commits = commits;
    for (let i = 0; i < commits.at.length; i++) this.note(i);
  }

  /** Takes in the next commit. */
  note(i: number): void {
    const c = this.#commits;
    const short = c.high.unsigned(i) >>> 4;
    this.#before[i] = this.#ids.get(short) ?? -1;
    this.#ids.set(short, i);
    if (c.subjectHigh.at(i) !== 0 || c.subjectLow.at(i) !== 0) this.#subjects.set(key(c.subjectHigh.at(i), c.subjectLow.at(i)), i);
    if (c.diff.at(i) > 0) this.#diffs.set(c.diff.at(i), i);
    if (c.changelist.at(i) > 0) this.#changelists.set(c.changelist.at(i), i);
    if (c.pull.at(i) > 0) this.#pulls.set(c.pull.at(i), i);
  }

  /** @param id 7 digits or more, lower-case hex. undefined where none or several begin so. */
  byId(id: string): number | undefined {
    const digits = Math.min(id.length, 16);
    const [high, low] = idBits(id.padEnd(16, '0'));
    const [highMask, lowMask] = [mask(digits), mask(digits - 8)];
    let found: number | undefined;
    for (let i = this.#ids.get((high >>> 4) & 0xfffffff) ?? -1; i >= 0; i = this.#before[i] ?? -1) {
      const same = ((this.#commits.high.at(i) ^ high) & highMask) === 0 && ((this.#commits.low.at(i) ^ low) & lowMask) === 0;
      if (!same) continue;
      if (found !== undefined) return undefined;
      found = i;
    }
    return found;
  }

  /** @param now seconds since 1970 of the commit that says so. */
  find(named: TakenBack, now: number): Link | undefined {
    return this.#byIds(named.ids) ?? this.#byNumber(named) ?? this.#bySubject(named.subject, now);
  }

  #byIds(ids: readonly string[]): Link | undefined {
    const direct: number[] = [];
    const merged: number[] = [];
    for (const id of ids) {
      const i = this.byId(id);
      if (i === undefined) continue;
      if (this.#commits.author.at(i) >= 0) direct.push(i);
      else merged.push(...broughtBy(this.#commits, i));
    }
    if (direct.length > 0) return { way: 'sha', commits: [...direct, ...merged] };
    return merged.length > 0 ? { way: 'merge', commits: merged } : undefined;
  }

  #byNumber(named: TakenBack): Link | undefined {
    const all = (numbers: readonly number[], of: ReadonlyMap<number, number>): readonly number[] => numbers.flatMap((n) => of.get(n) ?? []);
    const diffs = [...all(named.diffs, this.#diffs), ...all(named.changelists, this.#changelists)];
    if (diffs.length > 0) return { way: 'phabricator', commits: diffs };
    const pulls = all(named.pulls, this.#pulls);
    return pulls.length > 0 ? { way: 'pull', commits: pulls } : undefined;
  }

  #bySubject(subject: string | undefined, now: number): Link | undefined {
    if (subject === undefined) return undefined;
    const i = this.#subjects.get(key(...subjectBits(subject)));
    return i === undefined || now - this.#commits.at.unsigned(i) > SUBJECT_DAYS * DAY ? undefined : { way: 'subject', commits: [i] };
  }
}

/** 53 of the 64 bits: what a number holds. */
const key = (high: number, low: number): number => (high >>> 0) * 0x200000 + (low >>> 11);
/** The bits of the first `digits` hex digits of 32 bits. */
const mask = (digits: number): number => (digits <= 0 ? 0 : digits >= 8 ? -1 : -1 << (32 - digits * 4));

/**
 * What a merge brought: the commits that stand behind it and not behind its first parent. None where they are fifty or more, or too far back to tell.
 * A parent always has the lower number, so the highest number of those still to be looked at is behind none of the others.
 */
export function broughtBy(commits: Commits, merge: number): readonly number[] {
  const [first, ...others] = commits.parents.of(merge);
  if (first === undefined) return [];
  const walk = new Walk();
  walk.reach(first, false);
  for (const other of others) walk.reach(other, true);
  const brought: number[] = [];
  for (let steps = 0; walk.wanted > 0; steps++) {
    const { commit, wanted } = walk.take();
    if (steps > MOST_STEPS) return [];
    if (wanted && commits.author.at(commit) >= 0) brought.push(commit);
    if (brought.length >= MOST_MERGED) return [];
    for (const parent of commits.parents.of(commit)) walk.reach(parent, wanted);
  }
  return brought;
}

/** Commits still to be looked at, the highest number first; one that is reached from what is not wanted is not wanted. */
class Walk {
  readonly #heap: number[] = [];
  readonly #isWanted = new Map<number, boolean>();
  /** How many of them are wanted. */
  wanted = 0;

  reach(commit: number, wanted: boolean): void {
    const known = this.#isWanted.get(commit);
    if (known === undefined) this.#push(commit);
    if (known === true && !wanted) this.wanted -= 1;
    if (known === undefined && wanted) this.wanted += 1;
    this.#isWanted.set(commit, wanted && known !== false);
  }

  /** Only while there is one. */
  take(): { readonly commit: number; readonly wanted: boolean } {
    const commit = this.#pop();
    const wanted = this.#isWanted.get(commit) === true;
    if (wanted) this.wanted -= 1;
    this.#isWanted.delete(commit);
    return { commit, wanted };
  }

  #push(value: number): void {
    const heap = this.#heap;
    let at = heap.push(value) - 1;
    for (let up = (at - 1) >> 1; at > 0 && (heap[up] ?? 0) < value; up = (at - 1) >> 1) {
      heap[at] = heap[up] ?? 0;
      at = up;
    }
    heap[at] = value;
  }

  #pop(): number {
    const heap = this.#heap;
    const [top = -1, last = -1] = [heap[0], heap.pop()];
    let at = 0;
    for (let down = 1; down < heap.length; down = at * 2 + 1) {
      if ((heap[down + 1] ?? -1) > (heap[down] ?? -1)) down += 1;
      if ((heap[down] ?? -1) <= last) break;
      heap[at] = heap[down] ?? -1;
      at = down;
    }
    if (heap.length > 0) heap[at] = last;
    return top;
  }
}
