/** Changes that were read before. What lies between two commit ids never changes, and a person who signs makes the server read it three times. */
import type { Result } from '../../core/base/result.ts';
import type { Change } from '../../core/change/change.ts';
import type { ChangeAsk } from './change.ts';

type Read = (of: ChangeAsk) => Promise<Result<Change>>;

const KEPT = 64;
/** A larger change is read again: memory is for the many small ones. */
const RECORDS = 2_000;
const COMMITS = 200;

/** The same reading, remembering what was whole. A failure, and whatever a shallow clone hides, may be there at the next question. */
export function remembering(read: Read): Read {
  const known = new Map<string, Promise<Result<Change>>>();
  const forget = (name: string, mine: Promise<unknown>): void => void (known.get(name) === mine && known.delete(name));
  const ask = (name: string, of: ChangeAsk): Promise<Result<Change>> => {
    const reading = read(of);
    known.set(name, reading);
    if (known.size > KEPT) known.delete([...known.keys()][0] ?? '');
    void reading.then(
      (change) => isWhole(change) || forget(name, reading),
      () => forget(name, reading),
    );
    return reading;
  };
  return async (of) => {
    const name = `${of.base} ${of.head}`;
    const before = known.get(name);
    if (before !== undefined) {
      known.delete(name);
      known.set(name, before);
    }
    const change = await (before ?? ask(name, of));
    // Read for somebody who takes more files at once than this one does: the refusal has its own words.
    if (change.ok && change.value.records.length > (of.most ?? RECORDS)) return read(of);
    return change.ok ? { ok: true, value: { ...change.value, repo: of.repo, targetRef: of.targetRef } } : change;
  };
}

const isWhole = (change: Result<Change>): boolean =>
  change.ok && change.value.unseen.length === 0 && change.value.records.length <= RECORDS && change.value.commits.length <= COMMITS;
