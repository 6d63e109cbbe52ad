/**
 * The first half of a tool call, kept until the second comes: the files as they were, for the user alone, and gone when the
 * call ends. A folder is made and moved away as one step, so that of two hooks about one call only the first counts.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Held, HeldCall } from '../../flows/ports.ts';
import type { LogPlace } from './place.ts';

interface Kept {
  readonly call: HeldCall;
  /** Number of the file its content is in; null where there was none. */
  readonly paths: readonly (readonly [string, number | null])[];
}

const KEY = /^[0-9a-f]{8,64}$/;

export function hold(place: LogPlace, key: string, { call, contents }: Held): Result<boolean> {
  const folder = join(place.held, key);
  if (!KEY.test(key)) return err(problem('DATA_INVALID', 'the key of a call is hex'));
  try {
    if (!madeFolder(folder)) return ok(false);
    rmSync(join(place.taken, key), { force: true });
    const paths = [...contents].map(([path, bytes], i): Kept['paths'][number] => {
      if (bytes !== null) writeFileSync(join(folder, `${i}`), bytes, { mode: 0o600 });
      return [path, bytes === null ? null : i];
    });
    writeFileSync(join(folder, 'new'), JSON.stringify({ call, paths } satisfies Kept), { mode: 0o600 });
    renameSync(join(folder, 'new'), join(folder, 'call.json'));
    return ok(true);
  } catch (error) {
    return err(problem('DATA_INVALID', `the files before the call cannot be kept: ${error instanceof Error ? error.message : String(error)}`, { place: folder }));
  }
}

function madeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Once: a marker stays, so that a second hook about the same call is told from a call nobody saw begin. */
export function take(place: LogPlace, key: string): Held | 'taken' | null {
  const [from, mine, marker] = [join(place.held, key), join(place.taken, `${key}.${process.pid}`), join(place.taken, key)];
  try {
    renameSync(from, mine);
  } catch {
    return exists(marker) ? 'taken' : null;
  }
  try {
    writeFileSync(marker, '', { mode: 0o600 });
    const { call, paths } = JSON.parse(readFileSync(join(mine, 'call.json'), 'utf8')) as Kept;
    return { call, contents: new Map(paths.map(([path, file]) => [path, file === null ? null : new Uint8Array(readFileSync(join(mine, `${file}`)))])) };
  } catch {
    return null;
  } finally {
    rmSync(mine, { recursive: true, force: true });
  }
}

export function heldNow(place: LogPlace): readonly { readonly key: string; readonly call: HeldCall }[] {
  return named(place.held)
    .flatMap((key) => {
      try {
        return [{ key, call: (JSON.parse(readFileSync(join(place.held, key, 'call.json'), 'utf8')) as Kept).call }];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a.call.at - b.call.at);
}

/** Calls nobody came back for and markers of those long over, and texts older than `texts`. Answers how many calls were dropped. */
export function dropOld(place: LogPlace, before: number, texts: number): number {
  const old = (folder: string, than: number): readonly string[] =>
    named(folder)
      .map((name) => join(folder, name))
      .filter((path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? than) < than);
  const calls = old(place.held, before);
  for (const path of [...calls, ...old(place.taken, before), ...old(place.texts, texts)]) rmSync(path, { recursive: true, force: true });
  return calls.length;
}

export function keepText(place: LogPlace, sha256: string, text: string): void {
  writeFileSync(join(place.texts, sha256), text, { mode: 0o600 });
}

export function textOf(place: LogPlace, sha256: string): string | null {
  try {
    return KEY.test(sha256) ? readFileSync(join(place.texts, sha256), 'utf8') : null;
  } catch {
    return null;
  }
}

/** Marks now as the last heartbeat; answers when the one before was, in milliseconds since 1970. */
export function beatSince(place: LogPlace, now: number): number {
  return statSync(place.beat, { throwIfNoEntry: false })?.mtimeMs ?? Math.min(0, now);
}

export function beat(place: LogPlace, now: number): void {
  writeFileSync(place.beat, '', { mode: 0o600 });
  utimesSync(place.beat, now / 1_000, now / 1_000);
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

function named(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}
