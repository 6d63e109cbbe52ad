/**
 * Writes notes by plumbing: blobs, an index of its own, a tree, a commit, and the ref moved only from where it was read.
 * Where somebody else wrote meanwhile everything is done again on top of theirs. Objects go through the empty git directory of
 * view.ts and the ref without hooks, so that nothing of the clone runs.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { isId, lines } from './change.ts';
import { type NotesTree, readNotesTree } from './notes-tree.ts';
import { openObjects } from './objects.ts';
import type { Place } from './place.ts';
import { tipOf } from './revision.ts';
import { type Environment, failure, runGit, succeeded } from './run.ts';

type Written = { readonly commit: Oid; readonly text: string };

const REF = /^refs\/notes\/[A-Za-z0-9][A-Za-z0-9_-]*$/;
const TRIES = 12;
/** From here on two digits make a folder, as git has it. */
const FLAT = 256;
const NOBODY = {
  GIT_AUTHOR_NAME: 'Countersign',
  GIT_AUTHOR_EMAIL: 'notes@countersign.invalid',
  GIT_COMMITTER_NAME: 'Countersign',
  GIT_COMMITTER_EMAIL: 'notes@countersign.invalid',
};

/** Problem: GIT_FAILED, also where the notes that are there cannot be read: they are never thrown away. */
export async function writeNotes(place: Place, ref: string, notes: readonly Written[]): Promise<Result<void>> {
  const strange = notes.find((n) => !isId(place, n.commit));
  if (!REF.test(ref) || strange !== undefined)
    return err(problem('GIT_FAILED', `${strange === undefined ? ref : JSON.stringify(strange.commit)} is nothing a note can be written to`));
  if (notes.length === 0) return ok(undefined);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-notes-'));
  try {
    const blobs = await writeBlobs(place, folder, notes);
    return blobs.ok ? await moved(place, folder, ref, blobs.value) : blobs;
  } catch (error) {
    return err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeBlobs(place: Place, folder: string, notes: readonly Written[]): Promise<Result<ReadonlyMap<Oid, Oid>>> {
  const last = [...new Map(notes.map((n) => [n.commit, n.text]))];
  const files = await Promise.all(
    last.map(async ([, body], i) => {
      await writeFile(join(folder, `n${i}`), body);
      return join(folder, `n${i}`);
    }),
  );
  const input = files.map((file) => `${file}\n`).join('');
  const printed = succeeded('hash-object', await runGit(['hash-object', '-w', '--no-filters', '--stdin-paths'], { env: place.objects, input }));
  if (!printed.ok) return printed;
  const ids = lines(printed.value);
  return ids.length === last.length ? ok(new Map(last.map(([commit], i) => [commit, ids[i] ?? '']))) : err(problem('GIT_FAILED', 'git hash-object answered something else'));
}

async function moved(place: Place, folder: string, ref: string, blobs: ReadonlyMap<Oid, Oid>): Promise<Result<void>> {
  let last: Problem = problem('GIT_FAILED', `${ref} moved again and again while notes were written`, { remedy: 'try again' });
  for (let tried = 0; tried < TRIES; tried += 1) {
    const tip = await tipOf(place, ref);
    if (!tip.ok) return tip;
    const commit = await committed(place, join(folder, `index${tried}`), tip.value, blobs);
    if (!commit.ok) return commit;
    const from = tip.value ?? '0'.repeat(commit.value.length);
    const output = await runGit(['-c', 'core.hooksPath=/dev/null', 'update-ref', '-m', 'countersign: lines', ref, commit.value, from], { env: place.refs });
    if (!output.ok) return output;
    if (output.value.code === 0) return ok(undefined);
    last = failure('update-ref', output.value.code, output.value.stderr);
    if (!/cannot lock ref|but expected|File exists/i.test(output.value.stderr)) return err(last);
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40 * (tried + 1)));
  }
  return err(last);
}

async function committed(place: Place, index: string, tip: Oid | null, blobs: ReadonlyMap<Oid, Oid>): Promise<Result<Oid>> {
  const there = tip === null ? ok(new Map()) : await treeOf(place, tip);
  if (!there.ok) return there;
  const env = { ...place.objects, GIT_INDEX_FILE: index };
  const read = tip === null ? ok(new Uint8Array()) : await run(env, 'read-tree', [tip]);
  if (!read.ok) return read;
  const staged = await run(env, 'update-index', ['--index-info'], entries(there.value, blobs));
  if (!staged.ok) return staged;
  const tree = await one(env, 'write-tree', []);
  return tree.ok ? one({ ...env, ...NOBODY }, 'commit-tree', [tree.value, ...(tip === null ? [] : ['-p', tip]), '-m', 'Notes by countersign']) : tree;
}

/** What is said of these commits goes, wherever it stands, and the new comes. */
function entries(there: NotesTree, blobs: ReadonlyMap<Oid, Oid>): string {
  const folders = there.size + blobs.size > FLAT || [...there.values()].some(([place]) => place?.path.includes('/'));
  return [...blobs]
    .flatMap(([commit, blob]) => [
      ...(there.get(commit) ?? []).map(({ path }) => `0 ${'0'.repeat(blob.length)}\t${path}\n`),
      `100644 ${blob}\t${folders ? `${commit.slice(0, 2)}/${commit.slice(2)}` : commit}\n`,
    ])
    .join('');
}

async function treeOf(place: Place, tip: Oid): Promise<Result<NotesTree>> {
  const reader = await openObjects(place.objects);
  try {
    const tree = await readNotesTree(reader, tip);
    return tree.ok ? tree : err(problem('GIT_FAILED', `the notes that are there cannot be read: ${tree.error}`, { remedy: 'fetch the missing objects, or move that ref away' }));
  } finally {
    reader.close();
  }
}

const run = async (env: Environment, name: string, args: readonly string[], input?: string): Promise<Result<Uint8Array>> =>
  succeeded(name, await runGit([name, ...args], { env, ...(input === undefined ? {} : { input }) }));

async function one(env: Environment, name: string, args: readonly string[]): Promise<Result<Oid>> {
  const printed = await run(env, name, args);
  return printed.ok ? ok((text(printed.value) ?? '').trim()) : printed;
}
