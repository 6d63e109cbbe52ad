/**
 * The nine ways an object comes and goes, as Terraform 1.11 writes them (made with `terraform_data`, which needs no provider):
 * its plans, without `planned_values` and `prior_state`. Each is read here and judged as the gate judges it, once with the
 * type Terraform planned and once with a database in its place.
 */
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { detect } from '../../core/risk/detect.ts';
import { planEvidence } from '../../core/risk/plan-file.ts';
import { terraformPlan } from '../../core/risk/terraform/plan.ts';
import { readPlanFile } from '../../flows/plan-file.ts';
import { readPlan } from './plan.ts';

const other = () => {
  throw new Error('this is a Terraform plan');
};

interface Made {
  readonly actions: readonly string[];
  readonly before?: object;
  readonly after?: object;
  readonly unknown?: object;
  readonly paths?: readonly (readonly string[])[];
  readonly reason?: string;
  readonly previous?: string;
}

function change(address: string, made: Made): object {
  const [, name = '', index] = /^terraform_data\.(\w+)(?:\[(\d+)\])?$/.exec(address) ?? [];
  return {
    address,
    ...(made.previous === undefined ? {} : { previous_address: made.previous }),
    mode: 'managed',
    type: 'terraform_data',
    name,
    ...(index === undefined ? {} : { index: Number(index) }),
    provider_name: 'terraform.io/builtin/terraform',
    change: {
      actions: made.actions,
      before: made.before ?? null,
      after: made.after ?? null,
      after_unknown: made.unknown ?? {},
      before_sensitive: made.before === undefined ? false : {},
      after_sensitive: made.after === undefined ? false : {},
      ...(made.paths === undefined ? {} : { replace_paths: made.paths }),
    },
    ...(made.reason === undefined ? {} : { action_reason: made.reason }),
  };
}

const plan = (changes: readonly object[], more: object = {}): object => ({
  format_version: '1.2',
  terraform_version: '1.11.4',
  resource_changes: changes,
  timestamp: '2026-01-01T00:00:00Z',
  applyable: true,
  complete: true,
  errored: false,
  ...more,
});

const ID = 'f292f0f9-8c2b-821c-f133-cda0dcc4a106';
const LIVE = { id: ID, input: 'x', output: 'x', triggers_replace: null };
const KEPT = change('terraform_data.keep', { actions: ['no-op'], before: LIVE, after: LIVE });
const REPLACED = {
  before: { ...LIVE, triggers_replace: ['1'] },
  after: { input: 'x', triggers_replace: ['2'] },
  unknown: { id: true, output: true, triggers_replace: [false] },
  paths: [['triggers_replace']],
  reason: 'replace_because_cannot_update',
};
const shifted = (i: number, from: string, to: string) =>
  change(`terraform_data.a[${i}]`, { ...REPLACED, actions: ['delete', 'create'], before: { ...LIVE, triggers_replace: from }, after: { input: null, triggers_replace: to } });

const CASES: readonly (readonly [string, object, readonly string[], readonly string[]])[] = [
  ['an immutable attribute changes', plan([change('terraform_data.a', { ...REPLACED, actions: ['delete', 'create'] }), KEPT]), ['TF102:elevated'], ['TF102:critical']],
  ['the same, created before it is destroyed', plan([change('terraform_data.a', { ...REPLACED, actions: ['create', 'delete'] }), KEPT]), ['TF102:elevated'], ['TF102:critical']],
  [
    'the first of three leaves a count',
    plan([shifted(0, 'a', 'b'), shifted(1, 'b', 'c'), change('terraform_data.a[2]', { actions: ['delete'], before: LIVE, reason: 'delete_because_count_index' }), KEPT]),
    ['TF101:elevated', 'TF102:elevated', 'TF102:elevated', 'TF106:high'],
    ['TF101:critical', 'TF102:critical', 'TF102:critical', 'TF106:critical'],
  ],
  [
    'a variable makes the count 0',
    plan([...[0, 1].map((i) => change(`terraform_data.a[${i}]`, { actions: ['delete'], before: LIVE, reason: 'delete_because_count_index' })), KEPT]),
    ['TF101:elevated', 'TF101:elevated'],
    ['TF101:critical', 'TF101:critical'],
  ],
  [
    'a rename without `moved`',
    plan([
      change('terraform_data.a', { actions: ['delete'], before: LIVE, reason: 'delete_because_no_resource_config' }),
      change('terraform_data.b', { actions: ['create'], after: { input: 'x', triggers_replace: null }, unknown: { id: true, output: true } }),
      KEPT,
    ]),
    ['TF101:elevated', 'TF107:high'],
    ['TF101:critical', 'TF107:critical'],
  ],
  [
    'a rename with `moved`',
    plan([change('terraform_data.b', { actions: ['no-op'], before: LIVE, after: LIVE, previous: 'terraform_data.a' }), KEPT]),
    ['TF113:routine'],
    ['TF113:routine'],
  ],
  [
    'a `removed` block that keeps the object',
    plan([change('terraform_data.a', { actions: ['forget'], before: LIVE, reason: 'delete_because_no_resource_config' }), KEPT]),
    ['TF109:high'],
    ['TF109:high'],
  ],
  ['`plan -destroy`', plan([change('terraform_data.a', { actions: ['delete'], before: LIVE })]), ['TF101:elevated', 'TF104:critical'], ['TF101:critical', 'TF104:critical']],
  [
    '`prevent_destroy` stops the plan',
    plan([change('terraform_data.a', { ...REPLACED, actions: ['delete', 'create'] }), KEPT], { applyable: false, complete: false, errored: true }),
    ['TF102:elevated', 'TF115:high'],
    ['TF102:critical', 'TF115:high'],
  ],
];

function fired(json: object, type: string): readonly string[] {
  const bytes = utf8(JSON.stringify(json).replaceAll('terraform_data', type));
  const read = readPlanFile(bytes, { terraform: readPlan, cloudformation: other, pulumi: other });
  const evidence = { files: [], ...planEvidence(read.ok ? [read.value] : []) };
  return detect([terraformPlan], evidence)
    .findings.map((f) => `${f.rule}:${f.severity}`)
    .sort();
}

describe('plans as Terraform writes them', () => {
  it.each(CASES)('%s', (_, json, asPlanned, asDatabase) => {
    expect(fired(json, 'terraform_data')).toEqual(asPlanned);
    expect(fired(json, 'aws_db_instance')).toEqual(asDatabase);
  });
});
