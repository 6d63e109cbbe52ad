/**
 * Appends to one repository's log, beside other processes: hooks of parallel tool calls end in the same millisecond. The lock
 * is an exclusive SQLite transaction, which the operating system drops when its holder dies. A line a dying process left
 * half-written stays where it is; whoever comes next says so in an entry of its own.
 */
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Draft } from '../../core/provenance/session/entry.ts';
import { chained, parseLine, START, type Tip, tipAfter, tornWords } from './chain.ts';
import type { LogPlace } from './place.ts';
import type { RecorderKey } from './signer.ts';

/** Milliseconds to wait for others: a hook has four seconds in all. */
const WAIT = 2_000;

/** Problem: DATA_INVALID where it cannot be written, or others held it for too long. */
export function appendTo(place: LogPlace, drafts: readonly Draft[], at: number, key: Pick<RecorderKey, 'sign'>): Result<void> {
  return locked(place, () => {
    const { tip, said, torn } = tipOf(place);
    const { lines, tip: next } = chained([...said.map((why): Draft => ({ what: 'gap', why })), ...drafts], tip, at, key);
    appendFileSync(place.log, `${torn ? '\n' : ''}${lines.map((line) => `${line}\n`).join('')}`, { mode: 0o600 });
    writeHead(place, next);
  });
}

/** Runs it while no other process does. Problem: DATA_INVALID. */
export function locked<T>(place: LogPlace, act: () => T): Result<T> {
  let db: DatabaseSync | undefined;
  try {
    closeSync(openSync(place.lock, 'a', 0o600));
    // Loaded when it is needed: the first half of a call writes nothing here.
    db = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(place.lock);
    db.exec(`pragma busy_timeout = ${WAIT}; begin exclusive`);
    return ok(act());
  } catch (error) {
    return err(problem('DATA_INVALID', `the log cannot be written: ${error instanceof Error ? error.message : String(error)}`, { place: place.log }));
  } finally {
    db?.close();
  }
}

export function writeHead(place: LogPlace, tip: Tip): void {
  const next = `${place.head}.next`;
  writeFileSync(next, `${tip.seq} ${tip.line} ${sizeOf(place.log)}\n`, { mode: 0o600 });
  renameSync(next, place.head);
}

interface Head extends Tip {
  readonly size: number;
}

export function readHead(place: LogPlace): Head | undefined {
  const [, seq, line, size] = /^(\d{1,15}) ([0-9a-f]{64}) (\d{1,15})\n$/.exec(existsSync(place.head) ? readFileSync(place.head, 'utf8') : '') ?? [];
  return line === undefined ? undefined : { seq: Number(seq), line, size: Number(size) };
}

/** Where the log ends, and what is to be said about its end. `torn`: it ends in the middle of a line. */
function tipOf(place: LogPlace): { readonly tip: Tip; readonly said: readonly string[]; readonly torn: boolean } {
  const head = readHead(place);
  const size = sizeOf(place.log);
  if (head !== undefined && head.size === size) return { tip: head, said: [], torn: false };
  const rest = restOf(place.log);
  const last = linesOfLog(place.log).findLast((line) => parseLine(line) !== undefined);
  const tip = last === undefined ? START : tipAfter(last, parseLine(last)?.seq ?? 0);
  const cut = head !== undefined && head.seq > tip.seq ? [`the log was cut: it ended at entry ${head.seq} and now ends at ${tip.seq}`] : [];
  return { tip, said: [...(rest === '' ? [] : [tornWords(rest)]), ...cut], torn: rest !== '' };
}

/** Every line that ends in a line feed. */
export function linesOfLog(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

/** What stands behind the last line feed. */
export const restOf = (file: string): string => (existsSync(file) ? (readFileSync(file, 'utf8').split('\n').at(-1) ?? '') : '');

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
