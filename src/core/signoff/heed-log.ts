/**
 * From the entries of a log to what people said in it: the one way there. An entry's own bytes say what it is, and a body is the one whose
 * digest they name. A statement whose bytes are gone may be the one that took a key back, so it is never passed over in silence: whoever
 * asks is told which are lost, and says nothing of what stands behind them as if it were certain.
 */
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { type Entry, parseEntry } from '../log/entry.ts';
import { AUTHORITY_TYPES, authorityOf, type Said } from './authority.ts';
import { type Heeded, heedAll, heedMore } from './fold.ts';

/** One entry, and the bytes kept beside it. */
export interface LoggedWord {
  readonly index: number;
  /** undefined: its bytes are no entry. */
  readonly entry: Pick<Entry, 'type' | 'at' | 'envelope'> | undefined;
  /** null: nothing is kept. */
  readonly body: Bytes | null;
}

export interface HeededLog {
  readonly heeded: Heeded;
  /** Places of statements that have lost their bytes, in order: what those said nobody knows, nor what holds behind the first. */
  readonly lost: readonly number[];
}

/** As stores keep them: the exact entry, and the body or null. */
export function loggedWord({ index, bytes, body }: { readonly index: number; readonly bytes: Bytes; readonly body: Bytes | null }): LoggedWord {
  const entry = parseEntry(bytes);
  return { index, entry: entry.ok ? entry.value : undefined, body };
}

/** @param logged genesis and every statement after it, oldest first. Problems: DATA_INVALID without a genesis at entry 0, TRUST_FORMAT where it founds nothing. */
export function heedLog([first, ...rest]: readonly LoggedWord[]): Result<HeededLog> {
  const genesis = first && whole(first);
  if (genesis?.type !== 'genesis' || genesis.index !== 0) return err(gone('the log has no genesis', 0));
  const start = authorityOf(genesis.body, genesis.at);
  return start.ok ? ok(heedLogged({ heeded: heedAll(start.value, []), lost: [] }, rest)) : start;
}

/** The same with entries that came after. */
export function heedLogged({ heeded, lost }: HeededLog, logged: readonly LoggedWord[]): HeededLog {
  const words = logged.map((one) => whole(one) ?? one.index);
  return {
    heeded: heedMore(
      heeded,
      words.flatMap((word) => (typeof word === 'number' ? [] : saidIn(word))),
    ),
    lost: [...lost, ...words.filter((word) => typeof word === 'number')],
  };
}

/** Why nobody's key counts. Problems: DATA_INVALID. */
export const lostWord = (index: number): Problem => gone('a statement about who may sign has lost its bytes', index);

const gone = (message: string, index: number): Problem =>
  problem('DATA_INVALID', message, { place: `entry ${index}`, remedy: 'restore the data folder from a backup; `countersign audit --full` says what is missing' });

type Word = Omit<Said, 'type'> & { readonly type: string };

function whole({ index, entry, body }: LoggedWord): Word | undefined {
  return entry === undefined || body === null || sha256Hex(body) !== entry.envelope ? undefined : { type: entry.type, index, at: entry.at, body };
}

function saidIn({ type, ...word }: Word): readonly Said[] {
  const known = AUTHORITY_TYPES.find((t) => t === type);
  return known === undefined ? [] : [{ type: known, ...word }];
}
