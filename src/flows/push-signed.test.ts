/** What a sign-off lets land, and what it does not: real pushes, real signatures, the ledger as it stands. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../test/bed/bed.ts';

let bed: Bed;
let count = 0;

beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

/** A change nobody else of these tests touches, that needs one L6. */
const drop = (): { readonly [path: string]: string } => ({ [`db/drop${++count}.sql`]: 'drop table orders;\n' });
const stopped = async (files: { readonly [path: string]: string }): Promise<{ head: string; id: string }> => {
  const head = bed.commit(files);
  const { id } = await bed.judged(head);
  return { head, id: id ?? '' };
};
const codes = async (head: string, more?: Parameters<Bed['judged']>[1]) => (await bed.judged(head, more)).verdict.codes;

describe('a signed change', () => {
  it('does not pass to another ref', async () => {
    const { head, id } = await stopped(drop());
    await bed.sign('mara', id);
    expect(await codes(head, { ref: 'refs/heads/release' })).toEqual(['ST_REF', 'SIGNOFF_MISSING']);
  });

  it('passes as often as it is pushed until it lands, and its sign-off is spent by landing', async () => {
    const { head, id } = await stopped(drop());
    expect(await bed.sign('mara', id)).toMatchObject({ ok: true, value: { complete: true, missing: '' } });
    expect((await bed.row(id)).state).toBe('signed');
    expect(await codes(head)).toEqual(['OK']);
    expect(await codes(head)).toEqual(['OK']);
    expect(await bed.land(head)).toBe(1);
    expect((await bed.row(id)).state).toBe('landed');
    const path = `db/drop${count}.sql`;
    const revert = bed.commit({ [path]: null }, { on: head });
    await bed.land(revert);
    const again = bed.commit({ [path]: 'drop table orders;\n' }, { on: revert });
    expect(await codes(again)).toEqual(['ST_NONCE', 'SIGNOFF_MISSING']);
  });

  it('with another file does not pass, and who pushed it once is behind it for good', async () => {
    const files = drop();
    const { head, id } = await stopped(files);
    await bed.sign('mara', id);
    const [path = ''] = Object.keys(files);
    expect(await codes(bed.commit({ [path]: 'drop table orders; -- more\n' }))).toContain('CONTENT_MISMATCH');
    expect((await bed.judged(head, { pusher: 'mara' })).verdict).toMatchObject({ verdict: 'deny', codes: expect.arrayContaining(['SOD_PUSHER']) });
    expect(await codes(head)).toContain('SOD_PUSHER');
    await bed.sign('noor', id);
    expect(await codes(head)).toEqual(['OK']);
  });

  it('is refused once its sign-off has expired', async () => {
    const { head, id } = await stopped(drop());
    await bed.sign('mara', id);
    bed.clock.now += 15 * 24 * 3_600_000;
    expect(await codes(head)).toContain('ST_EXPIRED');
    expect(await bed.sign('noor', id)).toMatchObject({ ok: true });
    expect(await codes(head)).toEqual(['OK']);
  });
});

describe('several commits in one push', () => {
  it('need a sign-off each, whoever signed the whole', async () => {
    const first = bed.commit(drop());
    const second = bed.commit(drop(), { on: first });
    const whole = await bed.judged(second);
    expect(whole.verdict.codes).toEqual(['SIGNOFF_MISSING', 'INTERMEDIATE_UNSIGNED']);
    await bed.sign('mara', whole.id ?? '');
    expect(await codes(second)).toEqual(['INTERMEDIATE_UNSIGNED']);
    const a = await bed.judged(first);
    await bed.sign('mara', a.id ?? '');
    expect(await codes(second)).toContain('INTERMEDIATE_UNSIGNED');
  });

  it('that each ask for nothing pass', async () => {
    const first = bed.commit({ [`docs/a${++count}.md`]: 'x\n' });
    expect(await codes(bed.commit({ [`docs/b${count}.md`]: 'x\n' }, { on: first }))).toEqual(['PASS']);
  });

  it('do not hide content that came and went', async () => {
    const files = drop();
    const first = bed.commit(files);
    const [path = ''] = Object.keys(files);
    const second = bed.commit({ [path]: null, [`docs/c${++count}.md`]: 'x\n' }, { on: first });
    expect(await codes(second)).toContain('INTERMEDIATE_UNSIGNED');
  });
});
