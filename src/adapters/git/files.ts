/** Paths of the files in a clone's newest commit: what path patterns of a policy are about. */
import { err, problem, type Result } from '../../core/base/result.ts';
import { displayPath } from '../../core/change/manifest.ts';
import { locate } from './place.ts';
import { commitAt } from './revision.ts';
import { runGit, succeeded } from './run.ts';

/** @param dir any folder of a work tree, or a bare repository. Problems: GIT_FAILED, CONTENT_UNSEEN where there is no repository or no commit. */
export async function filesAtHead(dir: string): Promise<Result<readonly string[]>> {
  const at = await locate({ dir });
  if (!at.ok) return at;
  const head = await commitAt(at.value, 'HEAD');
  if (head === null) return err(problem('CONTENT_UNSEEN', 'there is no commit here yet', { place: 'HEAD', remedy: 'commit something first' }));
  const listed = succeeded('ls-tree', await runGit(['ls-tree', '-r', '--name-only', '--full-tree', '-z', head], { env: at.value.objects }));
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
