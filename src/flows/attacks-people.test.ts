/** Ways to change who stands behind a change, and what their word is worth. Each passed once; none may again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, POLICY, roster } from '../../test/bed/bed.ts';

let bed: Bed;
let count = 0;

beforeAll(async () => {
  bed = await openBed();
  // The agent's owner is senior enough to sign.
  await bed.land(bed.commit({ '.countersign/roster.yml': roster().replace('owner: ben', 'owner: mara') }, { by: 'kim' }));
});
afterAll(() => bed.close());

const DROP = 'drop table orders;\n';
const path = (): string => `db/people${++count}.sql`;
const codes = async (head: string, more?: Parameters<Bed['judged']>[1]) => (await bed.judged(head, more)).verdict.codes;
const excluded = async (head: string, pusher: string) => (await bed.judged(head, { pusher })).decision?.excluded.map((e) => e.person) ?? [];
const OBJECTS = { decision: 'changes', dispositions: [], answers: [] } as const;

describe('who pushed it first', () => {
  it('the owner of the agent that did stays behind it, whichever account pushes it next', async () => {
    const head = bed.commit({ [path()]: DROP });
    expect(await excluded(head, 'robo')).toContain('mara');
    const again = await bed.judged(head, { pusher: 'ada' });
    expect(again.decision?.excluded).toContainEqual({ person: 'mara', roles: ['pusher'] });
    expect(await bed.sign('mara', again.id ?? '')).toMatchObject({ ok: false, error: [{ code: 'SOD_PUSHER' }] });
  });

  it('whoever pushed it inside a larger push stays behind the part, rewritten too', async () => {
    const file = path();
    const part = bed.commit({ [file]: DROP });
    await bed.judged(bed.commit({ [`docs/larger${count}.md`]: 'x\n' }, { on: part }), { pusher: 'noor' });
    expect(await excluded(bed.commit({ [file]: DROP }, { message: 'Amended\n' }), 'ada')).toContain('noor');
    // And behind whatever is pushed with it, by whoever comes third.
    const other = bed.commit({ [`docs/other${count}.md`]: 'x\n' }, { on: part });
    expect(await excluded(other, 'ada')).toContain('noor');
    expect(await excluded(bed.commit({ [file]: DROP, [`docs/other${count}.md`]: 'x\n' }), 'ben')).toContain('noor');
  });

  it('is remembered however much was pushed since', async () => {
    const head = bed.commit({ [path()]: DROP });
    await bed.judged(head, { pusher: 'noor' });
    const { decision } = await bed.judged(head, { pusher: 'noor' });
    const { contents, behind } = { contents: [decision?.change.manifest ?? '', head], behind: await bed.store.projections.memory.pushers({ repo: 'infra', contents: [head] }) };
    expect(behind).toEqual(['noor']);
    expect(await bed.store.projections.memory.pushers({ repo: 'infra', contents })).toEqual(['noor']);
    expect(await bed.store.projections.memory.pushers({ repo: 'elsewhere', contents })).toEqual([]);
    const many = Array.from({ length: 1_200 }, (_, i) => `content ${i}`);
    expect(await bed.store.projections.memory.pushers({ repo: 'infra', contents: [...many, head] })).toEqual(['noor']);
  });
});

describe('an agent that pushes with its own account', () => {
  it('is an agent, whatever the headers say', async () => {
    const agents = '  - id: agents\n    paths: ["notes/**"]\n    when: provenance.level >= assisted\n    require: { humans: 1, level: L6 }\n';
    const policy = POLICY.replace('  - id: rest', `${agents}  - id: rest`).replace('paths: ["docs/**"', 'paths: ["notes/**", "docs/**"');
    await bed.land(bed.commit({ 'countersign.yml': policy }, { by: 'kim' }));
    const head = bed.commit({ 'notes/b.md': 'x\n' }, { by: 'mara', message: 'Write\n\nAssisted-by: none\n' });
    const { decision, verdict } = await bed.judged(head, { pusher: 'robo' });
    expect(decision?.provenance).toMatchObject({ level: 'agent', evidence: [{ rule: 'roster/agent', slot: 'pusher', tool: 'robo', trust: 5 }] });
    expect(decision?.provenance.contradictions).toEqual([expect.stringContaining('the agent robo pushed it')]);
    expect(verdict).toMatchObject({ verdict: 'deny', codes: expect.arrayContaining(['SIGNOFF_MISSING', 'PROVENANCE_CONTRADICTION']) });
    // And the mark sticks when a person pushes it.
    expect((await bed.judged(head, { pusher: 'mara' })).decision?.provenance.level).toBe('agent');
    await bed.land(bed.commit({ 'countersign.yml': POLICY }, { by: 'kim' }));
  });

  it('keeps no owner from signing by being named in a header, without one more signer', async () => {
    const named = { author: { name: 'robo', email: 'robo@example.org' } };
    const owner = (head: string, pusher: string) => bed.judged(head, { pusher }).then((j) => j.decision?.seats.map((s) => s.humans));
    expect(await owner(bed.commit({ [path()]: DROP }, named), 'robo')).toEqual([1]);
    expect(await owner(bed.commit({ [path()]: DROP }, named), 'mara')).toEqual([1]);
    expect(await owner(bed.commit({ [path()]: DROP }, named), 'ada')).toEqual([2]);
  });
});

describe('an objection', () => {
  it('holds when the content comes again under the objector’s own name', async () => {
    const file = path();
    const { id } = await bed.judged(bed.commit({ [file]: DROP }));
    expect(await bed.sign('noor', id ?? '', OBJECTS)).toMatchObject({ ok: true });
    const renamed = bed.commit({ [file]: DROP }, { by: 'noor' });
    const row = await bed.judged(renamed, { pusher: 'robo' });
    expect(row.decision?.excluded.map((e) => e.person)).toContain('noor');
    expect(await codes(renamed, { pusher: 'robo' })).toEqual(['REV_CHANGES']);
  });

  it('holds when a trailer makes the objector a co-author, however many others sign', async () => {
    const file = path();
    const { id } = await bed.judged(bed.commit({ [file]: DROP }));
    expect(await bed.sign('noor', id ?? '', OBJECTS)).toMatchObject({ ok: true });
    const named = bed.commit({ [file]: DROP }, { message: 'Change\n\nCo-authored-by: noor <noor@example.org>\n' });
    const row = await bed.judged(named);
    for (const p of ['kim', 'lee'] as const) expect(await bed.sign(p, row.id ?? '')).toMatchObject({ ok: true });
    expect(await codes(named)).toEqual(['REV_CHANGES']);
  });

  it('to the whole of a push holds when every commit of it is signed', async () => {
    const [a, b] = [path(), path()];
    const first = bed.commit({ [a]: DROP });
    const second = bed.commit({ [b]: DROP }, { on: first });
    const whole = await bed.judged(second);
    expect(await bed.sign('noor', whole.id ?? '', OBJECTS)).toMatchObject({ ok: true });
    for (const head of [first, bed.commit({ [b]: DROP })]) expect(await bed.sign('kim', (await bed.judged(head)).id ?? '')).toMatchObject({ ok: true });
    expect(await codes(second)).toEqual(['REV_CHANGES']);
  });

  it('is no weapon of somebody behind the change: their word was refused when they gave it', async () => {
    const { id } = await bed.judged(bed.commit({ [path()]: DROP }, { by: 'noor' }), { pusher: 'noor' });
    expect(await bed.sign('noor', id ?? '', OBJECTS)).toMatchObject({ ok: false, error: [{ code: 'SOD_AUTHOR' }] });
  });
});
