/** The hooks git waits for, started past the rest of the command line: every commit pays for what is loaded here. */
import { hookMessage, openTerminal, parsed, type ReadTerms } from './hook-message.ts';

export type GitHook = 'prepare-commit-msg' | 'commit-msg';

/** Answers the exit code, and says on standard error what there is to say. */
export async function runGitHook(name: GitHook, args: readonly string[]): Promise<number> {
  process.removeAllListeners('warning');
  const [dir, env] = [process.cwd(), process.env];
  const answer = await hookMessage(name, args, { dir, env, terminal: () => openTerminal(env), readTerms: () => readTerms(dir) });
  process.stderr.write(answer.stderr);
  return answer.code;
}

/** In a process of its own, and only where policy has changed since: what reads a policy takes longer to load than all of this. */
async function readTerms(dir: string): Promise<ReadTerms | null> {
  const { spawnSync } = await import('node:child_process');
  const done = spawnSync(process.execPath, [process.argv[1] ?? '', 'hook', 'terms', '--repo', dir], { encoding: 'utf8', timeout: 20_000 });
  const terms = done.status === 0 ? parsed(done.stdout) : undefined;
  return terms === undefined ? null : { ...terms, keep: done.stdout.includes('"keep":true') };
}
