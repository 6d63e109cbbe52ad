import { expect, it } from 'vitest';
import { detect } from '../detect.ts';
import type { ChangeSet, StackChange } from './change-set.ts';
import { changeSets } from './changes.ts';

const change = (action: string, type: string, more: Partial<StackChange> = {}): StackChange => ({ action, type, logicalId: 'Orders', details: [], policies: [], ...more });
const set = (changes: readonly StackChange[], more: Partial<ChangeSet> = {}): ChangeSet => ({
  digest: 'd'.repeat(64),
  id: 'arn:1',
  stack: 'shop',
  complete: true,
  partial: [],
  changes,
  ...more,
});
const fired = (...sets: readonly ChangeSet[]): readonly string[] =>
  detect([changeSets], { files: [], plan: null, changeSets: sets }).findings.map((f) => `${f.rule}:${f.severity}`);

const DB = 'AWS::RDS::DBInstance';
const TOPIC = 'AWS::SNS::Topic';
const STACK = 'AWS::CloudFormation::Stack';
const many = (n: number, action: string): readonly StackChange[] => Array.from({ length: n }, (_, i) => change(action, TOPIC, { logicalId: `T${i}` }));

it.each<[string, readonly StackChange[], readonly string[]]>([
  ['a database removed', [change('Remove', DB)], ['CF101:critical']],
  ['a database made anew', [change('Modify', DB, { replacement: 'True', policyAction: 'ReplaceAndDelete' })], ['CF101:critical']],
  ['a database removed and kept', [change('Remove', DB, { policyAction: 'Snapshot' })], ['CF101:elevated']],
  ['a database that may be made anew', [change('Modify', DB, { replacement: 'Conditional' })], ['CF101:high']],
  ['a database decided about while it runs', [change('Dynamic', DB)], ['CF101:high']],
  ['a database changed in place', [change('Modify', DB, { replacement: 'False' })], []],
  ['a topic removed', [change('Remove', TOPIC)], []],
  ['an action nobody knows', [change('Evaporate', TOPIC)], ['CF101:high']],
  ['a database by another name', [change('Remove', DB), change('Add', DB, { logicalId: 'Orders2' })], ['CF101:critical', 'CF103:critical']],
  [
    'a policy that no longer keeps',
    [change('Modify', DB, { replacement: 'False', policies: [{ name: 'DeletionPolicy', before: 'Retain', after: 'Delete' }] })],
    ['CF102:critical'],
  ],
  ['a policy that keeps otherwise', [change('Modify', DB, { replacement: 'False', policies: [{ name: 'DeletionPolicy', before: 'Retain', after: 'Snapshot' }] })], []],
  ['a nested stack that changes unseen', [change('Modify', STACK, { changeSetId: 'arn:2' })], ['CF105:high']],
  ['a nested stack that goes', [change('Remove', STACK)], ['CF106:critical']],
  ['most of a stack', many(5, 'Remove'), ['CF106:critical']],
  ['some of a stack', [...many(4, 'Remove'), ...many(6, 'Modify')], []],
])('%s', (_, changes, expected) => {
  expect(fired(set(changes))).toEqual(expected);
});

it('sees into a nested stack whose change set is given too', () => {
  expect(fired(set([change('Modify', STACK, { changeSetId: 'arn:2' })]), set([change('Modify', TOPIC, { replacement: 'False' })], { id: 'arn:2', stack: 'inner' }))).toEqual([]);
});

it('says so where a change set shows only part', () => {
  expect(fired(set([], { complete: false, partial: ['more pages follow'] }))).toEqual(['CF107:high']);
});
