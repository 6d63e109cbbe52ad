/** Paths of the files in a clone's newest commit: what path patterns of a policy are about. */
import { resolve } from 'node:path';
import type { Result } from '../../core/base/result.ts';
import { displayPath } from '../../core/change/manifest.ts';
import { gitEnvironment, runGit, succeeded } from './run.ts';

/** @param dir any folder of a work tree, or a bare repository. Problems: GIT_FAILED, CONTENT_UNSEEN where there is no repository or no commit. */
export async function filesAtHead(dir: string): Promise<Result<readonly string[]>> {
  const listed = succeeded('ls-tree', await runGit(['ls-tree', '-r', '--name-only', '--full-tree', '-z', 'HEAD'], { env: gitEnvironment(), cwd: resolve(dir) }));
  return listed.ok ? { ok: true, value: names(listed.value) } : listed;
}

function names(bytes: Uint8Array): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    const stop = end < 0 ? bytes.length : end;
    found.push(displayPath(bytes.subarray(at, stop)));
    at = stop + 1;
  }
  return found;
}
