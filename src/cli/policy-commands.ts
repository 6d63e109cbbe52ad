/** `countersign policy ...`: the commands about policy files. Each is in its own file. */
import type { Command } from 'commander';
import { type Act, command, EXIT_HELP } from './command.ts';

export function policyCommands(program: Command, act: Act): void {
  const policy = program.command('policy').description('make and examine policy').exitOverride().addHelpText('after', EXIT_HELP);

  command(policy, 'import <file>', 'rules for countersign.yml out of a CODEOWNERS file, and what could not be carried over', [
    'policy import .github/CODEOWNERS > imported.yml',
    'policy import CODEOWNERS --dialect gitlab',
  ])
    .option('--dialect <name>', 'github or gitlab', 'github')
    .option('--json', 'print JSON')
    .action(async (file: string, options) => act((await import('./policy-import.ts')).policyImport(file, options)));
}
