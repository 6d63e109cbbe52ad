/**
 * The audit of what is there, whether it would open or not, and whether somebody has it open or not: one state is read, nothing is repaired
 * first. So what an opening refuses at its first sight is listed with all the rest.
 */
import { join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { formatVkey, type NoteKey, parseVkey } from '../core/log/note.ts';
import type { Inspected } from './connection.ts';
import { inspectStore, ofThisVersion, problemOf } from './inspect.ts';
import { type AuditStep, audit, snapshot } from './ledger/audit.ts';
import { keyOf, keysIn, originOf } from './ledger/known-keys.ts';
import { everyKey } from './ledger/rotations.ts';
import { seenFile } from './ledger/seen.ts';
import type { Place } from './place.ts';
import { settled } from './refused.ts';

export interface Brought {
  /** Keys of whoever audits: each has to be one this log was signed with. */
  readonly vkeys?: readonly string[];
  /** Checkpoints that were kept elsewhere: the log has to hold them. */
  readonly known?: readonly string[];
}

/** What was found, each with its place. Problems, where nothing can be read: NOT_FOUND, DATA_INVALID. */
export async function auditStore(place: Place, { vkeys = [], known = [] }: Brought, progress?: (step: AuditStep) => void): Promise<Result<readonly Problem[]>> {
  // Before the state that is read: what a server adds meanwhile is in neither.
  const notes = place.dir === undefined ? [] : seenFile(join(place.dir, 'log.seen')).read();
  const reader = await inspectStore(place);
  if (!reader.ok) return reader;
  try {
    const { key, problems } = await reader.value.apart(() => keyFound(reader.value, place, vkeys)).catch(broken(reader.value));
    const current = await ofThisVersion(reader.value);
    const older = current ? [] : [problem('DATA_INVALID', 'were made by another version of the program, and were not compared', { place: 'projections', remedy: RENEW })];
    const taken = { ...(await snapshot(reader.value, key, notes)), known, parts: current ? undefined : (['log'] as const) };
    return ok([...problems, ...older, ...(await audit(taken, progress))]);
  } catch (cause) {
    await reader.value.close();
    return err(problemOf(cause, place));
  }
}

/** A table or a page that cannot be read is found by the audit itself. */
const broken =
  ({ isOwn }: Inspected) =>
  (cause: unknown): KeyFound => {
    if (isOwn(cause) || cause instanceof TypeError) return { key: undefined, problems: [KEYLESS] };
    throw cause;
  };

const RENEW = 'countersign store migrate makes them anew; then audit again';

interface KeyFound {
  readonly key: NoteKey | undefined;
  readonly problems: readonly Problem[];
}

/** A change of key that does not hold is found by the audit itself, which goes on without the key. */
async function keyFound({ db }: Inspected, { dir }: Place, brought: readonly string[]): Promise<KeyFound> {
  const origin = await originOf(db);
  const [found, files] = [await settled(keyOf(db, dir, brought)), keysIn(dir, origin ?? '')];
  const key = found.ok ? found.value : undefined;
  const unread = files.ok ? [] : [files.error];
  if (key === undefined) return { key, problems: origin === undefined || !found.ok ? unread : [...unread, KEYLESS] };
  return { key, problems: [...unread, ...strangers(brought, (await everyKey(db, key)).map(formatVkey))] };
}

const KEYLESS = problem('DATA_INVALID', 'no key of this log is here: who signed its checkpoints was not verified', {
  place: 'keys',
  remedy: 'name the folder that has its keys with --data, or the key with --vkey',
});

/**
 * Whoever holds the folder can put another log under its name there, with keys of their own. It is the auditor's log where a key they
 * brought is one of those that follow each other in it: the audit finds that each swore in the next and that each signed its checkpoints.
 */
export const strangers = (brought: readonly string[], keys: readonly string[]): readonly Problem[] =>
  brought
    .flatMap((vkey) => {
      const key = parseVkey(vkey);
      return key.ok ? [formatVkey(key.value)] : [];
    })
    .filter((vkey) => !keys.includes(vkey))
    .map((vkey) =>
      problem('LOG_SIG', 'this log was never signed with the key you brought', { place: `--vkey ${vkey}`, remedy: 'ask its operator whose log this is; keep what is there' }),
    );
