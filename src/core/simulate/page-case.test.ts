/** The case docs/spec/policy.md shows is one, under the policy it shows, and what it expects is what it gets. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { loadPolicy } from '../policy/load.ts';
import { runTest, testsOf } from './test-policy.ts';

const page = readFileSync(new URL('../../../docs/spec/policy.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((m) => m[1] ?? '');

test('the example of a case holds under the example of a policy', () => {
  const [policy = ''] = blocks;
  const cases = blocks.find((b) => b.startsWith('tests:')) ?? '';
  const loaded = loadPolicy(utf8(policy + cases), 'page');
  expect(loaded.ok ? [] : loaded.error.map((p) => `${p.place} ${p.message}`)).toEqual([]);
  if (!loaded.ok) return;
  const results = testsOf(loaded.value).map((t) => runTest(loaded.value, t, { people: [], agents: [], digest: '' }));
  expect(results.map((r) => r.differences)).toEqual([[]]);
});
