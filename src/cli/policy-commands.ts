/** `countersign policy ...`: the commands about policy files. Each is in its own file. */
import type { Command } from 'commander';
import { type Act, command, FLOOR_WORDS, several } from './command.ts';
import { profileCommands } from './profile-commands.ts';

export function policyCommands(program: Command, act: Act): void {
  const policy = command(program, 'policy', 'make and examine policy: docs/spec/policy.md', [
    'policy profiles',
    'policy check',
    'policy test --cover',
    'policy explain infra/main.tf',
    'policy diff countersign.yml proposed.yml',
    'policy import CODEOWNERS',
  ]);
  profileCommands(policy, act);

  command(policy, 'check [file]', 'is this a policy, and is it the one you meant?', ['policy check', 'policy check proposed.yml --strict --json'])
    .option('--roster <file>', 'who may sign (default: .countersign/roster.yml beside the policy)')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--repo <dir>', 'a folder of the clone whose files the paths are about', '.')
    .option('--strict', 'warnings fail')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options) => act((await import('./policy-check.ts')).policyCheck(file, options)));

  command(policy, 'test [file]', 'run the tests of a policy, of what it extends, and of scenario files', [
    'policy test',
    'policy test countersign.yml --scenarios peers.yml --cover',
    'policy test --mutate --json',
  ])
    .option('--scenarios <file>', 'a scenario file; may be given more than once', several)
    .option('--roster <file>', 'who may sign, where a test does not say (default: .countersign/roster.yml beside the policy)')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--cover', 'list rules and conditions that no test reaches')
    .option('--mutate', 'change the policy in one place at a time, and list what no test notices')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options) => act((await import('./policy-test.ts')).policyTest(file, options)));

  command(policy, 'eval', 'answer cases: JSON in, JSON out', [
    'policy eval --policy countersign.yml --facts case.json',
    'policy eval --policy countersign.yml --facts - --jsonl < cases.jsonl > answers.jsonl',
  ])
    .requiredOption('--policy <file>', 'the policy')
    .requiredOption('--facts <file>', 'a case or a scenario file (docs/spec/facts.schema.json), or - for standard input')
    .option('--jsonl', 'one case a line, answered one a line as it is read')
    .option('--roster <file>', 'who may sign, where a case does not say (default: .countersign/roster.yml beside the policy)')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--policy-edits', 'list single edits of the policy with which a case would pass, too')
    .option('--text', 'print text for people')
    .option('--json', 'print JSON, as it does anyhow')
    .action(async (options) => act((await import('./policy-eval.ts')).policyEval(options)));

  command(policy, 'explain [file] [paths...]', 'the policy in plain words; with paths, what a change of them would need', [
    'policy explain',
    'policy explain countersign.yml infra/main.tf --author mara --level agent --tier high',
    'policy explain --rule destructive',
  ])
    .option('--rule <id>', 'this rule only')
    .option('--author <name>', 'whose change it would be, as the roster names them')
    .option('--level <level>', 'what is known of AI in it: human, unattributed, suggestion, assisted or agent')
    .option('--tier <tier>', 'what would be found: routine, elevated, high or critical')
    .option('--at <moment>', 'when, such as 2027-01-31T18:00Z (default: now)')
    .option('--roster <file>', 'who may sign (default: .countersign/roster.yml beside the policy)')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, paths: string[], options) => act((await import('./policy-explain.ts')).policyExplain(file, paths, options)));

  command(policy, 'diff <a> <b>', 'what changes from one policy or profile to another, rule by rule, and for cases', [
    'policy diff countersign.yml proposed.yml',
    'policy diff countersign.yml proposed.yml --facts cases.yml --json',
    'policy diff countersign.yml proposed.yml --since 2026-01-01 --repo .',
  ])
    .option('--facts <file>', 'a scenario file: which of its answers change')
    .option('--since <date>', 'what both ask of everything that landed from this date on, such as 2026-01-31')
    .option('--repo <dir>', 'the clone whose history that is')
    .option('--roster <file>', 'who may sign (default: .countersign/roster.yml beside the first policy)')
    .option('--floor <file>', FLOOR_WORDS, several)
    .option('--json', 'print JSON')
    .action(async (a: string, b: string, options) => act((await import('./policy-diff.ts')).policyDiff(a, b, options)));

  command(policy, 'schema [name]', 'a JSON Schema, for editors and programs: policy, roster or facts', ['policy schema > countersign.schema.json', 'policy schema facts'])
    .option('--json', 'print JSON, as it does anyhow')
    .action(async (name: string | undefined, options) => act((await import('./policy-schema.ts')).policySchema(name, options)));

  command(policy, 'import <file>', 'rules for countersign.yml out of a CODEOWNERS file, and what could not be carried over', [
    'policy import .github/CODEOWNERS > imported.yml',
    'policy import CODEOWNERS --dialect gitlab',
  ])
    .option('--dialect <name>', 'github or gitlab', 'github')
    .option('--json', 'print JSON')
    .action(async (file: string, options) => act((await import('./policy-import.ts')).policyImport(file, options)));
}
