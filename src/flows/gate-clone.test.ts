/** The gate of a CI system over a real log, real sign-offs and a real clone: what bundles prove at the moment something would land. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, type PersonName } from '../../test/bed/bed.ts';
import { openCheckout } from '../adapters/git/checkout.ts';
import { hex, utf8 } from '../core/base/bytes.ts';
import { ok, problem } from '../core/base/result.ts';
import { revocationStatement } from '../core/signoff/roster-word.ts';
import { parseTrust, type TrustBundle } from '../core/signoff/trust-file.ts';
import type { FileChange } from '../testing/git.ts';
import { cosigned } from '../testing/trust-files.ts';
import { openClone } from '../world.ts';
import { recordWord } from './enrol.ts';
import { exportBundle, exportTrust } from './evidence.ts';
import { type CloneGateAsk, type GatedClone, gateClone } from './gate-clone.ts';
import type { SignoffSource } from './ports-carried.ts';

const HOUR = 3_600_000;
let bed: Bed;
let trust: TrustBundle;
let count = 0;

beforeAll(async () => {
  bed = await openBed();
  const file = await exportTrust(bed.world, { vkeys: [bed.store.logVerifierKey ?? ''], ladder: ['L4', 'L5', 'L6', 'L7'] });
  const parsed = parseTrust(utf8(file.ok ? file.value : ''));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  trust = parsed.value;
});
afterAll(() => bed.close());

const dropped = (): { readonly [path: string]: FileChange } => ({ [`db/${String(++count).padStart(3, '0')}.sql`]: `drop table orders_${count};\n` });

const exported = async (id: string): Promise<string> => {
  const bundle = await exportBundle(bed.world.ledger, bed.store.projections, id, bed.world.now());
  if (!bundle.ok) throw new Error(bundle.error.message);
  return bundle.value;
};

async function signed(head: string, person: PersonName = 'mara') {
  const { id } = await bed.judged(head);
  const receipt = await bed.sign(person, id ?? '');
  if (!receipt.ok) throw new Error(JSON.stringify(receipt.error));
  return { head, id: id ?? '', digest: receipt.value.digest, bundle: await exported(id ?? '') };
}

const carrying = (bundles: readonly (string | Uint8Array)[]): SignoffSource => ({
  name: 'carried',
  far: false,
  bundles: async () => ok(bundles.map((b, i) => ({ name: `carried ${i}`, bytes: typeof b === 'string' ? utf8(b) : b }))),
});

/** Asked of a clone as CI makes it: everything, and no branch but the remote's. */
async function asked(head: string, bundles: readonly (string | Uint8Array)[], more: Partial<CloneGateAsk> = {}, over: Partial<GatedClone> = {}) {
  const clone = bed.served.clone();
  clone.git('fetch', '-q', bed.work.gitDir, head);
  const opened = await openClone(clone.dir);
  const gated = { ...opened, checkout: openCheckout({ dir: clone.dir }), sources: [carrying(bundles)], trust: async () => ok(trust), ...over };
  const ask = { repo: 'infra', range: `..${head}`, target: MAIN, plans: [], squash: false, queue: false, at: bed.clock.now, fresh: 24 * HOUR, demo: false, ...more };
  const answer = await gateClone(gated, ask);
  return answer.ok
    ? { answer: answer.value.answer, codes: answer.value.verdict.codes, notes: answer.value.notes }
    : { answer: 'undecided', codes: answer.error.map((p) => p.code) };
}

describe('a sign-off that was taken back', () => {
  it('counts no more once a bundle says so, whatever older ones lie beside it, and though the trust file is older', async () => {
    const { head, id, digest, bundle } = await signed(bed.commit(dropped()));
    expect(await asked(head, [bundle])).toMatchObject({ answer: 'allow', codes: ['OK'] });
    const word = revocationStatement({ of: { signoff: digest }, from: bed.clock.now, reason: 'signed in error' }, bed.world.site.origin, hex(bed.world.random()));
    expect(await recordWord(bed.world, 'revocation', cosigned(word, [bed.keys.mara]))).toMatchObject({ ok: true });
    bed.clock.now += 60_000;
    const later = await exported(id);
    for (const bundles of [[later], [bundle, later], [later, bundle]])
      expect(await asked(head, bundles)).toMatchObject({ answer: 'wait', codes: ['REV_REVOKED', 'SIGNOFF_MISSING'] });
    // Whoever withholds the later one gains until the earlier is too old.
    expect(await asked(head, [bundle])).toMatchObject({ answer: 'allow' });
    expect(await asked(head, [bundle], { at: bed.clock.now + 25 * HOUR })).toMatchObject({ answer: 'wait', codes: ['REV_STALE', 'SIGNOFF_MISSING'] });
  });

  it('robbed of its snapshot a bundle counts for nothing', async () => {
    const { head, bundle } = await signed(bed.commit(dropped()));
    const { snapshot: _, ...rest } = JSON.parse(bundle);
    expect(await asked(head, [`${JSON.stringify(rest)}\n`])).toMatchObject({ answer: 'wait', codes: ['REV_MISSING', 'SIGNOFF_MISSING'] });
  });
});

describe('an objection', () => {
  it('blocks with the bundle that holds it, old as it is, and its author’s next word takes it away', async () => {
    const head = bed.commit(dropped());
    const { id, bundle: approved } = await signed(head);
    expect((await bed.sign('noor', id, { decision: 'changes' })).ok).toBe(true);
    const objected = await exported(id);
    expect(await asked(head, [approved, objected])).toMatchObject({ answer: 'deny', codes: ['REV_CHANGES'] });
    const month = { at: bed.clock.now + 30 * 24 * HOUR };
    expect(await asked(head, [objected], month)).toMatchObject({ answer: 'deny', codes: ['REV_CHANGES'] });
    bed.clock.now += 60_000;
    expect((await bed.sign('noor', id)).ok).toBe(true);
    expect(await asked(head, [objected, await exported(id)])).toMatchObject({ answer: 'allow' });
  });
});

describe('what was signed before', () => {
  it('does not count when it has expired', async () => {
    const { head, bundle } = await signed(bed.commit(dropped()));
    expect(await asked(head, [bundle], { at: bed.clock.now + 15 * 24 * HOUR, fresh: 30 * 24 * HOUR })).toMatchObject({ answer: 'wait', codes: ['ST_EXPIRED', 'SIGNOFF_MISSING'] });
  });

  it('is spent by a landing, except for asking the same again', async () => {
    const before = bed.tip();
    const files = dropped();
    const { head, id } = await signed(bed.commit(files));
    expect((await bed.judged(head)).verdict.verdict).toBe('allow');
    await bed.land(head);
    const landed = await exported(id);
    const again = { range: `${before}..${head}` };
    expect(await asked(head, [landed], again)).toMatchObject({ answer: 'allow' });
    // Taken back in git, and proposed once more: the very content, for the very place.
    const [path = ''] = Object.keys(files);
    const reverted = bed.commit({ [path]: null });
    await bed.land(reverted);
    const anew = bed.commit(files);
    await bed.push(anew, { ref: MAIN });
    expect(await asked(anew, [landed])).toMatchObject({ answer: 'wait', codes: ['ST_NONCE', 'SIGNOFF_MISSING'] });
  });

  it('by whoever made it counts for nobody', async () => {
    const change = await signed(bed.commit(dropped()));
    const same = bed.commit(dropped(), { by: 'mara' });
    await bed.push(same, { pusher: 'mara' });
    expect(await asked(same, [change.bundle])).toMatchObject({ answer: 'wait', codes: expect.arrayContaining(['CONTENT_MISMATCH', 'SOD_AUTHOR']) });
  });
});

it('two people in two bundles fill two seats, and one person twice does not', async () => {
  const head = bed.commit({ [`pair/${++count}.txt`]: 'x\n' });
  const { id, bundle: one } = await signed(head);
  expect(await asked(head, [one, one])).toMatchObject({ answer: 'wait', codes: ['SIGNOFF_MISSING'] });
  expect((await bed.sign('noor', id)).ok).toBe(true);
  const parsed = JSON.parse(await exported(id));
  const two = `${JSON.stringify({ ...parsed, signoffs: parsed.signoffs.slice(1) })}\n`;
  expect(await asked(head, [two])).toMatchObject({ answer: 'wait' });
  expect(await asked(head, [one, two])).toMatchObject({ answer: 'allow' });
});

it('each of several commits needs its own, and one sign-off is spent once', async () => {
  const first = bed.commit(dropped());
  const one = await signed(first);
  const head = bed.commit(dropped(), { on: first });
  expect(await asked(head, [one.bundle])).toMatchObject({ answer: 'wait', codes: expect.arrayContaining(['INTERMEDIATE_UNSIGNED']) });
  const whole = await signed(head);
  const bundles: SignoffSource = {
    name: 'carried',
    far: false,
    bundles: async ({ change }) => ok([{ name: 'c', bytes: utf8(change === whole.id ? whole.bundle : one.bundle) }]),
  };
  expect(await asked(head, [], {}, { sources: [bundles] })).toMatchObject({ answer: 'wait', codes: expect.arrayContaining(['INTERMEDIATE_UNSIGNED']) });
  expect(await asked(head, [], { squash: true }, { sources: [bundles] })).toMatchObject({ answer: 'allow' });
});

it('a source that does not answer, and a trust file that cannot be read, let nothing pass', async () => {
  const { head } = await signed(bed.commit(dropped()));
  const silent: SignoffSource = { name: 'far', far: true, bundles: async () => ({ ok: false, error: problem('GATE_UNAVAILABLE', 'no answer') }) };
  expect(await asked(head, [], {}, { sources: [silent] })).toEqual({ answer: 'undecided', codes: ['GATE_UNAVAILABLE'] });
  expect(await asked(head, [], {}, { trust: async () => ({ ok: false, error: [problem('TRUST_FORMAT', 'x')] }) })).toEqual({ answer: 'undecided', codes: ['TRUST_FORMAT'] });
  // Where nobody is needed, nobody far away is asked.
  expect(await asked(bed.commit({ [`docs/${++count}.md`]: 'x\n' }), [], {}, { sources: [silent] })).toMatchObject({ answer: 'allow' });
});

it('no bytes but those that were signed let anything pass, and none of them throw', async () => {
  const { head, bundle } = await signed(bed.commit(dropped()));
  const bytes = utf8(bundle);
  const clone = bed.served.clone();
  clone.git('fetch', '-q', bed.work.gitDir, head);
  const opened = await openClone(clone.dir);
  const ask = { repo: 'infra', range: `..${head}`, target: MAIN, plans: [], squash: false, queue: false, at: bed.clock.now, fresh: 24 * HOUR, demo: false };
  const answerTo = async (some: readonly Uint8Array[]) => {
    const answer = await gateClone({ ...opened, checkout: openCheckout({ dir: clone.dir }), sources: [carrying(some)], trust: async () => ok(trust) }, ask);
    return answer.ok ? answer.value.answer : 'undecided';
  };
  expect(await answerTo([bytes])).toBe('allow');
  // The bits of base64 that carry no payload are refused as another spelling.
  const broken = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => bytes.map((b, i) => (i === at ? b ^ by : b))),
    fc.nat(bytes.length - 1).map((n) => bytes.slice(0, n)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(broken, { maxLength: 3 }), async (some) => (await answerTo(some)) === 'wait'),
    { numRuns: 30 },
  );
});
