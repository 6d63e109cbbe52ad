/** Sign-offs presented for a change: each verified again from its bytes, near misses with the reason they do not count. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../test/bed/bed.ts';
import { governanceAt } from './governance.ts';
import type { Ledger, SignoffRow } from './ports.ts';
import { type Bench, presentedFor } from './presented.ts';

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

  it('whose envelope is gone does not count', async () => {
    const erased: Ledger = { ...bed.world.ledger, body: async () => null };
    expect((await problems(id, { ledger: erased }))[0]).toContain('CONTENT_UNSEEN');
  });

  it('is what its bytes say, whatever a row of the table says', async () => {
    const forge = (change: Partial<SignoffRow>): Bench['state'] => ({
      ...bed.world.projections,
      signoffs: async (where) => (await bed.world.projections.signoffs(where)).map((s) => ({ ...s, ...change })),
    });
    expect(await presented(id, { state: forge({ signer: 'kim', tier: 'routine' }) })).toMatchObject([{ signer: 'mara', decision: 'approve' }]);
    const other = (await bed.judged(bed.commit({ 'db/other.sql': 'drop table orders;\n' }))).id ?? '';
    const { manifest } = (await bed.row(other)).decision.change;
    expect((await problems(other, { state: forge({ manifest }) }))[0]).toContain('CONTENT_MISMATCH');
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
