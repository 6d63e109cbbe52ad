import { describe, expect, it } from 'vitest';
import { languages } from '../../adapters/languages/index.ts';
import { sampleTree } from '../../testing/tree.ts';
import { workflows } from './ci/workflows.ts';
import { detect } from './detect.ts';
import type { Detector } from './risk.ts';
import { commands } from './shell/commands.ts';

async function run(detector: Detector, path: string, before: string | null, after: string | null): Promise<readonly string[]> {
  const { records, read } = sampleTree({ [path]: [before, after] });
  return detect([detector], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}

describe('workflows', () => {
  const head = '$' + '{{ github.event.pull_request.head.sha }}';
  const title = '$' + '{{ github.event.pull_request.title }}';
  it.each([
    ['outsiders run with rights', 'on: push\n', `on: pull_request_target\nsteps:\n  - with:\n      ref: ${head}\n`, ['CI101:critical']],
    ['rights are gained', 'on: push\n', 'on: push\npermissions: write-all\n', ['CI102:high']],
    ['a title becomes a command', 'on: push\n', `on: push\nsteps:\n      - run: echo ${title}\n`, ['CI103:critical']],
    [
      'a title in an expression of many',
      'on: push\n',
      `on: push\nsteps:\n      - run: echo $\{{ a }}-$\{{ github.event.issue.number || github.event.issue.title }}\n`,
      ['CI103:critical'],
    ],
    ['a title behind much else', 'on: push\n', `on: push\nsteps:\n      - run: ${'x'.repeat(20_000)} ${title}\n`, ['CI103:critical']],
    ['outsiders run with rights, on the next line', 'on: push\n', `on: workflow_run\nsteps:\n  - with:\n      ref: >-\n        ${head}\n`, ['CI101:critical']],
    ['a number and a title apart', 'on: push\n', 'on: push\nsteps:\n      - run: echo $' + '{{ github.event.issue.number }} title\n', []],
    ['an action is not pinned', 'on: push\n', 'on: push\nsteps:\n  - uses: acme/setup@v4\n', ['CI104:elevated']],
    ['a check may fail', 'on: push\n', 'on: push\njobs:\n    continue-on-error: true\n', ['CI105:critical']],
    ['a test goes', '  - run: npm test\n', '  - run: echo ok\n', ['CI105:critical']],
    ['an approval goes', '  environment: production\n', '  x: 1\n', ['CI106:critical']],
    ['a pinned action comes', 'on: push\n', `on: push\nsteps:\n  - uses: acme/setup@${'a'.repeat(40)} # v4\n  - uses: ./local\n`, []],
    ['a read right comes', 'on: push\n', 'on: push\npermissions:\n  contents: read\n', []],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await run(workflows, '.github/workflows/x.yml', before, after)).toEqual(expected);
  });
});

describe('commands in infrastructure source', () => {
  const exec = (command: string): string => `resource "null_resource" "x" {\n  provisioner "local-exec" {\n    command = ${command}\n  }\n}\n`;
  it.each([
    ['a provisioner', '', exec('"aws rds delete-db-instance --db-instance-identifier orders"'), ['SH103:critical']],
    ['a provisioner with a heredoc', '', exec('<<-EOT\n      psql -c "DROP TABLE orders"\n    EOT'), ['SH105:critical']],
    ['a hook', '', 'terraform {\n  before_hook "x" {\n    execute = ["terraform", "destroy"]\n  }\n}\n', ['SH102:critical']],
    ['a program', '', 'data "external" "x" {\n  program = ["sh", "-c", "dropdb orders"]\n}\n', ['SH105:critical']],
    ['what stood there before', exec('"dropdb x"'), `# same\n${exec('"dropdb x"')}`, []],
    ['words about commands', '', 'variable "x" {\n  description = "guards against terraform destroy"\n}\n', []],
    ['a comment in a provisioner', '', exec('"echo"\n    # terraform destroy'), []],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await run(commands, 'db/main.tf', before, after)).toEqual(expected);
  });
});
