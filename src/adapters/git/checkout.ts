/** The port `Checkout`: how a CI system left a clone. Nothing it configures is read beyond the names of its refs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { manifestOf } from '../../core/change/manifest.ts';
import type { Checkout } from '../../flows/ports-carried.ts';
import { DIFF_TREE, isId, lines } from './change.ts';
import { parseCommit } from './commit.ts';
import { readingToo } from './merges.ts';
import { openObjects } from './objects.ts';
import { locate, type Place, type RepositoryPlace } from './place.ts';
import { type Environment, failure, gitEnvironment, runGit, succeeded } from './run.ts';

const COMMIT_BYTES = 1 << 20;
/** A merge somebody made slow is one git does not make by itself. */
const SECONDS = 20;
/** Files whose new names are looked for on either side. Git gives up at 7000, and whoever merges with a higher limit would see renames that we do not. */
const RENAMES = 100_000;

/** @param place `{ dir }` for a clone. Opening costs nothing. */
export function openCheckout(place: RepositoryPlace): Checkout {
  let known: Promise<Result<Place>> | undefined;
  const within = async <T>(act: (at: Place) => Promise<Result<T>> | Result<T>): Promise<Result<T>> => {
    known ??= locate(place);
    const at = await known;
    return at.ok ? act(at.value) : at;
  };
  return {
    shallow: () => within((at) => ok(at.shallow.size > 0)),
    tip: (branch) => within((at) => targetTip(at, branch)),
    holds: (tip, commit) => within((at) => holds(at, tip, commit)),
    merged: (commit) => within((at) => mergedIn(at, commit)),
    landing: (onto, head) => within((at) => landingOf(at, onto, head)),
  };
}

/** The top folder of the work tree, absolute; null in a bare repository. Problem: GIT_FAILED. */
export async function topOf({ dir }: { readonly dir: string }): Promise<Result<string | null>> {
  const at = await locate({ dir });
  if (!at.ok) return at;
  const output = await runGit(['rev-parse', '--show-toplevel'], { env: gitEnvironment(), cwd: resolve(dir) });
  if (!output.ok) return output;
  return ok(output.value.code === 0 ? (text(output.value.stdout) ?? '').replace(/\n$/, '') : null);
}

/** Of the remote's copy alone: a branch of the clone may be the change's own, called like the target. */
async function targetTip(at: Place, branch: string): Promise<Result<Oid | null>> {
  const asked = await runGit(['rev-parse', '--is-bare-repository'], { env: at.refs });
  const bare = succeeded('rev-parse', asked);
  if (!bare.ok) return bare;
  const name = (text(bare.value) ?? '').trim() === 'true' ? branch : branch.replace(/^refs\/heads\//, 'refs/remotes/origin/');
  const printed = succeeded('for-each-ref', await runGit(['for-each-ref', '--format=%(refname) %(objecttype) %(objectname)', name], { env: at.refs }));
  if (!printed.ok) return printed;
  const [, id] = lines(printed.value).flatMap((line) => (line.startsWith(`${name} commit `) ? [line.split(' commit ')] : []))[0] ?? [];
  return ok(id ?? null);
}

async function holds(at: Place, tip: Oid, commit: Oid): Promise<Result<boolean>> {
  const output = await runGit(['merge-base', '--is-ancestor', commit, tip], { env: at.objects });
  if (!output.ok) return output;
  return output.value.code < 2 ? ok(output.value.code === 0) : err(failure('merge-base', output.value.code, output.value.stderr));
}

async function mergedIn(at: Place, commit: Oid): Promise<Result<{ readonly into: Oid; readonly from: Oid } | null>> {
  const reader = await openObjects(at.objects);
  try {
    const found = await reader.read(commit, COMMIT_BYTES);
    if (found?.type !== 'commit' || found.bytes === undefined) return ok(null);
    const { parents, tree } = parseCommit(commit, found.bytes);
    const [into, from] = parents;
    if (into === undefined || from === undefined || parents.length !== 2) return ok(null);
    const made = await merging(at, into, from, async (made) => ok(made));
    return made.ok ? ok(made.value === tree ? { into, from } : null) : made;
  } finally {
    reader.close();
  }
}

async function landingOf(at: Place, onto: Oid, head: Oid): Promise<Result<string | null>> {
  return merging(at, onto, head, async (tree, env) => {
    const raw = succeeded('diff-tree', await runGit([...DIFF_TREE, onto, tree], { env }));
    return raw.ok ? ok(manifestOf(raw.value)) : raw;
  });
}

/**
 * What is made of the tree that git makes of two commits; null where it makes none without a person. What git writes is thrown away
 * afterwards. No driver, attribute or setting of the clone has a say: the git directory is the empty one of view.ts.
 */
async function merging<T>(at: Place, into: Oid, from: Oid, use: (tree: Oid, env: Environment) => Promise<Result<T>>): Promise<Result<T | null>> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-merge-'));
  try {
    const env = { ...at.objects, ...readingToo(folder, at.objects) };
    const output = await runGit([...MERGE_TREE, into, from], { env, cwd: folder, seconds: SECONDS });
    if (!output.ok) return output.error.code === 'PUSH_TOO_LARGE' ? ok(null) : output;
    const [tree = ''] = lines(output.value.stdout);
    if (output.value.code === 0 && isId(at, tree)) return await use(tree, env);
    return output.value.code === 1 ? ok(null) : err(failure('merge-tree', output.value.code, output.value.stderr));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder that was renamed on one side is a conflict, as in any git that nobody told otherwise: some then move what is new on the other side, and some do not. */
const MERGE_TREE = ['-c', 'core.fsync=none', '-c', 'merge.directoryRenames=conflict', '-c', `merge.renameLimit=${RENAMES}`, 'merge-tree', '--write-tree', '--no-messages'];
