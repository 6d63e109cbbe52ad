/** One decision over a large policy: what its owners wrote and what an author changes may add up, and never multiply. */
import { expect, test } from 'vitest';
import { sampleChange, sampleCommit, sampleFacts } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { consider } from './consider.ts';
import type { Decision } from './decision.ts';
import { loadPolicy } from './load.ts';

const HEAD = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\nrules:\n';
const repeated = (n: number, line: (i: number) => string, between = '') => Array.from({ length: n }, (_, i) => line(i)).join(between);

function decided(text: string, paths: readonly string[]): Decision {
  const policy = loadPolicy(utf8(HEAD + text), 'p.yml');
  if (!policy.ok) throw new Error(policy.error[0]?.message);
  const decision = consider(policy.value, [], sampleFacts(sampleChange(paths, [sampleCommit('ada')])));
  return decision;
}

test('500 exceptions of 60 patterns over 5,000 files', () => {
  const exceptions = repeated(500, (i) => `  - {id: e${i}, rule: all, paths: [${repeated(60, (j) => `"a*a*${i}x${j}"`, ',')}], owner: ada, reason: r, until: 2099-01-01}\n`);
  const decision = decided(`  - {id: all, paths: ["**"], require: {humans: 1}}\nexceptions:\n${exceptions}`, [
    ...Array.from({ length: 5_000 }, (_, i) => `${'a'.repeat(30)}-${i}`),
    'aa7x8',
  ]);
  expect(decision.rules).toMatchObject([{ id: 'all', state: 'asks', files: 5_000 }]);
});

test('50 trailers and 60 commits with a long message', () => {
  const trailers = repeated(50, (i) => `    - {key: Key-${i}, reason: r}\n`);
  const policy = loadPolicy(utf8(`${HEAD}  - {id: all, paths: ["**"], optional: true}\ndeclarations:\n  trailers:\n${trailers}`), 'p.yml');
  const message = `x\n\nKey-7: yes\n${repeated(5_000, (i) => `Other-${i}: v\n`)}`;
  const change = sampleChange(
    ['a'],
    Array.from({ length: 60 }, () => sampleCommit('ada', message)),
  );
  const decision = policy.ok ? consider(policy.value, [], sampleFacts(change)) : undefined;
  expect(decision?.refusals.filter((r) => r.code === 'DECLARATION_MISSING')).toHaveLength(49);
});

test('30,000 patterns and files none of them covers, but for letter case', () => {
  const rules = repeated(1_500, (i) => `  - {id: r${i}, paths: [${repeated(20, (j) => `"Dir${i}/${j}/**"`, ',')}], require: {humans: 1}}\n`);
  const decision = decided(rules, ['dir3/4/x', 'dir5/6/y', 'a', 'b', 'c']);
  expect(decision.refusals.map((r) => r.text)).toContain('no rule covers dir3/4/x; did you mean Dir3/4/** of rule r3? Letter case counts');
});
