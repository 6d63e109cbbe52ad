/**
 * Git's tree objects, read without git. A tree is written by whoever pushes: one that holds a name twice shows one
 * content to a reviewer and checks out another, and git's own difference may pair the wrong two. Here it is refused.
 */
import { compare, concat, hex, text, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import type { Oid } from './change.ts';
import { displayPath } from './manifest.ts';

export interface TreeEntry {
  /** Six octal digits, as in `TreeRecord`; `040000` for a tree. */
  readonly mode: string;
  readonly name: Bytes;
  readonly id: Oid;
}

export const DIRECTORY = '040000';

/**
 * The entries of one tree object: repeated `<octal mode> SP <name> NUL <id bytes>`, sorted as git sorts (a tree by its name and a slash).
 * @param idLength bytes of an object id: 20, or 32 in SHA-256 repositories.
 * Problems: CONTENT_DUPLICATE where a name stands twice, GIT_FAILED where the bytes are no tree or not in order.
 */
export function parseTree(raw: Bytes, idLength: number): Result<readonly TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < raw.length; ) {
    const nul = raw.indexOf(0, at);
    const end = nul + 1 + idLength;
    const entry = nul < 0 || end > raw.length ? undefined : entryOf(raw.subarray(at, nul), raw.subarray(nul + 1, end));
    if (entry === undefined) return err(problem('GIT_FAILED', 'a tree object is malformed'));
    entries.push(entry);
    at = end;
  }
  return inOrder(entries);
}

function entryOf(head: Bytes, id: Bytes): TreeEntry | undefined {
  const space = head.indexOf(0x20);
  const mode = /^[0-7]{5,6}$/.exec(text(head.subarray(0, Math.max(space, 0))) ?? '')?.[0];
  const name = head.slice(space + 1);
  return mode === undefined || name.length === 0 ? undefined : { mode: mode.padStart(6, '0'), name, id: hex(id) };
}

function inOrder(entries: readonly TreeEntry[]): Result<readonly TreeEntry[]> {
  const names = new Set<string>();
  for (const entry of entries) {
    const name = hex(entry.name);
    if (names.has(name)) return err(problem('CONTENT_DUPLICATE', 'a tree holds this name twice', { place: displayPath(entry.name) }));
    names.add(name);
  }
  const keys = entries.map(sortKey);
  const fell = keys.findIndex((key, i) => i > 0 && compare(keys[i - 1] ?? key, key) > 0);
  const at = entries[fell];
  return at === undefined ? ok(entries) : err(problem('GIT_FAILED', 'a tree is not sorted', { place: displayPath(at.name) }));
}

const slash = utf8('/');
const sortKey = (entry: TreeEntry): Bytes => (entry.mode === DIRECTORY ? concat(entry.name, slash) : entry.name);
