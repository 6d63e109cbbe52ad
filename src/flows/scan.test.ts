/** Planted bypasses in real repositories with a real log, each found by what the log proves and git holds, and nothing else found. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Bed, MAIN, openBed, type PersonName, POLICY } from '../../test/bed/bed.ts';
import { scanOf, sneak as sneakInto } from '../../test/bed/scans.ts';
import { hex, utf8 } from '../core/base/bytes.ts';
import { ok } from '../core/base/result.ts';
import type { Row } from '../core/gate/population.ts';
import { revocationStatement } from '../core/signoff/roster-word.ts';
import { cosigned } from '../testing/trust-files.ts';
import { type GlassWords, prepareGlass, recordGlass } from './break-glass.ts';
import { recordWord } from './enrol.ts';
import { recordLandings } from './land.ts';
import { recordFindings } from './scan-record.ts';

const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/violation-entry.schema.json', import.meta.url), 'utf8')));

let bed: Bed;
let count = 0;
afterEach(() => bed.close());
const docs = (): string => bed.commit({ 'docs/a.md': `${++count}\n` });
const drop = (on = bed.tip()): string => bed.commit({ [`db/${++count}.sql`]: 'drop table orders;\n' }, { on });

const scanned = (more: Parameters<typeof scanOf>[1] = {}) => scanOf(bed, more);

/** Passes by itself, and lands. */
async function landed(head = docs(), ref = MAIN): Promise<string> {
  expect((await bed.judged(head, { ref })).verdict.verdict).toBe('allow');
  expect(await bed.land(head, ref)).toBe(1);
  return head;
}

async function signed(head = drop()): Promise<string> {
  const denied = await bed.judged(head);
  expect(denied.verdict.verdict).toBe('deny');
  const receipt = await bed.sign('mara', denied.id ?? '');
  expect(receipt.ok).toBe(true);
  await landed(head);
  return denied.id ?? '';
}

const sneak = (head: string, ref = MAIN): void => sneakInto(bed, head, ref);

/** What whoever has the log's key appends: a verdict that allows, and a landing by it. */
async function forge(change: string, old: string, head: string): Promise<void> {
  const move = { change, repo: 'infra', ref: MAIN, old, new: head };
  const counted = { tier: 'critical', policy: '0'.repeat(64), roster: '0'.repeat(64), inputs: [], signed: false, carried: false, brokeGlass: false };
  const verdict = {
    type: 'verdict' as const,
    fields: { ...move, verdict: 'allow', codes: ['OK'] },
    body: utf8(JSON.stringify({ v: 1, verdict: { verdict: 'allow', would: 'allow', signoffs: [] }, nonces: [], counted })),
  };
  const landing = { type: 'landed' as const, fields: move, body: utf8(JSON.stringify({ v: 1, change, repo: 'infra', targetRef: MAIN, old, head, nonces: [] })) };
  for (const draft of [verdict, landing]) expect(await bed.world.ledger.append(() => ok([draft]))).toMatchObject({ ok: true });
}

const howOf = (rows: readonly Row[], commit: string) => rows.find((r) => r.commit === commit && r.ref === MAIN);

describe('a scan', () => {
  it('lists what was signed, what passed and what was there before, and finds nothing', async () => {
    bed = await openBed();
    const root = bed.tip();
    const passed = await landed();
    const head = drop();
    const change = await signed(head);
    const { found, rows } = await scanned();
    expect(rows.filter((r) => r.ref === MAIN).map((r) => [r.commit, r.how])).toEqual([
      [root, 'before'],
      [passed, 'passed'],
      [head, 'signed'],
    ]);
    expect(howOf(rows, head)).toMatchObject({ change, clock: 'logged', signers: [{ person: 'mara', level: 'L6', seats: ['destructive'] }] });
    expect(found.violations).toEqual([]);
    expect(found.findings).toEqual([]);
    expect(found.notes).toEqual([]);
  });

  it('finds a direct push, weighs it, and writes it down once; its clock runs out', async () => {
    bed = await openBed();
    await landed();
    const stood = bed.tip();
    const evil = drop();
    sneak(evil);
    const { found, rows } = await scanned();
    expect(howOf(rows, evil)).toMatchObject({ how: 'violation', faults: [{ code: 'BYPASS' }], clock: 'claimed', told: null });
    expect(found.violations).toMatchObject([
      {
        entry: null,
        kind: 'unchained',
        from: stood,
        to: evil,
        tier: 'critical',
        owner: { by: 'policy', people: ['kim', 'lee', 'mara', 'noor', 'pat'] },
        state: { is: 'open', overdue: false },
      },
    ]);
    expect(await recordFindings(bed.world.ledger, found)).toMatchObject({ ok: true, value: [expect.any(Number)] });
    expect(await recordFindings(bed.world.ledger, found)).toEqual(ok([]));
    const again = await scanned();
    expect(again.found.findings).toEqual([]);
    expect(again.found.violations).toHaveLength(1);
    expect(again.found.violations[0]).toMatchObject({ entry: expect.any(Number), due: bed.clock.now + 86_400_000 });
    expect(howOf(again.rows, evil)).toMatchObject({ clock: 'logged', told: again.found.violations[0]?.entry });
    bed.clock.now += 86_400_000;
    expect((await scanned()).found.violations).toMatchObject([{ state: { is: 'open', overdue: true } }]);
  });

  it('takes what the server found of the same for one with what it found', async () => {
    bed = await openBed();
    await landed();
    const first = bed.commit({ 'docs/x.md': 'past\n' });
    sneak(first);
    await recordLandings(bed.world, 'infra');
    const second = bed.commit({ 'docs/y.md': 'past\n' }, { on: first });
    sneak(second);
    await recordLandings(bed.world, 'infra');
    const { found } = await scanned();
    expect(found.violations).toMatchObject([{ kind: 'unchained', to: second, commits: 2, tier: 'routine', weighed: true }]);
    await recordFindings(bed.world.ledger, found);
    expect((await scanned()).found.violations).toMatchObject([{ to: second, found: found.violations[0]?.found }]);
  });

  it('says of commits under a landing what no landing covers, and of what an administrator merged', async () => {
    bed = await openBed();
    await landed();
    const past = drop();
    sneak(past);
    const next = docs();
    await landed(next);
    bed.work.git('checkout', '-q', '--detach', bed.tip());
    const side = drop();
    bed.work.git('checkout', '-q', '--detach', next);
    bed.work.git('merge', '-q', '--no-ff', '-m', 'merged by an administrator', side);
    const merge = bed.work.git('rev-parse', 'HEAD');
    sneak(merge);
    const { found, rows } = await scanned();
    expect([past, next, merge].map((c) => howOf(rows, c)?.how)).toEqual(['violation', 'passed', 'violation']);
    expect(found.violations.map((v) => v.to)).toEqual([past, merge]);
  });

  it('finds a squash of what was signed with a line more', async () => {
    bed = await openBed();
    await landed();
    const head = drop();
    await signed(head);
    bed.served.git('update-ref', MAIN, `${head}~1`);
    const more = bed.commit({ 'db/2.sql': 'drop table orders;\n', 'docs/z.md': 'a line more\n' }, { on: bed.tip() });
    sneak(more);
    const { found, rows } = await scanned();
    expect(howOf(rows, more)).toMatchObject({ how: 'violation' });
    expect(howOf(rows, head)).toMatchObject({ how: 'rewritten', elsewhere: null });
    expect(found.violations.map((v) => v.kind).sort()).toEqual(['rewritten', 'unchained']);
  });

  it('finds landings that an administrator with the log wrote: of another content, and of what nobody signed', async () => {
    bed = await openBed();
    await landed();
    const change = await signed();
    const [one, two] = [bed.tip(), drop()];
    const three = drop(two);
    for (const head of [two, three]) sneak(head);
    bed.served.git('update-ref', MAIN, two);
    const denied = await bed.judged(three, { old: two });
    bed.served.git('update-ref', MAIN, three);
    await forge(change, one, two);
    await forge(denied.id ?? '', two, three);
    const { found, rows } = await scanned();
    expect(howOf(rows, two)).toMatchObject({ how: 'violation', faults: [{ code: 'CONTENT_MISMATCH' }], clock: 'logged' });
    expect(howOf(rows, three)).toMatchObject({ how: 'violation', faults: [{ code: 'UNGATED', text: expect.stringContaining('SIGNOFF_MISSING') }] });
    expect(found.violations).toMatchObject([
      { code: 'CONTENT_MISMATCH', to: two },
      { code: 'UNGATED', to: three },
    ]);
  });

  it('knows refs that policy began to protect only later, and a default branch that was renamed', async () => {
    bed = await openBed();
    await landed();
    const later = bed.commit({ 'docs/b.md': 'b\n' }, { on: bed.served.git('rev-parse', 'refs/heads/release') });
    sneak(later, 'refs/heads/release');
    const onTop = bed.commit({ 'docs/c.md': 'c\n' }, { on: later });
    await landed(onTop, 'refs/heads/release');
    const release = (await scanned()).rows.filter((r) => r.ref === 'refs/heads/release');
    expect(release.map((r) => r.how)).toEqual(['before', 'before', 'passed']);
    bed.served.git('update-ref', 'refs/heads/trunk', MAIN);
    bed.served.git('symbolic-ref', 'HEAD', 'refs/heads/trunk');
    bed.served.git('update-ref', '-d', MAIN);
    const { found, rows } = await scanned();
    expect(rows.filter((r) => r.ref === MAIN)).toMatchObject([{ how: 'rewritten', elsewhere: null }]);
    expect(found.violations).toMatchObject([{ kind: 'rewritten', ref: MAIN }]);
    const known = await scanned({ refs: ['refs/heads/trunk'] });
    expect(known.found.violations).toEqual([]);
    expect(known.found.moved).toMatchObject([{ ref: MAIN, elsewhere: 'refs/heads/trunk' }]);
    bed.served.git('update-ref', MAIN, 'refs/heads/trunk');
    expect((await scanned()).found.violations).toEqual([]);
  });

  it('keeps bodies to their schema, and the log whole', async () => {
    bed = await openBed();
    await landed();
    const head = await landed();
    sneak(drop());
    bed.served.git('update-ref', 'refs/heads/release', bed.tip());
    bed.served.git('update-ref', MAIN, `${head}~1`);
    const { found } = await scanned();
    expect(found.findings.length).toBeGreaterThan(0);
    for (const { body } of found.findings) expect(schema.safeParse(body).error).toBeUndefined();
    await recordFindings(bed.world.ledger, found);
    expect(await bed.store.audit()).toEqual([]);
    expect((await scanned()).found.findings).toEqual([]);
  });

  it('holds what was signed by a key that was taken back later, for it stood then', async () => {
    bed = await openBed();
    const head = drop();
    await signed(head);
    bed.clock.now += 60_000;
    const word = { of: { person: 'mara' }, from: bed.clock.now, reason: 'the laptop is gone' } as const;
    const revoked = await recordWord(
      bed.world,
      'revocation',
      cosigned(revocationStatement(word, 'countersign.example/log', hex(bed.world.random())), [bed.keys.kim, bed.keys.lee]),
    );
    expect(revoked.ok).toBe(true);
    const { found, rows } = await scanned();
    expect(howOf(rows, head)).toMatchObject({ how: 'signed', signers: [{ person: 'mara' }] });
    expect(found.violations).toEqual([]);
  });

  it('tells a break-glass with the review it owes, that it is overdue, and that it was given', async () => {
    bed = await openBed('production', `${POLICY}break_glass: {humans: 2, level: L6, alone_after: 10m, expires: 1h, review: {within: 24h, level: L6}}\n`);
    const head = drop();
    const { id } = await bed.judged(head);
    const say = async (person: PersonName, words: GlassWords): Promise<void> => {
      const prepared = await prepareGlass(bed.world, id ?? '', person, words);
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
      expect(await recordGlass(bed.world, id ?? '', bed.keys[person].signEnvelope(prepared.value.statement))).toMatchObject({ ok: true });
    };
    for (const person of ['mara', 'noor'] as const) await say(person, { kind: 'use', reason: 'orders are down', incident: 'INC-1' });
    await landed(head);
    const reviewOf = async () => {
      const { found, rows } = await scanned();
      expect(found.violations).toEqual([]);
      expect(howOf(rows, head)).toMatchObject({ how: 'break-glass', signers: [{ person: 'mara' }, { person: 'noor' }] });
      return [howOf(rows, head)?.review, found.reviews];
    };
    expect(await reviewOf()).toEqual(['owed', { owed: 1, overdue: 0 }]);
    bed.clock.now += 86_400_000;
    expect(await reviewOf()).toEqual(['overdue', { owed: 0, overdue: 1 }]);
    await say('kim', { kind: 'review', outcome: 'justified', note: 'it was' });
    expect(await reviewOf()).toEqual(['reviewed', { owed: 0, overdue: 0 }]);
  });

  it('takes for landed what was let pass and moved, though nobody wrote that down yet', async () => {
    bed = await openBed();
    await landed();
    const head = docs();
    expect((await bed.judged(head)).verdict.verdict).toBe('allow');
    sneak(head);
    const { found, rows } = await scanned();
    expect(howOf(rows, head)).toMatchObject({ how: 'passed' });
    expect(found.findings).toEqual([]);
    const never = docs();
    expect((await bed.judged(never)).verdict.verdict).toBe('allow');
    expect((await scanned()).rows.map((r) => r.how)).not.toContain('rewritten');
  });

  it('lists what a gate that only watched let land, with what it would have said', async () => {
    bed = await openBed('production', `${POLICY}modes: { default: observe }\n`);
    const head = drop();
    await landed(head);
    const { found, rows } = await scanned();
    expect(howOf(rows, head)).toMatchObject({ how: 'watched', would: 'deny' });
    expect(found.violations).toEqual([]);
  });
});
