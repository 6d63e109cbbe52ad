/** Whose words count at the gate, how many, and under which policy and roster: never those the change brings along. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, POLICY, roster } from '../../test/bed/bed.ts';

let bed: Bed;
let count = 0;

beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

/** A change nobody else of these tests touches, that needs one L6. */
const drop = (): { readonly [path: string]: string } => ({ [`db/drop${++count}.sql`]: 'drop table orders;\n' });
/** One that needs two. */
const pair = (): { readonly [path: string]: string } => ({ [`pair/${++count}.txt`]: 'x\n' });
const stopped = async (files: { readonly [path: string]: string }): Promise<{ head: string; id: string }> => {
  const head = bed.commit(files);
  const { id } = await bed.judged(head);
  return { head, id: id ?? '' };
};
const codes = async (head: string) => (await bed.judged(head)).verdict.codes;

describe('words', () => {
  it('of a person who asks for changes block, and a later approval of theirs lifts it', async () => {
    const { head, id } = await stopped(drop());
    await bed.sign('mara', id);
    expect(await bed.sign('noor', id, { decision: 'changes' })).toMatchObject({ ok: true, value: { complete: false } });
    expect(await codes(head)).toEqual(['REV_CHANGES']);
    await bed.sign('kim', id);
    expect(await codes(head)).toEqual(['REV_CHANGES']);
    await bed.sign('noor', id);
    expect(await codes(head)).toEqual(['OK']);
  });

  it('of a person who cannot judge are recorded, fill no seat and take back an approval', async () => {
    const { head, id } = await stopped(drop());
    await bed.sign('mara', id);
    expect(await bed.sign('mara', id, { decision: 'cannot_judge' })).toMatchObject({ ok: true, value: { complete: false } });
    expect(await codes(head)).toEqual(['SIGNOFF_MISSING']);
  });

  it('of approval under conditions count as approval', async () => {
    const { head, id } = await stopped(drop());
    expect(await bed.sign('mara', id, { decision: 'approve_with_conditions', conditions: ['after six'] })).toMatchObject({ ok: true, value: { complete: true } });
    expect(await codes(head)).toEqual(['OK']);
  });
});

describe('two seats', () => {
  it('need two people: the same one twice is one', async () => {
    const { head, id } = await stopped(pair());
    expect(await bed.sign('mara', id)).toMatchObject({ ok: true, value: { complete: false, missing: expect.stringContaining('1 more') } });
    expect(await bed.sign('mara', id)).toMatchObject({ ok: true, value: { complete: false } });
    expect(await codes(head)).toContain('SIGNOFF_MISSING');
    expect(await bed.sign('noor', id)).toMatchObject({ ok: true, value: { complete: true } });
    expect(await codes(head)).toEqual(['OK']);
  });
});

describe('governance', () => {
  it('is that of the old tip: a push that weakens its own policy is judged by the one that stands', async () => {
    const weak = POLICY.replace('humans: 2', 'humans: 1');
    const judged = await bed.judged(bed.commit({ 'countersign.yml': weak, ...pair() }));
    expect(judged.decision?.seats).toMatchObject([{ humans: 2, level: 'L6' }]);
    expect(judged.verdict.verdict).toBe('deny');
  });

  it('files always ask for a senior, whatever rules cover them', async () => {
    const judged = await bed.judged(bed.commit({ 'countersign.yml': `${POLICY}# looser\n` }));
    expect(judged.decision?.seats).toMatchObject([{ rule: 'countersign.protected-files', humans: 1, level: 'L6' }]);
    expect(JSON.stringify(judged.verdict.reasons)).toContain('PROTECTED_FILES');
  });

  it('of a later tip makes a sign-off stale', async () => {
    const files = drop();
    const { id } = await stopped(files);
    await bed.sign('mara', id);
    await bed.land(bed.commit({ 'countersign.yml': `${POLICY}# tightened\n` }, { by: 'kim' }));
    expect(await codes(bed.commit(files))).toContain('ST_POLICY');
  });

  it('cannot raise anybody above their enrolment', async () => {
    await bed.land(bed.commit({ '.countersign/roster.yml': roster({ ada: 'L4', ben: 'L7', mara: 'L6', noor: 'L6', kim: 'L7', lee: 'L7', pat: 'L7' }) }, { by: 'kim' }));
    const { head, id } = await stopped(drop());
    expect((await bed.row(id)).decision.seats[0]?.candidates).toContain('ben');
    expect(await bed.sign('ben', id)).toMatchObject({ ok: false, error: [{ code: 'QUAL_LEVEL' }] });
    expect(await codes(head)).toEqual(['SIGNOFF_MISSING']);
  });
});
