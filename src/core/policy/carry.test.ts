/** What becomes of earlier approvals: the table, rule by rule, and that nothing heavier is ever let off lighter. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CHANGE_CLASSES, type ChangeClass } from '../change/classes.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import { CARRIES, type Carry, type CoveredRule, carryOf, carryOver, DEFAULT_ON_CHANGE, type MovedChange, type OnChange, onChangeOf, stricter } from './carry.ts';
import { CARRY_WORDS, CHANGE_CLASS_NAMES } from './words.ts';

const moved = (classes: Readonly<Record<string, ChangeClass>>, tier: Tier = 'elevated', sameManifest = false): MovedChange => ({
  classes: new Map(Object.entries(classes)),
  tier,
  sameManifest,
});
const rule = (name: string, paths: readonly string[], onChange: OnChange = DEFAULT_ON_CHANGE): CoveredRule => ({ rule: name, paths, onChange });
const one = (now: MovedChange, rules: readonly CoveredRule[], satisfied = rules.map((r) => r.rule)) => carryOver(now, rules, [{ id: 'mara', rules: satisfied }])[0];

describe('an approval', () => {
  it('of rules whose paths are all kept, counts on', () => {
    const now = moved({ 'docs/a.md': 'trivial-rebase', 'db/a.sql': 'rework' });
    expect(one(now, [rule('docs', ['docs/a.md'])])).toEqual({ id: 'mara', whole: 'keep', kept: ['docs'], recheck: [], revoked: [] });
  });

  it('is revoked by one reworked path of a rule, for that rule', () => {
    const now = moved({ 'docs/a.md': 'no-change', 'db/a.sql': 'rework', 'db/b.sql': 'context-moved' });
    expect(one(now, [rule('docs', ['docs/a.md']), rule('db', ['db/a.sql', 'db/b.sql'])])).toEqual({
      id: 'mara',
      whole: 'revoke',
      kept: ['docs'],
      recheck: [],
      revoked: [{ rule: 'db', paths: ['db/a.sql'] }],
    });
  });

  it('over a context that moved is to be confirmed, and the delta is named', () => {
    const now = moved({ 'db/a.sql': 'context-moved', 'db/b.sql': 'trivial-rebase' });
    expect(one(now, [rule('db', ['db/b.sql', 'db/a.sql'])])).toMatchObject({ whole: 'recheck', kept: [], recheck: [{ rule: 'db', paths: ['db/a.sql'] }], revoked: [] });
  });

  it('counts on where policy keeps a moved context, and not for another rule that does not', () => {
    const now = moved({ 'db/a.sql': 'context-moved' });
    expect(one(now, [rule('easy', ['db/a.sql'], { ...DEFAULT_ON_CHANGE, 'context-moved': 'keep' }), rule('hard', ['db/a.sql'])])).toMatchObject({
      kept: ['easy'],
      recheck: [{ rule: 'hard', paths: ['db/a.sql'] }],
    });
  });

  it('of nothing, of a rule that is gone or covers nothing, or of a path nobody classed, is revoked', () => {
    const now = moved({ a: 'no-change' });
    expect(one(now, [rule('r', ['a'])], [])).toMatchObject({ whole: 'revoke', kept: [] });
    expect(one(now, [rule('r', ['a'])], ['r', 'gone'])).toMatchObject({ whole: 'revoke', kept: ['r'], revoked: [{ rule: 'gone', paths: [] }] });
    expect(one(now, [rule('r', [])])).toMatchObject({ whole: 'revoke', kept: [] });
    expect(one(now, [rule('r', ['a', 'b'])])).toMatchObject({ revoked: [{ rule: 'r', paths: ['b'] }] });
    expect(one(now, [rule('r', ['constructor'])])).toMatchObject({ whole: 'revoke', kept: [] });
  });

  it('takes the stricter of two rules of one name', () => {
    const now = moved({ a: 'no-change', b: 'rework' });
    expect(one(now, [rule('r', ['a']), rule('r', ['b'])], ['r'])).toMatchObject({ whole: 'revoke', kept: [] });
  });
});

test('the words of a policy are these classes and answers, in this order; what it does not say is the default', () => {
  expect(CHANGE_CLASS_NAMES).toEqual(CHANGE_CLASSES.values);
  expect(CARRY_WORDS).toEqual(CARRIES.values);
  expect(onChangeOf({})).toEqual(DEFAULT_ON_CHANGE);
  expect(onChangeOf({ 'trivial-rebase': 'recheck', 'context-moved': 'keep' })).toEqual({ ...DEFAULT_ON_CHANGE, 'trivial-rebase': 'recheck', 'context-moved': 'keep' });
});

describe('at the top tier', () => {
  const easy: OnChange = { ...DEFAULT_ON_CHANGE, 'context-moved': 'keep', rework: 'keep' };
  it('what policy keeps is to be confirmed unless the manifest is the one signed', () => {
    const rules = [rule('docs', ['docs/a.md'], easy)];
    const now = { 'docs/a.md': 'trivial-rebase', 'db/a.sql': 'rework' } as const;
    expect(one(moved(now, 'high'), rules)).toMatchObject({ whole: 'keep' });
    expect(one(moved(now, 'critical'), rules)).toMatchObject({ whole: 'recheck', kept: [], recheck: [{ rule: 'docs', paths: ['db/a.sql'] }] });
    expect(one(moved({ 'docs/a.md': 'trivial-rebase' }, 'critical', true), rules)).toMatchObject({ whole: 'keep', kept: ['docs'] });
    expect(one(moved({ 'docs/a.md': 'trivial-rebase' }, 'critical', false), rules)).toMatchObject({ whole: 'recheck' });
    expect(one(moved({ 'docs/a.md': 'context-moved' }, 'critical', true), rules)).toMatchObject({ whole: 'recheck', kept: [] });
  });

  it('what policy revokes stays revoked', () => expect(one(moved({ a: 'rework' }, 'critical'), [rule('r', ['a'])])).toMatchObject({ whole: 'revoke' }));
});

const carry = fc.constantFrom(...CARRIES.values);
const table: fc.Arbitrary<OnChange> = fc.record({ 'no-change': carry, message: carry, 'trivial-rebase': carry, 'context-moved': carry, rework: carry });
const aClass = fc.constantFrom(...CHANGE_CLASSES.values);
const aPath = fc.constantFrom('a', 'b', 'c');
const situation = fc.record({
  classes: fc.dictionary(aPath, aClass),
  tier: fc.constantFrom(...TIERS.values),
  sameManifest: fc.boolean(),
  rules: fc.array(fc.record({ rule: fc.constantFrom('r', 's', 't'), paths: fc.array(aPath, { maxLength: 3 }), onChange: table }), { maxLength: 4 }),
  satisfied: fc.array(fc.constantFrom('r', 's', 't', 'u')),
});
const asked = (s: typeof situation extends fc.Arbitrary<infer T> ? T : never, more: Partial<MovedChange> = {}) =>
  one({ classes: new Map(Object.entries(s.classes)), tier: s.tier, sameManifest: s.sameManifest, ...more }, s.rules, s.satisfied)?.whole ?? 'revoke';

test('two tables that both hold are the stricter one, in any order, and a heavier class never gets off lighter', () => {
  fc.assert(
    fc.property(table, table, aClass, aClass, (a, b, c, d) => {
      expect(stricter(a, b)).toEqual(stricter(b, a));
      for (const of of [a, b]) expect(CARRIES.atLeast(carryOf(stricter(a, b), c), carryOf(of, c))).toBe(true);
      const [low, high] = CHANGE_CLASSES.above(c, d) ? [d, c] : [c, d];
      expect(CARRIES.atLeast(carryOf(a, high), carryOf(a, low))).toBe(true);
    }),
  );
  for (const c of CHANGE_CLASSES.values) expect(carryOf(DEFAULT_ON_CHANGE, c)).toBe(DEFAULT_ON_CHANGE[c]);
});

test('a heavier class, the top tier, a stricter table or one more rule never keeps more', () => {
  const notLighter = (than: Carry, now: Carry): void => expect(CARRIES.atLeast(now, than)).toBe(true);
  fc.assert(
    fc.property(situation, aPath, table, (s, path, floor) => {
      const before = asked(s);
      notLighter(before, asked({ ...s, classes: { ...s.classes, [path]: 'rework' } }));
      notLighter(before, asked(s, { tier: 'critical' }));
      notLighter(before, asked({ ...s, rules: s.rules.map((r) => ({ ...r, onChange: stricter(r.onChange, floor) })) }));
      notLighter(before, asked({ ...s, rules: [...s.rules, ...s.rules.slice(0, 1).map((r) => ({ ...r, onChange: floor }))] }));
      expect(asked({ ...s, rules: [...s.rules].reverse() })).toBe(before);
    }),
  );
});

test('every rule an approval satisfied has one answer', () => {
  fc.assert(
    fc.property(situation, (s) => {
      const found = one({ classes: new Map(Object.entries(s.classes)), tier: s.tier, sameManifest: s.sameManifest }, s.rules, s.satisfied);
      const all = [...(found?.kept ?? []), ...(found?.recheck ?? []).map((r) => r.rule), ...(found?.revoked ?? []).map((r) => r.rule)];
      expect(all.sort()).toEqual([...new Set(s.satisfied)].sort());
    }),
  );
});
