/** Files of a clone that `init` may write: what stands at a name, read and written without following a link, and never over anything. */
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Problem, problem } from '../core/base/result.ts';

/** A link is something that is there; also where a file stands in the place of a folder above it: then it is not there. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** More than any of the files may hold. */
const MOST_BYTES = 1_000_000;

/** null: no plain file, a link among the folders above it, or too large. */
export function plainFile(repo: string, name: string): Uint8Array | null {
  try {
    for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) if (!lstatSync(join(repo, folder)).isDirectory()) return null;
    const stat = lstatSync(join(repo, name));
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(join(repo, name)) : null;
  } catch {
    return null;
  }
}

/** Links are not followed: a link in a clone may lead out of it. Throws where something is in the way. */
export function writeNew(repo: string, name: string, text: string): void {
  const folder = join(repo, dirname(name));
  if (!isThere(folder)) mkdirSync(folder);
  if (!lstatSync(folder).isDirectory() && folder !== repo) throw new Error(`${dirname(name)} is no folder`);
  writeFileSync(join(repo, name), text, { flag: 'wx' });
}

export const unwritable = (repo: string, error: unknown): Problem =>
  problem('USAGE', error instanceof Error ? error.message : String(error), { place: repo, remedy: 'make the folder writable, then run this again' });

export const notTheTop = (repo: string): Problem => problem('USAGE', 'this is not the top folder of a clone', { place: repo, remedy: 'go there, or name it with --repo' });
