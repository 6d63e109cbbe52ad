/**
 * Reads a change: four spawns, `merge-base`, then `rev-list` and `diff-tree` together, then one `cat-file` for commits,
 * trees and contents. Pushed objects are hostile until this has answered.
 */
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Change, Commit, Manifest, Oid } from '../../core/change/change.ts';
import { blobsOf, manifest256Of, manifestAlg, manifestOf, parseTreeDiff } from '../../core/change/manifest.ts';
import { parseCommit } from './commit.ts';
import { type ObjectReader, openObjects } from './objects.ts';
import { EMPTY_TREE, idLength, type Place } from './place.ts';
import { failure, runGit, succeeded } from './run.ts';
import { checkTrees } from './trees.ts';

/** Commits read of one change, newest first; more are `unseen`. */
const COMMITS = 10_000;
/** One commit object; and all of a change together: messages compress well, and memory does not. */
const COMMIT_BYTES = 1 << 20;
const ALL_COMMIT_BYTES = 64 << 20;
const AT_ONCE = 64;

/** The command of docs/spec/manifest.md, and two more options that print the same bytes whatever is configured. */
/** What a manifest is made of, to the byte: docs/spec/manifest.md. */
export const DIFF_TREE = ['diff-tree', '-r', '-z', '--no-renames', '--full-index', '--ignore-submodules=none', '--no-relative', '-O/dev/null'];

export interface ChangeAsk {
  readonly repo: string;
  readonly targetRef: string;
  readonly base: Oid | null;
  readonly head: Oid;
  /** Files of the difference; more: PUSH_TOO_LARGE. */
  readonly most?: number;
}

/** Problems: CONTENT_DUPLICATE, CONTENT_UNSEEN, PUSH_TOO_LARGE, GIT_FAILED. */
export async function readChange(place: Place, of: ChangeAsk): Promise<Result<Change>> {
  for (const id of [of.base, of.head]) {
    if (id !== null && !isId(place, id)) return err(problem('GIT_FAILED', `${JSON.stringify(id)} is not a full object id of this repository`));
  }
  const mergeBase = of.base === null ? ok(null) : await mergeBaseOf(place, of.base, of.head);
  if (!mergeBase.ok) return mergeBase;
  const [raw, listed] = await Promise.all([diffTree(place, mergeBase.value, of.head), commitsBetween(place, of.base, of.head)]);
  if (!raw.ok) return raw;
  if (!listed.ok) return listed;
  const reader = await openObjects(place.objects);
  try {
    return await assemble(place, reader, { ...of, mergeBase: mergeBase.value, raw: raw.value, listed: listed.value });
  } catch (error) {
    return err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error)));
  } finally {
    reader.close();
  }
}

interface Gathered extends ChangeAsk {
  readonly mergeBase: Oid | null;
  readonly raw: Uint8Array;
  readonly listed: readonly Oid[];
}

async function assemble(place: Place, reader: ObjectReader, g: Gathered): Promise<Result<Change>> {
  const ids = g.listed.slice(0, COMMITS).reverse();
  const [head, base] = await Promise.all([g.head, g.mergeBase ?? g.head].map((id) => readCommit(reader, id)));
  const commits = await readCommits(reader, ids);
  if (!commits.ok) return commits;
  if (head === undefined || base === undefined) return err(unseen('a commit of this change is not in this repository, or is over 1 MiB'));
  const manifest = await readManifest(reader, g, g.mergeBase === null ? [head] : [base, head]);
  if (!manifest.ok) return manifest;
  const { repo, targetRef } = g;
  const notSeen = [...capped(g.listed), ...(await shallowness(place, g))];
  return ok({ repo, targetRef, base: g.base, mergeBase: g.mergeBase, head: g.head, headTree: head.tree, commits: commits.value, unseen: notSeen, ...manifest.value });
}

async function readManifest(reader: ObjectReader, g: Gathered, sides: readonly Commit[]): Promise<Result<Manifest>> {
  const records = parseTreeDiff(g.raw);
  if (!records.ok) return records;
  if (records.value.length > (g.most ?? Number.POSITIVE_INFINITY))
    return err(problem('PUSH_TOO_LARGE', `${records.value.length} files change; at most ${g.most} are judged at once`, { remedy: 'push in smaller parts' }));
  for (const side of sides) {
    const wrong = await checkTrees(reader, side.tree, records.value);
    if (wrong !== undefined) return err(wrong);
  }
  const blobs = blobsOf(records.value);
  const digests = new Map(await Promise.all(blobs.map(async (id) => [id, await reader.digest(id)] as const)));
  const manifest256 = manifest256Of(records.value, (id) => digests.get(id));
  return manifest256.ok ? ok({ alg: manifestAlg(g.head), manifest: manifestOf(g.raw), manifest256: manifest256.value, records: records.value }) : manifest256;
}

async function readCommits(reader: ObjectReader, ids: readonly Oid[]): Promise<Result<readonly Commit[]>> {
  const commits: Commit[] = [];
  let size = 0;
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => readCommit(reader, id)));
    for (const commit of some) {
      if (commit === undefined) return err(unseen('a commit of this change is not in this repository, or is over 1 MiB'));
      size += commit.message.length;
      commits.push(commit);
    }
    if (size > ALL_COMMIT_BYTES) return err(problem('PUSH_TOO_LARGE', 'the messages of this change are over 64 MiB', { remedy: 'push in smaller parts' }));
  }
  return ok(commits);
}

async function readCommit(reader: ObjectReader, id: Oid): Promise<Commit | undefined> {
  const found = await reader.read(id, COMMIT_BYTES);
  return found?.type === 'commit' && found.bytes !== undefined ? parseCommit(id, found.bytes) : undefined;
}

/** Where there are several, the one git prefers: the change names it. null where the histories never met. */
async function mergeBaseOf(place: Place, base: Oid, head: Oid): Promise<Result<Oid | null>> {
  const bases = await mergeBasesOf(place, [], base, head);
  return bases.ok ? ok(bases.value[0] ?? null) : bases;
}

/** @param how options of `git merge-base`. */
export async function mergeBasesOf(place: Place, how: readonly string[], one: Oid, other: Oid): Promise<Result<readonly Oid[]>> {
  const output = await runGit(['merge-base', ...how, one, other], { env: place.objects });
  if (!output.ok) return output;
  if (output.value.code === 1 && output.value.stdout.length === 0) return ok([]);
  if (output.value.code !== 0) return err(failure('merge-base', output.value.code, output.value.stderr));
  const ids = lines(output.value.stdout);
  return ids.length > 0 && ids.every((id) => isId(place, id)) ? ok(ids) : err(problem('GIT_FAILED', 'git merge-base answered something else'));
}

async function diffTree(place: Place, mergeBase: Oid | null, head: Oid): Promise<Result<Uint8Array>> {
  return succeeded('diff-tree', await runGit([...DIFF_TREE, mergeBase ?? EMPTY_TREE[place.format], head], { env: place.objects }));
}

/** Newest first, one more than the cap where there are more. */
async function commitsBetween(place: Place, base: Oid | null, head: Oid): Promise<Result<readonly Oid[]>> {
  const args = ['rev-list', '--topo-order', `--max-count=${COMMITS + 1}`, head, ...(base === null ? [] : [`^${base}`])];
  const printed = succeeded('rev-list', await runGit(args, { env: place.objects }));
  return printed.ok ? ok(lines(printed.value)) : printed;
}

const capped = (listed: readonly Oid[]): readonly string[] => (listed.length > COMMITS ? [`only the newest ${COMMITS} commits of this change were read; there are more`] : []);

/** A cut between the merge base and either side hides commits, and perhaps a nearer merge base. */
async function shallowness(place: Place, g: Gathered): Promise<readonly string[]> {
  if (place.shallow.size === 0) return [];
  if (g.base !== null && g.mergeBase === null) return ['this clone is shallow and its history ends before a merge base was found; `git fetch --unshallow` brings the rest'];
  const other = g.base === null ? ok([]) : await commitsBetween(place, g.head, g.base);
  const cut = [...g.listed, ...(other.ok ? other.value : [])].find((id) => place.shallow.has(id));
  const unread = cut === undefined && other.ok ? [] : [`this clone is shallow: the parents of ${cut ?? g.head} were not seen; \`git fetch --unshallow\` brings them`];
  return unread;
}

export const isId = (place: Place, id: string): boolean => id.length === idLength(place.format) && /^[0-9a-f]+$/.test(id);

export const lines = (bytes: Uint8Array): readonly string[] => (text(bytes) ?? '').split('\n').filter(Boolean);

const unseen = (message: string): Problem => problem('CONTENT_UNSEEN', message, { remedy: 'fetch the missing history and try again' });
