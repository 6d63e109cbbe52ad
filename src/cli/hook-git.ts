/** The hooks git waits for, started past the rest of the command line: every commit pays for what is loaded here. */
import { hookMessage, openTerminal } from './hook-message.ts';

export type GitHook = 'prepare-commit-msg' | 'commit-msg';

/** Answers the exit code, and says on standard error what there is to say. */
export async function runGitHook(name: GitHook, args: readonly string[]): Promise<number> {
  process.removeAllListeners('warning');
  const [dir, env] = [process.cwd(), process.env];
  const answer = await hookMessage(name, args, { dir, env, terminal: () => openTerminal(env), readTerms: () => readTerms(dir) });
  process.stderr.write(answer.stderr);
  return answer.code;
}

/** Loads all that reads a policy. */
async function readTerms(dir: string) {
  const [{ declarationTerms }, { openDeclareClone }] = await Promise.all([import('./declare-terms.ts'), import('../world.ts')]);
  const { repository } = await openDeclareClone(dir);
  return declarationTerms(repository);
}
