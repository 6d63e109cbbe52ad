/** What a sign-off lets land, and what it does not: real pushes, real signatures, the ledger as it stands. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, POLICY, roster } from '../../test/bed/bed.ts';

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

  it('that landed and was taken back is not there for another commit of the same content', async () => {
    const files = drop();
    const before = bed.tip();
    const { head, id } = await stopped(files);
    await bed.sign('mara', id);
    expect(await codes(head)).toEqual(['OK']);
    await bed.land(head);
    bed.served.git('update-ref', MAIN, before);
    expect(await codes(bed.commit(files, { message: 'Again\n' }))).toEqual(['ST_NONCE', 'SIGNOFF_MISSING']);
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

  it('stays behind whoever pushed its content in another commit, or its commit in a larger push', async () => {
    const files = drop();
    await bed.judged(bed.commit(files, { message: 'First\n' }), { pusher: 'mara' });
    expect((await bed.judged(bed.commit(files, { message: 'Second\n' }))).decision?.excluded).toContainEqual({ person: 'mara', roles: ['pusher'] });
    const one = bed.commit(drop());
    await bed.judged(bed.commit(drop(), { on: one }), { pusher: 'noor' });
    expect((await bed.judged(one)).decision?.excluded).toContainEqual({ person: 'noor', roles: ['pusher'] });
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

  it('that each ask for nothing ask for somebody where the whole does, and its sign-off is spent by landing', async () => {
    const before = bed.tip();
    const many = POLICY.replace('rules:\n', 'rules:\n  - id: many\n    paths: ["docs/**"]\n    when: change.files > 1\n    require: { humans: 1, level: L6 }\n');
    await bed.land(bed.commit({ 'countersign.yml': many }));
    const [d, e] = [`docs/d${++count}.md`, `docs/e${count}.md`];
    const both = (on: string): string => bed.commit({ [e]: 'x\n' }, { on: bed.commit({ [d]: 'x\n' }, { on }) });
    const head = both(bed.tip());
    const { id, verdict } = await bed.judged(head);
    expect(verdict).toMatchObject({ verdict: 'deny', codes: ['SIGNOFF_MISSING', 'INTERMEDIATE_UNSIGNED'] });
    await bed.sign('mara', id ?? '');
    expect(await codes(head)).toEqual(['OK']);
    await bed.land(head);
    await bed.land(bed.commit({ [d]: null, [e]: null }));
    expect(await codes(both(bed.tip()))).toContain('ST_NONCE');
    bed.served.git('update-ref', MAIN, before);
  });

  it('do not pass where nothing cures the whole, whoever signed each', async () => {
    const path = `pair/${++count}.txt`;
    const before = bed.tip();
    const first = bed.commit({ [path]: 'x\n' });
    const second = bed.commit({ [path]: null }, { on: first });
    const signed = async (head: string): Promise<void> => {
      const { id } = await bed.judged(head);
      for (const person of ['mara', 'noor'] as const) expect(await bed.sign(person, id ?? '')).toMatchObject({ ok: true });
    };
    await signed(first);
    bed.served.git('update-ref', MAIN, first);
    await signed(second);
    bed.served.git('update-ref', MAIN, before);
    expect(await codes(second)).toEqual(['CONTENT_EMPTY']);
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

describe('a signer', () => {
  it('who claimed a level the roster no longer gives counts nowhere, though the seat asks for none', async () => {
    const any = POLICY.replace('rules:\n', 'rules:\n  - { id: anybody, paths: ["any/**"], require: { humans: 1 } }\n');
    await bed.land(bed.commit({ 'countersign.yml': any }, { by: 'kim' }));
    const file = { 'any/a.txt': 'x\n' };
    const { head, id } = await stopped(file);
    await bed.sign('mara', id);
    expect(await codes(head)).toEqual(['OK']);
    const lowered = { ada: 'L4', ben: 'L5', mara: 'L5', noor: 'L6', kim: 'L7', lee: 'L7', pat: 'L7' };
    await bed.land(bed.commit({ '.countersign/roster.yml': roster(lowered) }, { by: 'kim' }));
    expect(await codes(bed.commit(file))).toEqual(expect.arrayContaining(['QUAL_LEVEL', 'SIGNOFF_MISSING']));
  });
});
