/** What holds for a while: resets, freezes, exceptions, and the ramp of modes. What is not known of the time is stricter. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_NOW, sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { consider } from './consider.ts';
import type { Facts } from './facts.ts';
import { lengthText, momentText } from './time.ts';
import { windowText } from './window.ts';

const REST = '  - {id: rest, paths: ["**"], optional: true}';
const day = (iso: string): number => Date.parse(iso);
const judged = (rules: string, more: Partial<Facts> = {}, head = '', paths = ['db/a.sql']) =>
  consider(samplePolicy(`${rules}\n${REST}`, head), [], sampleFacts(sampleChange(paths, [sampleCommit('ada')]), more));
const asks = (...of: Parameters<typeof judged>) => judged(...of).seats.map((s) => s.rule);

describe('a rule for a while', () => {
  const rule = '  - {id: reset, paths: ["db/**"], starts: 2026-05-01, until: 2026-07-01, require: {humans: 2, level: L6}}';

  test.each([
    ['before', '2026-04-30T23:59Z', []],
    ['from its first moment', '2026-05-01', ['reset']],
    ['to the last', '2026-06-30T23:59Z', ['reset']],
    ['not at its end', '2026-07-01', []],
  ])('%s', (_, at, rules) => expect(asks(rule, { at: day(at) })).toEqual(rules));

  test('asks where nobody knows the time', () => {
    expect(asks(rule, { at: null })).toEqual(['reset']);
    expect(judged(rule, { at: null }).rules.find((r) => r.id === 'reset')?.state).toBe('may-ask');
  });

  test('that is optional covers only while it is proved to hold', () => {
    const open = (at: number | null) =>
      consider(samplePolicy('  - {id: window, paths: ["**"], until: 2026-07-01, optional: true}'), [], sampleFacts(sampleChange(['a'], [sampleCommit('ada')]), { at })).outcome;
    expect([open(SAMPLE_NOW), open(day('2026-07-01')), open(null)]).toEqual(['pass', 'refused', 'refused']);
  });

  test('an hour more changes nothing a digest covers; the end of a rule does', () => {
    const digest = (at: string) => judged(rule, { at: day(at) }).factsDigest;
    expect(digest('2026-06-01T10:00Z')).toBe(digest('2026-06-01T11:00Z'));
    expect(digest('2026-06-30T23:59Z')).not.toBe(digest('2026-07-01'));
  });
});

describe('a freeze', () => {
  const freeze = 'forbid: [{id: freeze, paths: ["db/**"], starts: 2026-12-20, until: 2027-01-04, reason: year-end freeze, unless: author.senior}]';

  test('refuses in its time, whoever signs, and says until when', () => {
    expect(judged('', { at: day('2026-12-24') }, freeze).refusals).toMatchObject([{ code: 'FORBIDDEN', text: 'forbidden by freeze, until 2027-01-04: year-end freeze' }]);
    expect(judged('', { at: day('2027-01-04') }, freeze).outcome).toBe('pass');
    expect(judged('', { at: day('2026-12-24') }, freeze, ['docs/a']).outcome).toBe('pass');
    expect(judged('', { at: null }, freeze).refusals[0]?.text).toContain('the time is not known');
  });

  test('spares whom its unless proves', () => {
    const senior = consider(samplePolicy(REST, freeze), [], sampleFacts(sampleChange(['db/a'], [sampleCommit('dan')]), { at: day('2026-12-24') }));
    expect(senior.outcome).toBe('pass');
  });
});

describe('incidents', () => {
  const quiet = 'forbid: [{id: quiet, when: "incident.open.exists(i, i.severity <= 1)", reason: an incident is open}]';
  const incident = { id: 'INC-1', severity: 1, class: 'outage', systems: [], open: true, days: 0 } as const;

  test('condition rules by class and severity; nobody knowing is stricter', () => {
    expect(judged('', { incidents: [] }, quiet).outcome).toBe('pass');
    expect(judged('', { incidents: [{ ...incident, severity: 2 }] }, quiet).outcome).toBe('pass');
    expect(judged('', { incidents: [{ ...incident, open: false }] }, quiet).outcome).toBe('pass');
    expect(judged('', { incidents: [incident] }, quiet).outcome).toBe('refused');
    expect(judged('', { incidents: null }, quiet).outcome).toBe('refused');
    const rule = `  - {id: again, paths: ["**"], when: 'incident.open.exists(i, i.class == "outage")', require: {humans: 1}}`;
    expect(asks(rule, { incidents: [incident] })).toEqual(['again']);
  });
});

describe('an exception', () => {
  const rule = '  - {id: strict, paths: ["db/**"], require: {humans: 1, level: L6}}';
  const exception = (more = '') => `exceptions: [{id: fixtures, rule: strict, paths: ["db/fixtures/**"], owner: eve, reason: made anew, until: 2026-07-01${more}}]`;

  test('takes its paths out of one rule, and they stay covered', () => {
    expect(asks(rule, {}, exception(), ['db/fixtures/a'])).toEqual([]);
    expect(judged(rule, {}, exception(), ['db/fixtures/a']).outcome).toBe('pass');
    expect(asks(rule, {}, exception(), ['db/fixtures/a', 'db/b'])).toEqual(['strict']);
  });

  test.each([
    ['when it has ended', { at: day('2026-07-01') }, exception(), 'it has ended'],
    ['when nobody knows the time', { at: null }, exception(), 'the time is not known'],
    ['of somebody who is gone', {}, exception().replace('owner: eve', 'owner: zoe'), 'zoe is nobody on the roster'],
    ['whose condition does not hold', {}, exception(', when: "risk.tier < routine"'), 'its condition does not hold'],
  ])('does not count %s, and says why', (_, more, head, why) => {
    const d = judged(rule, more, head, ['db/fixtures/a']);
    expect(d.seats.map((s) => s.rule)).toEqual(['strict']);
    expect(JSON.stringify(d.reasons)).toContain(why);
  });
});

test('lengths and moments are said as they are written', () => {
  expect([60_000, 5_400_000, 14_400_000, 1_209_600_000, 86_400_000].map(lengthText)).toEqual(['1m', '90m', '4h', '2w', '1d']);
  expect([day('2027-01-31'), day('2027-01-31T18:00Z')].map(momentText)).toEqual(['2027-01-31', '2027-01-31T18:00Z']);
  expect(windowText({ starts: day('2026-01-01'), until: null })).toBe('holds from 2026-01-01');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('m', 'h', 'd', 'w'), (n, unit) => {
      const loaded = samplePolicy(`  - {id: a, paths: ["**"], ttl: ${n}${unit}, require: {humans: 1}}`);
      const ttl = loaded.rules[0]?.ttl ?? 0;
      expect(samplePolicy(`  - {id: a, paths: ["**"], ttl: ${lengthText(ttl)}, require: {humans: 1}}`).rules[0]?.ttl).toBe(ttl);
    }),
  );
});
