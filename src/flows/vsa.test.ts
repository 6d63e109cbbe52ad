/** What the gate says of what landed: in the log with the landing, about what it counted, and never more than that. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, GLASS_TERMS, MAIN, openBed, type PersonName, POLICY } from '../../test/bed/bed.ts';
import { base64, text } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { parseEntry } from '../core/log/entry.ts';
import { openVsa, type TrustedGate, type Vsa, verifyVsa } from '../core/signoff/vsa.ts';
import { prepareGlass, recordGlass } from './break-glass.ts';
import { recordLandings } from './land.ts';
import type { AppendedEntry } from './ports.ts';
import { vsaIndex, vsaOfChange } from './vsa.ts';

let bed: Bed;
let gates: readonly TrustedGate[];
beforeAll(async () => {
  bed = await openBed();
  const gate = bed.world.gate;
  gates = gate === undefined ? [] : [{ id: gate.id, key: base64(gate.publicKey) }];
});
afterAll(() => bed.close());

let count = 0;
const POLICY_GLASS = `${POLICY}${GLASS_TERMS}`;
async function broke(of: Bed, person: PersonName, id: string): Promise<string> {
  const prepared = await prepareGlass(of.world, id, person, { kind: 'use', reason: 'orders are down', incident: 'INC-1042' });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
  const envelope = of.keys[person].signEnvelope(prepared.value.statement);
  expect((await recordGlass(of.world, id, envelope)).ok).toBe(true);
  return sha256Hex(envelope);
}
const drop = (): { readonly [path: string]: string } => ({ [`db/drop${++count}.sql`]: 'drop table orders;\n' });
const all = (of = bed): Promise<readonly AppendedEntry[]> => of.world.ledger.entries(0, 10_000);
const fieldsOf = (e: AppendedEntry | undefined) => JSON.parse(text(e?.bytes ?? new Uint8Array(0)) ?? 'null');
const landed = async (head: string, of = bed): Promise<readonly AppendedEntry[]> => {
  const before = (await all(of)).length;
  expect(await of.land(head)).toBe(1);
  return (await all(of)).slice(before);
};
const opened = async (id: string, of = bed): Promise<Vsa> => {
  const envelope = await vsaOfChange(of.world.ledger, of.world.projections, id);
  const gate = of.world.gate;
  const vsa = envelope.ok && gate !== undefined ? openVsa(envelope.value, [{ id: gate.id, key: base64(gate.publicKey) }]) : envelope;
  if (!vsa.ok) throw new Error(vsa.error.message);
  return vsa.value as Vsa;
};

describe('a landing', () => {
  it('is summed up in the same append, and names what the gate counted', async () => {
    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    const receipt = await bed.sign('mara', id);
    if (!receipt.ok) throw new Error('not signed');
    await bed.judged(head);
    const allowedAt = new Date(bed.clock.now).toISOString();
    bed.clock.now += 5_000;
    const old = bed.tip();
    const [landing, summary, ...more] = await landed(head);
    expect(more).toEqual([]);
    expect(fieldsOf(landing)).toMatchObject({ type: 'landed' });
    expect(fieldsOf(summary)).toMatchObject({ type: 'vsa', change: id, repo: 'infra', ref: MAIN, old, new: head, result: 'PASSED' });
    expect(summary?.at).toBe(landing?.at);
    const { policyDigest, tier } = (await bed.row(id)).decision;
    const [signoff] = await bed.store.projections.signoffs({ manifest: (await bed.row(id)).decision.change.manifest });
    expect(tier).toBe('critical');
    const envelope = await vsaOfChange(bed.world.ledger, bed.world.projections, id);
    if (!envelope.ok) throw new Error(envelope.error.message);
    const uri = 'git+https://countersign.example/git/infra.git';
    expect(verifyVsa(envelope.value, gates, { commit: head, ref: MAIN, resourceUri: uri, policyDigest, levels: ['ORG_SOURCE_HUMAN_SIGNOFF'] })).toEqual({
      ok: true,
      value: {
        commit: head,
        ref: MAIN,
        resourceUri: uri,
        verifier: { id: 'https://countersign.example/gate', version: '1.0.0' },
        timeVerified: allowedAt,
        policy: { uri: `${uri}#countersign.yml`, digest: policyDigest },
        inputs: [signoff?.body],
        passed: true,
        levels: ['ORG_SOURCE_HUMAN_SIGNOFF', 'ORG_SOURCE_TIER_CRITICAL'],
      },
    });
    expect(await vsaIndex(bed.world.ledger, landing?.index ?? 0)).toBe(summary?.index);
  });

  it('that nobody was asked about claims no human', async () => {
    const head = bed.commit({ 'docs/a.md': `${++count}\n` });
    const id = (await bed.judged(head)).id ?? '';
    await landed(head);
    expect(await opened(id)).toMatchObject({ passed: true, inputs: [], levels: ['ORG_SOURCE_TIER_ROUTINE'] });
  });

  it('of several commits claims a human only where one signed the whole, or every commit', async () => {
    const dropping = bed.commit({ 'db/gone.sql': 'drop table orders;\n' });
    const undone = bed.commit({ 'db/gone.sql': null, 'docs/b.md': 'x\n' }, { on: dropping });
    const part = (await bed.judged(dropping)).id ?? '';
    await bed.sign('mara', part);
    const whole = await bed.judged(undone);
    expect(whole.verdict).toMatchObject({ verdict: 'allow', codes: ['PASS'] });
    await landed(undone);
    const summary = await opened(whole.id ?? '');
    // The human saw the one commit and not what it came to: counted, and no claim about the whole.
    expect(summary).toMatchObject({ passed: true, levels: ['ORG_SOURCE_TIER_ROUTINE'] });
    expect(summary.inputs).toEqual(whole.verdict.signoffs);
    expect(summary.inputs).toHaveLength(1);
  });

  it('by break-glass says so, and claims no sign-off', async () => {
    const glass = await openBed('production', POLICY_GLASS);
    try {
      const head = glass.commit(drop());
      const id = (await glass.judged(head)).id ?? '';
      const uses = await Promise.all((['kim', 'lee'] as const).map((person) => broke(glass, person, id)));
      expect((await glass.judged(head)).verdict.codes).toEqual(['BREAK_GLASS']);
      await landed(head, glass);
      expect(await opened(id, glass)).toMatchObject({ passed: true, inputs: uses.sort(), levels: ['ORG_SOURCE_BREAK_GLASS', 'ORG_SOURCE_TIER_CRITICAL'] });
    } finally {
      await glass.close();
    }
  });

  it('without a summary is recorded all the same: no gate, or one that cannot sign', async () => {
    const { gate, ...without } = bed.world;
    if (gate === undefined) throw new Error('the bed has no gate');
    for (const world of [without, { ...without, gate: { ...gate, sign: () => Promise.reject(new Error('the KMS is away')) } }]) {
      const head = bed.commit({ 'docs/d.md': `${++count}\n` });
      const id = (await bed.judged(head)).id ?? '';
      bed.served.git('update-ref', MAIN, head);
      const before = (await all()).length;
      expect(await recordLandings(world, 'infra')).toBe(1);
      expect((await all()).slice(before).map((e) => fieldsOf(e).type)).toEqual(['landed']);
      expect((await bed.row(id)).state).toBe('landed');
      expect(await vsaOfChange(bed.world.ledger, bed.world.projections, id)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    }
  });

  it('sums up each of several landings recorded together, each right behind its own', async () => {
    const first = bed.commit({ 'docs/e.md': `${++count}\n` });
    const one = (await bed.judged(first)).id ?? '';
    bed.served.git('update-ref', MAIN, first);
    const second = bed.commit({ 'docs/e.md': `${++count}\n` });
    // Judged before anybody recorded the first: what a lost post-receive leaves.
    const two = (await bed.judged(second)).id ?? '';
    await landed(second);
    expect([(await opened(one)).commit, (await opened(two)).commit]).toEqual([first, second]);
  });
});

it('of a gate that only watches says FAILED where it would have said no', async () => {
  const watching = await openBed('production', `${POLICY}modes: {default: observe}\n`);
  try {
    const head = watching.commit(drop());
    const judged = await watching.judged(head);
    expect(judged.verdict).toMatchObject({ verdict: 'allow', would: 'deny' });
    const [, summary] = await landed(head, watching);
    expect(fieldsOf(summary)).toMatchObject({ type: 'vsa', result: 'FAILED' });
    expect(await opened(judged.id ?? '', watching)).toMatchObject({ passed: false, levels: [] });
  } finally {
    await watching.close();
  }
});

it('fills no seat: a summary laid in the log as a sign-off is refused', async () => {
  const head = bed.commit(drop());
  const id = (await bed.judged(head)).id ?? '';
  const [summary] = (await all()).filter((e) => fieldsOf(e).type === 'vsa');
  const body = await bed.world.ledger.body(summary?.body ?? '');
  const planted = await bed.world.ledger.append(() => ({
    ok: true,
    value: [{ type: 'signoff', fields: { change: id, stage: 'implementation', decision: 'approve', tier: 'critical', signer: 'a'.repeat(64) }, body: body ?? new Uint8Array(0) }],
  }));
  expect(planted.ok).toBe(false);
  expect((await bed.judged(head)).verdict).toMatchObject({ verdict: 'deny', codes: ['SIGNOFF_MISSING'] });
  expect(parseEntry(summary?.bytes ?? new Uint8Array(0))).toMatchObject({ ok: true, value: { type: 'vsa' } });
});
