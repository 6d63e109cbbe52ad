/** Who may fill which seat: teams, relations, documented qualifications, roles that records know, stages and presence. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_NOW, SAMPLE_ROSTER, sampleChange, sampleCommit, sampleFacts, samplePerson, samplePolicy } from '../../testing/sample-change.ts';
import type { Person } from '../roster/roster.ts';
import { consider } from './consider.ts';
import { plainSeat, type Seat } from './decision.ts';
import type { Facts } from './facts.ts';
import { fillSeats } from './quorum.ts';

const judged = (ask: string, more: Partial<Facts> = {}, who = 'ada') =>
  consider(samplePolicy(`  - {id: all, paths: ["**"], require: {humans: 1, ${ask}}}`), [], sampleFacts(sampleChange(['a'], [sampleCommit(who)]), more));
const candidates = (...of: Parameters<typeof judged>) => judged(...of).seats.map((s) => s.candidates);
const withPeople = (...people: readonly Person[]): Partial<Facts> => ({
  roster: { ...SAMPLE_ROSTER, people: [...SAMPLE_ROSTER.people.filter((p) => !people.some((q) => q.id === p.id)), ...people] },
});

describe('relations of the people behind a change', () => {
  const roster = withPeople(samplePerson('ada', 'L4', { manager: 'dan', teams: ['sre'] }), samplePerson('zed', 'L6', { manager: 'ada' }));

  test.each([
    ['manager', ['ben', 'cleo', 'eve', 'flo', 'zed']],
    ['report', ['ben', 'cleo', 'dan', 'eve', 'flo']],
    ['same-team', ['cleo', 'eve', 'zed']],
    ['author, pusher', ['ben', 'cleo', 'dan', 'eve', 'flo', 'zed']],
  ])('not: [%s]', (not, able) => expect(candidates(`not: [${not}]`, roster)).toEqual([able]));
});

describe('qualifications', () => {
  const until = Date.UTC(2026, 5, 1, 12, 1);
  const roster = (at: number) =>
    withPeople(samplePerson('eve', 'L6', { domains: ['databases'], qualifications: [{ domain: 'databases', basis: 'on call', until: at }] }), samplePerson('dan', 'L6'));

  test('count until they end, and not where nobody knows the time', () => {
    expect(candidates('domains: [databases]', roster(until))).toEqual([['eve']]);
    expect(judged('domains: [databases]', roster(SAMPLE_NOW)).refusals).toMatchObject([{ code: 'SEAT_UNFILLABLE' }]);
    expect(judged('domains: [databases]', { ...roster(until), at: null }).refusals).toMatchObject([{ code: 'SEAT_UNFILLABLE' }]);
  });
});

describe('whom records put behind a change', () => {
  test.each(['prompter', 'token-owner', 'deploy-starter'] as const)('a %s may not sign, by account, address or id', (role) => {
    for (const identity of ['flo', 'flo@example.com', 'FLO']) {
      const d = judged('level: L6', { behind: [{ role, identity }] });
      expect(d.seats[0]?.candidates).toEqual(['dan', 'eve']);
      expect(d.excluded.find((e) => e.person === 'flo')?.roles).toEqual([role]);
    }
  });

  test('somebody nobody knows may be anyone, also under the name of a tool', () => {
    for (const identity of ['somebody', 'claude[bot]', 'noreply@anthropic.com'])
      expect(judged('level: L6', { behind: [{ role: 'prompter', identity }] }).refusals).toMatchObject([{ code: 'SOD_UNRESOLVED' }]);
  });

  test("an agent's token brings in its owner", () => {
    expect(judged('level: L5', { behind: [{ role: 'token-owner', identity: 'robo' }] }).seats[0]?.candidates).toEqual(['cleo', 'dan', 'eve', 'flo']);
  });

  test('a prompter whom only an unsigned record names is out, and one more person signs: whoever wrote it chose the name', () => {
    const claimed = (identity: string) => judged('level: L6', { behind: [{ role: 'prompter', identity, claimed: true }] });
    const named = claimed('flo@example.com');
    expect([named.refusals, named.seats[0]?.humans, named.seats[0]?.candidates]).toEqual([[], 2, ['dan', 'eve']]);
    expect(named.findings.map((f) => f.rule)).toEqual(['SOD101']);
    const unknown = claimed('somebody@else.example');
    expect([unknown.refusals, unknown.seats[0]?.humans, unknown.findings.map((f) => f.rule)]).toEqual([[], 2, ['SOD102']]);
  });

  test('a prompter is no guess of headers, so nobody more has to sign', () => {
    expect(judged('level: L6', { behind: [{ role: 'prompter', identity: 'flo' }] }).seats[0]?.humans).toBe(1);
  });
});

describe('stages', () => {
  test('fill their seats anew, each with the same people', () => {
    const d = judged('level: L6, stages: [intent, implementation, deploy]');
    expect(d.seats.map((s) => [s.stage, s.humans])).toEqual([
      ['deploy', 1],
      ['implementation', 1],
      ['intent', 1],
    ]);
    expect(fillSeats(d.seats, ['dan']).missing).toEqual([]);
    expect(d.asked).toContain('on the intent, before it is built');
  });
});

describe('different teams', () => {
  const rule = (ask: string) => samplePolicy(`  - {id: all, paths: ["**"], require: {${ask}}}`);
  const seat = (ask: string) => consider(rule(ask), [], sampleFacts(sampleChange(['a'], [sampleCommit('ada')]))).seats;

  test('one person of two teams stands for one of them', () => {
    const seats = seat('humans: 2, distinct_teams: 2, from: {teams: [sre, security]}');
    expect(fillSeats(seats, ['dan']).missing).toMatchObject([{ count: 1 }]);
    expect(fillSeats(seats, ['ben', 'flo']).missing).toMatchObject([{ count: 1, anyOf: ['cleo', 'dan', 'eve'] }]);
    expect(fillSeats(seats, ['dan', 'flo']).missing).toEqual([]);
    expect(fillSeats(seats, ['dan', 'eve']).missing).toEqual([]);
  });

  test('somebody in no team still fills a seat that asks for no team of its own', () => {
    const seats = [{ ...plainSeat('r', 3, ['a', 'b', 'c']), distinctTeams: 2, standsFor: { a: ['x'], b: ['y'] } }];
    expect(fillSeats(seats, ['a', 'b', 'c']).missing).toEqual([]);
    expect(fillSeats(seats, ['a', 'c']).missing).toMatchObject([{ count: 1, anyOf: ['b'] }]);
  });

  /** Every way to give people to chairs, and teams to the people of seats that ask for different ones. */
  function satisfiable(seats: readonly Seat[], people: readonly string[]): boolean {
    const [first, ...rest] = seats;
    if (first === undefined) return true;
    const able = first.candidates.filter((p) => people.includes(p));
    return subsets(able, first.humans).some(
      (chosen) =>
        standFor(first, chosen) &&
        satisfiable(
          rest,
          people.filter((p) => !chosen.includes(p)),
        ),
    );
  }
  const subsets = (of: readonly string[], size: number): readonly (readonly string[])[] =>
    size === 0 ? [[]] : of.flatMap((p, i) => subsets(of.slice(i + 1), size - 1).map((more) => [p, ...more]));
  function standFor({ distinctTeams, standsFor }: Seat, chosen: readonly string[], taken: readonly string[] = []): boolean {
    if (distinctTeams <= 1 || taken.length >= distinctTeams) return true;
    return chosen.some((p, i) =>
      (standsFor[p] ?? []).some((t) => !taken.includes(t) && standFor({ ...plainSeat('', 0, []), distinctTeams, standsFor }, chosen.slice(i + 1), [...taken, t])),
    );
  }

  test('matching is as good as trying everything', () => {
    const PEOPLE = ['a', 'b', 'c', 'd', 'e', 'f'];
    const teams = fc.record(Object.fromEntries(PEOPLE.map((p) => [p, fc.subarray(['x', 'y', 'z'])])));
    const one = fc.record({ humans: fc.integer({ min: 1, max: 3 }), candidates: fc.subarray(PEOPLE), distinct: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 3 }), teams, fc.subarray(PEOPLE), (list, standsFor, people) => {
        const seats = list.map(
          (s, i): Seat => ({
            ...plainSeat(`r${i}`, s.humans, s.candidates),
            distinctTeams: Math.min(s.distinct, s.humans),
            standsFor: Object.fromEntries(s.candidates.map((p) => [p, standsFor[p] ?? []])),
          }),
        );
        const { missing, filled } = fillSeats(seats, people);
        expect(missing.length === 0).toBe(satisfiable(seats, people));
        expect(new Set(filled.map((f) => f.person)).size).toBe(filled.length);
        for (const m of missing) for (const p of m.anyOf) expect(total(fillSeats(seats, [...people, p]).missing)).toBe(total(missing) - 1);
      }),
      { numRuns: 500 },
    );
  });
  const total = (missing: readonly { readonly count: number }[]) => missing.reduce((n, m) => n + m.count, 0);
});
