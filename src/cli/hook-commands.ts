/** `countersign hook ...`: what git and agents call, and how it is set up. Each is in its own file. */
import type { Command } from 'commander';
import { type Act, command } from './command.ts';
import { EXIT, refusal } from './exit.ts';
import { AGENTS_WORDS, recorderCommands, scopesWrong } from './hook-recorder-commands.ts';

export function hookCommands(program: Command, act: Act): void {
  const hook = command(program, 'hook', "git's hooks of this clone: declarations of AI assistance, filled in, asked for and kept", [
    'hook install',
    'hook install --agents',
    'hook log --verify',
    'hook install --uninstall',
  ]);

  command(hook, 'install', "set this clone's hooks, beside what is there; --uninstall puts back exactly what was", [
    'hook install',
    'hook install --dry-run',
    'hook install --agents',
    'hook install --agents claude,cursor --project',
    'hook install --uninstall --repo ../service',
  ])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--uninstall', 'take the hooks out again')
    .option('--agents [names]', `set the recorder's hooks in agents' settings instead: ${AGENTS_WORDS}`)
    .option('--user', 'with --agents: for this user (the default)')
    .option('--project', 'with --agents: for this clone')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const wrong = scopesWrong(options);
      if (wrong !== null) return act(Promise.resolve(refusal([wrong], options.json)));
      return options.agents === undefined
        ? act((await import('./hook-install.ts')).hookInstall(options))
        : act((await import('./hook-install-agents.ts')).hookAgents(options.uninstall === true ? 'uninstall' : 'install', options));
    });

  recorderCommands(hook, act);
  gitCommands(hook, act);
}

/** What git's hooks call. The first two go past all this, in main.ts: here they only have their help. */
function gitCommands(hook: Command, act: Act): void {
  const nothing = { code: EXIT.ok, stdout: '', stderr: '' };
  command(hook, 'prepare-commit-msg <file> [source] [object]', 'fill the declaration in, as git calls it', ['hook prepare-commit-msg .git/COMMIT_EDITMSG message']).action(
    async () => act(Promise.resolve(nothing)),
  );
  command(hook, 'commit-msg <file>', 'stop a commit that does not declare what policy asks, as git calls it: exit 1', ['hook commit-msg .git/COMMIT_EDITMSG']).action(async () =>
    act(Promise.resolve(nothing)),
  );
  command(hook, 'terms', 'what the policy of HEAD asks of commit messages, as JSON', ['hook terms'])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--json', 'print JSON, as it does anyhow')
    .action(async (options) => act((await import('./hook-terms.ts')).hookTerms(options.repo)));

  command(hook, 'post-rewrite <kind>', 'carry line records to commits an amend or a rebase made; old and new ids on standard input, as git calls it', ['hook post-rewrite amend'])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .action(async (_: string, options) => act((await import('./hook-post-rewrite.ts')).hookPostRewrite(options.repo)));
}
