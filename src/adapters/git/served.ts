/**
 * The repositories of one installation under one folder, as git's own server wants them: `<id>.git`, each a link to where it really lies. Made
 * anew at every start, so that what the file no longer names is no longer served.
 */
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { gitEnvironment, runGit } from './run.ts';

export interface NamedRepository {
  /** `[a-z0-9][a-z0-9._-]*`. */
  readonly id: string;
  /** Absolute. */
  readonly path: string;
}

/** Answers the folder. Problems, all of them: GIT_FAILED where one is no bare repository, or has a hook of somebody else's. */
export async function linkServed(root: string, repositories: readonly NamedRepository[]): Promise<Result<string, readonly Problem[]>> {
  const wrong = (await Promise.all(repositories.map(unfit))).flatMap((p) => (p === null ? [] : [p]));
  if (wrong.length > 0) return err(wrong);
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (const { id, path } of repositories) await symlink(path, join(root, `${id}.git`));
  return ok(root);
}

async function unfit({ id, path }: NamedRepository): Promise<Problem | null> {
  const asked = await runGit(['rev-parse', '--is-bare-repository'], { env: gitEnvironment({ GIT_DIR: path }) });
  if (!asked.ok || asked.value.code !== 0 || Buffer.from(asked.value.stdout).toString().trim() !== 'true')
    return problem('GIT_FAILED', `${id} is no bare repository`, { place: path, remedy: 'make one with git init --bare or git clone --bare, and name its folder' });
  const elsewhere = await runGit(['config', '--get', 'core.hooksPath'], { env: gitEnvironment({ GIT_DIR: path }) });
  if (elsewhere.ok && elsewhere.value.code === 0)
    return problem('GIT_FAILED', `${id} takes its hooks from elsewhere, so the gate would not be asked`, { place: path, remedy: `git -C ${path} config --unset core.hooksPath` });
  const hook = await readFile(join(path, 'hooks', 'pre-receive'), 'utf8').catch(() => null);
  return hook === null || hook.includes("Countersign's hook")
    ? null
    : problem('GIT_FAILED', `${id} has a pre-receive hook of its own, which ours would take the place of`, { place: join(path, 'hooks', 'pre-receive'), remedy: 'move it away' });
}
