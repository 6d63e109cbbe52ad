/** A served repository that takes push options: git tells them to its hooks, where a server never asked for them before. */
import { gitEnvironment, runGit, succeeded } from './run.ts';

/** Rejects where git does not write the setting. */
export async function advertisePushOptions(gitDir: string): Promise<void> {
  const set = succeeded('config', await runGit(['config', 'receive.advertisePushOptions', 'true'], { env: gitEnvironment({ GIT_DIR: gitDir }) }));
  if (!set.ok) throw new Error(set.error.message);
}
