import { describe, expect, it } from 'vitest';
import { languages } from '../../adapters/languages/index.ts';
import { sampleTree } from '../../testing/tree.ts';
import { stackGuards } from './cloudformation/stack-guards.ts';
import { templates } from './cloudformation/templates.ts';
import { detect } from './detect.ts';
import type { RiskEvidence, TerraformPlan } from './evidence.ts';
import { plannedWork } from './planned-work.ts';
import { pulumiSource } from './pulumi/source.ts';
import { planUnbound } from './unplanned.ts';

type Files = Parameters<typeof sampleTree>[0];
async function look(files: Files, more: Partial<RiskEvidence> = {}) {
  const { records, read } = sampleTree(files);
  const risk = detect([planUnbound, templates, stackGuards, pulumiSource], { files: await languages().parse(records, read), plan: null, ...more });
  return {
    fired: risk.findings.filter((f) => f.rule.startsWith('META')).map((f) => `${f.rule}:${f.severity} ${f.place.object}`),
    missing: risk.notAnalysed.map((n) => `${n.path}: ${n.why}`),
  };
}
const plan = (names: readonly string[] | undefined, module = ''): TerraformPlan => ({
  digest: 'd'.repeat(64),
  complete: true,
  errored: false,
  resources: [],
  ...(names === undefined ? {} : { configured: [{ module, names }] }),
});
const role = (...names: readonly string[]): string => names.map((n) => `resource "aws_iam_role" "${n}" {\n  name = "${n}"\n}\n`).join('');
const TEMPLATE = 'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n';
const changeSet = (logicalId: string) => ({
  digest: 'c',
  id: 'c',
  stack: 's',
  complete: true,
  partial: [],
  changes: [{ action: 'Modify', logicalId, type: 'AWS::SNS::Topic', details: [], policies: [] }],
});

describe('what no plan covers', () => {
  it.each([
    ['Terraform', { 'a/main.tf': [role('x'), role('x', 'y')] }, ['a/main.tf: no plan: what applying it does is unknown']],
    [
      'two folders of it',
      { 'a/main.tf': [null, role('x')], 'b/main.tf': [null, role('x')] },
      ['a/main.tf: no plan: what applying it does is unknown', 'b/main.tf: no plan: what applying it does is unknown'],
    ],
    ['variables', { 'a/prod.tfvars': ['x = 1\n', 'x = 2\n'] }, ['a/prod.tfvars: no plan: what applying it does is unknown']],
    ['a template', { 's.yaml': [null, TEMPLATE] }, ['s.yaml: no change set: what applying it does is unknown']],
    ['a program of the CDK', { 'lib/a.ts': ['', "import 'aws-cdk-lib';\n"] }, ['lib/a.ts: no change set: what deploying this program does is unknown']],
    ['a program of Pulumi', { 'infra/index.ts': ['', "import '@pulumi/aws';\n"] }, ['infra/index.ts: no preview: what applying this program does is unknown']],
    ['a comment', { 'a/main.tf': [role('x'), `# why\n${role('x')}`] }, []],
    ['a test of a module', { 'a/x.tftest.hcl': [null, 'run "x" {\n}\n'] }, []],
    ['data that is no template', { 's.yaml': [null, 'a: 1\n'] }, ['s.yaml: no detector reads this kind of file']],
  ] as const)('%s', async (_, files, missing) => {
    expect((await look(files as Files)).missing).toEqual(missing);
  });

  it('a plan covers the folder whose names it has, in whatever module', async () => {
    const files: Files = { 'modules/m/main.tf': [null, role('x', 'y')] };
    expect(await look(files, { plan: plan(['aws_iam_role.x', 'aws_iam_role.y'], 'm') })).toEqual({ fired: [], missing: [] });
    expect((await look(files, { plan: plan(undefined) })).missing).toEqual([expect.stringContaining('holds no configuration')]);
  });

  it('a change set covers the template whose ids it names', async () => {
    const files: Files = { 's.yaml': [TEMPLATE, TEMPLATE.replace('Topic:', 'Topic: # x').replace('SNS', 'SQS')] };
    expect(await look(files, { changeSets: [changeSet('Topic')] })).toEqual({ fired: [], missing: [] });
    expect(await look(files, { changeSets: [changeSet('Other')] })).toEqual({ fired: ['META006:high s'], missing: ['s.yaml: no change set: what applying it does is unknown'] });
  });
});

describe('a plan of something else', () => {
  const files: Files = { 'a/main.tf': [role('x', 'y', 'old'), role('x', 'y', 'new')] };
  const names = (...some: readonly string[]): TerraformPlan => plan(some.map((n) => `aws_iam_role.${n}`));
  it.each([
    ['does not know what is new', names('x', 'y', 'untouched'), ['META006:high aws_iam_role.new']],
    ['still has what is gone', names('x', 'y', 'new', 'old'), ['META006:high aws_iam_role.old']],
    ['names nothing of it', names('p', 'q'), [`META006:high ${'d'.repeat(12)}`]],
    ['is of this head', names('x', 'y', 'new', 'untouched'), []],
    ['carries nothing to check', plan(undefined), []],
  ])('%s', async (_, given, expected) => {
    expect((await look(files, { plan: given })).fired).toEqual(expected);
  });
});

describe('plannedWork', () => {
  const step = (op: string) => ({ op, urn: 'u', type: 't', custom: true, replaceReasons: [], detailed: true, before: {}, after: {} });
  it('counts what is destroyed by any of the three', () => {
    const terraform: TerraformPlan = { ...plan([]), resources: [{ address: 'a.b', type: 'a', mode: 'managed', actions: ['create', 'delete'], replacePaths: [], guards: [] }] };
    const removed = { ...changeSet('Topic'), changes: [{ action: 'Remove', logicalId: 'Topic', type: 'AWS::SNS::Topic', details: [], policies: [] }] };
    const preview = { digest: 'p', complete: true, steps: [step('create-replacement'), step('replace'), step('delete-replaced')] };
    expect(plannedWork({ files: [], plan: terraform, changeSets: [removed], previews: [preview] })).toEqual({
      complete: true,
      destroys: [
        { type: 'a', address: 'a.b' },
        { type: 'AWS::SNS::Topic', address: 's.Topic' },
        { type: 't', address: 'u' },
      ],
      creates: 2,
      updates: 0,
    });
    expect(plannedWork({ files: [], plan: null, previews: [{ ...preview, complete: false }] })?.complete).toBe(false);
    expect(plannedWork({ files: [], plan: null })).toBeNull();
  });
});
