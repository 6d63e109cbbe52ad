/** Where the recorder keeps what it saw: outside every work tree, for the user alone. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../../core/base/crypto.ts';

/** `$XDG_STATE_HOME/countersign` (XDG Base Directory Specification), else `~/.local/state/countersign`. */
export function stateFolder(env: { readonly [name: string]: string | undefined } = process.env): string {
  const base = env.XDG_STATE_HOME;
  return join(base?.startsWith('/') ? base : join(env.HOME ?? homedir(), '.local', 'state'), 'countersign');
}

/** What one repository's log consists of. */
export interface LogPlace {
  readonly folder: string;
  readonly log: string;
  /** Sequence number, SHA-256 and end of the last line: a log that is shorter was cut. */
  readonly head: string;
  readonly lock: string;
  readonly held: string;
  readonly taken: string;
  readonly texts: string;
  /** Its age is that of the last heartbeat. */
  readonly beat: string;
}

/** @param common absolute path of the git directory its work trees share; empty for what happens outside any repository. */
export function logPlace(state: string, common: string): LogPlace {
  const folder = join(state, 'repositories', common === '' ? 'none' : sha256Hex(common).slice(0, 16));
  const at = (name: string): string => join(folder, name);
  return { folder, log: at('log.jsonl'), head: at('head'), lock: at('lock.db'), held: at('held'), taken: at('taken'), texts: at('texts'), beat: at('heartbeat') };
}

/** Makes the folders, for the user alone, and says beside the log whose it is. */
export function layPlace(state: string, place: LogPlace, common: string): void {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  chmodSync(state, 0o700);
  for (const folder of [place.held, place.taken, place.texts]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(place.folder, 'repository'), `${common}\n`, { mode: 0o600 });
}
