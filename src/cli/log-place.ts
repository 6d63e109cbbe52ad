/** Which log a command is about: a data folder, a folder of files, or an address; and the keys it is checked with. */
import { err, ok, type Problem, problem, problemText, type Result } from '../core/base/result.ts';
import type { NoteKey } from '../core/log/note.ts';
import { keysFollowed } from '../flows/log-keys.ts';
import { keysOf } from '../flows/log-read.ts';
import type { LogSource } from '../flows/ports-log.ts';
import { openLogBeside, openLogSource } from '../world.ts';
import { type DataPlace, placeOf, wordsOf } from './data-place.ts';
import { type Answer, EXIT } from './exit.ts';
import { visibleLines } from './terminal.ts';

export interface LogPlaceFlags {
  /** An address or a folder of files. */
  readonly log?: string;
  readonly data?: string;
  readonly vkey?: readonly string[];
}

export interface LogPlace {
  readonly source: LogSource;
  readonly keys: readonly NoteKey[];
  /** Of a data folder alone. */
  readonly body?: (sha256: string, index?: number) => Promise<Uint8Array | null>;
  close(): Promise<void>;
}

/** Of a data folder: every key its log names and those that were given, or those alone where any were: whoever has the folder can put another log there. */
type Whose = 'all' | 'given';

/** @param flag how `log` is called on this command line. Problems: USAGE, NOT_FOUND, DATA_INVALID. */
export async function logAt({ log, data, vkey = [] }: LogPlaceFlags, flag: string, whose: Whose = 'all'): Promise<Result<LogPlace, readonly Problem[]>> {
  const place = placeOf(data);
  if (log !== undefined && data === undefined) return filesAt(log, vkey);
  if (log === undefined && (place.dir ?? place.database) !== undefined) return dataAt(place, vkey, whose);
  return err([
    problem('USAGE', `name one log: ${flag} or --data`, {
      place: 'command line',
      remedy: `${flag} is an address or a folder of files, --data the folder a server runs on; of a log in a PostgreSQL, set DATABASE_URL`,
    }),
  ]);
}

/** The scheme of an address that is neither a folder nor the web, such as `s3`; undefined for a folder. */
export const schemeOf = (where: string): string | undefined => /^([a-z][a-z0-9+.-]*):\/\//i.exec(where)?.[1]?.toLowerCase();

const WEB = new Set(['http', 'https', undefined]);

async function filesAt(where: string, vkey: readonly string[]): Promise<Result<LogPlace, readonly Problem[]>> {
  const scheme = schemeOf(where);
  if (!WEB.has(scheme))
    return err([
      problem('USAGE', `a log is read from a folder or from http and https, not from ${scheme}`, {
        place: where,
        remedy: 'copy it into a folder with the tool that store has, and name the folder; or name the address it is served at',
      }),
    ]);
  const keys = keysOf(vkey);
  if (!keys.ok) return keys;
  const source = await openLogSource(where);
  if (!source.ok) return err([source.error]);
  const followed = await keysFollowed(source.value, keys.value);
  return followed.ok ? ok({ source: source.value, keys: followed.value, close: async () => undefined }) : err([followed.error]);
}

/** As it stands, beside a server that runs. */
async function dataAt(place: DataPlace, vkey: readonly string[], whose: Whose): Promise<Result<LogPlace, readonly Problem[]>> {
  const opened = await openLogBeside(place, place.dir ?? wordsOf(place));
  if (!opened.ok) return err([opened.error]);
  const { source, body, close } = opened.value;
  const keys = keysOf(whose === 'given' && vkey.length > 0 ? vkey : [...new Set([...opened.value.vkeys, ...vkey])]);
  if (keys.ok) return ok({ source, keys: keys.value, body, close });
  await close();
  return keys;
}

/** Whoever gets the files needs every key that signed them; of one key alone nothing is said, for it is the one they know. */
export const keysText = (vkeys: readonly string[]): string => (vkeys.length < 2 ? '' : `  signed by:\n${vkeys.map((v) => `    ${v}\n`).join('')}`);

/** Nothing can be said of the log; anything else that is wrong speaks against it. */
const UNDECIDED = /^(?:USAGE|NOT_FOUND|LOG_UNREACHABLE|DATA_|STORE_|GIT_FAILED|REF_CHANGED|INTERNAL)/;

/** 1 where the evidence does not hold, 2 where nothing can be said. */
export function notProven(problems: readonly Problem[], json = false): Answer {
  const code = problems.every((p) => UNDECIDED.test(p.code)) ? EXIT.refused : EXIT.signoff;
  return {
    code,
    stdout: json ? `${JSON.stringify({ version: 1, exit: code, problems })}\n` : '',
    stderr: json ? '' : problems.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join(''),
  };
}
