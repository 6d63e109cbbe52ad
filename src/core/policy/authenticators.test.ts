/** `authenticators:` of a policy: what it says, that no layer says less than another, and that the decision carries it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleChange, sampleCommit, sampleFacts } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { TIERS } from '../risk/risk.ts';
import { consider } from './consider.ts';
import type { Policy } from './document.ts';
import { loadPolicy } from './load.ts';
import { policyDiff } from './policy-diff.ts';
import { joinAuthenticators, SYNCED } from './terms.ts';

const HEAD = 'version: 1\nladder: [L4, L5]\nsenior: L5\nprotected: [refs/heads/main]\n';
const RULES = 'rules:\n  - {id: rest, paths: ["**"], optional: true}\n';
const load = (said: string, floors: readonly string[] = [], base = '') =>
  loadPolicy(utf8(`${HEAD}${base === '' ? '' : 'extends: [.countersign/base.yml]\n'}${said}\n${RULES}`), 'countersign.yml', {
    read: () => utf8(`version: 1\n${base}\n`),
    floors: floors.map((f, i) => ({ name: `floor ${i}`, bytes: utf8(`version: 1\n${f}\n`) })),
  });
function loaded(...of: Parameters<typeof load>): Policy {
  const answer = load(...of);
  if (!answer.ok) throw new Error(answer.error.map((p) => p.message).join('\n'));
  return answer.value;
}
const HOUR = 3_600_000;

describe('what it says', () => {
  it.each([
    ['', null],
    ['authenticators: {}', { synced: 'high', attestedFrom: null, coolDown: null }],
    ['authenticators: {synced: none}', { synced: 'none', attestedFrom: null, coolDown: null }],
    ['authenticators: {synced: elevated, attested_from: high, cool_down: 72h}', { synced: 'elevated', attestedFrom: 'high', coolDown: 72 * HOUR }],
  ])('%s', (said, expected) => expect(loaded(said).authenticators).toEqual(expected));

  it.each([
    ['authenticators: {synced: critical}', 'authenticators.synced'],
    ['authenticators: {synced: false}', 'authenticators.synced'],
    ['authenticators: {attested_from: always}', 'authenticators.attested_from'],
    ['authenticators: {cool_down: 0h}', 'authenticators.cool_down'],
    ['authenticators: {roots: []}', 'authenticators.roots'],
  ])('%s is refused with its place', (said, place) => {
    const answer = load(said);
    expect(answer.ok ? '' : answer.error.map((p) => p.place).join()).toContain(place);
  });

  it('the decision carries it, and nothing where nothing is said', () => {
    const decided = (policy: Policy) => consider(policy, [], sampleFacts(sampleChange(['a'], [sampleCommit('ada')])));
    expect(decided(loaded('authenticators: {synced: none}')).authenticators).toEqual({ synced: 'none', attestedFrom: null, coolDown: null });
    expect(decided(loaded(''))).not.toHaveProperty('authenticators');
  });
});

describe('the strictest of all layers holds', () => {
  const strict = 'authenticators: {synced: none, attested_from: elevated, cool_down: 10d}';
  const loose = 'authenticators: {synced: elevated, attested_from: high, cool_down: 2d}';
  const held = { synced: 'none', attestedFrom: 'elevated', coolDown: 240 * HOUR };
  it.each<[string, Parameters<typeof load>]>([
    ['the file over its floor', [strict, [loose]]],
    ['the floor over the file', [loose, [strict]]],
    ['one floor over another', ['', [loose, strict]]],
    ['what the file extends over the file', [loose, [], strict]],
    ['each in what it is strict about', ['authenticators: {synced: none, cool_down: 1d}', ['authenticators: {attested_from: elevated}'], 'authenticators: {cool_down: 10d}']],
  ])('%s', (_, of) => expect(loaded(...of).authenticators).toEqual(held));

  it('whatever two say, both hold', () => {
    const terms = fc.record({
      synced: fc.constantFrom(...SYNCED),
      attestedFrom: fc.option(fc.constantFrom(...TIERS.values)),
      coolDown: fc.option(fc.integer({ min: 1, max: 1_000 })),
    });
    fc.assert(
      fc.property(terms, terms, (a, b) => {
        const both = joinAuthenticators(a, b);
        expect(both).toEqual(joinAuthenticators(b, a));
        for (const one of [a, b]) {
          expect(SYNCED.indexOf(both.synced)).toBeGreaterThanOrEqual(SYNCED.indexOf(one.synced));
          if (one.attestedFrom !== null) expect(TIERS.atLeast(one.attestedFrom, both.attestedFrom ?? 'critical')).toBe(true);
          if (one.coolDown !== null) expect(both.coolDown).toBeGreaterThanOrEqual(one.coolDown);
        }
      }),
    );
  });
});

it.each([
  ['', 'authenticators: {synced: none}', [['synced', 'stricter']]],
  ['authenticators: {attested_from: high}', '', [['attested_from', 'weaker']]],
  ['authenticators: {cool_down: 2d}', 'authenticators: {cool_down: 3d}', [['cool_down', 'stricter']]],
  [
    'authenticators: {cool_down: 2d}',
    'authenticators: {synced: none}',
    [
      ['synced', 'stricter'],
      ['cool_down', 'weaker'],
    ],
  ],
] as const)('from %j to %j a diff says what became of it', (before, after, expected) => {
  const changes = policyDiff(loaded(before), loaded(after)).filter((c) => c.where === 'authenticators');
  expect(changes.map((c) => [c.field, c.direction])).toEqual(expected);
});
