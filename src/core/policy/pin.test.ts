/** The same facts give the same bytes on every machine: a decision is kept, digested and replayed years later. */
import { expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding, samplePolicy } from '../../testing/sample-change.ts';
import { digest, type Json } from '../base/json.ts';
import { consider } from './consider.ts';

test('a decision with everything in it is these bytes', () => {
  const policy = samplePolicy(
    `  - {id: destructive, paths: ["**"], when: risk.tier >= high, ttl: 12h, require: {humans: 2, level: L6, distinct_teams: 2, from: {teams: [sre, security]}, not: [manager]}}
  - {id: reset, paths: ["db/**"], starts: 2026-05-01, until: 2026-07-01, require: {humans: 1, stages: [intent, implementation]}}
  - {id: rest, paths: ["**"], optional: true}`,
    'systems: [{id: orders, name: Orders, criticality: 1, paths: ["db/**"]}]\nmodes: {default: warn}\nexceptions: [{id: e, rule: reset, paths: ["db/fixtures/**"], owner: eve, reason: made anew, until: 2026-07-01}]',
  );
  const change = sampleChange(['db/a.sql', 'db/fixtures/b.sql', 'ümlaut/ß.txt'], [sampleCommit('ada', 'x\n\nAssisted-by: Claude:opus\n'), sampleCommit('robo', 'y\n')]);
  const facts = sampleFacts(change, { pusher: 'ada', behind: [{ role: 'prompter', identity: 'cleo' }], incidents: [], roster: SAMPLE_ROSTER });
  const decision = consider(policy, [sampleDetector(sampleFinding('high', 'db/a.sql'))], facts);
  expect(decision.outcome).toBe('signoff');
  expect(digest(JSON.parse(JSON.stringify(decision)) as Json)).toBe('5ea033ddb26b8ce9868910a843ae7a75cbeaff24f5d69e62d65152f20d7f9497');
});
