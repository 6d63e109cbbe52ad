import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleFacts, samplePerson, samplePolicy } from '../../testing/sample-change.ts';
import { consider } from './consider.ts';
import { plainSeat } from './decision.ts';
import { fillSeats } from './quorum.ts';
import { type Ask, fold, plainAsk, qualified, seatText } from './seats.ts';

const ask = (rule: string, humans: number, rank: number, more: Partial<Ask> = {}): Ask => ({ ...plainAsk(rule, humans, rank), ...more });
const short = (asks: readonly Ask[]) => asks.map((a) => `${a.rule}:${a.humans}`);
const policy = samplePolicy('  - {id: all, paths: ["**"], optional: true}');

describe('folding', () => {
  test.each([
    ['a stricter seat answers a weaker one', [ask('any', 1, -1), ask('l6', 1, 2)], ['l6:1']],
    ['what is left of the weaker stays', [ask('any', 2, -1), ask('l6', 1, 2)], ['any:1', 'l6:1']],
    ['the same twice is asked once', [ask('b', 1, 2), ask('a', 1, 2)], ['a:1']],
    ['the larger number of the same', [ask('a', 1, 2), ask('b', 2, 2)], ['b:2']],
    ['two teams are two seats', [ask('sec', 1, -1, { teams: ['sec'] }), ask('sre', 1, -1, { teams: ['sre'] })], ['sec:1', 'sre:1']],
    ['a team answers either team', [ask('either', 1, -1, { teams: ['sec', 'sre'] }), ask('sre', 1, -1, { teams: ['sre'] })], ['sre:1']],
    ['a domain is not a level', [ask('db', 1, -1, { domains: ['databases'] }), ask('l6', 1, 2)], ['db:1', 'l6:1']],
    [
      'one person answers one of two asks that do not imply each other',
      [ask('sre', 1, -1, { teams: ['sre'] }), ask('l6', 1, 2), ask('sre-l6', 1, 2, { teams: ['sre'] })],
      ['sre:1', 'sre-l6:1'],
    ],
    ['a name written twice is that name', [ask('a', 1, 1, { teams: ['sre', 'sre'] }), ask('b', 1, 1, { teams: ['sre'] })], ['a:1']],
    ['a chain', [ask('any', 3, -1), ask('l5', 2, 1), ask('l6', 1, 2)], ['any:1', 'l5:1', 'l6:1']],
  ])('%s', (_, asks, kept) => {
    expect(short(fold(asks))).toEqual(kept);
    expect(short(fold([...asks].reverse()))).toEqual(kept);
  });

  test.each([
    ['its own', [ask('a', 1, 2)], [['a']]],
    ['the same asked by others', [ask('a', 1, 2), ask('b', 2, 2)], [['a', 'b']]],
    ['weaker ones, through those between', [ask('any', 1, -1), ask('l5', 1, 1), ask('l6', 1, 2)], [['any', 'l5', 'l6']]],
    ['one that it answers in part', [ask('any', 2, -1), ask('l6', 1, 2)], [['any'], ['any', 'l6']]],
    ['one that one of its people answers', [ask('any', 1, -1), ask('l6', 2, 2)], [['any', 'l6']]],
    ['no other', [ask('db', 1, -1, { domains: ['databases'] }), ask('l6', 1, 2)], [['db'], ['l6']]],
  ])('a seat answers %s', (_, asks, answers) => {
    expect(fold(asks).map((a) => a.answers)).toEqual(answers);
  });

  const anAsk = fc
    .record({
      rule: fc.constantFrom('a', 'b', 'c', 'd'),
      humans: fc.integer({ min: 1, max: 3 }),
      rank: fc.integer({ min: -1, max: 3 }),
      domains: fc.subarray(['infra', 'databases']),
      teams: fc.subarray(['sre', 'security']),
      people: fc.subarray(['ada', 'dan'], { maxLength: 1 }),
    })
    .map(({ rule, humans, rank, ...more }) => ask(rule, humans, rank, more));

  test('whoever fills the folded seats satisfies each ask by itself', () => {
    const crowd = SAMPLE_ROSTER.people.flatMap((p) => [p, samplePerson(`${p.id}2`, p.level, { teams: p.teams, domains: p.domains })]);
    fc.assert(
      fc.property(fc.array(anAsk, { maxLength: 4 }), fc.subarray(crowd), (asks, signers) => {
        const candidates = (a: Ask) => crowd.filter((p) => qualified(policy, p, a, null)).map((p) => p.id);
        const seats = fold(asks).map((a) => plainSeat(a.rule, a.humans, candidates(a)));
        if (
          fillSeats(
            seats,
            signers.map((p) => p.id),
          ).missing.length > 0
        )
          return;
        for (const a of asks) expect(signers.filter((p) => qualified(policy, p, a, null)).length).toBeGreaterThanOrEqual(a.humans);
      }),
      { numRuns: 400 },
    );
  });

  test('the seats that name a rule are enough for what it asks', () => {
    const crowd = SAMPLE_ROSTER.people.flatMap((p) => [p, samplePerson(`${p.id}2`, p.level, { teams: p.teams, domains: p.domains })]);
    fc.assert(
      fc.property(fc.array(anAsk, { maxLength: 5 }), fc.subarray(crowd), (asks, signers) => {
        const seats = fold(asks);
        for (const a of asks) {
          const own = seats.filter((s) => s.answers?.includes(a.rule));
          expect(own.reduce((n, s) => n + s.humans, 0)).toBeGreaterThanOrEqual(a.humans);
          const table = own.map((s) =>
            plainSeat(
              s.rule,
              s.humans,
              crowd.filter((p) => qualified(policy, p, s, null)).map((p) => p.id),
            ),
          );
          const full =
            fillSeats(
              table,
              signers.map((p) => p.id),
            ).missing.length === 0;
          if (full) expect(signers.filter((p) => qualified(policy, p, a, null)).length).toBeGreaterThanOrEqual(a.humans);
        }
        expect([...new Set(seats.flatMap((s) => s.answers ?? []))].sort()).toEqual([...new Set(asks.map((a) => a.rule))].sort());
      }),
      { numRuns: 400 },
    );
  });

  test('order does not matter, and one more ask never takes people away', () => {
    fc.assert(
      fc.property(fc.array(anAsk, { maxLength: 5 }), anAsk, (asks, more) => {
        const total = (list: readonly Ask[]) => fold(list).reduce((n, a) => n + a.humans, 0);
        expect(fold([...asks].reverse())).toEqual(fold(asks));
        expect(total([...asks, more])).toBeGreaterThanOrEqual(total(asks));
      }),
      { numRuns: 400 },
    );
  });
});

test('a seat in words', () => {
  expect(seatText({ humans: 1, level: 'L6', domains: [], teams: [] })).toBe('1 human at L6 or above');
  expect(seatText({ humans: 2, level: null, domains: ['infra', 'databases'], teams: ['sre', 'security'] })).toBe(
    '2 humans, qualified for infra and databases, of team sre or security',
  );
});

test('people qualify by level, every domain and one team', () => {
  const rules = '  - {id: all, paths: ["**"], require: {humans: 1, level: L5, domains: [infra], from: {teams: [sre, security]}}}';
  const d = consider(samplePolicy(rules), [], sampleFacts(sampleChange(['a'], [sampleCommit('ada')])));
  expect(d.seats[0]?.candidates).toEqual(['ben', 'dan', 'flo']);
  const able = (ask: string, people = SAMPLE_ROSTER.people) => {
    const rule = samplePolicy(`  - {id: all, paths: ["**"], require: {humans: 1, ${ask}}}`);
    return consider(rule, [], sampleFacts(sampleChange(['a'], [sampleCommit('ada')]), { roster: { ...SAMPLE_ROSTER, people } })).seats[0]?.candidates;
  };
  expect(able('from: {teams: [security]}')).toEqual(['cleo', 'dan', 'eve']);
  expect(able('level: L6, from: {teams: [sre]}')).toEqual(['dan', 'flo']);
  expect(able('from: {teams: [sre]}', [...SAMPLE_ROSTER.people, samplePerson('zoe', 'L99', { teams: ['sre'] })])).toEqual(['ben', 'dan', 'flo']);
});
