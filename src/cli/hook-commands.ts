/** `countersign hook ...`: what git and agents call, and how it is set up. Each is in its own file. */
import type { Command } from 'commander';
import { type Act, command, EXIT_HELP } from './command.ts';
import { recorderCommands } from './hook-recorder-commands.ts';

export function hookCommands(program: Command, act: Act): void {
  const hook = program
    .command('hook')
    .description("git's hooks of this clone: declarations of AI assistance, filled in, asked for and kept")
    .exitOverride()
    .addHelpText('after', EXIT_HELP);

  command(hook, 'install', "set this clone's hooks, beside what is there; --uninstall puts back exactly what was", [
    'hook install',
    'hook install --dry-run',
    'hook install --uninstall --repo ../service',
  ])
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--uninstall', 'take the hooks out again')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'print JSON')
    .action(async (options) => act((await import('./hook-install.ts')).hookInstall(options)));

  recorderCommands(hook, act);
}
