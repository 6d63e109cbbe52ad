/** An empty bare repository of ours. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../core/base/result.ts';
import { gitEnvironment, runGit, succeeded } from './run.ts';
import type { ObjectFormat } from './view.ts';

/** Renamed into place when it is whole; where another process was first, its repository is used. No hooks, and no configuration but git's own. */
export async function makeBare(root: string, folder: string, format: ObjectFormat): Promise<Result<void>> {
  await mkdir(root, { recursive: true });
  const fresh = await mkdtemp(join(root, 'new-'));
  // A later git may keep refs otherwise unless told.
  const env = gitEnvironment({ GIT_DEFAULT_REF_FORMAT: 'files' });
  const made = succeeded('init', await runGit(['init', '-q', '--bare', `--object-format=${format}`, '--template=', fresh], { env }));
  if (!made.ok) return made;
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return ok(undefined);
}
