/** What travels beside the seats: declarations, samples, somebody alone, and policies that may not land. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleFacts, samplePerson, samplePolicy } from '../../testing/sample-change.ts';
import { problem } from '../base/result.ts';
import { consider } from './consider.ts';
import type { Facts } from './facts.ts';

const REST = '  - {id: rest, paths: ["**"], optional: true}';
const judged = (head: string, messages: readonly string[] = ['x\n'], more: Partial<Facts> = {}, paths = ['db/a']) =>
  consider(
    samplePolicy(REST, head),
    [],
    sampleFacts(
      sampleChange(
        paths,
        messages.map((m) => sampleCommit('ada', m)),
      ),
      more,
    ),
  );

describe('declarations', () => {
  const required = 'declarations: {assistance: required}';

  test('are asked of every commit, and the remedy is one command', () => {
    expect(judged(required, ['a\n\nAssisted-by: none\n', 'b\n\nAssisted-by: Claude:opus\n']).outcome).toBe('pass');
    const d = judged(required, ['a\n\nAssisted-by: none\n', 'b\n']);
    expect(d.refusals).toMatchObject([{ code: 'DECLARATION_MISSING', text: expect.stringContaining(d.change.commits[1]?.slice(0, 12) ?? '?') }]);
    expect(d.refusals[0]?.remedy).toMatch(/^countersign declare a{12}\.\.[0-9a-f]{12} --as none \(or --as <tool>:<model>\)/);
    expect(judged('declarations: {assistance: optional}', ['b\n']).outcome).toBe('pass');
  });

  const ticket = 'declarations: {trailers: [{key: Change-Ticket, matches: "^CHG-[0-9]+$", paths: ["db/**"], reason: a change to a database has a ticket}]}';
  test.each([
    ['a ticket', 'x\n\nChange-Ticket: CHG-12\n', 'pass'],
    ['a ticket in the middle of a squash', 'x\n\n* one\n\nChange-Ticket: CHG-12\n\n* two\n', 'pass'],
    ['none', 'x\n', 'refused'],
    ['an empty one', 'x\n\nChange-Ticket: \n', 'refused'],
    ['something else', 'x\n\nChange-Ticket: later\n', 'refused'],
  ])('a trailer: %s', (_, message, outcome) => expect(judged(ticket, [message]).outcome).toBe(outcome));

  test('a trailer is asked only where its paths change, and where its condition is unknown', () => {
    expect(judged(ticket, ['x\n'], {}, ['docs/a']).outcome).toBe('pass');
    const when = ticket.replace('paths:', 'when: "incident.open.exists(i, i.severity == 1)", paths:');
    expect(judged(when, ['x\n'], { incidents: [] }).outcome).toBe('pass');
    expect(judged(when, ['x\n'], { incidents: null }).outcome).toBe('refused');
  });
});

describe('a sample of what passes by itself', () => {
  const sample = 'sample: {share: 0.25}';

  test('is drawn by the seed, about as often as said, and never without one', () => {
    const drawn = Array.from({ length: 400 }, (_, i) => judged(sample, [`change ${i}\n`], { seed: 'secret' }).sampled).filter(Boolean).length;
    expect(drawn).toBeGreaterThan(60);
    expect(drawn).toBeLessThan(140);
    expect(judged(sample, ['x\n']).sampled).toBe(false);
    expect(judged('', ['x\n'], { seed: 'secret' }).sampled).toBe(false);
  });

  test('another seed draws others; the same one the same', () => {
    const of = (seed: string) => Array.from({ length: 60 }, (_, i) => judged(sample, [`change ${i}\n`], { seed }).sampled);
    expect(of('a')).toEqual(of('a'));
    expect(of('a')).not.toEqual(of('b'));
  });

  test('closes its lane when too much of it should not have passed', () => {
    const lane = (escapes: number | null) =>
      consider(
        samplePolicy(
          '  - {id: open, paths: ["**"], when: lane.open, optional: true}\n  - {id: closed, paths: ["**"], when: "!lane.open", require: {humans: 1}}',
          'sample: {share: 0.02, close_after: {escapes: 1, of: 50}}',
        ),
        [],
        sampleFacts(sampleChange(['a'], [sampleCommit('ada')]), { lane: escapes === null ? null : { sampled: 50, escapes } }),
      ).outcome;
    expect([lane(0), lane(1), lane(2), lane(null)]).toEqual(['pass', 'pass', 'signoff', 'refused']);
  });
});

describe('somebody alone', () => {
  const alone = { ...SAMPLE_ROSTER, people: [samplePerson('ada', 'L6')], agents: [] };
  const rule = '  - {id: all, paths: ["**"], require: {humans: 1, senior_to: author}}';
  const solo = (roster: Facts['roster'], who = 'ada', head = 'solo: {cool_down: 12h}') =>
    consider(samplePolicy(rule, head), [], sampleFacts(sampleChange(['a'], [sampleCommit(who)]), { roster }));

  test('may sign their own change after the wait', () => {
    expect(solo(alone)).toMatchObject({ outcome: 'signoff', soloAfter: 43_200_000, excluded: [], seats: [{ candidates: ['ada'] }] });
  });

  test('not without solo, not beside somebody else, not with somebody unknown behind it', () => {
    expect(solo(alone, 'ada', '')).toMatchObject({ outcome: 'refused', soloAfter: null });
    expect(solo({ ...alone, people: [...alone.people, samplePerson('ben', 'L6')] })).toMatchObject({ soloAfter: null, seats: [{ candidates: ['ben'] }] });
    expect(solo(alone, 'else@where.example')).toMatchObject({ outcome: 'refused', soloAfter: null });
  });
});

test('a change that would bring in a policy nobody can read is refused with its problems', () => {
  const d = judged('', ['x\n'], { brings: [problem('POLICY_INVALID', 'is empty', { place: 'countersign.yml:1:1', remedy: 'write one' })] });
  expect(d.refusals[0]).toEqual({ code: 'POLICY_INVALID', text: 'this change would bring in countersign.yml:1:1: is empty', remedy: 'write one' });
});

test('nothing an author writes makes a change that asks pass', () => {
  const POLICY = samplePolicy('  - {id: all, paths: ["**"], require: {humans: 1}}', 'declarations: {assistance: required}\nsample: {share: 0.5}\nmodes: {default: warn}');
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('ada', 'ben', 'robo', 'x@y.example'), (message, who) => {
      expect(consider(POLICY, [], sampleFacts(sampleChange(['a'], [sampleCommit(who, message)]))).outcome).not.toBe('pass');
    }),
  );
});
