/** A landing that changes who decides here is an entry of its own, in the same append, and names what allowed it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { type Bed, MAIN, openBed, POLICY, roster } from '../../test/bed/bed.ts';
import { text } from '../core/base/bytes.ts';
import { governanceAt } from './governance.ts';
import type { AppendedEntry } from './ports.ts';

const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/policy-entry.schema.json', import.meta.url), 'utf8')));

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const parsed = (bytes: Uint8Array | null | undefined) => JSON.parse(text(bytes ?? new Uint8Array(0)) ?? 'null');
const digests = async (tip: string) => {
  const repository = bed.world.repositories.get('infra')?.repository;
  const read = repository === undefined ? undefined : await governanceAt(repository, tip);
  if (!read?.ok) throw new Error('no governance');
  return { policy: read.value.policy.digest, roster: read.value.roster.digest };
};

/** Signed by as many as it takes, pushed, landed: what the log has of it. */
async function land(files: { readonly [path: string]: string }): Promise<{ readonly head: string; readonly old: string; readonly log: readonly AppendedEntry[] }> {
  const old = bed.tip();
  const head = bed.commit(files);
  const id = (await bed.judged(head)).id ?? '';
  for (const person of ['kim', 'lee'] as const) if ((await bed.judged(head)).verdict.verdict !== 'allow') await bed.sign(person, id);
  expect((await bed.judged(head)).verdict.verdict).toBe('allow');
  const before = (await bed.world.ledger.entries(0, 10_000)).length;
  expect(await bed.land(head)).toBe(1);
  return { head, old, log: (await bed.world.ledger.entries(before, 100)).filter((e) => e.index >= before) };
}

it('of another policy says from which to which, and by whose word', async () => {
  const { head, old, log } = await land({ 'countersign.yml': `${POLICY}# once more\n`, 'docs/a.md': 'x\n' });
  const [from, to] = [await digests(old), await digests(head)];
  expect(log.map((e) => parsed(e.bytes).type)).toEqual(['landed', 'vsa', 'policy']);
  const entry = log[2];
  expect(parsed(entry?.bytes)).toMatchObject({ repo: 'infra', ref: MAIN, commit: head, from: from.policy, to: to.policy });
  expect(from.policy).not.toBe(to.policy);
  const signoffs = (await bed.store.projections.signoffs({})).map((s) => s.body).sort();
  expect(signoffs.length).toBeGreaterThan(0);
  expect(parsed(await bed.world.ledger.body(entry?.body ?? ''))).toEqual({
    v: 1,
    policy: { from: from.policy, to: to.policy },
    roster: { from: from.roster, to: from.roster },
    files: ['countersign.yml'],
    allowed: signoffs,
  });
  expect(schema.safeParse(parsed(await bed.world.ledger.body(entry?.body ?? ''))).success).toBe(true);
  expect(schema.safeParse({ ...parsed(await bed.world.ledger.body(entry?.body ?? '')), extra: 1 }).success).toBe(false);
  expect(await bed.store.audit()).toEqual([]);
});

it('of another roster is one too', async () => {
  const { head, old, log } = await land({ '.countersign/roster.yml': `${roster()}# nobody new\n` });
  const [from, to] = [await digests(old), await digests(head)];
  expect(parsed(log[2]?.bytes)).toMatchObject({ type: 'policy', from: from.policy, to: from.policy });
  expect(parsed(await bed.world.ledger.body(log[2]?.body ?? ''))).toMatchObject({ roster: { from: from.roster, to: to.roster }, files: ['.countersign/roster.yml'] });
  expect(to.roster).not.toBe(from.roster);
});

it('of anything else is none, a file beside them included', async () => {
  expect((await land({ 'docs/b.md': 'x\n' })).log.map((e) => parsed(e.bytes).type)).toEqual(['landed', 'vsa']);
  expect((await land({ '.countersign/notes.md': 'x\n' })).log.map((e) => parsed(e.bytes).type)).toEqual(['landed', 'vsa']);
});
