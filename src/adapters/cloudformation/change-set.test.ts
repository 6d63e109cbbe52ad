import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { changeSets } from '../../core/risk/cloudformation/changes.ts';
import { detect } from '../../core/risk/detect.ts';
import { type PlanFile, planEvidence } from '../../core/risk/plan-file.ts';
import { readPlan } from '../../world.ts';

type Fields = { readonly [name: string]: unknown };
const change = (Action: string, ResourceType: string, more: Fields = {}, LogicalResourceId = 'Orders'): Fields => ({
  Type: 'Resource',
  ResourceChange: { Action, LogicalResourceId, ResourceType, Scope: [], Details: [], ...more },
});
const set = (changes: readonly Fields[], more: Fields = {}): Fields => ({
  ChangeSetName: 'release',
  ChangeSetId: 'arn:aws:cloudformation:eu-west-1:111122223333:changeSet/release/1',
  StackName: 'shop',
  Status: 'CREATE_COMPLETE',
  ExecutionStatus: 'AVAILABLE',
  Changes: changes,
  ...more,
});

async function read(...sets: readonly unknown[]): Promise<readonly PlanFile[]> {
  const all = await Promise.all(sets.map((s) => readPlan(utf8(typeof s === 'string' ? s : JSON.stringify(s)))));
  return all.flatMap((r) => (r.ok ? [r.value] : []));
}
const fired = async (...sets: readonly unknown[]): Promise<readonly string[]> =>
  detect([changeSets], { files: [], ...planEvidence(await read(...sets)) }).findings.map((f) => `${f.rule}:${f.severity}`);

const DB = 'AWS::RDS::DBInstance';
const NESTED = 'AWS::CloudFormation::Stack';
const policy = (Attribute: string, BeforeValue: string, AfterValue: string): Fields => ({ Details: [{ Target: { Attribute, BeforeValue, AfterValue }, Evaluation: 'Static' }] });
const dynamic = { Details: [{ Target: { Attribute: 'Properties', Name: 'Engine', RequiresRecreation: 'Conditionally' }, Evaluation: 'Dynamic' }] };

describe('change sets', () => {
  it.each([
    ['a database is removed', [change('Remove', DB, { PolicyAction: 'Delete' })], ['CF101:critical']],
    ['a database is removed, and nobody says what becomes of it', [change('Remove', DB)], ['CF101:critical']],
    ['a database is made anew', [change('Modify', DB, { Replacement: 'True', PolicyAction: 'ReplaceAndDelete' })], ['CF101:critical']],
    ['its snapshot is kept', [change('Remove', DB, { PolicyAction: 'Snapshot' })], ['CF101:elevated']],
    ['the old one is retained', [change('Modify', DB, { Replacement: 'True', PolicyAction: 'ReplaceAndRetain' })], ['CF101:elevated']],
    ['it may be made anew', [change('Modify', DB, { Replacement: 'Conditional' })], ['CF101:high']],
    ['it is decided while it runs', [change('Dynamic', DB)], ['CF101:high']],
    ['a property is decided while it runs', [change('Modify', DB, { Replacement: 'False', ...dynamic })], ['CF101:high']],
    ['an action nobody knows', [change('Evaporate', 'AWS::SNS::Topic')], ['CF101:high']],
    ['a change of no resource', [{ Type: 'Weather' }], ['CF101:high']],
    ['a logical id is renamed', [change('Remove', DB), change('Add', DB, {}, 'OrdersTwo')], ['CF101:critical', 'CF103:critical']],
    ['a policy no longer retains', [change('Modify', DB, { Replacement: 'False', ...policy('UpdateReplacePolicy', 'Retain', 'Delete') })], ['CF102:critical']],
    ['a nested stack without its own', [change('Modify', NESTED)], ['CF105:high']],
    ['a nested stack whose own is not given', [change('Modify', NESTED, { ChangeSetId: 'arn:other' })], ['CF105:high']],
    ['a nested stack goes', [change('Remove', NESTED)], ['CF106:critical']],
    ['the stack is emptied', ['A', 'B', 'C', 'D', 'E'].map((id) => change('Remove', 'AWS::SNS::Topic', {}, id)), ['CF106:critical']],
  ] as const)('%s', async (_, changes, expected) => {
    expect(await fired(set(changes))).toEqual(expected);
  });

  it.each([
    ['a database is added', [change('Add', DB)]],
    ['it changes in place', [change('Modify', DB, { Replacement: 'False' })]],
    ['it is imported', [change('Import', DB)]],
    ['a topic is removed', [change('Remove', 'AWS::SNS::Topic')]],
    ['a policy retains now', [change('Modify', DB, { Replacement: 'False', ...policy('DeletionPolicy', 'Delete', 'Retain') })]],
    ['another database is added while a topic goes', [change('Remove', 'AWS::SNS::Topic'), change('Add', DB)]],
  ] as const)('%s: silent', async (_, changes) => {
    expect(await fired(set(changes))).toEqual([]);
  });

  it('a nested stack is seen where its own change set is given', async () => {
    const parent = set([change('Modify', NESTED, { ChangeSetId: 'arn:child' })]);
    expect(await fired(parent, set([change('Modify', DB, { Replacement: 'False' })], { ChangeSetId: 'arn:child', StackName: 'shop-db' }))).toEqual([]);
  });

  it.each([
    ['more pages follow', { NextToken: 'x' }],
    ['it failed', { Status: 'FAILED' }],
  ])('is partial when %s', async (_, more) => {
    expect(await fired(set([], more))).toEqual(['CF107:high']);
  });

  it('keeps no value of a property', async () => {
    const secret = change('Modify', DB, { Replacement: 'False', BeforeContext: '{"p":"hunter2"}', AfterContext: '{"p":"hunter2"}', ...policy('Properties', 'hunter2', 'hunter2') });
    expect(JSON.stringify(await read(set([secret])))).not.toContain('hunter2');
  });

  it.each([
    [set([], { Changes: 'all' }), 'Changes'],
    [set([{ ResourceChange: { Action: 1 } }]), 'Changes.0.ResourceChange.Action'],
    [{ something: 'else' }, 'neither format_version (Terraform), nor ChangeSetId (CloudFormation), nor steps (Pulumi)'],
  ])('refuses %j and says what was expected', async (value, place) => {
    const answer = await readPlan(utf8(JSON.stringify(value)));
    expect(answer.ok ? '' : `${answer.error.message} ${answer.error.remedy}`).toContain(place);
    expect(answer.ok ? '' : answer.error.remedy).toContain('aws cloudformation describe-change-set');
  });

  it('never throws, whatever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (json) => {
        const one = await readPlan(utf8(JSON.stringify({ ChangeSetId: 'x', Changes: json })));
        const two = await readPlan(utf8(JSON.stringify({ steps: json })));
        return typeof one.ok === 'boolean' && typeof two.ok === 'boolean';
      }),
      { numRuns: 50 },
    );
  });
});
