/** What a change brings in is read and tried before anybody signed it: neither may take for ever. */
import { expect, test } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { sampleChange, sampleCommit } from '../testing/sample-change.ts';
import { brought, governanceAt } from './governance.ts';
import type { Repository } from './ports.ts';

const HEAD = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\nrules:\n  - {id: rest, paths: ["**"], optional: true}\n';
const ROSTER = `version: 1\npeople:\n${Array.from({ length: 40 }, (_, i) => `  - {id: p${i}, name: P, level: L7, emails: [p${i}@x.example]}\n`).join('')}`;
const repeated = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join('');
const holding = (files: { readonly [path: string]: string }) =>
  ({ file: async (_tip: string, path: string) => (files[path] === undefined ? null : utf8(files[path])) }) as unknown as Repository;
const ask = (policy: string) =>
  brought(holding({ 'countersign.yml': policy, '.countersign/roster.yml': ROSTER }), sampleChange(['countersign.yml'], [sampleCommit('ada')]), [], Date.UTC(2026, 10, 1));

test('a policy whose tests are more work than a gate does is refused in time', async () => {
  const rules = repeated(120, (i) => `  - {id: r${i}, paths: ["src/**"], require: {humans: 16, domains: [d${i}]}}\n`);
  const tests = `tests:\n${repeated(2_000, () => '  - {paths: [src/x], author: p1, expect: {result: deny}}\n')}`;
  expect(await ask(`${HEAD}${rules}${tests}`)).toMatchObject([{ code: 'POLICY_TEST', message: 'its tests are more work than a gate does' }]);
});

test('a policy of many rules and as many tests is not', async () => {
  const rules = repeated(700, (i) => `  - {id: r${i}, paths: ["src/${i}/**"], require: {humans: 2}}\n`);
  const tests = `tests:\n${repeated(700, (i) => `  - {paths: [src/${i}/x], author: p1, expect: {result: pending}}\n`)}`;
  expect(await ask(`${HEAD}${rules}${tests}`)).toEqual([]);
});

test('many who ask at once wait for one reading, and what failed is read again', async () => {
  let reads = 0;
  let broken = true;
  const files: { readonly [path: string]: string } = { 'countersign.yml': HEAD, '.countersign/roster.yml': ROSTER };
  const repository = {
    file: async (_tip: string, path: string) => {
      reads++;
      if (broken) throw new Error('no git');
      return files[path] === undefined ? null : utf8(files[path]);
    },
  } as unknown as Repository;
  await expect(governanceAt(repository, 'a')).rejects.toThrow('no git');
  broken = false;
  reads = 0;
  const answers = await Promise.all(Array.from({ length: 50 }, () => governanceAt(repository, 'a')));
  expect(answers.every((a) => a.ok)).toBe(true);
  const once = reads;
  expect(once).toBeLessThan(6);
  await governanceAt(repository, 'a');
  expect(reads).toBe(once);
});

const AGENTS = '.countersign/agents.yml';
const kept = (agents: string) => holding({ 'countersign.yml': HEAD, '.countersign/roster.yml': ROSTER, [AGENTS]: agents });

test("the organisation's agents are read beside its policy", async () => {
  const found = await governanceAt(kept('agents: [{match: {login: "tidy[bot]"}, tool: claude, owner: p1}]'), 'a');
  expect(found.ok && found.value.agents?.agents[0]?.owner).toBe('p1');
  const none = await governanceAt(holding({ 'countersign.yml': HEAD, '.countersign/roster.yml': ROSTER }), 'a');
  expect(none.ok && none.value.agents).toBeNull();
});

test('a change that brings in agents nobody can read is refused', async () => {
  const change = sampleChange([AGENTS], [sampleCommit('ada')]);
  const wrong = kept('agents: [{match: {login: "tidy[bot]"}, tool: claude, owner: nobody}]');
  expect(await brought(wrong, change, [], null)).toMatchObject([{ code: 'POLICY_INVALID', place: `${AGENTS}:1:61 agents[0].owner` }]);
  expect(await brought(kept('agents: []'), change, [], null)).toEqual([]);
});
