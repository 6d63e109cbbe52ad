import { expect, it } from 'vitest';
import { detect } from '../detect.ts';
import type { Preview, PreviewStep } from './preview.ts';
import { LOSES, previews } from './steps.ts';

const DB = 'aws:rds/instance:Instance';
const TOPIC = 'aws:sns/topic:Topic';
const step = (op: string, type: string, more: Partial<PreviewStep> & { readonly name?: string } = {}): PreviewStep => {
  const { name = 'orders', ...rest } = more;
  return { op, type, urn: `urn:pulumi:prod::shop::${type}::${name}`, custom: true, replaceReasons: [], detailed: true, before: {}, after: {}, ...rest };
};
const STAYS = step('same', TOPIC, { name: 'stays' });
const fired = (steps: readonly PreviewStep[], more: Partial<Preview> = {}): readonly string[] =>
  detect([previews], { files: [], plan: null, previews: [{ digest: 'd'.repeat(64), complete: true, steps, ...more }] }).findings.map((f) => `${f.rule}:${f.severity}`);

it.each([...LOSES])('%s of what keeps data is critical, of anything else high', (op) => {
  expect(fired([step(op, DB), STAYS])).toEqual(['PU101:critical']);
  expect(fired([step(op, TOPIC), STAYS])).toEqual(['PU101:high']);
});

it.each(['same', 'create', 'update', 'read', 'read-replacement', 'refresh', 'remove-pending-replace', 'import', 'import-replacement'])('%s loses nothing', (op) => {
  expect(fired([step(op, DB), STAYS])).toEqual([]);
});

it.each<[string, readonly PreviewStep[], readonly string[]]>([
  ['one that is replaced in three steps is one finding', [step('create-replacement', DB), step('replace', DB), step('delete-replaced', DB), STAYS], ['PU101:critical']],
  ['one that is left behind', [step('delete', DB, { before: { retainOnDelete: true } }), STAYS], ['PU101:high']],
  ['a component that goes holds nothing', [step('delete', 'shop:index:Queue', { custom: false }), STAYS], []],
  ['an operation nobody knows', [step('evaporate', TOPIC), STAYS], ['PU101:high']],
  ['a difference that was not worked out', [step('update', DB, { detailed: false }), STAYS], ['PU101:high']],
  ['a guard that goes', [step('update', TOPIC, { before: { protect: true }, after: { protect: false } }), STAYS], ['PU102:critical']],
  ['a guard that comes', [step('update', TOPIC, { before: { protect: false }, after: { protect: true } }), STAYS], []],
  ['one that goes before the next is there', [step('delete-replaced', DB), step('create-replacement', DB), STAYS], ['PU101:critical', 'PU102:critical']],
  ['everything that was there', [step('delete', TOPIC, { name: 'a' }), step('delete', TOPIC, { name: 'b' })], ['PU103:critical', 'PU101:high', 'PU101:high']],
])('%s', (_, steps, expected) => {
  expect(fired(steps)).toEqual(expected);
});

it('says so where a preview shows only part', () => {
  expect(fired([STAYS], { complete: false })).toEqual(['PU104:high']);
});
