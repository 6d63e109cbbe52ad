import { expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { conditionWords } from './condition-words.ts';
import { loadPolicy } from './load.ts';
import { PROFILES } from './profiles.ts';
import { policyExtending } from './starter.ts';

test.each([
  ['risk.tier >= elevated', 'what was found is elevated or worse [risk.tier >= elevated]'],
  [' risk.tier>=critical ', 'what was found is critical [risk.tier>=critical]'],
  [
    'provenance.level >= assisted && !author.senior',
    'an AI had a hand in it, or silence counts as that, and the author is not senior [provenance.level >= assisted && !author.senior]',
  ],
  ['system.criticality <= 1', 'it touches a system of criticality 1 [system.criticality <= 1]'],
  ['system.criticality >= 3', 'it does not touch a system of criticality 1 to 2 [system.criticality >= 3]'],
  ['author.level < L6', 'the author is below L6 [author.level < L6]'],
  ['risk.tier >= high && change.files > 10', 'what was found is high or worse, and change.files > 10 [risk.tier >= high && change.files > 10]'],
])('%s', (source, words) => {
  expect(conditionWords(source)).toBe(words);
});

test.each([
  'change.files > 10',
  'system.criticality <= 5',
  'system.criticality >= 1',
  'risk.tier >= high || author.senior',
  'change.repo == "a && author.senior"',
  '(risk.tier >= high) && !(author.senior)',
  'constructor >= high',
  'provenance.level >= constructor',
  '',
])('%s is shown as it is written', (source) => {
  expect(conditionWords(source)).toBe(source);
});

test('every condition of the shipped profiles has words', () => {
  const bare = Object.keys(PROFILES).flatMap((name) => {
    const policy = loadPolicy(utf8(policyExtending(name)), 'countersign.yml');
    if (!policy.ok) throw new Error(policy.error[0]?.message);
    return policy.value.rules.flatMap((r) => [r.when, r.unless]).filter((c) => c !== null && c.source.trim() !== 'true' && !conditionWords(c.source).endsWith(']'));
  });
  expect(bare.map((c) => c?.source)).toEqual([]);
});
