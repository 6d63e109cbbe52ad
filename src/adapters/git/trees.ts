/**
 * Walks trees by hand. Every tree a change touches is looked into for a name that stands twice: `diff-tree` pairs such
 * entries one by one and prints a change that looks ordinary (an addition beside a file that stays), so its output
 * alone cannot be believed.
 */
import { equal, hex, utf8 } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid, TreeRecord } from '../../core/change/change.ts';
import { displayPath } from '../../core/change/manifest.ts';
import { DIRECTORY, parseTree, type TreeEntry } from '../../core/change/tree.ts';
import type { ObjectReader } from './objects.ts';

const TREE_BYTES = 64 << 20;
const SLASH = 0x2f;

/** A folder that holds something changed; `below` by the hex of their names. */
interface Folder {
  readonly path: string;
  readonly below: Map<string, Folder>;
}

/** The first thing wrong with the touched trees under this root, or undefined. Problems: CONTENT_DUPLICATE, CONTENT_UNSEEN, GIT_FAILED. */
export function checkTrees(reader: ObjectReader, root: Oid, records: readonly TreeRecord[]): Promise<Problem | undefined> {
  const top: Folder = { path: '', below: new Map() };
  for (const record of records) note(top, record.pathBytes);
  return checkFolder(reader, root, top);
}

function note(top: Folder, path: Uint8Array): void {
  let folder = top;
  for (const name of segments(path).slice(0, -1)) {
    const key = hex(name);
    const below = folder.below.get(key) ?? { path: `${folder.path}${displayPath(name)}/`, below: new Map() };
    folder.below.set(key, below);
    folder = below;
  }
}

async function checkFolder(reader: ObjectReader, id: Oid, folder: Folder): Promise<Problem | undefined> {
  const entries = await readTree(reader, id, folder.path);
  if (!entries.ok) return entries.error;
  const checks = entries.value.map((entry) => {
    const below = entry.mode === DIRECTORY ? folder.below.get(hex(entry.name)) : undefined;
    return below === undefined ? undefined : checkFolder(reader, entry.id, below);
  });
  return (await Promise.all(checks)).find((wrong) => wrong !== undefined);
}

/** @param path of the folder, for messages, ending in a slash or empty. */
async function readTree(reader: ObjectReader, id: Oid, path: string): Promise<Result<readonly TreeEntry[]>> {
  const found = await reader.read(id, TREE_BYTES);
  if (found?.type !== 'tree' || found.bytes === undefined) {
    return err(problem('CONTENT_UNSEEN', `the tree ${id} is not in this repository`, { place: path === '' ? '/' : path, remedy: 'fetch it and try again' }));
  }
  const entries = parseTree(found.bytes, id.length / 2);
  return entries.ok ? entries : err({ ...entries.error, place: `${path}${entries.error.place ?? ''}` });
}

/** The entry at a path; null where there is none, or where a folder on the way is a file, a symlink or a submodule. */
export async function entryAt(reader: ObjectReader, root: Oid, path: string): Promise<Result<TreeEntry | null>> {
  let at: TreeEntry = { mode: DIRECTORY, name: new Uint8Array(), id: root };
  for (const name of segments(utf8(path))) {
    if (at.mode !== DIRECTORY) return ok(null);
    const entries = await readTree(reader, at.id, path);
    if (!entries.ok) return entries;
    const next = entries.value.find((entry) => equal(entry.name, name));
    if (next === undefined) return ok(null);
    at = next;
  }
  return ok(at);
}

function segments(path: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at <= path.length; ) {
    const end = path.indexOf(SLASH, at);
    found.push(path.slice(at, end < 0 ? path.length : end));
    at = end < 0 ? path.length + 1 : end + 1;
  }
  return found;
}
