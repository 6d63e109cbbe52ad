/** The tests each shipped profile brings: exactly true of the profile, and never less in a file that extends it. */
import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import type { Policy } from '../policy/document.ts';
import { loadPolicy } from '../policy/load.ts';
import { PROFILES } from '../policy/profiles.ts';
import { STARTER_POLICY } from '../policy/starter.ts';
import type { Roster } from '../roster/roster.ts';
import { runTest, testsOf } from './test-policy.ts';

const NOBODY: Roster = { people: [], agents: [], digest: '0'.repeat(64) };
const HEAD = 'ladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n';
const NAMES = Object.keys(PROFILES);

function load(text: string): Policy {
  const made = loadPolicy(utf8(text), 'countersign.yml');
  if (!made.ok) throw new Error(made.error.map((p) => `${p.place} ${p.message}`).join('\n'));
  return made.value;
}
const alone = (name: string): Policy => load(`${PROFILES[name]?.text}\n${HEAD}`);
const wrong = (policy: Policy): readonly string[] =>
  testsOf(policy).flatMap((t) => {
    const { place, name, passed, differences } = runTest(policy, t, NOBODY);
    return passed ? [] : [`${place} ${name}: ${differences.map((d) => `${d.what} ${d.expected} but ${d.got}`).join('; ')}`];
  });

describe('the tests of a profile', () => {
  test.each(NAMES)('%s holds to its own, exactly', (name) => {
    const policy = alone(name);
    expect(testsOf(policy).filter((t) => !t.inherited).length).toBeGreaterThan(1);
    expect(wrong(policy)).toEqual([]);
  });

  test.each(NAMES)('%s keeps them in a file that asks for more', (name) => {
    const policy = load(`version: 1\nextends: [profile:${name}]\n${HEAD}rules:\n  - {id: more, paths: ["**"], require: {humans: 1, level: L5}}\n`);
    expect(testsOf(policy).every((t) => t.inherited)).toBe(true);
    expect(wrong(policy)).toEqual([]);
  });

  test('another ladder skips those that name levels, and says so', () => {
    const policy = load('version: 1\nextends: [profile:tiered]\nladder: [dev, lead]\nsenior: lead\nprotected: [refs/heads/main]\n');
    expect(testsOf(policy).map((t) => runTest(policy, t, NOBODY).skipped)).toEqual(testsOf(policy).map(() => expect.stringContaining('levels')));
  });

  test('the starter keeps those of tiered, and the reset with an end its own', () => {
    expect(testsOf(load(STARTER_POLICY)).length).toBeGreaterThan(10);
    expect(wrong(load(STARTER_POLICY))).toEqual([]);
    expect(wrong(load(`${PROFILES['tier-one-reset']?.ending?.('2027-03-01')}\n${HEAD}`))).toEqual([]);
  });
});
