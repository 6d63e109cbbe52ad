/** The commands of `countersign risk`. */
import { type Command, Option } from 'commander';
import { TIERS } from '../core/risk/risk.ts';
import { type Act, command, EXIT_HELP, FLOOR_WORDS, PLAN_WORDS, several } from './command.ts';
import { FAIL_ON } from './risk-text.ts';

export function riskCommands(program: Command, act: Act): void {
  const group = command(program, 'risk', 'how dangerous a change, a file or a plan is, and why: docs/guides/risk.md', [
    'risk',
    'risk origin/main..HEAD --json',
    'risk file infra/main.tf',
    'risk sql db/migrations/0042_drop.sql',
    'risk plan plan.json --fail-on critical',
  ]);
  const sub = (words: string, description: string, isDefault = false): Command =>
    group
      .command(words, { isDefault })
      .description(description)
      .exitOverride()
      .addOption(new Option('--fail-on <tier>', 'end with 1 from this tier on').choices([...TIERS.values]).default(FAIL_ON))
      .option('--json', 'print JSON (docs/spec/risk.schema.json)')
      .addHelpText('after', EXIT_HELP);

  sub('change [range]', 'of the change in this clone, as `check` sees it; the word `change` may be left out', true)
    .option('--target <rev>', 'the target branch (default: origin/HEAD, else origin/main, origin/master, main, master)')
    .option('--plan <file>', PLAN_WORDS, several)
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--floor <file>', FLOOR_WORDS, several)
    .action(async (range: string | undefined, options) => act((await import('./risk.ts')).risk(range ?? '', options)));
  sub('file <paths...>', 'of files as they lie here, against what the repository has of them; - reads standard input')
    .option('--base <rev>', 'what was there before: a revision, or none (default: HEAD)')
    .option('--as <path>', 'what to call standard input: the name says what it is')
    .action(async (paths: string[], options) => act((await import('./risk-files.ts')).riskFiles(paths, options)));
  sub('sql <files...>', 'of migrations that are new, in deploy order; - reads standard input')
    .option('--as <path>', 'what to call standard input: the folder and name say which tool runs it')
    .action(async (files: string[], options) => act((await import('./risk-files.ts')).riskSql(files, options)));
  sub('plan <files...>', 'of plans: output of `terraform show -json`, `aws cloudformation describe-change-set` or `pulumi preview --json`').action(
    async (files: string[], options) => act((await import('./risk-files.ts')).riskPlans(files, options)),
  );
}
