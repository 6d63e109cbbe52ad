/** Sign-offs presented for a change: each verified again from its bytes, near misses with the reason they do not count. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed } from '../../test/bed/bed.ts';
import { hex } from '../core/base/bytes.ts';
import { judge } from '../core/gate/judge.ts';
import { revocationStatement } from '../core/signoff/roster-word.ts';
import { cosigned } from '../testing/trust-files.ts';
import { recordWord } from './enrol.ts';
import { governanceAt } from './governance.ts';
import type { Ledger, SignoffRow } from './ports.ts';
import { type Bench, near, presentedFor } from './presented.ts';

let bed: Bed;
let id: string;
beforeAll(async () => {
  bed = await openBed();
  id = (await bed.judged(bed.commit({ 'db/a.sql': 'drop table orders;\n', 'db/b.sql': 'drop table orders;\n' }))).id ?? '';
  await bed.sign('mara', id);
});
afterAll(() => bed.close());

async function bench(more: Partial<Bench> = {}): Promise<Bench> {
  const governance = await governanceAt(bed.world.objects.open('infra'), bed.tip());
  if (!governance.ok) throw new Error(JSON.stringify(governance.error));
  const { site, ledger, projections } = bed.world;
  return { site, ledger, state: projections, governance: governance.value, now: bed.clock.now, ...more };
}
const presented = async (of = id, more: Partial<Bench> = {}) => presentedFor(await bench(more), (await bed.row(of)).decision, null);
const problems = async (of: string, more: Partial<Bench> = {}) => (await presented(of, more)).map((p) => p.problems.map((q) => q.code));

describe('a sign-off', () => {
  it('of this change counts, with what its signature proves', async () => {
    expect(await presented()).toMatchObject([{ signer: 'mara', level: 'L6', decision: 'approve', problems: [] }]);
  });

  it('of overlapping content is shown with the reason, of other content not at all', async () => {
    const near = (await bed.judged(bed.commit({ 'db/a.sql': 'drop table orders; -- and more\n' }))).id ?? '';
    expect((await problems(near))[0]).toContain('CONTENT_MISMATCH');
    const far = (await bed.judged(bed.commit({ 'db/far.sql': 'drop table orders;\n' }))).id ?? '';
    expect(await problems(far)).toEqual([]);
  });

  it('of overlapping content is not asked for once no such sign-off can hold, and of this content always', async () => {
    const near = (await bed.judged(bed.commit({ 'db/a.sql': 'drop table orders; -- and later\n' }))).id ?? '';
    const later = { now: bed.clock.now + 16 * 24 * 3_600_000 };
    expect(await problems(near)).not.toEqual([]);
    expect(await problems(near, later)).toEqual([]);
    expect((await problems(id, later))[0]).toEqual(['ST_EXPIRED']);
  });

  it('of overlapping content asks as many questions, however many were signed for the ref', async () => {
    const { decision } = await bed.row(id);
    const counts: number[] = [];
    for (let n = 0; n < 3; n++) {
      let asked = 0;
      const counted = <A extends unknown[], R>(question: (...where: A) => R) => {
        return (...where: A): R => {
          asked += 1;
          return question(...where);
        };
      };
      const { changes, signoffs } = bed.world.projections;
      await near({ ...bed.world.projections, changes: counted(changes), signoffs: counted(signoffs) }, decision, bed.clock.now);
      counts.push(asked);
      for (let m = 0; m < 3; m++) await bed.sign('noor', (await bed.judged(bed.commit({ [`db/more-${n}-${m}.sql`]: 'drop table orders;\n' }))).id ?? '');
    }
    // None of another content at first, then the changes of all of them at once.
    expect(counts).toEqual([2, 3, 3]);
  });

  it('whose envelope is gone does not count', async () => {
    const erased: Ledger = { ...bed.world.ledger, body: async () => null };
    expect((await problems(id, { ledger: erased }))[0]).toContain('CONTENT_UNSEEN');
  });

  it('is what its bytes say, whatever a row of the table says', async () => {
    const forge = (change: Partial<SignoffRow>): Bench['state'] => ({
      ...bed.world.projections,
      signoffs: async (where) => (await bed.world.projections.signoffs(where)).map((s) => ({ ...s, ...change })),
    });
    expect(await presented(id, { state: forge({ tier: 'routine' }) })).toMatchObject([{ signer: 'mara', decision: 'approve' }]);
    const other = (await bed.judged(bed.commit({ 'db/other.sql': 'drop table orders;\n' }))).id ?? '';
    const { manifest, manifest256 } = (await bed.row(other)).decision.change;
    expect((await problems(other, { state: forge({ manifest, manifest256 }) }))[0]).toContain('DATA_INVALID');
    for (const lie of [{ signer: 'kim' }, { nonce: 'e'.repeat(32) }, { at: 1 }, { decision: 'changes' }, { index: 0 }, { index: 1_000_000 }, { body: 'f'.repeat(64) }])
      expect((await presented(id, { state: forge(lie) }))[0], JSON.stringify(lie)).toMatchObject({ problems: [{ code: 'DATA_INVALID' }], astray: { code: 'DATA_INVALID' } });
  });

  it('by a key that counts no more, or in another installation, does not count', async () => {
    const { authority } = bed.world.projections;
    const onlyFounders = { ...bed.world.projections, authority: async () => (await authority()).slice(0, 1) };
    expect((await problems(id, { state: onlyFounders }))[0]).toEqual(['KEY_UNKNOWN']);
    expect((await problems(id, { state: { ...onlyFounders, authority: async () => [] } }))[0]).toEqual(['KEY_UNKNOWN']);
    expect((await problems(id, { site: { ...bed.world.site, rpId: 'elsewhere.example', origins: ['https://elsewhere.example'] } })).flat()).not.toEqual([]);
  });

  it('expires', async () => {
    expect((await problems(id, { now: bed.clock.now + 14 * 24 * 3_600_000 }))[0]).toEqual(['ST_EXPIRED']);
  });
});

describe('an objection', () => {
  const OBJECTS = { decision: 'changes', dispositions: [], answers: [] } as const;
  const without = (digest: string): Ledger => ({ ...bed.world.ledger, body: async (sha256) => (sha256 === digest ? null : bed.world.ledger.body(sha256)) });
  const answer = async (of: string, more: Partial<Bench> = {}) =>
    judge({ kind: 'push', ladder: ['L4', 'L5', 'L6', 'L7'] }, (await bed.row(of)).decision, await presented(of, more));
  let count = 0;
  async function objected(): Promise<{ readonly of: string; readonly digest: string; readonly index: number }> {
    const of = (await bed.judged(bed.commit({ [`db/objected${++count}.sql`]: 'drop table orders;\n' }))).id ?? '';
    const said = await bed.sign('noor', of, OBJECTS);
    expect(await bed.sign('mara', of)).toMatchObject({ ok: true });
    if (!said.ok) throw new Error(JSON.stringify(said.error));
    return { of, ...said.value };
  }

  it('blocks also where its words are gone, or no longer verify, until its author says otherwise', async () => {
    const { of, digest } = await objected();
    expect((await answer(of)).codes).toEqual(['REV_CHANGES']);
    const lost = await answer(of, { ledger: without(digest) });
    expect(lost).toMatchObject({ verdict: 'deny', codes: ['REV_CHANGES'] });
    expect(JSON.stringify(lost.reasons)).toContain('noor asked for changes, in words that do not hold any more: the sign-off was erased');
    const elsewhere = { ...bed.world.site, rpId: 'elsewhere.example' };
    expect((await answer(of, { site: elsewhere })).codes).toEqual(['REV_CHANGES']);
    expect(await bed.sign('noor', of)).toMatchObject({ ok: true });
    expect((await answer(of, { ledger: without(digest) })).codes).toEqual(['OK']);
  });

  it('blocks whatever a table says of which word is the last, or that it objects', async () => {
    const of = (await bed.judged(bed.commit({ [`db/objected${++count}.sql`]: 'drop table orders;\n' }))).id ?? '';
    const [yes, no] = [await bed.sign('mara', of), await bed.sign('mara', of, OBJECTS)];
    const [a, b] = [yes.ok ? yes.value.index : 0, no.ok ? no.value.index : 0];
    expect((await answer(of)).codes).toEqual(['REV_CHANGES']);
    const rows = bed.world.projections.signoffs;
    const forged = (change: (row: SignoffRow) => Partial<SignoffRow>): Partial<Bench> => ({
      state: { ...bed.world.projections, signoffs: async (where) => (await rows(where)).map((row) => ({ ...row, ...change(row) })) },
    });
    const swapped = forged((row) => (row.index === a ? { index: b } : row.index === b ? { index: a } : {}));
    expect(await answer(of, swapped)).toMatchObject({ verdict: 'deny', codes: ['DATA_INVALID'] });
    expect(JSON.stringify((await answer(of, swapped)).reasons)).toContain('countersign audit --full');
    for (const lie of [(row: SignoffRow) => (row.index === b ? { decision: 'approve' } : {}), (row: SignoffRow) => (row.index === a ? { index: 1_000_000 } : {})])
      expect((await answer(of, forged(lie))).codes).toEqual(['DATA_INVALID']);
  });

  it('blocks though its row is gone from the table, or says that it is of something else', async () => {
    const { of, index } = await objected();
    expect((await answer(of)).codes).toEqual(['REV_CHANGES']);
    const rows = bed.world.projections.signoffs;
    const told = (change: (row: SignoffRow) => readonly SignoffRow[]): Partial<Bench> => ({
      state: {
        ...bed.world.projections,
        signoffs: async (where) =>
          (await rows({})).flatMap((row) => (row.index === index ? change(row) : [row])).filter((row) => where.repo === undefined || row.repo === where.repo),
      },
    });
    const lies: readonly ((row: SignoffRow) => readonly SignoffRow[])[] = [
      () => [],
      (row) => [{ ...row, repo: 'elsewhere' }],
      (row) => [{ ...row, manifest: 'f'.repeat(64), targetRef: 'refs/heads/other' }],
    ];
    for (const lie of lies) {
      const said = await answer(of, told(lie));
      expect(said).toMatchObject({ verdict: 'deny', codes: ['DATA_INVALID'] });
      expect(JSON.stringify(said.reasons)).toContain('countersign audit --full');
    }
    expect(
      (
        await answer(
          of,
          told((row) => [row]),
        )
      ).codes,
    ).toEqual(['REV_CHANGES']);
  });

  it('is spent by nothing', async () => {
    const { of } = await objected();
    const landed = { change: of, repo: 'infra', targetRef: MAIN, old: 'a'.repeat(40), head: 'b'.repeat(40), nonces: [], index: 1 };
    const state = { ...bed.world.projections, landings: async () => [landed] };
    expect((await answer(of, { state })).codes).toEqual(['REV_CHANGES']);
  });

  it('of another content blocks nothing here', async () => {
    await objected();
    const near = (await bed.judged(bed.commit({ [`db/objected${count}.sql`]: 'drop table orders; -- and more\n' }))).id ?? '';
    expect((await answer(near)).codes).not.toContain('REV_CHANGES');
  });

  it('that was taken back blocks no more, nor one by a key that counted no more by then', async () => {
    const { of, digest } = await objected();
    const word = (what: Parameters<typeof revocationStatement>[0]) =>
      recordWord(bed.world, 'revocation', cosigned(revocationStatement(what, bed.world.site.origin, hex(bed.world.random())), [bed.keys.kim, bed.keys.lee]));
    expect(await word({ of: { signoff: digest }, from: bed.clock.now, reason: 'a mistake' })).toMatchObject({ ok: true });
    expect((await answer(of)).codes).toEqual(['OK']);
    expect((await answer(of, { ledger: without(digest) })).codes).toEqual(['OK']);
    // What took it back is gone itself: nobody knows, so nothing is lifted.
    const unread = { ...bed.world.projections, authority: async () => (await bed.world.projections.authority()).map((l) => ({ ...l, body: null })) };
    expect((await answer(of, { ledger: without(digest), state: unread })).codes).toEqual(['REV_CHANGES']);
    const other = await objected();
    expect(await word({ of: { key: bed.keys.noor.keyid }, from: bed.clock.now - 1, reason: 'stolen' })).toMatchObject({ ok: true });
    expect((await answer(other.of)).codes).toEqual(['OK']);
  });
});
