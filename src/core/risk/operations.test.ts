import { describe, expect, it } from 'vitest';
import { languages } from '../../adapters/languages/index.ts';
import { sampleTree } from '../../testing/tree.ts';
import { detect } from './detect.ts';
import type { Detector } from './risk.ts';
import { commands } from './shell/commands.ts';

async function run(detector: Detector, path: string, before: string | null, after: string | null): Promise<readonly string[]> {
  const { records, read } = sampleTree({ [path]: [before, after] });
  return detect([detector], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}

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
