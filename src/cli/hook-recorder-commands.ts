/** The recorder's commands, under `countersign hook`. */
import type { Command } from 'commander';
import { type Problem, problem } from '../core/base/result.ts';
import { type Act, command } from './command.ts';
import { EXIT, refusal } from './exit.ts';

export const AGENTS_WORDS = 'claude, cursor, copilot, codex, gemini, with commas between (default: those in use here)';

/** `--user` and `--project` say whose settings of agents: one of them, and only with `--agents`. */
export function scopesWrong({ agents, user, project }: { readonly agents?: string | true; readonly user?: boolean; readonly project?: boolean }): Problem | null {
  if (user === true && project === true) return problem('USAGE', '--user and --project do not go together', { place: 'command line', remedy: 'give one of them' });
  if (agents !== undefined || (user !== true && project !== true)) return null;
  const which = user === true ? '--user' : '--project';
  return problem('USAGE', `${which} is about settings of agents`, { place: which, remedy: `give --agents with it, or leave ${which} away for the hooks of this clone` });
}

export function recorderCommands(hook: Command, act: Act): void {
  // What an agent runs goes past all this, in main.ts: here it only has its help.
  command(hook, 'agent', "record one event of an agent: its hook's JSON on standard input, nothing on standard output, exit 0 always", [
    'hook agent --agent claude-code < event.json',
  ])
    .option('--agent <name>', 'whose settings name this command, for events that do not say')
    .action(async () => act(Promise.resolve({ code: EXIT.ok, stdout: '', stderr: '' })));

  command(hook, 'uninstall', "take the recorder's hooks out of agents' settings; the hooks of the clone: install --uninstall", [
    'hook uninstall --agents',
    'hook uninstall --agents claude,codex --project',
  ])
    .requiredOption('--agents [names]', AGENTS_WORDS)
    .option('--user', 'of this user (the default)')
    .option('--project', 'of this clone')
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const wrong = scopesWrong(options);
      return act(wrong === null ? (await import('./hook-install-agents.ts')).hookAgents('uninstall', options) : Promise.resolve(refusal([wrong], options.json)));
    });

  command(hook, 'post-commit [rev]', 'say which lines of a commit the recorded sessions made, in a signed note beside it', [
    'hook post-commit',
    'hook post-commit HEAD --git-ai --json',
  ])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--git-ai', "write git-ai's note too, where there is none")
    .option('--json', 'print JSON')
    .action(async (rev: string | undefined, options) => act((await import('./hook-post-commit.ts')).hookPostCommit(rev ?? 'HEAD', options)));

  command(hook, 'log', 'what the recorder saw in this clone; --verify proves the log from end to end', [
    'hook log',
    'hook log --verify',
    'hook log --session s_c9883b05a2487d --json',
  ])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--verify', 'check every signature and that nothing is missing')
    .option('--session <id>', 'only of this session, with the texts of its trail')
    .option('--json', 'print JSON, one entry a line')
    .action(async (options) => act((await import('./hook-log.ts')).hookLog(options)));
}
