/** What an identity provider leaves of a level: only ever less, asked of whoever's key signed, and never of what lets nothing pass. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, GLASS_TERMS, openBed, type PersonName, POLICY, roster } from '../../test/bed/bed.ts';
import { text } from '../core/base/bytes.ts';
import type { Statement } from '../core/signoff/statement.ts';
import { type GlassWords, prepareGlass, recordGlass } from './break-glass.ts';
import { glassView } from './break-glass-view.ts';
import { ceilingsBy, heldFrom, under } from './ceiling.ts';
import { whetherMaySign } from './prepare.ts';
import { completeSignoff } from './signoff.ts';

const LADDER = ['L4', 'L5', 'L6', 'L7'];
const word = fc.oneof(fc.constantFrom(...LADDER), fc.string(), fc.constantFrom('', 'l7', ' L7', 'L9', 'constructor'));

describe('the level somebody signs at', () => {
  it('is never above the roster, nor above the highest level the provider named', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LADDER), fc.array(word), (level, words) => {
        const left = LADDER.indexOf(under(LADDER, level, { levels: words }));
        const named = Math.max(0, ...words.map((w) => LADDER.indexOf(w)));
        expect(left).toBe(Math.min(LADDER.indexOf(level), named));
      }),
    );
  });

  it('of words that no ladder knows is the lowest', () => {
    const strange = word.filter((w) => !LADDER.includes(w));
    fc.assert(fc.property(fc.constantFrom(...LADDER), fc.array(strange), (level, words) => under(LADDER, level, { levels: words }) === 'L4'));
  });

  it('that is not on the ladder is not put on it, and without a ceiling it stays', () => {
    fc.assert(fc.property(word, fc.option(fc.array(word)), (level, words) => LADDER.includes(level) || under(LADDER, level, { levels: words }) === level));
    for (const level of LADDER) expect(under(LADDER, level, { levels: null })).toBe(level);
    expect(under([], 'L7', { levels: [] })).toBe('L7');
  });
});

describe('with signatures', () => {
  const TERMS = `${GLASS_TERMS}  per_month: 9\n`;
  const held = new Map<string, readonly string[]>();
  let bed: Bed;
  let count = 0;

  beforeAll(async () => {
    bed = await openBed('production', `${POLICY}${TERMS}`);
    Object.assign(bed.world, { ceilings: { of: async (person: string) => ({ levels: held.get(person) ?? null, teams: null }) } });
  });
  afterAll(() => bed.close());
  beforeEach(() => held.clear());

  async function stopped(): Promise<{ readonly head: string; readonly id: string }> {
    const head = bed.commit({ [`db/held${++count}.sql`]: 'drop table orders;\n' });
    return { head, id: (await bed.judged(head)).id ?? '' };
  }
  const DOWN = { ok: false, error: [{ code: 'QUAL_LEVEL', message: expect.stringContaining('identity provider'), remedy: expect.stringContaining('identity provider') }] };
  const levelSaid = (statement: Uint8Array): string => (JSON.parse(text(statement) ?? '') as Statement).predicate.signer.qualification.level;

  it('nobody is asked to sign, has a statement made, or signs one that was made before', async () => {
    const { id, head } = await stopped();
    const before = bed.keys.mara.signEnvelope(await bed.statement('mara', id));
    held.set('mara', ['L5']);
    expect(await whetherMaySign(bed.world, await bed.row(id), 'mara')).toMatchObject({ canSign: false, why: expect.stringContaining('leaves them L5') });
    expect(await bed.sign('mara', id)).toMatchObject(DOWN);
    expect(await completeSignoff(bed.world, id, before)).toMatchObject(DOWN);
    held.set('mara', ['L7']);
    expect(await completeSignoff(bed.world, id, before)).toMatchObject({ ok: true });
    expect((await bed.judged(head)).verdict.verdict).toBe('allow');
  });

  it('the statement says what was left, and no more of it is ever counted', async () => {
    const { id, head } = await stopped();
    held.set('kim', ['L6']);
    const statement = await bed.statement('kim', id);
    expect(levelSaid(statement)).toBe('L6');
    held.clear();
    expect(await completeSignoff(bed.world, id, bed.keys.kim.signEnvelope(statement))).toMatchObject({ ok: true, value: { complete: true } });
    expect((await bed.judged(head)).verdict.verdict).toBe('allow');
  });

  it('a ceiling above the roster raises nobody', async () => {
    const { id } = await stopped();
    held.set('ben', ['L7']);
    expect(await bed.sign('ben', id)).toMatchObject({ ok: false, error: [{ code: 'QUAL_LEVEL', message: 'ben is L5; the open seats ask for L6' }] });
    held.set('mara', ['L7']);
    expect(levelSaid(await bed.statement('mara', id))).toBe('L6');
  });

  it('what stands in the log stays what it is when the level falls', async () => {
    const { id, head } = await stopped();
    await bed.sign('mara', id);
    held.set('mara', []);
    expect((await bed.judged(head)).verdict.verdict).toBe('allow');
  });

  it('objecting is held back by nobody', async () => {
    const { id } = await stopped();
    held.set('mara', []);
    expect(await bed.sign('mara', id, { decision: 'changes' })).toMatchObject({ ok: true });
    expect(await bed.sign('mara', id)).toMatchObject(DOWN);
  });

  const USE: GlassWords = { kind: 'use', reason: 'orders are down', incident: 'INC-1042' };
  const REVIEW: GlassWords = { kind: 'review', outcome: 'justified', note: 'the table was empty' };
  const signed = async (person: PersonName, id: string, words: GlassWords): Promise<Uint8Array> => {
    const prepared = await prepareGlass(bed.world, id, person, words);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
    return bed.keys[person].signEnvelope(prepared.value.statement);
  };

  it('the glass is broken and reviewed by whoever is left the level, and taken back by anybody who could before', async () => {
    const { id, head } = await stopped();
    const before = await signed('mara', id, USE);
    held.set('mara', ['L5']);
    expect(await prepareGlass(bed.world, id, 'mara', USE)).toMatchObject(DOWN);
    expect(await recordGlass(bed.world, id, before)).toMatchObject(DOWN);
    expect(await glassView(bed.world, id, 'mara')).toMatchObject({ ok: true, value: { mine: { use: { can: false, why: expect.stringContaining('identity provider') } } } });
    for (const person of ['noor', 'kim'] as const) expect(await recordGlass(bed.world, id, await signed(person, id, USE))).toMatchObject({ ok: true });
    expect((await bed.judged(head)).verdict.codes).toEqual(['BREAK_GLASS']);
    await bed.land(head);
    const review = await signed('lee', id, REVIEW);
    held.set('lee', ['L5']);
    expect(await recordGlass(bed.world, id, review)).toMatchObject(DOWN);
    held.set('lee', ['L6']);
    expect(await recordGlass(bed.world, id, review)).toMatchObject({ ok: true });
    const other = await stopped();
    expect(await recordGlass(bed.world, other.id, await signed('noor', other.id, USE))).toMatchObject({ ok: true });
    expect(await recordGlass(bed.world, other.id, await signed('mara', other.id, { kind: 'cancel', reason: 'it is over' }))).toMatchObject({ ok: true });
  });
});

describe('a seat of a team', () => {
  const TEAM = POLICY.replace('require: { humans: 2, level: L6 }', 'require: { humans: 1, level: L6, from: { teams: [pump] } }');
  let bed: Bed;
  let left: readonly string[] | null = null;
  beforeAll(async () => {
    bed = await openBed('production', TEAM);
    Object.assign(bed.world, { ceilings: { of: async () => ({ levels: null, teams: left }) } });
    await bed.land(bed.commit({ '.countersign/roster.yml': roster().replace('{ id: mara,', '{ id: mara, teams: [pump],') }, { by: 'kim' }));
  });
  afterAll(() => bed.close());

  it('is filled by whoever the roster has in it and the provider leaves in it, whenever they signed', async () => {
    const head = bed.commit({ 'pair/a.txt': 'x\n' });
    const id = (await bed.judged(head)).id ?? '';
    const envelope = bed.keys.mara.signEnvelope(await bed.statement('mara', id));
    left = ['flow'];
    const gone = { ok: false, error: [{ code: 'QUAL_SCOPE', message: expect.stringContaining('identity provider') }] };
    expect(await bed.sign('mara', id)).toMatchObject(gone);
    expect(await completeSignoff(bed.world, id, envelope)).toMatchObject(gone);
    left = ['pump'];
    expect(await bed.sign('noor', id)).toMatchObject({ ok: false });
    expect(await completeSignoff(bed.world, id, envelope)).toMatchObject({ ok: true, value: { complete: true } });
  });
});

describe('where it comes from', () => {
  const given = (levels: readonly string[] | null, teams: readonly string[] | null = null) => ({ find: async () => ({ levels, teams }) });
  const never = { find: async () => null };

  it('whoever never signed in by the provider has none, unless it is required', async () => {
    for (const from of [never, given(null)]) {
      expect(await ceilingsBy(from, { levels: { required: false }, teams: { required: true } }).of('mara')).toEqual({ levels: null, teams: [] });
      expect(await ceilingsBy(from, { levels: { required: true } }).of('mara')).toEqual({ levels: [], teams: null });
    }
    for (const required of [false, true]) expect(await ceilingsBy(given(['L5'], ['pump']), { levels: { required } }).of('mara')).toEqual({ levels: ['L5'], teams: null });
  });

  it('holds nobody down any more once no file asks for it', async () => {
    expect(await ceilingsBy(given(['L4'], []), {}).of('mara')).toEqual({ levels: null, teams: null });
  });
});

describe('teams', () => {
  const NAMES = ['pump', 'flow', 'valve'];
  const some = fc.subarray(NAMES);
  const plain = { rule: 'r', answers: ['r'], humans: 1, level: null, domains: [], not: [], stage: 'implementation', presence: 'any', candidates: ['mara'] } as const;
  const made = fc
    .record({ teams: some, people: fc.subarray(['mara', 'noor']), distinctTeams: fc.constantFrom(1, 2), of: some })
    .map(({ of, ...seat }) => ({ ...plain, ...seat, standsFor: { mara: of } }));
  const mara = (teams: readonly string[]) => ({ id: 'mara', name: 'mara', level: 'L6', teams, domains: [], emails: [], accounts: [] });
  const codes = (seats: readonly unknown[], own: readonly string[], left: readonly string[] | null) =>
    heldFrom({ seats } as Parameters<typeof heldFrom>[0], LADDER, mara(own), { levels: null, teams: left }).map((p) => p.code);

  it('that are left count only where the roster has them too', () => {
    const seat = { ...plain, teams: ['pump', 'flow'], people: [], distinctTeams: 1, standsFor: {} };
    expect(codes([seat], ['pump'], ['pump'])).toEqual([]);
    expect(codes([seat], ['pump'], ['flow'])).toEqual(['QUAL_SCOPE']);
    expect(codes([seat], ['pump'], [])).toEqual(['QUAL_SCOPE']);
    expect(codes([seat], ['pump'], null)).toEqual([]);
    expect(codes([{ ...seat, people: ['mara'] }], [], [])).toEqual([]);
    // Where teams are counted apart, one that is not left could be the one counted.
    expect(codes([{ ...seat, distinctTeams: 2, standsFor: { mara: ['pump', 'flow'] } }], ['pump', 'flow'], ['pump'])).toEqual(['QUAL_SCOPE']);
  });

  it("the more of them are left, the less is refused; all of the roster's refuse nothing", () => {
    fc.assert(
      fc.property(fc.array(made, { maxLength: 4 }), some, some, some, (seats, own, left, more) => {
        const fewer = codes(seats, own, left).length;
        expect(codes(seats, own, [...left, ...more]).length).toBeLessThanOrEqual(fewer);
        const real = seats.map((s) => ({
          ...s,
          candidates: s.people.includes('mara') || s.teams.length === 0 || s.teams.some((t) => own.includes(t)) ? ['mara'] : [],
          standsFor: { mara: own },
        }));
        expect(codes(real, own, own)).toEqual([]);
      }),
    );
  });
});
