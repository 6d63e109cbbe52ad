/** After a push passed: what landed is recorded once and only where it did, and the evidence of it stands on its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed } from '../../test/bed/bed.ts';
import { text, utf8 } from '../core/base/bytes.ts';
import { err } from '../core/base/result.ts';
import { type Bundle, parseBundle } from '../core/signoff/bundle.ts';
import { examineBundle } from '../core/signoff/offline.ts';
import { revocationStatement } from '../core/signoff/roster-word.ts';
import { parseTrust, type TrustBundle } from '../core/signoff/trust-file.ts';
import { cosigned } from '../testing/trust-files.ts';
import { recordWord } from './enrol.ts';
import { exportBundle, exportTrust } from './evidence.ts';
import { recordLandings } from './land.ts';
import type { Repository } from './ports.ts';
import type { ServedRepository } from './site.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const served = (): ServedRepository => {
  const found = bed.world.repositories.get('infra');
  if (found === undefined) throw new Error('infra is not served');
  return found;
};
const typesLogged = async () => (await bed.world.ledger.entries(0, 1_000)).map((e) => JSON.parse(text(e.bytes) ?? '').type as string);
const landings = async () => (await typesLogged()).filter((t) => t === 'landed').length;
let count = 0;
const drop = (): { readonly [path: string]: string } => ({ [`db/drop${++count}.sql`]: 'drop table orders;\n' });

describe('a landing', () => {
  it('is recorded when the ref holds it, once, and not before', async () => {
    const head = bed.commit({ 'docs/a.md': 'x\n' });
    const judged = await bed.judged(head);
    expect(await recordLandings(bed.world, 'infra')).toBe(0);
    expect((await bed.row(judged.id ?? '')).state).toBe('passed');
    expect(await bed.land(head)).toBe(1);
    expect(await recordLandings(bed.world, 'infra')).toBe(0);
    expect((await bed.row(judged.id ?? '')).state).toBe('landed');
    expect(await landings()).toBe(1);
  });

  it('is recorded later where a crash left it out, even below what landed since', async () => {
    const before = await landings();
    const first = bed.commit({ 'docs/b.md': 'x\n' });
    await bed.judged(first);
    bed.served.git('update-ref', MAIN, first);
    const second = bed.commit({ 'docs/c.md': 'x\n' });
    expect(await landings()).toBe(before);
    await bed.judged(second);
    expect(await landings()).toBe(before + 1);
    expect(await bed.land(bed.commit({ 'docs/d.md': 'x\n' }, { on: second }))).toBe(1);
    expect(await landings()).toBe(before + 2);
  });

  it('of a push that was allowed and never came is never recorded, and forgotten once another came instead', async () => {
    const lost = bed.commit({ 'docs/lost.md': 'x\n' });
    await bed.judged(lost);
    const winner = bed.commit({ 'docs/won.md': 'x\n' });
    await bed.judged(winner);
    expect(await bed.store.projections.landings({ pending: true })).toMatchObject([{ head: lost }, { head: winner }]);
    expect(await bed.land(winner)).toBe(1);
    expect(await bed.store.projections.landings({ pending: true })).toEqual([]);
    expect(await bed.store.projections.landings({ pending: false }).then((all) => all.map((l) => l.head))).not.toContain(lost);
  });

  it('costs the same few questions to git, however many moves are pending', async () => {
    const before = bed.commit({ 'docs/before.md': 'x\n' });
    await bed.judged(before);
    expect(await bed.land(before)).toBe(1);
    for (let i = 0; i < 12; i++) await bed.judged(bed.commit({ 'docs/many.md': `${i}\n` }));
    const asked: string[] = [];
    const watched: Repository = {
      ...served().repository,
      resolve: (r) => asking('resolve', served().repository.resolve(r)),
      steps: (o, h) => asking('steps', served().repository.steps(o, h)),
    };
    const asking = <T>(what: string, answer: T): T => {
      asked.push(what);
      return answer;
    };
    const world = { ...bed.world, repositories: new Map([['infra', { ...served(), repository: watched }]]) };
    expect(await recordLandings(world, 'infra')).toBe(0);
    // One for each ref, also for whether it stands where it was left.
    expect(asked).toEqual(['resolve']);
    const winner = bed.commit({ 'docs/many.md': 'winner\n' });
    await bed.judged(winner);
    bed.served.git('update-ref', MAIN, winner);
    asked.length = 0;
    expect(await recordLandings(world, 'infra')).toBe(1);
    expect(asked).toEqual(['resolve', 'steps']);
  });

  it('of a repository nobody serves is none', async () => {
    expect(await recordLandings(bed.world, 'elsewhere')).toBe(0);
  });

  it('names no nonce in the log: nonces salt the signers’ names', async () => {
    const head = bed.commit(drop());
    const { id } = await bed.judged(head);
    await bed.sign('mara', id ?? '');
    await bed.judged(head);
    await bed.land(head);
    const [row] = await bed.store.projections.landings({ pending: false }).then((all) => all.filter((l) => l.head === head));
    expect(row?.nonces).toHaveLength(1);
    const log = (await bed.world.ledger.entries(0, 1_000)).map((e) => text(e.bytes) ?? '').join('\n');
    expect(log).not.toContain(row?.nonces[0]);
  });
});

describe('the evidence', () => {
  const bundleOf = async (id: string): Promise<Bundle> => {
    const file = await exportBundle(bed.world.ledger, bed.store.projections, id, bed.world.now());
    if (!file.ok) throw new Error(file.error.message);
    const bundle = parseBundle(utf8(file.value));
    if (!bundle.ok) throw new Error(bundle.error.message);
    return bundle.value;
  };
  const trust = async (): Promise<TrustBundle> => {
    const file = await exportTrust(bed.world, { vkeys: [bed.store.logVerifierKey ?? ''], ladder: ['L4', 'L5', 'L6', 'L7'] });
    const parsed = file.ok ? parseTrust(utf8(file.value)) : err([file.error]);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    return parsed.value;
  };
  const proven = async (id: string) => {
    const { change, seats, policyDigest, tier, excluded } = (await bed.row(id)).decision;
    const moves = [{ old: change.base ?? '', new: change.head }];
    const landed = { ...change, moves, excluded: new Map(excluded.map((e) => [e.person, e.roles])) };
    return examineBundle(await bundleOf(id), await trust(), landed, { policyDigest, tier, seats });
  };

  it('needs a change and a signature', async () => {
    expect(await exportBundle(bed.world.ledger, bed.store.projections, '0'.repeat(16), bed.world.now())).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    const { id } = await bed.judged(bed.commit(drop()));
    expect(await exportBundle(bed.world.ledger, bed.store.projections, id ?? '', bed.world.now())).toMatchObject({ ok: false, error: { code: 'SIGNOFF_MISSING' } });
  });

  it('of a change that has not landed holds every sign-off and no landing', async () => {
    const { id = '' } = { ...(await bed.judged(bed.commit(drop()))) };
    await bed.sign('mara', id ?? '');
    await bed.sign('noor', id ?? '');
    const bundle = await bundleOf(id ?? '');
    expect(bundle.signoffs).toHaveLength(2);
    expect(bundle.landed).toBeUndefined();
    expect((await proven(id ?? '')).problems).toEqual([]);
  });

  it('of one that landed holds the landing and the sign-offs it counted; expiry is judged then, not now', async () => {
    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    await bed.sign('mara', id);
    bed.clock.now += 13 * 24 * 3_600_000;
    expect((await bed.judged(head)).verdict.codes).toEqual(['OK']);
    await bed.land(head);
    bed.clock.now += 100 * 24 * 3_600_000;
    await bed.sign('noor', id);
    const bundle = await bundleOf(id);
    expect(bundle.signoffs).toHaveLength(1);
    expect(JSON.parse(text(bundle.landed?.entry ?? new Uint8Array(0)) ?? '')).toMatchObject({ type: 'landed', change: id, new: head });
    expect(await proven(id)).toMatchObject({ problems: [], signoffs: [{ signer: 'mara' }], setAside: [] });
    // And the gate's summary of exactly this landing, which verifies with the rest: `proven` knows the gate.
    expect(JSON.parse(text(bundle.gate?.entry ?? new Uint8Array(0)) ?? '')).toMatchObject({ type: 'vsa', change: id, new: head });
    expect((await trust()).gates).toHaveLength(1);
  });

  it('says how fresh it is, and brings what was taken back since the trust file was written', async () => {
    const old = await trust();
    const { id } = await bed.judged(bed.commit(drop()));
    await bed.sign('noor', id ?? '');
    const { change } = (await bed.row(id ?? '')).decision;
    const problems = async (by: TrustBundle, maxAge = 60_000) =>
      examineBundle(await bundleOf(id ?? ''), by, change, { fresh: { now: bed.clock.now, maxAge } }).problems.map((p) => p.code);
    expect(await problems(old)).toEqual([]);
    const nonce = 'd'.repeat(32);
    const taken = cosigned(revocationStatement({ of: { key: bed.keys.noor.keyid }, from: bed.clock.now, reason: 'lost' }, 'countersign.example/log', nonce), [
      bed.keys.kim,
      bed.keys.lee,
    ]);
    const kept = await bundleOf(id ?? '');
    expect(await recordWord(bed.world, 'revocation', taken)).toMatchObject({ ok: true });
    expect(await problems(old)).toEqual(['KEY_REVOKED', 'QUORUM']);
    // Whoever keeps the bundle from before is told when it is too old, and by a newer trust file sooner.
    bed.clock.now += 120_000;
    expect(examineBundle(kept, old, change, { fresh: { now: bed.clock.now, maxAge: 60_000 } }).problems.map((p) => p.code)).toEqual(['REV_STALE']);
    expect(examineBundle(kept, await trust(), change).problems.map((p) => p.code)).toEqual(['KEY_REVOKED', 'QUORUM']);
  });

  it('of a landing after the sign-off expired does not hold', async () => {
    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    await bed.sign('mara', id);
    expect((await bed.judged(head)).verdict.codes).toEqual(['OK']);
    bed.clock.now += 15 * 24 * 3_600_000;
    await bed.land(head);
    expect((await proven(id)).problems.map((p) => p.code)).toEqual(['ST_EXPIRED', 'QUORUM']);
  });
});
