/**
 * Changes that were read before. What lies between two commit ids never changes, and a person who signs makes the server read it three times.
 *
 * Whoever pushes writes the messages and paths that would be remembered: answers are weighed, and few bytes are kept.
 */
import type { Result } from '../../core/base/result.ts';
import type { Change } from '../../core/change/change.ts';
import type { ChangeAsk } from './change.ts';

type Read = (of: ChangeAsk) => Promise<Result<Change>>;

/** Characters of one answer, and of all of a repository: a larger one is read again. */
const ONE = 1 << 20;
const ALL = 16 << 20;
const KEPT = 64;

interface Known {
  readonly reading: Promise<Result<Change>>;
  /** 0 while it is read. */
  weight: number;
}

/** The same reading, remembering what was whole. A failure, and whatever a shallow clone hides, may be there at the next question. */
export function remembering(read: Read): Read {
  const known = new Map<string, Known>();
  const trim = (): void => {
    for (const name of known.keys()) {
      if (known.size <= KEPT && [...known.values()].reduce((sum, k) => sum + k.weight, 0) <= ALL) return;
      known.delete(name);
    }
  };
  const settle = (name: string, mine: Known, weight: number): void => {
    if (known.get(name) !== mine) return;
    if (weight > ONE) known.delete(name);
    mine.weight = weight;
    trim();
  };
  const ask = (name: string, of: ChangeAsk): Known => {
    const mine: Known = { reading: read(of), weight: 0 };
    known.set(name, mine);
    void mine.reading.then(
      (change) => settle(name, mine, weightOf(change)),
      () => settle(name, mine, Number.POSITIVE_INFINITY),
    );
    return mine;
  };
  return async (of) => {
    const name = `${of.base} ${of.head}`;
    const before = known.get(name);
    if (before !== undefined) {
      known.delete(name);
      known.set(name, before);
    }
    const change = await (before ?? ask(name, of)).reading;
    // Read for somebody who takes more files at once than this one does: the refusal has its own words.
    if (change.ok && change.value.records.length > (of.most ?? Number.POSITIVE_INFINITY)) return read(of);
    return change.ok ? { ok: true, value: { ...change.value, repo: of.repo, targetRef: of.targetRef } } : change;
  };
}

/** Of what is never the same again: infinite. */
function weightOf(change: Result<Change>): number {
  if (!change.ok || change.value.unseen.length > 0) return Number.POSITIVE_INFINITY;
  const { commits, records } = change.value;
  const messages = commits.reduce((sum, c) => sum + JSON.stringify(c).length, 0);
  return messages + records.reduce((sum, r) => sum + r.path.length + 400, 0);
}
