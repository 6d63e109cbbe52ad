/** What break-glass lets pass. Properties first: whatever is presented, nothing makes up for a person, a scope or a time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problem } from '../base/result.ts';
import type { BreakGlassTerms } from '../policy/document.ts';
import { changeOf } from '../signoff/build.ts';
import { barsTo, breakGlass, type GlassChange, type GlassRules, type Presented, type PresentedUse } from './break-glass.ts';
import { type Act, overduePaths, overduePeople, reviewProblems, termsOfReview } from './break-glass-review.ts';
import { GLASS_SENTENCES, type UsePredicate } from './break-glass-words.ts';

const LADDER = ['L4', 'L5', 'L6', 'L7'];
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 12);
const TERMS: BreakGlassTerms = { humans: 2, level: 'L6', aloneAfter: 600_000, expires: HOUR, reviewWithin: 24 * HOUR, reviewLevel: 'L6', perMonth: 4 };
const RULES: GlassRules = { terms: TERMS, ladder: LADDER };
const NEVER_ALONE: GlassRules = { ...RULES, terms: { ...TERMS, aloneAfter: null } };

const change = (content: string, paths: readonly string[] = ['db/orders.sql']): GlassChange => ({
  change: {
    repo: 'infra',
    targetRef: 'refs/heads/main',
    base: 'a'.repeat(40),
    mergeBase: 'a'.repeat(40),
    head: 'b'.repeat(40),
    headTree: 'c'.repeat(40),
    alg: 'git-diff-tree-raw-z/sha256',
    manifest: content.repeat(64),
    manifest256: content.repeat(64),
    paths,
    commits: ['b'.repeat(40)],
  },
  excluded: [
    { person: 'ada', roles: ['author'] },
    { person: 'eve', roles: ['pusher'] },
  ],
  unresolved: [],
  refusals: [],
  policyDigest: 'e'.repeat(64),
});
const CHANGE = change('1');

const predicate = (of: GlassChange, more: Partial<UsePredicate> = {}): UsePredicate => ({
  statement: GLASS_SENTENCES.use,
  reason: 'orders are down',
  incident: 'INC-1042',
  signer: { id: 'urn:person:mara', credential: { id: '', type: 'webauthn' } },
  change: changeOf(of.change),
  policy: { uri: 'git+https://countersign.example', digest: { sha256: of.policyDigest }, tier: 'critical' },
  review: { withinSeconds: 86_400, level: 'L6' },
  log: { seen: { origin: 'countersign.example/log', size: 1, root: '' } },
  nonce: '0'.repeat(32),
  expires: new Date(NOW + HOUR).toISOString(),
  ...more,
});
const use = (person: string, more: Partial<PresentedUse> = {}): PresentedUse => ({
  digest: `d-${person}`,
  person,
  level: 'L6',
  predicate: predicate(CHANGE),
  at: NOW,
  problems: [],
  ...more,
});
const asked = (presented: readonly PresentedUse[], { rules = RULES, of = CHANGE, now = NOW, history = [] as readonly Act[], cancels = [] as Presented['cancels'] } = {}) =>
  breakGlass(rules, of, { uses: presented, cancels }, now, history);
const act = (more: Partial<Act> = {}): Act => ({
  change: 'abc',
  repo: 'infra',
  paths: ['db/orders.sql'],
  people: ['mara', 'noor'],
  uses: ['u1', 'u2'],
  landedAt: NOW - 2 * HOUR,
  due: NOW - HOUR,
  reviewLevel: 'L6',
  reviews: [],
  ...more,
});
const REVIEWED = { person: 'kim', outcome: 'justified', note: 'so it was', at: NOW } as const;

describe('break-glass', () => {
  it('takes as many people as policy says, one of them outside the change', () => {
    const table: readonly (readonly [readonly string[], string])[] = [
      [['mara', 'noor'], 'allowed'],
      [['ada', 'mara'], 'allowed'],
      [['ada', 'eve'], 'denied'],
      [['mara', 'mara'], 'denied'],
      [['mara'], 'denied'],
      [[], 'denied'],
    ];
    for (const [people, answer] of table)
      expect(
        asked(
          people.map((p) => use(p)),
          { rules: NEVER_ALONE },
        ).answer,
        people.join(),
      ).toBe(answer);
    expect(
      asked(
        ['ada', 'eve', 'mara'].map((p) => use(p)),
        { rules: { ...NEVER_ALONE, terms: { ...TERMS, aloneAfter: null, humans: 3 } } },
      ).answer,
    ).toBe('denied');
    expect(asked([use('ada')], { rules: { ...NEVER_ALONE, terms: { ...TERMS, aloneAfter: null, humans: 1 } } }).answer).toBe('denied');
    expect(asked([use('mara')], { rules: { ...NEVER_ALONE, terms: { ...TERMS, aloneAfter: null, humans: 1 } } }).answer).toBe('allowed');
  });

  it('takes one more from outside for every identity behind the change that nobody knows', () => {
    const of: GlassChange = { ...CHANGE, unresolved: [{ role: 'author', identity: 'x@y.example', person: null, agent: null }] };
    expect(asked([use('ada'), use('mara')], { of, rules: NEVER_ALONE }).answer).toBe('denied');
    expect(asked([use('noor'), use('mara')], { of, rules: NEVER_ALONE }).answer).toBe('allowed');
  });

  it('lets one person alone wait, from when the log took it', () => {
    expect(asked([use('mara')])).toMatchObject({ answer: 'waiting', until: NOW + 600_000, codes: ['BG_WAITING'] });
    expect(asked([use('mara')], { now: NOW + 599_999 }).answer).toBe('waiting');
    expect(asked([use('ada')], { now: NOW + 600_000 }).answer).toBe('allowed');
    expect(asked([use('mara', { predicate: predicate(CHANGE, { expires: new Date(NOW + 500_000).toISOString() }) })])).toMatchObject({ answer: 'denied', codes: ['BG_APPROVERS'] });
  });

  it('is taken back by its signer or by whoever could have signed it', () => {
    const both = [use('mara'), use('noor')];
    const by = (person: string, level: string) => asked(both, { rules: NEVER_ALONE, cancels: [{ person, level, uses: ['d-mara'] }] }).codes;
    expect(by('kim', 'L7')).toEqual(['BG_CANCELLED', 'BG_APPROVERS']);
    expect(by('mara', 'L4')).toEqual(['BG_CANCELLED', 'BG_APPROVERS']);
    expect(by('ben', 'L5')).toEqual(['BREAK_GLASS']);
    expect(by('ben', 'L99')).toEqual(['BREAK_GLASS']);
  });

  it('says of each use it sets aside why', () => {
    const table: readonly (readonly [Partial<PresentedUse>, string])[] = [
      [{ level: 'L5' }, 'BG_APPROVERS'],
      [{ level: '' }, 'BG_APPROVERS'],
      [{ predicate: predicate(change('2')) }, 'BG_SCOPE'],
      [{ predicate: predicate(CHANGE, { change: { ...changeOf(CHANGE.change), targetRef: 'refs/heads/release' } }) }, 'BG_SCOPE'],
      [{ predicate: predicate(CHANGE, { change: { ...changeOf(CHANGE.change), repo: 'other' } }) }, 'BG_SCOPE'],
      [{ predicate: predicate(CHANGE, { change: { ...changeOf(CHANGE.change), manifest256: { sha256: '9'.repeat(64) } } }) }, 'BG_SCOPE'],
      [{ predicate: predicate(CHANGE, { expires: new Date(NOW).toISOString() }) }, 'BG_EXPIRED'],
      [{ predicate: predicate(CHANGE, { expires: 'never' }) }, 'BG_EXPIRED'],
      [{ predicate: predicate(CHANGE, { expires: new Date(NOW + HOUR + 1).toISOString() }) }, 'BG_EXPIRED'],
      [{ predicate: predicate(CHANGE, { reason: ' ' }) }, 'BG_REASON'],
      [{ predicate: predicate(CHANGE, { incident: '' }) }, 'BG_REASON'],
      [{ predicate: predicate(CHANGE, { policy: { uri: '', digest: { sha256: 'f'.repeat(64) }, tier: 'critical' } }) }, 'ST_POLICY'],
      [{ problems: [problem('ST_NONCE', 'spent')] }, 'ST_NONCE'],
    ];
    for (const [more, code] of table) {
      const answer = asked([use('mara', more), use('noor')], { rules: NEVER_ALONE });
      expect(answer.answer, code).toBe('denied');
      expect(answer.codes, code).toContain(code);
      expect(answer.reasons[0]?.text).toBe('the break-glass by mara does not count');
    }
  });

  it('is barred by what no signature cures', () => {
    const both = [use('mara'), use('noor')];
    expect(asked(both, { rules: { ...RULES, terms: null } }).codes).toContain('BG_FORBIDDEN');
    for (const path of ['countersign.yml', '.countersign/roster.yml', 'Countersign.YML'])
      expect(barsTo(RULES, change('1', [path]), NOW, [])).toMatchObject([{ code: 'BG_FORBIDDEN' }]);
    expect(asked(both, { of: { ...CHANGE, refusals: [{ code: 'CONTENT_UNSEEN', text: 'a blob is missing' }] } }).codes).toEqual(['BG_FORBIDDEN']);
    expect(asked(both, { of: { ...CHANGE, refusals: [{ code: 'FORBIDDEN', text: 'frozen' }] } }).answer).toBe('allowed');
    const used = [1, 2, 3, 4].map((day) => act({ landedAt: NOW - day * 24 * HOUR, paths: [], people: [], reviews: [REVIEWED] }));
    expect(asked(both, { history: used }).codes).toEqual(['BG_BUDGET']);
    expect(asked(both, { history: used.slice(1) }).answer).toBe('allowed');
    const monthAgo = act({ landedAt: NOW - 30 * 24 * HOUR, paths: [], people: [], reviews: [REVIEWED] });
    expect(asked(both, { history: [...used.slice(1), monthAgo] }).answer).toBe('allowed');
    expect(asked(both, { history: used, rules: { ...RULES, terms: { ...TERMS, perMonth: null } } }).answer).toBe('allowed');
  });
});

const PEOPLE = ['mara', 'noor', 'kim', 'ada', 'eve', 'ben'];
const presented: fc.Arbitrary<PresentedUse> = fc
  .record({
    person: fc.constantFrom(...PEOPLE),
    level: fc.constantFrom(...LADDER, '', 'L99'),
    at: fc.integer({ min: NOW - 2 * HOUR, max: NOW }),
    lasts: fc.integer({ min: 1, max: 2 * HOUR }),
    content: fc.constantFrom('1', '2'),
    spoiled: fc.boolean(),
    digest: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
  })
  .map(({ lasts, content, spoiled, ...u }) => ({
    ...u,
    predicate: predicate(change(content), { expires: new Date(u.at + lasts).toISOString() }),
    problems: spoiled ? [problem('SIG_INVALID', 'no')] : [],
  }));
const lists = fc.array(presented, { maxLength: 8 });
const humans = fc.integer({ min: 1, max: 3 });

describe('whatever is presented', () => {
  it('no set without the people policy asks for is allowed at once, and none but standing uses of this change is spent', () => {
    fc.assert(
      fc.property(lists, humans, (uses, n) => {
        const terms = { ...TERMS, humans: n, aloneAfter: null };
        const answer = asked(uses, { rules: { ...RULES, terms } });
        if (answer.answer !== 'allowed') return;
        const people = new Set(answer.uses.map((u) => u.person));
        const outside = [...people].filter((p) => p !== 'ada' && p !== 'eve');
        expect(outside.length + Math.min(1, people.size - outside.length)).toBeGreaterThanOrEqual(n);
        expect(outside.length).toBeGreaterThanOrEqual(1);
        for (const u of answer.uses) {
          expect(u.problems).toEqual([]);
          expect(LADDER.indexOf(u.level)).toBeGreaterThanOrEqual(2);
          expect(u.predicate.change.manifest.sha256).toBe(CHANGE.change.manifest);
          expect(Date.parse(u.predicate.expires)).toBeGreaterThan(NOW);
          expect(Date.parse(u.predicate.expires)).toBeLessThanOrEqual(u.at + TERMS.expires);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('somebody has waited where fewer are allowed', () => {
    fc.assert(
      fc.property(lists, (uses) => {
        const answer = asked(uses);
        if (answer.answer !== 'allowed' || asked(uses, { rules: NEVER_ALONE }).answer === 'allowed') return;
        expect(answer.uses.some((u) => u.at + 600_000 <= NOW)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('what is for one change never allows another, and nothing holds after its expiry', () => {
    fc.assert(
      fc.property(lists, fc.nat(3 * HOUR), (uses, later) => {
        expect(asked(uses, { of: change('3') }).answer).toBe('denied');
        const last = Math.max(0, ...uses.map((u) => Date.parse(u.predicate.expires)));
        expect(asked(uses, { now: last + later }).answer).toBe('denied');
      }),
    );
  });

  it('an overdue review always blocks its paths and its people', () => {
    fc.assert(
      fc.property(lists, fc.subarray(PEOPLE, { minLength: 1 }), fc.boolean(), (uses, people, samePaths) => {
        const history = [act({ people, paths: [samePaths ? 'db/orders.sql' : 'elsewhere.sql'] })];
        const answer = asked(uses, { history });
        if (samePaths) expect(answer).toMatchObject({ answer: 'denied', codes: expect.arrayContaining(['BG_OVERDUE']) });
        expect(answer.uses.some((u) => people.includes(u.person))).toBe(false);
      }),
    );
  });

  it('order does not matter, one use more by somebody new never takes the pass away, and a denial has a reason', () => {
    fc.assert(
      fc.property(lists, presented, (uses, more) => {
        const answer = asked(uses);
        expect(asked([...uses].reverse()).answer).toBe(answer.answer);
        if (answer.answer === 'allowed') expect(asked([...uses, more]).answer).toBe('allowed');
        expect(answer.codes.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the review', () => {
  it('is of everybody who signed, by the highest level and the shortest time that any of them accepted', () => {
    const ines = { person: 'ines', digest: 'u2', review: { level: 'L7', withinSeconds: 60 } };
    const ben = { person: 'ben', digest: 'u1', review: { level: 'L6', withinSeconds: 30 } };
    expect(termsOfReview([ines, ben, { ...ines, digest: 'u3' }], LADDER)).toEqual({ people: ['ben', 'ines'], uses: ['u1', 'u2', 'u3'], reviewLevel: 'L7', withinMs: 30_000 });
    const gone = { person: null, digest: 'u0', review: null };
    expect(termsOfReview([ines, gone], LADDER)).toEqual({ people: ['ines'], uses: ['u0', 'u2'], reviewLevel: 'L7', withinMs: 0 });
    expect(termsOfReview([ben], ['L1'])).toMatchObject({ reviewLevel: 'L6' });
    expect(termsOfReview([gone], LADDER)).toMatchObject({ reviewLevel: '' });
  });

  it('blocks from the moment it is due until it is there', () => {
    expect(overduePaths([act()], 'infra', ['db/orders.sql'], NOW - HOUR - 1)).toEqual([]);
    expect(overduePaths([act()], 'infra', ['db/orders.sql'], NOW - HOUR)).toMatchObject([
      { code: 'BG_OVERDUE', message: expect.stringContaining('mara, noor'), remedy: expect.stringContaining('L6') },
    ]);
    expect(overduePaths([act()], 'infra', ['db/else.sql'], NOW)).toEqual([]);
    expect(overduePaths([act()], 'other', ['db/orders.sql'], NOW)).toEqual([]);
    expect(overduePaths([act({ paths: null })], 'infra', ['db/else.sql'], NOW)).toMatchObject([{ code: 'BG_OVERDUE', message: expect.stringContaining('it blocks all of infra') }]);
    expect(overduePaths([act({ paths: null })], 'infra', [], NOW)).toHaveLength(1);
    expect(overduePaths([act({ paths: null })], 'other', ['db/orders.sql'], NOW)).toEqual([]);
    expect(overduePaths([act({ paths: null, reviews: [REVIEWED] })], 'infra', ['db/orders.sql'], NOW)).toEqual([]);
    expect(overduePaths([act({ reviews: [REVIEWED] })], 'infra', ['db/orders.sql'], NOW)).toEqual([]);
    expect(overduePaths([act({ due: Number.NaN })], 'infra', ['db/orders.sql'], NOW)).toHaveLength(1);
    expect(overduePeople([act()], 'noor', NOW)).toHaveLength(1);
    expect(overduePeople([act()], 'kim', NOW)).toEqual([]);
  });

  it('is by somebody outside it, of the level, and of all of it', () => {
    const by = (person: string, level: string, uses: readonly string[] = ['u2', 'u1'], behind: readonly string[] = []) =>
      reviewProblems(act(), { person, level, uses }, LADDER, behind).map((p) => p.code);
    expect(by('kim', 'L6')).toEqual([]);
    expect(by('mara', 'L7')).toEqual(['BG_REVIEWER']);
    expect(by('kim', 'L7', undefined, ['kim'])).toEqual(['BG_REVIEWER']);
    expect(by('kim', 'L5')).toEqual(['QUAL_LEVEL']);
    expect(by('kim', '')).toEqual(['QUAL_LEVEL']);
    expect(by('kim', 'L6', ['u1'])).toEqual(['BG_SCOPE']);
    expect(by('kim', 'L6', ['u1', 'u2', 'u3'])).toEqual(['BG_SCOPE']);
    expect(reviewProblems(act({ reviewLevel: 'gone' }), { person: 'kim', level: 'L6', uses: ['u1', 'u2'] }, LADDER)).toMatchObject([{ code: 'QUAL_LEVEL' }]);
    expect(reviewProblems(act({ reviewLevel: 'gone' }), { person: 'kim', level: 'L7', uses: ['u1', 'u2'] }, LADDER)).toEqual([]);
  });
});
