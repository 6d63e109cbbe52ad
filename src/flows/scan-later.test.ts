/** What settles a violation and what only looks so: cures of another time, and cures that a body names. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, type PersonName } from '../../test/bed/bed.ts';
import { scanOf, sneak } from '../../test/bed/scans.ts';
import { utf8 } from '../core/base/bytes.ts';
import { canonicalText } from '../core/base/json.ts';
import { ok } from '../core/base/result.ts';
import type { Violation } from '../core/gate/violations.ts';
import { recordLandings } from './land.ts';
import { recordFindings } from './scan-record.ts';
import { unsettledViolations, violationsIn } from './violations.ts';

let bed: Bed;
let count = 0;
afterEach(() => bed.close());

const drop = (on = bed.tip()): string => bed.commit({ [`db/${++count}.sql`]: 'drop table orders;\n' }, { on });

async function landed(head: string): Promise<string> {
  const judged = await bed.judged(head);
  if (judged.verdict.verdict !== 'allow') expect(await bed.sign('mara', judged.id ?? '')).toMatchObject({ ok: true });
  expect((await bed.judged(head)).verdict.verdict).toBe('allow');
  expect(await bed.land(head)).toBe(1);
  return head;
}

const docs = (): Promise<string> => landed(bed.commit({ 'docs/a.md': `${++count}\n` }));
const looked = (): Promise<number> => recordLandings(bed.world, 'infra');

/** As the server's job does: kept, so that people can sign it. */
async function scanned(): Promise<readonly Violation[]> {
  const { found } = await scanOf(bed);
  for (const { finding } of found.findings) expect(await bed.world.objects.keep('infra', [finding.to], undefined)).toMatchObject({ ok: true });
  expect(await recordFindings(bed.world.ledger, found, new Set(found.findings))).toMatchObject({ ok: true });
  return found.violations;
}

async function signed(violation: Violation | undefined, ...people: readonly PersonName[]): Promise<void> {
  for (const person of people) expect(await bed.sign(person, violation?.change ?? '')).toMatchObject({ ok: true });
}

/** By a scan, and by the server's own answer: they never differ. */
async function states(): Promise<readonly (readonly [string, string])[]> {
  const scan = (await scanOf(bed)).found.violations.map((v) => [v.to, v.state.is === 'open' ? 'open' : v.state.by] as const);
  const told = await violationsIn(bed.world, { state: 'all', limit: 99 });
  if (!told.ok) throw new Error(JSON.stringify(told.error));
  const items = told.value.items.toReversed();
  expect(items.map((v) => [v.to, v.state.is === 'open' ? 'open' : v.state.by])).toEqual(scan);
  const open = await openViolations();
  expect(open).toMatchObject(
    items
      .filter((v) => v.state.is === 'open')
      .map(({ entry }) => ({ entry }))
      .toReversed(),
  );
  return scan;
}

const append = async (fields: { readonly to: string; readonly change?: string }, body: object): Promise<void> => {
  const { to, ...more } = fields;
  const draft = { type: 'violation' as const, fields: { repo: 'infra', ref: MAIN, new: to, ...more }, body: utf8(canonicalText(body as never)) };
  expect(await bed.world.ledger.append(() => ok([draft]))).toMatchObject({ ok: true });
};
const scanBody = (from: string, to: string, more: object = {}) => ({
  ...{ v: 1, why: 'commits stand on a protected ref without a valid chain', from, to, code: 'BYPASS', commits: 1, repo: 'infra', ref: MAIN },
  ...{ tier: 'critical', owner: { by: 'nobody', teams: [], people: [] }, tells: [], ...more },
});

/** Of what nobody signed, what nothing settled. */
async function openViolations() {
  const found = await unsettledViolations(bed.world, 'infra');
  return found === 'unknown' ? found : found.filter((v) => v.open);
}

describe('the same bypass a second time', () => {
  it('is a new violation once the ref was back, whoever finds it', async () => {
    bed = await openBed();
    const head = await docs();
    const evil = drop();
    sneak(bed, evil);
    await looked();
    await scanned();
    expect(await states()).toEqual([[evil, 'open']]);
    bed.served.git('update-ref', MAIN, head);
    await looked();
    expect(await states()).toEqual([[evil, 'put-back']]);
    bed.served.git('update-ref', MAIN, evil);
    // Nobody told of it yet: then the first is not settled either.
    expect(await openViolations()).toMatchObject([{ to: evil }]);
    await scanned();
    expect(await states()).toEqual([
      [evil, 'put-back'],
      [evil, 'open'],
    ]);
    await scanned();
    await looked();
    expect(await states()).toHaveLength(2);
  });

  it('is not settled by what people signed the first time, whoever saw that the ref was back', async () => {
    bed = await openBed();
    const head = await docs();
    const evil = drop();
    sneak(bed, evil);
    const [first] = await scanned();
    await signed(first, 'mara', 'noor');
    expect(await states()).toEqual([[evil, 'signed']]);
    bed.served.git('update-ref', MAIN, head);
    await scanned();
    bed.served.git('update-ref', MAIN, evil);
    await scanned();
    expect(await states()).toEqual([
      [evil, 'put-back'],
      [evil, 'open'],
    ]);
    await signed(first, 'kim', 'lee');
    expect((await states()).at(-1)).toEqual([evil, 'signed']);
  });

  it('is open again where the ref is moved back to before its revert', async () => {
    bed = await openBed();
    await docs();
    const evil = drop();
    sneak(bed, evil);
    await scanned();
    await landed(bed.commit({ [`db/${count}.sql`]: null }));
    expect(await states()).toEqual([[evil, 'reverted']]);
    bed.served.git('update-ref', MAIN, evil);
    expect(await openViolations()).toMatchObject([{ to: evil }]);
  });

  it('as another commit with the same content is not settled by an old signature or an old revert', async () => {
    bed = await openBed();
    await docs();
    const evil = drop();
    sneak(bed, evil);
    const [first] = await scanned();
    await signed(first, 'mara', 'noor');
    await landed(bed.commit({ [`db/${count}.sql`]: null }));
    const again = bed.commit({ [`db/${count}.sql`]: 'drop table orders;\n' });
    sneak(bed, again);
    const found = await scanned();
    expect(found.at(-1)).toMatchObject({ to: again, change: first?.change, state: { is: 'open' } });
    expect((await states()).at(-1)).toEqual([again, 'open']);
  });
});

it('is not signed away by one, who may have moved it, and what policy lets pass by itself by nobody', async () => {
  bed = await openBed();
  await docs();
  const evil = drop();
  sneak(bed, evil);
  const [first] = await scanned();
  await signed(first, 'mara', 'mara');
  expect(await states()).toEqual([[evil, 'open']]);
  await signed(first, 'noor');
  expect(await states()).toEqual([[evil, 'signed']]);
  const past = bed.commit({ 'docs/b.md': 'b\n' });
  sneak(bed, past);
  const second = (await scanned()).at(-1);
  expect(await bed.sign('mara', second?.change ?? '')).toMatchObject({ ok: false });
  expect((await states()).at(-1)).toEqual([past, 'open']);
});

describe('a body', () => {
  it('names no cure of its own: not a change that landed, not one that was signed', async () => {
    bed = await openBed();
    const from = await docs();
    const evil = drop();
    sneak(bed, evil);
    const harmless = bed.commit({ 'docs/b.md': 'b\n' }, { on: evil });
    const judged = await bed.judged(harmless);
    const change = judged.id ?? '';
    await append({ to: evil, change }, scanBody(from, evil, { revert: change }));
    expect(await bed.land(harmless)).toBe(1);
    const dropped = await bed.judged(drop());
    expect(await bed.sign('mara', dropped.id ?? '')).toMatchObject({ ok: true });
    await append({ to: evil, change: dropped.id ?? '' }, scanBody(from, evil, { code: 'UNGATED' }));
    expect(await bed.sign('noor', dropped.id ?? '')).toMatchObject({ ok: true });
    const all = await states();
    expect(all.length).toBeGreaterThan(1);
    expect(all).toEqual(all.map(() => [evil, 'open']));
  });

  it('hides no other behind what is settled', async () => {
    bed = await openBed();
    const from = await docs();
    const [evil, gone] = [drop(), drop()];
    sneak(bed, evil);
    await looked();
    const [told] = (await scanOf(bed)).found.violations;
    await append({ to: gone }, scanBody(from, gone, { tells: [told?.entry] }));
    expect(await openViolations()).toMatchObject([{ entry: told?.entry, to: evil }]);
  });
});
