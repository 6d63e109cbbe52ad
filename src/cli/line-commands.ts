/** The commands of `countersign lines`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Act, command, helpWithin } from './command.ts';

const DAYS_WORDS = 'how many days before it records of other commits are looked at (default: 30)';
const REPO_WORDS = 'a folder of the clone';

export function lineCommands(program: Command, act: Act): void {
  const lines = command(program, 'lines', 'which lines an AI wrote, as notes and records say', [
    'lines',
    'lines origin/main..HEAD --json',
    'lines export origin/main..HEAD --format agent-trace > traces.jsonl',
    'lines import .agent-trace/traces.jsonl',
    'lines attach HEAD',
  ]);
  const sub = (words: string, description: string, isDefault = false): Command =>
    lines
      .command(words, { isDefault })
      .description(description)
      .exitOverride()
      .option('--repo <dir>', REPO_WORDS, '.')
      .addHelpText('after', helpWithin(lines, words, isDefault));

  sub('show [range]', 'of a commit (default: HEAD) or a range BASE..HEAD; the word `show` may be left out', true)
    .option('--days <n>', DAYS_WORDS, whole)
    .option('--json', 'print JSON')
    .action(async (range: string | undefined, options) => act((await import('./line-show.ts')).showLines(range ?? '', options)));
  sub('export [range]', 'print the records of each commit, one line of JSON each')
    .addOption(new Option('--format <format>', 'what to print').choices(['agent-trace', 'git-ai']).makeOptionMandatory())
    .option('--json', 'print problems as JSON')
    .action(async (range: string | undefined, options) => act((await import('./line-transfer.ts')).exportLines(range ?? '', options)));
  sub('import <file>', 'take agent-trace records in, as records of ours under refs/notes/countersign')
    .option('--range <range>', 'only commits of this range (default: all of HEAD)')
    .option('--git-ai', "write git-ai's note too, where a commit has none")
    .option('--json', 'print JSON')
    .action(async (file: string, options) => act((await import('./line-transfer.ts')).importLines(file, options)));
  sub('attach [range]', 'find again what was recorded before a squash, rebase or cherry-pick, and record it of the new commits')
    .option('--days <n>', DAYS_WORDS, whole)
    .option('--git-ai', "write git-ai's note too, where a commit has none")
    .option('--json', 'print JSON')
    .action(async (range: string | undefined, options) => act((await import('./line-transfer.ts')).attachCommand(range ?? '', options)));
}

function whole(value: string): number {
  if (!/^[1-9][0-9]{0,4}$/.test(value)) throw new InvalidArgumentError('it is a whole number of days, 1 or more');
  return Number(value);
}
