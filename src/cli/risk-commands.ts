/** The commands of `countersign risk`. */
import { type Command, Option } from 'commander';
import { problem } from '../core/base/result.ts';
import { TIERS } from '../core/risk/risk.ts';
import { type Act, command, FLOOR_WORDS, helpWithin, PLAN_WORDS, several } from './command.ts';
import { type Answer, refusal } from './exit.ts';
import { FAIL_ON } from './risk-text.ts';

async function misplaced(): Promise<Answer> {
  return refusal([problem('USAGE', '--jsonl is the form of --per-commit', { place: '--jsonl', remedy: 'add --per-commit, or ask for --json' })]);
}

export function riskCommands(program: Command, act: Act): void {
  const group = command(program, 'risk', 'how dangerous a change, a file or a plan is, and why: docs/guides/risk.md', [
    'risk',
    'risk origin/main..HEAD --json',
    'risk file infra/main.tf',
    'risk sql db/migrations/0042_drop.sql',
    'risk plan plan.json --fail-on critical',
    'risk train',
    'risk evaluate --json',
    'risk change --per-commit --jsonl > scores.jsonl',
  ]);
  const sub = (words: string, description: string, isDefault = false): Command =>
    group
      .command(words, { isDefault })
      .description(description)
      .exitOverride()
      .addOption(new Option('--fail-on <tier>', 'end with 1 from this tier on').choices([...TIERS.values]).default(FAIL_ON))
      .option('--json', 'print JSON (docs/spec/risk.schema.json)')
      .addHelpText('after', helpWithin(group, words, isDefault));

  sub('change [range]', 'of the change in this clone, as `check` sees it; the word `change` may be left out', true)
    .option('--target <rev>', 'the target branch (default: origin/HEAD, else origin/main, origin/master, main, master)')
    .option('--plan <file>', PLAN_WORDS, several)
    .option('--repo <dir>', 'a folder of the clone', '.')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--per-commit', 'the score of every commit of a history instead, as it was when it landed, oldest first')
    .option('--jsonl', 'with --per-commit: one JSON line each, which is the only form')
    .action(async (range: string | undefined, options) =>
      act(
        options.jsonl === true && options.perCommit !== true
          ? misplaced()
          : options.perCommit === true
            ? (await import('./risk-history.ts')).riskHistory(range ?? '', options)
            : (await import('./risk.ts')).risk(range ?? '', options),
      ),
    );
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

  const learning = (words: string, description: string): Command =>
    group
      .command(words)
      .description(description)
      .exitOverride()
      .option('--repo <dir>', 'a folder of the clone, or a bare repository', '.')
      .option('--branch <rev>', 'what landed on this branch (default: HEAD)')
      .option('--planned <file>', 'words of subjects whose reverts were planned, one a line, in place of those built in')
      .option('--incidents <file>', 'YAML or JSON: a list of {id, at, severity, class, commits}; those commits went wrong too')
      .option('--forest', 'add boosted trees, which explain nothing, to the scorecard')
      .option('--json', 'print JSON (docs/spec/risk-score.md)')
      .addHelpText('after', helpWithin(group, words));
  learning('train', 'learn from what landed here and was taken back; check and risk score changes by it from then on')
    .option('--keep <dir>', 'where to keep the model (default: countersign/score in the git directory)')
    .action(async (options) => act((await import('./risk-train.ts')).riskTrain(options)));
  learning('evaluate', 'how good the score would have been here, in time, beside size and chance').action(async (options) =>
    act((await import('./risk-evaluate.ts')).riskEvaluate(options)),
  );
}
