/** The tree that git makes of two commits by itself, and what it would change where one of them stands. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { manifestOf } from '../../core/change/manifest.ts';
import { DIFF_TREE, isId, lines } from './change.ts';
import { type Place, readingToo } from './place.ts';
import { type Environment, failure, runGit, succeeded } from './run.ts';

/** A merge somebody made slow is one git does not make by itself. */
const SECONDS = 20;
/** Files whose new names are looked for on either side. Git gives up at 7000, and whoever merges with a higher limit would see renames that we do not. */
const RENAMES = 100_000;

/** As `Merges.landing`. */
export async function landingOf(at: Place, onto: Oid, head: Oid): Promise<Result<string | null>> {
  return merging(at, onto, head, async (tree, env) => {
    const raw = succeeded('diff-tree', await runGit([...DIFF_TREE, onto, tree], { env }));
    return raw.ok ? ok(manifestOf(raw.value)) : raw;
  });
}

/**
 * What is made of the tree that git makes of two commits; null where it makes none without a person. What git writes is thrown away
 * afterwards. No driver, attribute or setting of the clone has a say: the git directory is the empty one of view.ts.
 */
export async function merging<T>(at: Place, into: Oid, from: Oid, use: (tree: Oid, env: Environment) => Promise<Result<T>>): Promise<Result<T | null>> {
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
