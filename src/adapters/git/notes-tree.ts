/**
 * What a notes ref holds: a tree whose blobs are named by the commit they speak of, with slashes after two digits each where
 * there are many. Walked by hand and by its names: whoever pushes the ref chooses the tree, and one that holds itself a
 * million times over, or is not there, is a problem in words and costs little.
 */
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { DIRECTORY, parseTree } from '../../core/change/tree.ts';
import { parseCommit } from './commit.ts';
import type { ObjectReader } from './objects.ts';

export interface NotePlace {
  /** In the tree: `ab/cdef...`. */
  readonly path: string;
  readonly blob: Oid;
}

/** By the commit they speak of; one that is named in two ways has two. */
export type NotesTree = ReadonlyMap<Oid, readonly NotePlace[]>;

/** Entries looked at, of all trees of one ref. */
const MOST = 2_000_000;
const TREE_BYTES = 256 << 20;
const COMMIT_BYTES = 1 << 20;
const PAIR = /^[0-9a-f]{2}$/;

/** @param tip what the ref points to: a commit or a tree. The error is a sentence. */
export async function readNotesTree(reader: ObjectReader, tip: Oid): Promise<Result<NotesTree, string>> {
  const found = await reader.read(tip, COMMIT_BYTES);
  if (found?.type === 'tree') return walk(reader, tip);
  if (found?.type !== 'commit' || found.bytes === undefined) return err(`the object ${tip} it points to is ${found === undefined ? 'missing' : 'no commit'}`);
  return walk(reader, parseCommit(tip, found.bytes).tree);
}

async function walk(reader: ObjectReader, root: Oid): Promise<Result<NotesTree, string>> {
  const notes = new Map<Oid, NotePlace[]>();
  const open: { readonly id: Oid; readonly path: string }[] = [{ id: root, path: '' }];
  const seen = new Set<Oid>();
  let left = MOST;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    // no two commits end in the same 38 digits, so no honest tree stands under two names
    if (seen.has(at.id)) return err(`the tree ${at.id} of its notes stands in it twice`);
    seen.add(at.id);
    const found = await reader.read(at.id, TREE_BYTES);
    if (found?.type !== 'tree' || found.bytes === undefined) return err(`the tree ${at.id} of its notes is ${found === undefined ? 'missing' : 'too large or no tree'}`);
    const entries = parseTree(found.bytes, root.length / 2);
    if (!entries.ok) return err(`the tree ${at.id} of its notes is damaged: ${entries.error.message}`);
    left -= entries.value.length;
    if (left < 0) return err(`it holds over ${MOST} entries`);
    for (const { mode, name, id } of entries.value) {
      const path = `${at.path}${text(name) ?? ''}`;
      if (mode === DIRECTORY && PAIR.test(text(name) ?? '') && path.length < root.length) open.push({ id, path: `${path}/` });
      else if (mode !== DIRECTORY) note(notes, path, id, root.length);
    }
  }
  return ok(notes);
}

function note(notes: Map<Oid, NotePlace[]>, path: string, blob: Oid, idLength: number): void {
  const commit = path.replaceAll('/', '');
  if (commit.length !== idLength || !/^[0-9a-f]+$/.test(commit)) return;
  const places = notes.get(commit);
  if (places === undefined) notes.set(commit, [{ path, blob }]);
  else places.push({ path, blob });
}
