/** Break-glass end to end without doors: real pushes, real signatures, the ledger as it stands, a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, GLASS_TERMS, MAIN, openBed, type PersonName, POLICY } from '../../test/bed/bed.ts';
import { hex, utf8 } from '../core/base/bytes.ts';
import { parseEntry } from '../core/log/entry.ts';
import { erasureStatement } from '../core/signoff/roster-word.ts';
import { cosigned } from '../testing/trust-files.ts';
import type { GlassReceipt, GlassWords } from './break-glass.ts';
import { glassDesk, prepareGlass, recordGlass } from './break-glass.ts';
import { recordWord } from './enrol.ts';
import type { Ledger, Projections } from './ports.ts';
import { judgePush } from './push.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TERMS = `${GLASS_TERMS}  per_month: 2\n`;
const USE: GlassWords = { kind: 'use', reason: 'orders are down', incident: 'INC-1042' };
const CANCEL: GlassWords = { kind: 'cancel', reason: 'the incident is over' };
const REVIEW: GlassWords = { kind: 'review', outcome: 'justified', note: 'the table was empty' };

let bed: Bed;
let count = 0;

async function open(terms = TERMS): Promise<void> {
  bed = await openBed('production', `${POLICY}${terms}`);
}
beforeEach(() => open());
afterEach(() => bed.close());

const DROP = 'drop table orders;\n';
const drop = (path = `db/glass${++count}.sql`): { readonly [path: string]: string } => ({ [path]: DROP });
async function stopped(files = drop(), by = 'ada'): Promise<{ head: string; id: string }> {
  const head = bed.commit(files, { by });
  const { id } = await bed.judged(head, { pusher: by });
  return { head, id: id ?? '' };
}
const codes = async (head: string, pusher = 'ada') => (await bed.judged(head, { pusher })).verdict.codes;

async function say(person: PersonName, id: string, words: GlassWords, change?: (statement: string) => string) {
  const prepared = await prepareGlass(bed.world, id, person, words);
  if (!prepared.ok) return prepared;
  const statement = change === undefined ? prepared.value.statement : utf8(change(new TextDecoder().decode(prepared.value.statement)));
  return recordGlass(bed.world, id, bed.keys[person].signEnvelope(statement));
}
async function said(person: PersonName, id: string, words: GlassWords): Promise<GlassReceipt> {
  const receipt = await say(person, id, words);
  if (!receipt.ok) throw new Error(JSON.stringify(receipt.error));
  return receipt.value;
}
const refused = async (person: PersonName, id: string, words: GlassWords, change?: (statement: string) => string) => {
  const receipt = await say(person, id, words, change);
  return receipt.ok ? [] : receipt.error.map((p) => p.code);
};
/** Two people, and it landed. */
async function landedByGlass(files = drop(), people: readonly PersonName[] = ['mara', 'noor']): Promise<{ head: string; id: string }> {
  const { head, id } = await stopped(files);
  for (const person of people) await said(person, id, USE);
  expect(await codes(head)).toEqual(['BREAK_GLASS']);
  await bed.land(head);
  return { head, id };
}

/** The digest of what was decided of a change, the last one. */
async function decisionOf(id: string): Promise<string> {
  const entries = (await bed.world.ledger.entries(0, 200)).map((e) => parseEntry(e.bytes)).flatMap((e) => (e.ok ? [e.value] : []));
  return entries.findLast((e) => e.type === 'decision' && e.fields.change === id)?.envelope ?? '';
}
const erasing = (body: string): Uint8Array =>
  cosigned(erasureStatement({ bodies: [body], reason: 'a name slipped in' }, bed.world.site.origin, hex(bed.world.random())), [bed.keys.kim, bed.keys.lee]);

describe('two people', () => {
  it('let exactly this change pass, once, and the log says how before it lands', async () => {
    const { head, id } = await stopped();
    expect(await codes(head)).toEqual(['SIGNOFF_MISSING']);
    expect(await said('mara', id, USE)).toMatchObject({ stands: { answer: 'waiting', until: bed.clock.now + 10 * MINUTE } });
    expect(await bed.judged(head)).toMatchObject({ verdict: { verdict: 'wait', codes: ['BG_WAITING', 'SIGNOFF_MISSING'] } });
    expect(await said('noor', id, { ...USE, reason: 'mara is right' })).toMatchObject({ stands: { answer: 'allowed' }, missing: '' });
    const { verdict } = await bed.judged(head);
    expect(verdict).toMatchObject({ verdict: 'allow', codes: ['BREAK_GLASS'], signoffs: [] });
    expect(JSON.stringify(verdict.reasons)).toContain('mara broke the glass for INC-1042: orders are down');
    expect(await bed.land(head)).toBe(1);
    const types = (await bed.world.ledger.entries(0, 100)).map((e) => parseEntry(e.bytes)).flatMap((e) => (e.ok ? [e.value] : []));
    const order = types.map((e) => e.type);
    expect(order.indexOf('break-glass')).toBeLessThan(order.lastIndexOf('verdict'));
    expect(types.findLast((e) => e.type === 'landed')).toMatchObject({ fields: { breakGlass: true } });
    expect(await bed.store.audit()).toEqual([]);
  });

  it('are spent by landing: the same content again is denied', async () => {
    const files = drop();
    const { head } = await landedByGlass(files);
    const [path = ''] = Object.keys(files);
    const revert = bed.commit({ [path]: null }, { on: head });
    await bed.land(revert);
    expect(await codes(bed.commit(files, { on: revert }))).toEqual(['ST_NONCE', 'BG_APPROVERS', 'SIGNOFF_MISSING']);
  });

  it('are not two where one person signs twice, is too junior, or both are behind the change', async () => {
    const { head, id } = await stopped();
    await said('mara', id, USE);
    await said('mara', id, USE);
    expect(await refused('ben', id, USE)).toEqual(['BG_APPROVERS']);
    expect(await codes(head)).toContain('BG_WAITING');
    const own = await stopped(drop(), 'mara');
    await said('mara', own.id, USE);
    expect(await codes(own.head, 'noor')).toContain('BG_WAITING');
    await said('noor', own.id, USE);
    expect(await codes(own.head, 'noor')).toContain('BG_WAITING');
    await said('kim', own.id, USE);
    expect(await codes(own.head, 'noor')).toEqual(['BREAK_GLASS']);
  });

  it('speak for no other content, ref or commit beside it', async () => {
    const files = drop();
    const { id } = await stopped(files);
    for (const person of ['mara', 'noor'] as const) await said(person, id, USE);
    const [path = ''] = Object.keys(files);
    expect(await codes(bed.commit({ [path]: `${DROP}drop table users;\n` }))).toEqual(['BG_SCOPE', 'BG_APPROVERS', 'SIGNOFF_MISSING']);
    const two = bed.commit({ 'docs/a.md': 'a\n' }, { on: bed.commit(files) });
    expect((await bed.judged(two)).verdict.verdict).toBe('deny');
    const parted = bed.commit({ [path]: DROP }, { on: bed.commit({ [path]: 'drop table users;\n' }) });
    expect((await bed.judged(parted)).verdict).toMatchObject({ verdict: 'deny', codes: expect.arrayContaining(['BG_SCOPE']) });
  });

  it('hold for an hour and under the same policy', async () => {
    const { head, id } = await stopped();
    for (const person of ['mara', 'noor'] as const) await said(person, id, USE);
    bed.clock.now += HOUR - 1;
    expect(await codes(head)).toEqual(['BREAK_GLASS']);
    bed.clock.now += 1;
    expect(await codes(head)).toEqual(['BG_EXPIRED', 'BG_APPROVERS', 'SIGNOFF_MISSING']);
  });
});

describe('one person alone', () => {
  it('waits ten minutes, in which anybody who could have signed can take it back', async () => {
    const { head, id } = await stopped();
    await said('mara', id, USE);
    bed.clock.now += 10 * MINUTE - 1;
    expect(await codes(head)).toContain('BG_WAITING');
    bed.clock.now += 1;
    expect(await codes(head)).toEqual(['BREAK_GLASS']);
    expect(await refused('ben', id, CANCEL)).toEqual(['BG_APPROVERS']);
    await said('kim', id, CANCEL);
    expect(await codes(head)).toEqual(['BG_CANCELLED', 'BG_APPROVERS', 'SIGNOFF_MISSING']);
    await said('mara', id, USE);
    expect(await codes(head)).toContain('BG_WAITING');
  });

  it('stays taken back where the words of that can no longer be read', async () => {
    const { head, id } = await stopped();
    await said('mara', id, USE);
    const { digest } = await said('kim', id, CANCEL);
    bed.clock.now += 10 * MINUTE;
    const ledger = { ...bed.world.ledger, body: async (sha256: string) => (sha256 === digest ? null : bed.world.ledger.body(sha256)) };
    const desk = await glassDesk({ ...bed.world, ledger }, id);
    expect(desk.ok && desk.value.presented.uses[0]?.problems.map((p) => p.code)).toEqual(['BG_CANCELLED']);
    expect(await codes(head)).toContain('BG_CANCELLED');
  });

  it('never passes where policy does not say so', async () => {
    await bed.close();
    await open(TERMS.replace('  alone_after: 10m\n', ''));
    const { head, id } = await stopped();
    expect(await said('mara', id, USE)).toMatchObject({ stands: { answer: 'denied', until: null } });
    bed.clock.now += 59 * MINUTE;
    expect(await codes(head)).toEqual(['BG_APPROVERS', 'SIGNOFF_MISSING']);
  });
});

describe('what it never does', () => {
  it('nothing, without terms', async () => {
    await bed.close();
    await open('');
    const { id } = await stopped();
    expect(await refused('mara', id, USE)).toContain('BG_FORBIDDEN');
  });

  it('touch policy or roster', async () => {
    const files = { 'countersign.yml': `${POLICY}# less\n` };
    const { id } = await stopped(files);
    expect(await refused('mara', id, USE)).toEqual(['BG_FORBIDDEN']);
  });

  it('count words of an agent, a stretched statement, another person’s key or a replay', async () => {
    const { id } = await stopped();
    expect(await refused('mara', id, { ...USE, reason: ' ' })).toEqual(['BG_REASON']);
    const later = (s: string): string => s.replace(/"expires":"[^"]+"/, '"expires":"2030-01-01T00:00:00Z"');
    expect(await refused('mara', id, USE, later)).toEqual(['BG_SCOPE']);
    expect(await refused('mara', id, USE, (s) => s.replace('"withinSeconds":86400', '"withinSeconds":864000'))).toEqual(['BG_SCOPE']);
    expect(await refused('mara', id, USE, (s) => s.replace('refs/heads/main', 'refs/heads/side'))).toEqual(['BG_SCOPE']);
    expect(await refused('mara', id, USE, (s) => s.replace('"reason":"orders are down"', '"reason":""'))).toContain('BG_REASON');
    const prepared = await prepareGlass(bed.world, id, 'mara', USE);
    if (!prepared.ok) throw new Error('refused');
    const { statement } = prepared.value;
    const wrong = await recordGlass(bed.world, id, bed.keys.noor.signEnvelope(statement));
    expect(!wrong.ok && wrong.error.map((p) => p.code)).toContain('KEY_UNKNOWN');
    const absent = await recordGlass(bed.world, id, bed.keys.mara.signEnvelope(statement, { flags: 1 }));
    expect(!absent.ok && absent.error.map((p) => p.code)).toEqual(['WA_UV']);
    expect((await recordGlass(bed.world, id, bed.keys.mara.signEnvelope(statement))).ok).toBe(true);
    expect(await recordGlass(bed.world, id, bed.keys.mara.signEnvelope(statement))).toMatchObject({ error: [{ code: 'ST_NONCE' }] });
    expect((await prepareGlass(bed.world, id, 'robo', USE)).ok).toBe(false);
  });

  it('become a sign-off, nor a sign-off it', async () => {
    const { id } = await stopped();
    const signoff = await recordGlass(bed.world, id, bed.keys.mara.signEnvelope(await bed.statement('mara', id)));
    expect(!signoff.ok && signoff.error.map((p) => p.code)).toEqual(['ST_TYPE']);
  });

  it('pass more often than policy says', async () => {
    await landedByGlass();
    await landedByGlass();
    const { id } = await stopped();
    expect(await refused('mara', id, USE)).toEqual(['BG_BUDGET']);
    bed.clock.now += HOUR;
    for (const row of await bed.world.projections.breakGlass({ landed: true })) await say('kim', row.change, REVIEW);
    bed.clock.now += 30 * 24 * HOUR;
    expect(await refused('mara', id, USE)).toEqual([]);
  });
});

describe('the review after it', () => {
  it('is for somebody outside, once, with words', async () => {
    const { id } = await landedByGlass();
    expect(await refused('mara', id, REVIEW)).toEqual(['BG_REVIEWER']);
    expect(await refused('ada', id, REVIEW)).toEqual(['BG_REVIEWER', 'QUAL_LEVEL']);
    expect(await refused('ben', id, REVIEW)).toEqual(['QUAL_LEVEL']);
    expect(await refused('kim', id, { ...REVIEW, note: '' })).toEqual(['BG_REASON']);
    expect(await said('kim', id, REVIEW)).toMatchObject({ kind: 'review', stands: null });
    expect(await refused('lee', id, REVIEW)).toEqual(['USAGE']);
    expect(await bed.store.audit()).toEqual([]);
  });

  it('blocks the same paths and the same people once it is overdue, and nobody else', async () => {
    const files = drop('db/hot.sql');
    const { id, head } = await landedByGlass(files);
    const touch = (): string => bed.commit({ 'db/hot.sql': '-- nothing\n' }, { on: head });
    bed.clock.now += 24 * HOUR - 1;
    expect((await bed.judged(touch())).verdict.verdict).toBe('allow');
    bed.clock.now += 1;
    expect((await bed.judged(touch())).verdict).toMatchObject({ verdict: 'deny', codes: ['BG_OVERDUE'] });
    const other = await stopped(drop());
    expect(await codes(other.head)).toEqual(['SIGNOFF_MISSING']);
    expect(await refused('mara', other.id, USE)).toEqual(['BG_OVERDUE']);
    await said('kim', other.id, USE);
    await said('lee', other.id, USE);
    expect(await codes(other.head)).toEqual(['BREAK_GLASS']);
    await said('pat', id, REVIEW);
    expect((await bed.judged(touch())).verdict.verdict).toBe('allow');
    expect(await refused('mara', (await stopped()).id, USE)).toEqual([]);
  });

  it('blocks the whole repository where nobody can say any more which paths it concerns', async () => {
    const { id } = await landedByGlass(drop('db/gone.sql'));
    const other = bed.commit({ 'docs/else.md': 'else\n' });
    const decided = await decisionOf(id);
    expect(await recordWord(bed.world, 'erasure', erasing(decided))).toMatchObject({ ok: false, error: [{ code: 'DATA_INVALID', message: expect.stringContaining('review') }] });
    // Past every flow: whoever has the folder, or a disk that failed.
    const { projections, ledger } = bed.world;
    const gone = (state: Projections): Projections => ({ ...state, changes: async (where) => (where.id === id ? [] : state.changes(where)) });
    const world = {
      ...bed.world,
      ledger: { ...ledger, append: (plan: Parameters<Ledger['append']>[0]) => ledger.append((state) => plan(gone(state))) },
      projections: gone(projections),
    };
    const push = async () =>
      (await judgePush(world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [{ ref: MAIN, old: bed.tip(), new: other }] })).judged[0]?.verdict;
    expect((await bed.judged(other)).verdict.verdict).toBe('allow');
    expect(await push()).toMatchObject({ verdict: 'allow' });
    bed.clock.now += 24 * HOUR;
    expect((await bed.judged(other)).verdict.verdict).toBe('allow');
    expect(await push()).toMatchObject({ verdict: 'deny', codes: ['BG_OVERDUE'] });
    await said('kim', id, REVIEW);
    expect(await push()).toMatchObject({ verdict: 'allow' });
    expect(await recordWord(bed.world, 'erasure', erasing(decided))).toMatchObject({ ok: true });
    expect((await bed.judged(other)).verdict.verdict).toBe('allow');
  });

  it('is owed for each landing of the same content', async () => {
    const files = drop('db/twice.sql');
    const first = await landedByGlass(files);
    const revert = bed.commit({ 'db/twice.sql': null }, { on: first.head });
    await bed.land(revert);
    const head = bed.commit(files, { on: revert });
    await bed.judged(head);
    for (const person of ['kim', 'lee'] as const) await said(person, first.id, USE);
    expect(await codes(head)).toEqual(['BREAK_GLASS']);
    await bed.land(head);
    expect(await refused('kim', first.id, REVIEW)).toEqual([]);
    expect(await refused('kim', first.id, REVIEW)).toEqual(['BG_REVIEWER']);
    expect(await refused('mara', first.id, REVIEW)).toEqual([]);
    expect(await refused('pat', first.id, REVIEW)).toEqual(['USAGE']);
  });

  it('blocks also where gates only watch by now', async () => {
    const { head } = await landedByGlass(drop('db/watched.sql'));
    await bed.land(bed.commit({ 'countersign.yml': `${POLICY}${TERMS}modes: {default: observe}\n` }, { on: head, by: 'kim' }));
    const other = bed.commit(drop());
    expect((await bed.judged(other)).verdict).toMatchObject({ verdict: 'allow', mode: 'observe' });
    bed.clock.now += 24 * HOUR;
    const touch = bed.commit({ 'db/watched.sql': '-- nothing\n' });
    expect((await bed.judged(touch)).verdict).toMatchObject({ verdict: 'deny', would: 'deny', mode: 'enforce', codes: ['BG_OVERDUE'] });
  });

  it('that finds it unjustified is a violation in the log', async () => {
    const { id } = await landedByGlass();
    await said('kim', id, { ...REVIEW, outcome: 'unjustified', note: 'nothing was down' });
    const entries = (await bed.world.ledger.entries(0, 100)).map((e) => parseEntry(e.bytes)).flatMap((e) => (e.ok ? [e.value.type] : []));
    expect(entries.slice(-2)).toEqual(['break-glass-review', 'violation']);
  });

  it('that finds it unjustified does not hide that the ref is rewound to what it is about', async () => {
    const { id, head } = await landedByGlass();
    const next = bed.commit({ 'docs/next.md': '1\n' });
    await bed.judged(next);
    await bed.land(next);
    await said('kim', id, { ...REVIEW, outcome: 'unjustified', note: 'nothing was down' });
    await bed.land(head);
    const [last] = (await bed.world.ledger.entries(0, 100)).slice(-1).map((e) => parseEntry(e.bytes));
    expect(last).toMatchObject({ value: { type: 'violation', fields: { ref: MAIN, new: head } } });
    expect(last?.ok && last.value.fields).not.toHaveProperty('change');
  });
});

it('is the same after the projections were rebuilt', async () => {
  const { id } = await landedByGlass();
  await said('kim', id, REVIEW);
  const before = await bed.world.projections.breakGlass({});
  await bed.store.rebuild();
  expect(await bed.world.projections.breakGlass({})).toEqual(before);
  expect(before.map((r) => [r.type, r.landed !== null])).toEqual([
    ['break-glass', true],
    ['break-glass', true],
    ['break-glass-review', false],
  ]);
});
