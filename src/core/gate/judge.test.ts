/** What a gate answers. Properties first: whatever is presented, nobody counts twice and nothing cures a refusal. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { problem } from '../base/result.ts';
import { consider } from '../policy/consider.ts';
import { type Decision, plainSeat, type Seat } from '../policy/decision.ts';
import type { SignoffDecision } from '../signoff/statement.ts';
import { type Gate, judge, type PresentedOwnership, type PresentedSignoff } from './judge.ts';
import { underMode } from './verdict.ts';

const LADDER = ['L4', 'L5', 'L6', 'L7'];
const PEOPLE = ['ben', 'cleo', 'dan', 'eve', 'flo'];
const GATE: Gate = { kind: 'push', ladder: LADDER };
const LEVEL_OF = new Map(SAMPLE_ROSTER.people.map((p) => [p.id, p.level]));

const asked = (rules: string): Decision => consider(samplePolicy(rules), [], sampleFacts(sampleChange(['main.tf'], [sampleCommit('ada')]), { pusher: 'ada' }));
const ONE = asked('  - {id: one, paths: ["**"], require: {humans: 1, level: L6}}');
const TWO = asked('  - {id: two, paths: ["**"], require: {humans: 2, level: L5}}');
const PASS = asked('  - {id: none, paths: ["**"], optional: true}');
const REFUSED = asked('  - {id: other, paths: ["elsewhere"], optional: true}');

const said = (signer: string, index = 1, more: Partial<PresentedSignoff> = {}): PresentedSignoff => ({
  digest: `${signer}-${index}`,
  signer,
  level: LEVEL_OF.get(signer) ?? '',
  decision: 'approve',
  index,
  problems: [],
  ...more,
});
const codes = (decision: Decision, ...presented: readonly PresentedSignoff[]) => judge(GATE, decision, presented).codes;

describe('a gate', () => {
  it('lets pass what asks for nobody, and refuses what nobody can cure', () => {
    expect(judge(GATE, PASS, [])).toMatchObject({ verdict: 'allow', codes: ['PASS'], signoffs: [] });
    expect(
      judge(
        GATE,
        REFUSED,
        PEOPLE.map((p) => said(p)),
      ),
    ).toMatchObject({ verdict: 'deny', codes: ['UNCOVERED'], signoffs: [] });
    expect(judge(GATE, { ...REFUSED, refusals: [] }, [])).toMatchObject({ verdict: 'deny', codes: ['INTERNAL'] });
  });

  it('asks for the humans that are missing, and names who could be one', () => {
    const verdict = judge(GATE, TWO, [said('ben')]);
    expect(verdict).toMatchObject({ verdict: 'deny', codes: ['SIGNOFF_MISSING'] });
    expect(JSON.stringify(verdict.reasons)).toContain('1 more for rule two: any of cleo, dan, eve, flo');
    expect(codes(TWO, said('ben'), said('ben', 2))).toEqual(['SIGNOFF_MISSING']);
    expect(codes(TWO, said('ben'), said('cleo'))).toEqual(['OK']);
  });

  it('believes the level a signature proves, not the roster', () => {
    expect(codes(ONE, said('dan'))).toEqual(['OK']);
    expect(codes(ONE, said('dan', 1, { level: 'L5' }))).toEqual(['SIGNOFF_MISSING']);
    expect(codes(ONE, said('dan', 1, { level: 'L99' }))).toEqual(['SIGNOFF_MISSING']);
    expect(codes(ONE, said('dan', 1, { level: '' }))).toEqual(['SIGNOFF_MISSING']);
    expect(judge({ ...GATE, ladder: [] }, ONE, [said('dan')]).verdict).toBe('deny');
    const seniors = asked('  - {id: seniors, paths: ["**"], require: {humans: 2, level: L6}}');
    const [proven, unproven] = [said('dan'), said('eve', 2, { level: 'L5' })];
    expect(codes(seniors, proven, said('eve', 2))).toEqual(['OK']);
    for (const both of [
      [proven, unproven],
      [unproven, { ...proven, index: 3 }],
    ])
      expect(codes(seniors, ...both)).toEqual(['SIGNOFF_MISSING']);
  });

  it('never counts who stands behind the change', () => {
    expect(codes(ONE, said('ada', 1, { level: 'L7' }))).toEqual(['SIGNOFF_MISSING']);
    expect(codes(ONE, said('robo', 1, { level: 'L7' }), said('nobody', 2, { level: 'L7' }))).toEqual(['SIGNOFF_MISSING']);
  });

  it('says of every sign-off it sets aside why, the newest first', () => {
    const stale = said('dan', 1, { problems: [problem('ST_EXPIRED', 'too late')] });
    const elsewhere = said('eve', 2, { problems: [problem('ST_REF', 'elsewhere'), problem('ST_NONCE', 'used')] });
    expect(codes(ONE, stale, elsewhere)).toEqual(['ST_REF', 'ST_NONCE', 'ST_EXPIRED', 'SIGNOFF_MISSING']);
    expect(codes(ONE, stale, elsewhere, said('flo'))).toEqual(['OK']);
  });
});

describe('a person’s word', () => {
  it('is their latest, whatever order they are presented in', () => {
    const changes = said('dan', 5, { decision: 'changes' });
    expect(codes(ONE, changes, said('dan', 4))).toEqual(['REV_CHANGES']);
    expect(codes(ONE, said('dan', 6), changes)).toEqual(['OK']);
    expect(codes(ONE, said('dan', 6, { decision: 'cannot_judge' }), said('dan', 5))).toEqual(['SIGNOFF_MISSING']);
  });

  it('that asks for changes blocks whoever else approves, and one that does not hold blocks nobody', () => {
    const changes = said('eve', 2, { decision: 'changes' });
    expect(codes(ONE, said('dan'), changes)).toEqual(['REV_CHANGES']);
    const named = judge(GATE, ONE, [said('dan'), { ...changes, conditions: ['keep the table', 'add a test'] }]);
    expect(named.reasons.children).toMatchObject([{ code: 'REV_CHANGES', text: 'eve asked for changes: keep the table; add a test' }]);
    expect(codes(ONE, said('dan'), { ...changes, problems: [problem('ST_REF', 'elsewhere')] })).toEqual(['OK']);
    const unproven = { ...changes, unproven: 'it was erased' };
    expect(judge(GATE, ONE, [said('dan'), unproven]).reasons.children).toMatchObject([{ code: 'REV_CHANGES', text: expect.stringContaining('hold any more: it was erased') }]);
    expect(codes(ONE, said('dan'), unproven, said('eve', 3))).toEqual(['OK']);
  });
});

const decisions: fc.Arbitrary<SignoffDecision> = fc.constantFrom('approve', 'approve_with_conditions', 'changes', 'cannot_judge');
const presented: fc.Arbitrary<PresentedSignoff> = fc
  .record({
    signer: fc.constantFrom(...PEOPLE, 'ada', 'zoe'),
    level: fc.constantFrom(...LADDER, '', 'L99'),
    decision: decisions,
    index: fc.nat(50),
    spoiled: fc.boolean(),
  })
  .map(({ spoiled, ...s }) => ({ ...s, digest: `${s.signer}-${s.index}-${s.level}-${s.decision}`, problems: spoiled ? [problem('ST_REF', 'elsewhere')] : [] }));
const lists = fc.uniqueArray(presented, { maxLength: 12, selector: (s) => s.index });
const seats: fc.Arbitrary<readonly Seat[]> = fc.array(
  fc
    .record({ rule: fc.constantFrom('a', 'b', 'c'), humans: fc.integer({ min: 1, max: 3 }), level: fc.constantFrom(null, ...LADDER), candidates: fc.subarray(PEOPLE) })
    .map((s) => plainSeat(s.rule, s.humans, s.candidates, s.level)),
  { minLength: 1, maxLength: 3 },
);

describe('stages', () => {
  const both = asked('  - {id: both, paths: ["**"], require: {humans: 1, level: L6, stages: [intent, implementation, deploy]}}');

  it('each take a signature of their own, and deploy seats wait for the deploy', () => {
    expect(codes(both, said('dan'))).toContain('SIGNOFF_MISSING');
    expect(codes(both, said('dan'), said('dan', 2, { stage: 'intent' }))).toEqual(['OK']);
    const deploy = (...all: readonly PresentedSignoff[]) => judge({ ...GATE, kind: 'deploy' }, both, all).verdict;
    const signed = [said('dan'), said('dan', 2, { stage: 'intent' })];
    expect([deploy(...signed), deploy(...signed, said('eve', 3, { stage: 'deploy' }))]).toEqual(['deny', 'allow']);
  });

  it('an objection at one of them blocks until its own author takes it back', () => {
    const signed = [said('dan'), said('dan', 2, { stage: 'intent' })];
    expect(codes(both, ...signed, said('eve', 3, { stage: 'intent', decision: 'changes' }))).toEqual(['REV_CHANGES']);
    expect(codes(both, ...signed, said('eve', 3, { stage: 'intent', decision: 'changes' }), said('eve', 4))).toEqual(['OK']);
  });
});

describe('presence', () => {
  const hard = asked('  - {id: hard, paths: ["**"], require: {humans: 1, level: L6, presence: hardware}}');

  it('by a checked hardware key is not proved by any other', () => {
    expect(codes(hard, said('dan'))).toContain('SIGNOFF_MISSING');
    expect(codes(hard, said('dan', 1, { presence: 'passkey' }))).toContain('SIGNOFF_MISSING');
    expect(codes(hard, said('dan', 1, { presence: 'hardware' }))).toEqual(['OK']);
  });
});

describe('somebody alone', () => {
  const person = SAMPLE_ROSTER.people.filter((p) => p.id === 'dan');
  const rule = '  - {id: all, paths: ["**"], require: {humans: 1}}';
  const alone = consider(
    samplePolicy(rule, 'solo: {cool_down: 1h}'),
    [],
    sampleFacts(sampleChange(['a'], [sampleCommit('dan')]), { roster: { people: person, agents: [], digest: 'c'.repeat(64) } }),
  );
  const at = (since: number | undefined, signed: number | undefined) =>
    judge({ ...GATE, ...(since === undefined ? {} : { since }) }, alone, [said('dan', 1, signed === undefined ? {} : { at: signed })]).codes;

  it('counts after the wait, recorded as such; before it, or where a time is not known, not', () => {
    expect(at(0, 3_600_000)).toEqual(['OK', 'SOLO']);
    expect(at(0, 3_599_999)).toEqual(['SOLO', 'SIGNOFF_MISSING']);
    expect(at(undefined, 3_600_000)).toEqual(['SOLO', 'SIGNOFF_MISSING']);
    expect(at(0, undefined)).toEqual(['SOLO', 'SIGNOFF_MISSING']);
  });
});

describe('a gate that only watches', () => {
  it('answers allow and keeps what it would have said', () => {
    const strict = judge(GATE, ONE, []);
    expect(underMode(strict, 'observe')).toMatchObject({ verdict: 'allow', would: 'deny', mode: 'observe', codes: ['MODE', 'SIGNOFF_MISSING'], signoffs: [] });
    expect(underMode(strict, 'warn').reasons.children).toEqual([strict.reasons]);
    expect(underMode(strict, 'enforce')).toEqual(strict);
    expect(underMode(judge(GATE, PASS, []), 'observe')).toMatchObject({ verdict: 'allow', would: 'allow', codes: ['PASS'] });
  });
});

describe('a sign-off of an earlier form', () => {
  const seat = (rule: string, answers: readonly string[], candidates: readonly string[]): Seat => ({ ...plainSeat(rule, 1, candidates), answers });
  const asks = (...asked: readonly Seat[]): Decision => ({ ...ONE, seats: asked });
  const AB = asks(seat('a', ['a'], ['dan', 'eve']), seat('b', ['b'], ['eve', 'flo']));
  const earlier = (signer: string, rules: readonly string[], more: Partial<PresentedSignoff> = {}) => said(signer, 1, { rules, ...more });

  it('fills seats whose every rule it speaks for, and says that it is of an earlier form', () => {
    expect(codes(AB, said('dan'), earlier('eve', ['b'], { index: 2 }))).toEqual(['OK']);
    expect(codes(AB, said('dan'), earlier('eve', ['a'], { index: 2 }))).toEqual(['SIGNOFF_MISSING']);
    expect(codes(AB, said('dan'), earlier('eve', [], { index: 2 }))).toEqual(['SIGNOFF_MISSING']);
    expect(codes(asks(seat('a', ['a', 'b'], PEOPLE)), earlier('eve', ['a']))).toEqual(['SIGNOFF_MISSING']);
    expect(codes(asks(seat('a', ['a', 'b'], PEOPLE)), earlier('eve', ['a', 'b']))).toEqual(['OK']);
    expect(codes(asks(seat('a', [], PEOPLE)), earlier('eve', ['a']))).toEqual(['SIGNOFF_MISSING']);
    const verdict = judge(GATE, AB, [said('dan'), earlier('eve', ['b'], { index: 2, conditions: ['keep the table'] })]);
    expect(verdict.reasons.children.map((r) => r.text)).toEqual([
      'dan signed this exact change',
      'eve signed an earlier form of this; what it covers has not changed, on condition: keep the table',
    ]);
    const kept = judge(GATE, AB, [earlier('eve', ['b'])]);
    expect(kept.reasons.children.map((r) => [r.state, r.code])).toEqual([
      ['yes', 'OK'],
      ['no', 'SIGNOFF_MISSING'],
      [ONE.reasons.state, ONE.reasons.code],
    ]);
    expect([kept.signoffs, kept.reasons.children[1]?.text]).toEqual([[], '1 more for rule a: any of dan']);
  });

  it('is not counted where it fills nothing, and whoever gave it is asked like anybody else', () => {
    const verdict = judge(GATE, asks(seat('a', ['a'], ['dan', 'eve'])), [earlier('eve', ['b'])]);
    expect(verdict.reasons.children.map((r) => r.text)).toContain('1 more for rule a: any of dan, eve');
    expect(verdict.reasons.children.every((r) => r.state !== 'yes' || r === ONE.reasons)).toBe(true);
    expect(judge(GATE, AB, [said('dan'), said('flo', 2), earlier('eve', ['a', 'b'], { index: 3 })]).signoffs).toEqual(['dan-1', 'flo-2']);
  });

  it('never stands before a word about exactly this change, whichever is later', () => {
    for (const decision of ['changes', 'cannot_judge'] as const) {
      const exact = said('eve', 1, { decision });
      expect(codes(AB, said('dan'), exact, earlier('eve', ['a', 'b'], { index: 9 }))).toEqual([decision === 'changes' ? 'REV_CHANGES' : 'SIGNOFF_MISSING']);
    }
    expect(codes(AB, said('eve', 1), earlier('eve', [], { index: 9 }), said('dan'))).toEqual(['OK']);
    for (const decision of ['changes', 'cannot_judge'] as const) expect(codes(AB, said('dan'), earlier('eve', ['b'], { decision }))).toEqual(['SIGNOFF_MISSING']);
  });
});

const someRules = fc.subarray(['a', 'b', 'c']);
const answering = fc.array(
  fc
    .record({
      answers: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
      humans: fc.integer({ min: 1, max: 2 }),
      level: fc.constantFrom(null, ...LADDER),
      candidates: fc.subarray(PEOPLE),
    })
    .map(({ answers, humans, level, candidates }): Seat => ({ ...plainSeat(answers[0] ?? '', humans, candidates, level), answers })),
  { minLength: 1, maxLength: 3 },
);
const approval = presented.map((s): PresentedSignoff => ({ ...s, decision: 'approve', problems: [] }));

describe('whatever is carried', () => {
  const open = (decision: Decision, all: readonly PresentedSignoff[]) => judge(GATE, decision, all).verdict === 'allow';

  it('fills no more than the same sign-off given for this exact change would', () => {
    fc.assert(
      fc.property(answering, lists, approval, someRules, (asked, all, one, rules) => {
        const decision = { ...ONE, seats: asked };
        const others = all.filter((s) => s.signer !== one.signer);
        if (open(decision, [...others, { ...one, rules }])) expect(open(decision, [...others, one])).toBe(true);
        expect(open(decision, [...others, { ...one, rules: ['a', 'b', 'c'] }])).toBe(open(decision, [...others, one]));
      }),
      { numRuns: 500 },
    );
  });

  it('fills nothing without a rule it speaks for, and more the more it speaks for', () => {
    fc.assert(
      fc.property(answering, lists, approval, someRules, (asked, all, one, rules) => {
        const decision = { ...ONE, seats: asked };
        const bare = judge(GATE, decision, all);
        const nothing = judge(GATE, decision, [...all, { ...one, rules: [] }]);
        expect([nothing.verdict, nothing.codes, nothing.signoffs]).toEqual([bare.verdict, bare.codes, bare.signoffs]);
        if (open(decision, [...all, { ...one, rules: rules.slice(1) }])) expect(open(decision, [...all, { ...one, rules }])).toBe(true);
        if (bare.verdict === 'allow') expect(open(decision, [...all, { ...one, rules }])).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is counted for seats that answer none but its rules', () => {
    fc.assert(
      fc.property(answering, lists, approval, someRules, (asked, all, one, rules) => {
        const carried = { ...one, digest: 'carried', rules };
        const verdict = judge(GATE, { ...ONE, seats: asked }, [...all, carried]);
        if (!verdict.signoffs.includes('carried')) return;
        expect(asked.some((s) => s.candidates.includes(one.signer) && s.answers.every((a) => rules.includes(a)))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('whatever is presented', () => {
  it('a refused decision is never allowed', () => {
    fc.assert(fc.property(lists, (all) => judge(GATE, REFUSED, all).verdict === 'deny'));
  });

  it('nobody counts twice, and only candidates whose signature proves the level', () => {
    fc.assert(
      fc.property(seats, lists, (asked, all) => {
        const verdict = judge(GATE, { ...ONE, seats: asked }, all);
        if (verdict.verdict !== 'allow') return;
        const counted = all.filter((s) => verdict.signoffs.includes(s.digest));
        const signers = counted.map((s) => s.signer);
        expect(new Set(signers).size).toBe(signers.length);
        expect(counted.every((s) => s.problems.length === 0 && s.decision.startsWith('approve'))).toBe(true);
        const able = (seat: Seat) => counted.filter((s) => seat.candidates.includes(s.signer) && (seat.level === null || LADDER.indexOf(s.level) >= LADDER.indexOf(seat.level)));
        for (const seat of asked) expect(able(seat).length).toBeGreaterThanOrEqual(seat.humans);
        expect(new Set(asked.flatMap((seat) => able(seat).map((s) => s.signer))).size).toBeGreaterThanOrEqual(asked.reduce((n, s) => n + s.humans, 0));
      }),
    );
  });

  it('an approval more by a new signer never turns allow into deny', () => {
    fc.assert(
      fc.property(seats, lists, presented, (asked, all, more) => {
        const decision = { ...ONE, seats: asked };
        fc.pre(more.decision !== 'changes' && !all.some((s) => s.signer === more.signer));
        if (judge(GATE, decision, all).verdict === 'allow') expect(judge(GATE, decision, [...all, more]).verdict).toBe('allow');
      }),
    );
  });

  it('order does not matter, and a deny has a reason', () => {
    fc.assert(
      fc.property(seats, lists, (asked, all) => {
        const decision = { ...ONE, seats: asked };
        const verdict = judge(GATE, decision, all);
        const reversed = judge(GATE, decision, [...all].reverse());
        expect([reversed.verdict, reversed.codes]).toEqual([verdict.verdict, verdict.codes]);
        expect(verdict.codes.length).toBeGreaterThan(0);
        expect(verdict.verdict === 'allow').toBe(verdict.signoffs.length > 0);
      }),
    );
  });
});

describe('where policy asks the author first', () => {
  const OWNED = asked('  - {id: one, paths: ["**"], require: {humans: 1, level: L6, ownership: true}}');
  const word = (author: string, more: Partial<PresentedOwnership> = {}): PresentedOwnership => ({ digest: `own-${author}`, author, index: 1, problems: [], ...more });
  const answer = (decision: Decision, signed: readonly PresentedSignoff[], owned: readonly PresentedOwnership[]) => judge(GATE, decision, signed, owned);

  it('tells the author before it tells anybody else', () => {
    const verdict = answer(OWNED, [], []);
    expect(verdict).toMatchObject({ verdict: 'deny', codes: ['OWNERSHIP_MISSING', 'SIGNOFF_MISSING'] });
    expect(verdict.reasons.children[0]).toMatchObject({ code: 'OWNERSHIP_MISSING', text: 'ada says first what they read, ran and do not understand (one)' });
  });

  it('takes no sign-off for the word of the author, and no word of the author for a sign-off', () => {
    expect(answer(OWNED, [said('dan')], [])).toMatchObject({ verdict: 'deny', codes: ['OWNERSHIP_MISSING'] });
    expect(answer(OWNED, [], [word('ada')])).toMatchObject({ verdict: 'deny', codes: ['SIGNOFF_MISSING'] });
    expect(answer(TWO, [said('dan')], [word('eve')])).toMatchObject({ verdict: 'deny', codes: ['SIGNOFF_MISSING'] });
  });

  it('lets pass with both, and says whose word it was', () => {
    const verdict = answer(OWNED, [said('dan')], [word('ada')]);
    expect(verdict).toMatchObject({ verdict: 'allow', codes: ['OK'], signoffs: ['dan-1'] });
    expect(verdict.reasons.children[0]?.text).toBe('ada said what they read, ran and do not understand of this exact change');
  });

  it('says why a word that was offered does not count', () => {
    const verdict = answer(OWNED, [said('dan')], [word('dan', { problems: [problem('OWNERSHIP_INVALID', 'dan does not stand behind this change')] })]);
    expect(verdict).toMatchObject({ verdict: 'deny', codes: ['OWNERSHIP_MISSING', 'OWNERSHIP_INVALID'] });
    expect(JSON.stringify(verdict.reasons)).toContain('the ownership statement by dan does not count: dan does not stand behind this change');
  });

  it('asks it of no change that asks for nobody, and cures nothing by it', () => {
    const idle = asked('  - {id: none, paths: ["**"], optional: true}');
    expect(idle.ownership).toBeNull();
    expect(answer(REFUSED, [], [word('ada')])).toMatchObject({ verdict: 'deny', codes: ['UNCOVERED'] });
    expect(answer(OWNED, [said('dan', 1, { decision: 'changes' })], [word('ada')])).toMatchObject({ codes: ['REV_CHANGES'] });
  });

  it('never lets pass what it would not without the question', () => {
    const some = fc.subarray(PEOPLE).map((people) => people.map((p, i) => said(p, i)));
    const words = fc.subarray(['ada', 'dan']).map((people) => people.map((p) => word(p)));
    fc.assert(
      fc.property(some, words, (signed, owned) => {
        const plain = judge(GATE, { ...OWNED, ownership: null }, signed).verdict;
        expect(answer(OWNED, signed, owned).verdict).toBe(owned.length > 0 ? plain : 'deny');
      }),
    );
  });
});
