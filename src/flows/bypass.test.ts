/** A ref moved past the gate becomes a violation in the log, once, whoever moved it and wherever to. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Bed, MAIN, openBed, POLICY } from '../../test/bed/bed.ts';
import { text } from '../core/base/bytes.ts';
import { parseEntry } from '../core/log/entry.ts';
import { recordLandings } from './land.ts';
import { judgePush } from './push.ts';

const UNPROTECTED = POLICY.replace('protected: [refs/heads/main, refs/heads/release]', 'protected: [refs/heads/nothing]');
const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/violation-entry.schema.json', import.meta.url), 'utf8')));

let bed: Bed;
let first: string;
let count = 0;
const commit = (): string => bed.commit({ 'docs/a.md': `${++count}\n` });
const look = (): Promise<number> => recordLandings(bed.world, 'infra');
beforeAll(async () => {
  bed = await openBed();
  first = commit();
  await bed.judged(first);
});
afterAll(() => bed.close());

/** Public fields and body of each, oldest first. */
async function violations(): Promise<readonly { readonly new?: unknown; readonly body: { readonly from?: string; readonly why?: string } }[]> {
  const entries = (await bed.world.ledger.entries(0, 1_000)).flatMap((e) => {
    const entry = parseEntry(e.bytes);
    return entry.ok && entry.value.type === 'violation' ? [{ ...entry.value, body: e.body }] : [];
  });
  return Promise.all(entries.map(async (e) => ({ ...e.fields, body: JSON.parse(text((await bed.world.ledger.body(e.body)) ?? new Uint8Array(0)) ?? 'null') })));
}

describe('a protected ref', () => {
  it('of which the log knows nothing, or where the gate let it, is none', async () => {
    expect(await look()).toBe(0);
    expect(await bed.land(first)).toBe(1);
    expect(await look()).toBe(0);
    await bed.judged(commit());
    expect(await look()).toBe(0);
    expect(await violations()).toEqual([]);
  });

  it('that git moves while the log looks, as the gate allowed, is none', async () => {
    const head = commit();
    await bed.judged(head);
    const served = bed.world.repositories.get('infra');
    if (served === undefined) throw new Error('nothing is served');
    const before = (await violations()).length;
    const resolve = async (revision: string): Promise<string | null> => {
      const stood = await served.repository.resolve(revision);
      if (revision === MAIN) bed.served.git('update-ref', MAIN, head);
      return stood;
    };
    const moving = { ...bed.world, repositories: new Map([['infra', { ...served, repository: { ...served.repository, resolve } }]]) };
    await recordLandings(moving, 'infra');
    expect((await violations()).length).toBe(before);
    expect(await look()).toBe(1);
    first = head;
  });

  it('is found where somebody moved it, once, by the next look', async () => {
    const sneaked = commit();
    expect(await bed.land(sneaked)).toBe(0);
    expect(await look()).toBe(0);
    expect(await violations()).toEqual([{ repo: 'infra', ref: MAIN, new: sneaked, body: { v: 1, why: 'the ref stands where no gate let it', from: first } }]);
  });

  it('is found where it went on from what landed, before the next push is judged', async () => {
    const head = commit();
    await bed.judged(head);
    const past = bed.commit({ 'docs/b.md': 'past\n' }, { on: head });
    expect(await bed.land(past)).toBe(1);
    expect((await violations()).at(-1)).toMatchObject({ new: past, body: { from: head } });
    await bed.judged(commit());
    expect(await violations()).toHaveLength(2);
  });

  it('is found where it was rewound, and deleted', async () => {
    const tip = bed.tip();
    expect(await bed.land(first)).toBe(0);
    bed.served.git('update-ref', '-d', MAIN);
    expect(await look()).toBe(0);
    expect((await violations()).slice(-2).map((v) => v.new)).toEqual([first, '0'.repeat(40)]);
    bed.served.git('update-ref', MAIN, tip);
    expect(await look()).toBe(0);
  });

  it('is found again where it was put back and moved there again, and told that it was back', async () => {
    const tip = commit();
    await bed.judged(tip);
    expect(await bed.land(tip)).toBe(1);
    const past = bed.commit({ 'docs/c.md': 'past\n' });
    expect(await bed.land(past)).toBe(0);
    bed.served.git('update-ref', MAIN, tip);
    for (const _ of [1, 2]) await look();
    bed.served.git('update-ref', MAIN, past);
    for (const _ of [1, 2]) await look();
    bed.served.git('update-ref', MAIN, tip);
    await look();
    const back = { new: tip, body: { why: 'the ref is back where a gate let it', from: past } };
    expect((await violations()).slice(-4)).toMatchObject([{ new: past }, back, { new: past }, back]);
  });

  it('is found though the policy it brings protects nothing, and a push there is judged', async () => {
    const served = bed.world.repositories.get('infra');
    if (served === undefined) throw new Error('the bed serves nothing');
    // As where policy alone says what is protected.
    const world = { ...bed.world, repositories: new Map([['infra', { ...served, protected: [] }]]) };
    const tip = bed.tip();
    const evil = bed.commit({ 'countersign.yml': UNPROTECTED });
    const next = bed.commit({ 'docs/d.md': 'next\n' }, { on: evil });
    for (const id of [evil, next]) bed.work.git('push', '-q', bed.served.gitDir, `${id}:refs/heads/arrived/${id}`);
    bed.served.git('update-ref', MAIN, evil);
    await recordLandings(world, 'infra');
    expect((await violations()).at(-1)).toMatchObject({ new: evil });
    const pushed = await judgePush(world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [{ ref: MAIN, old: evil, new: next }] });
    expect(pushed.judged).toHaveLength(1);
    bed.served.git('update-ref', MAIN, tip);
    await recordLandings(world, 'infra');
  });

  it('is judged, and a move of it found, though HEAD was pointed at a branch whose policy protects nothing', async () => {
    const served = bed.world.repositories.get('infra');
    if (served === undefined) throw new Error('the bed serves nothing');
    const world = { ...bed.world, repositories: new Map([['infra', { ...served, protected: [] }]]) };
    const tip = bed.tip();
    const [free, drop] = [bed.commit({ 'countersign.yml': UNPROTECTED }), bed.commit({ 'db/drop.sql': 'drop table orders;\n' })];
    for (const id of [free, drop]) bed.work.git('push', '-q', bed.served.gitDir, `${id}:refs/heads/arrived/${id}`);
    const push = (ref: string, old: string, to: string) => judgePush(world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [{ ref, old, new: to }] });
    expect(await push('refs/heads/free', '0'.repeat(40), free)).toEqual({ allow: true, judged: [], problems: [] });
    bed.served.git('update-ref', 'refs/heads/free', free);
    expect((await push(MAIN, tip, drop)).judged).toMatchObject([{ verdict: { verdict: 'deny', codes: ['SIGNOFF_MISSING'] } }]);
    bed.served.git('symbolic-ref', 'HEAD', 'refs/heads/free');
    try {
      expect((await push(MAIN, tip, drop)).judged).toMatchObject([{ verdict: { verdict: 'deny', codes: ['SIGNOFF_MISSING'] } }]);
      expect(await push('refs/heads/other', '0'.repeat(40), drop)).toMatchObject({ allow: true, judged: [] });
      bed.served.git('update-ref', MAIN, drop);
      await recordLandings(world, 'infra');
      expect((await violations()).at(-1)).toMatchObject({ new: drop, body: { from: tip } });
    } finally {
      bed.served.git('symbolic-ref', 'HEAD', MAIN);
      bed.served.git('update-ref', MAIN, tip);
      await recordLandings(world, 'infra');
    }
  });

  it('is told by the schema, and the same after a replay', async () => {
    for (const { body } of await violations()) expect(schema.safeParse(body).error).toBeUndefined();
    const before = await bed.world.projections.memory.standing({ repo: 'infra' });
    await bed.store.rebuild();
    expect(await bed.world.projections.memory.standing({ repo: 'infra' })).toEqual(before);
    expect(await bed.store.audit()).toEqual([]);
  });
});
