/** Owner, clock and state of a violation, and which entries are one. */
import { describe, expect, it } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { order } from '../base/order.ts';
import type { Person, Roster } from '../roster/roster.ts';
import { readViolation, WHY } from './violation-words.ts';
import { CLOCK, type Later, type LoggedViolation, NOBODY, ownerOf, toldIn, violationOf } from './violations.ts';

const id = (n: number): string => n.toString(16).padStart(40, '0');
const NEVER: Later = { signed: null, reverted: null, landedAgain: null, back: null, putBack: null };
const at = (entry: number, body: LoggedViolation['body'], to = id(2)): LoggedViolation => ({ entry, at: entry * 1_000, repo: 'r', ref: 'refs/heads/main', to, change: null, body });
const astray = (entry: number, to = id(2)) => at(entry, { kind: 'astray', v: 1, why: WHY.astray, from: id(1) }, to);
const scan = (entry: number, tells: readonly number[], to = id(2)) =>
  at(
    entry,
    {
      kind: 'unchained',
      v: 1,
      why: WHY.unchained,
      repo: 'r',
      ref: 'refs/heads/main',
      to,
      from: id(1),
      code: 'BYPASS',
      commits: 1,
      tier: 'high',
      owner: NOBODY,
      tells,
    },
    to,
  );

describe('a violation', () => {
  it('has until its tier says, and is critical where nobody weighed it', () => {
    const [one, two] = [toldIn([astray(1)]), toldIn([scan(1, [])])].map(([told]) => told ?? expect.fail('nothing was told'));
    if (one === undefined || two === undefined) return;
    expect(violationOf(one, NEVER, NOBODY, 1_000)).toMatchObject({ tier: 'critical', weighed: false, due: 1_000 + CLOCK.critical, state: { is: 'open', overdue: false } });
    expect(violationOf(two, NEVER, NOBODY, 1_000 + CLOCK.high)).toMatchObject({ tier: 'high', weighed: true, state: { is: 'open', overdue: true } });
    expect(violationOf(two, { ...NEVER, signed: { entry: 9, at: 9 } }, NOBODY, 1_000 + CLOCK.high)).toMatchObject({ state: { is: 'answered', by: 'signed', entry: 9 } });
    expect(violationOf(two, { ...NEVER, putBack: true }, NOBODY, 0)).toMatchObject({ state: { is: 'answered', by: 'put-back' } });
  });

  it('says when it was answered and nothing else that is known of the answer', () => {
    const [told] = toldIn([scan(1, [])]);
    const more = { entry: 9, at: 9, old: id(3), change: 'x' };
    for (const by of ['signed', 'reverted', 'landedAgain', 'back'] as const)
      expect(violationOf(told ?? expect.fail(), { ...NEVER, [by]: more }, NOBODY, 0).state).toEqual({ is: 'answered', by: expect.any(String), entry: 9, at: 9 });
  });

  it('is told once, at the place of the first entry that found it', () => {
    const entries = [astray(1), astray(2, id(3)), scan(3, [1, 2], id(3)), astray(4, id(7))];
    expect(toldIn(entries).map((t) => [t.violation.entry, t.weighed?.entry ?? null])).toEqual([
      [1, 3],
      [4, null],
    ]);
  });

  it('swallows none of another ref, none behind it, and none that another has', () => {
    const elsewhere = { ...astray(1), ref: 'refs/heads/other' };
    const entries = [elsewhere, astray(2), scan(3, [1, 2, 9]), scan(4, [2, 3]), astray(9, id(8))];
    expect(toldIn(entries).map((t) => [t.violation.entry, t.weighed?.entry ?? null])).toEqual([
      [1, null],
      [2, 3],
      [4, null],
      [9, null],
    ]);
  });

  it('is no other where the server finds the ref there after a scan did, unless it was back meanwhile', () => {
    const back = at(3, { kind: 'back', v: 1, why: WHY.back, from: id(2) }, id(1));
    expect(toldIn([scan(1, []), astray(2)]).map((t) => t.violation.entry)).toEqual([1]);
    expect(toldIn([scan(1, []), astray(2), back, astray(4)]).map((t) => t.violation.entry)).toEqual([1, 4]);
  });

  it('knows the word that the ref is back, which is no violation', () => {
    const entries = [astray(1), at(2, { kind: 'back', v: 1, why: WHY.back, from: id(2) }, id(1)), astray(3)];
    expect(toldIn(entries).map((t) => [t.violation.entry, t.backs.map((b) => b.entry), t.since.map((s) => s.entry)])).toEqual([
      [1, [2], [3]],
      [3, [], []],
    ]);
  });
});

it('is read from the body of every look at refs, a forge’s too, and from nothing else', () => {
  const read = (body: object): string | undefined => readViolation(utf8(JSON.stringify(body)))?.kind;
  expect(read({ v: 1, why: WHY.astray, from: id(1) })).toBe('astray');
  expect(read({ v: 1, why: 'it landed at the forge, and what policy asks for was not there', from: id(1) })).toBe('astray');
  expect(read({ v: 1, why: WHY.back, from: id(1) })).toBe('back');
  expect(read({ v: 2, why: WHY.astray, from: id(1) })).toBeUndefined();
  expect(read({ v: 1, why: WHY.astray, from: id(1), more: true })).toBeUndefined();
});

describe('whoever answers', () => {
  const person = (name: string, level: string, teams: readonly string[] = []): Person => ({ id: name, name, level, teams, domains: [], emails: [], accounts: [] });
  const roster: Roster = { people: [person('ada', 'L4', ['dba']), person('kim', 'L7'), person('mara', 'L6')], agents: [], digest: '' };
  const system = { id: 'orders', name: 'Orders', criticality: 1 as const, paths: ['db/**'], owners: ['dba'], dependents: [], invariants: [] };
  const policy = { systems: [system], ladder: order(['L4', 'L5', 'L6', 'L7']) };

  it('owns the systems it touches, or else the policy', () => {
    expect(ownerOf({ policy, roster }, ['db/1.sql'])).toEqual({ by: 'systems', teams: ['dba'], people: ['ada'] });
    expect(ownerOf({ policy, roster }, ['docs/a.md'])).toEqual({ by: 'policy', teams: [], people: ['kim', 'mara'] });
    expect(ownerOf({ policy, roster: { ...roster, people: [] } }, ['docs/a.md'])).toEqual(NOBODY);
  });
});
