/** The port `Checkout`: how a CI system left a clone. Nothing it configures is read beyond the names of its refs. */
import { resolve } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { Checkout } from '../../flows/ports-carried.ts';
import { lines } from './change.ts';
import { parseCommit } from './commit.ts';
import { landingOf, merging } from './merged-tree.ts';
import { openObjects } from './objects.ts';
import { locate, type Place, type RepositoryPlace } from './place.ts';
import { failure, gitEnvironment, runGit, succeeded } from './run.ts';

const COMMIT_BYTES = 1 << 20;
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
