import { expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import type { Commit } from '../change/change.ts';
import { loadAgents } from './agents-file.ts';
import { consider } from './consider.ts';

const BOT = { name: 'tidy', email: 'Tidy@acme.example', at: 0 };
const POLICY = samplePolicy('  - {id: rest, paths: ["**"], require: {humans: 1, level: L6}}');
const decided = (owner: string, commit: Commit = { ...sampleCommit('ada'), author: BOT, committer: BOT }) => {
  const registry = loadAgents(utf8(`agents: [{match: {mail: tidy@acme.example}, tool: tidy, owner: "${owner}"}]`), 'agents.yml', SAMPLE_ROSTER);
  if (!registry.ok) throw new Error(JSON.stringify(registry.error));
  return consider(POLICY, [], sampleFacts(sampleChange(['a'], [commit]), { roster: SAMPLE_ROSTER, registry: registry.value }));
};

test('the owner of a registered agent stands behind what it wrote', () => {
  const { excluded, provenance, unresolved } = decided('cleo');
  expect(provenance.level).toBe('agent');
  expect(unresolved).toEqual([]);
  expect(excluded.find((e) => e.person === 'cleo')?.roles).toContain('agent-owner');
});

test('a team owns as all its people', () => {
  const team = SAMPLE_ROSTER.people.find((p) => p.teams.length > 0)?.teams[0] ?? '';
  const members = SAMPLE_ROSTER.people.filter((p) => p.teams.includes(team)).map((p) => p.id);
  const excluded = decided(`@${team}`)
    .excluded.filter((e) => e.roles.includes('agent-owner'))
    .map((e) => e.person);
  expect(members.length).toBeGreaterThan(0);
  expect(excluded.sort()).toEqual([...members].sort());
});

test("what the roster says of an address wins, and nobody else's commit is touched", () => {
  const ada = sampleCommit('ada');
  expect(decided('cleo', ada).excluded.map((e) => e.person)).not.toContain('cleo');
});

test('the registry is part of what a decision was made of', () => {
  const commit = sampleCommit('ada');
  expect(decided('cleo', commit).factsDigest).not.toBe(decided('dan', commit).factsDigest);
});
