import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { pulumiSource } from './source.ts';

async function fired(before: string | null, after: string | null, path = 'infra/index.ts'): Promise<readonly string[]> {
  const { records, read } = sampleTree({ [path]: [before, after] });
  return detect([pulumiSource], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity} ${f.place.object}`);
}
const ts = (options: string): string => `import * as aws from '@pulumi/aws';\nnew aws.rds.Instance('orders', args, {\n  ${options}\n});\n`;

describe('programs of Pulumi', () => {
  it.each([
    ['protect goes', ts('protect: true,'), ts(''), ['PU102:high protect']],
    ['protect is switched off', ts('protect: true,'), ts('protect: false,'), ['PU102:high protect']],
    ['retainOnDelete goes', ts('retainOnDelete: true,'), ts(''), ['PU102:high retainOnDelete']],
    ['an alias goes', ts("aliases: [{ name: 'old' }],"), ts(''), ['PU102:high aliases']],
    ['it is deleted first', ts(''), ts('deleteBeforeReplace: true,'), ['PU102:high deleteBeforeReplace']],
    ['protect comes', ts(''), ts('protect: true,'), []],
    ['protect is written elsewhere', ts('protect: true,'), `// moved\n${ts('parent, protect: true,')}`, []],
    ['what was never protected says so', ts(''), ts('protect: false,'), []],
    ['an alias comes', ts(''), ts("aliases: [{ name: 'old' }],"), []],
    ['the program is new', null, ts('deleteBeforeReplace: true,'), []],
    ['it is another program', 'protect: true\n', '\n', []],
  ])('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });

  it.each([
    ['infra/__main__.py', 'import pulumi\nopts = pulumi.ResourceOptions(protect=True)\n', 'import pulumi\nopts = pulumi.ResourceOptions()\n'],
    ['infra/main.go', 'import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"\npulumi.Protect(true)\n', 'import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"\n'],
    ['infra/Pulumi.yaml', 'runtime: yaml\nresources:\n  a:\n    options:\n      protect: true\n', 'runtime: yaml\nresources:\n  a: {}\n'],
  ])('in %s', async (path, before, after) => {
    expect(await fired(before, after, path)).toEqual(['PU102:high protect']);
  });
});
