/** What landed by break-glass, from the push to `countersign verify --break-glass` in somebody's clone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, GLASS_TERMS, openBed, type PersonName, POLICY } from '../../test/bed/bed.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { type GlassWords, prepareGlass, recordGlass } from '../flows/break-glass.ts';
import { exportBundle, exportTrust } from '../flows/evidence.ts';
import { runVerify } from './verify.ts';

const HOUR = 3_600_000;
const TERMS = `${GLASS_TERMS.replace('  alone_after: 10m\n', '')}  per_month: 20\n`;
const USE: GlassWords = { kind: 'use', reason: 'orders are down', incident: 'INC-1042' };

const folder = mkdtempSync(join(tmpdir(), 'verify-glass-'));
let bed: Bed;
let count = 0;
beforeAll(async () => {
  bed = await openBed('production', `${POLICY}${TERMS}`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await bed.close();
});

async function say(person: PersonName, id: string, words: GlassWords): Promise<void> {
  const prepared = await prepareGlass(bed.world, id, person, words);
  const kept = prepared.ok ? await recordGlass(bed.world, id, bed.keys[person].signEnvelope(prepared.value.statement)) : prepared;
  if (!kept.ok) throw new Error(JSON.stringify(kept.error));
}

/** Two let it pass, and it landed. */
async function landed(): Promise<{ readonly head: string; readonly id: string }> {
  const head = bed.commit({ [`db/glass${++count}.sql`]: 'drop table orders;\n' }, { by: 'ada' });
  const id = (await bed.judged(head, { pusher: 'ada' })).id ?? '';
  for (const person of ['mara', 'noor'] as const) await say(person, id, USE);
  expect((await bed.judged(head, { pusher: 'ada' })).verdict.codes).toEqual(['BREAK_GLASS']);
  await bed.land(head);
  return { head, id };
}

async function exported(id: string): Promise<string> {
  const file = await exportBundle(bed.world.ledger, bed.world.projections, id, bed.world.now());
  if (!file.ok) throw new Error(file.error.message);
  return file.value;
}

async function verify(bundle: string, commit: string, { json = true, breakGlass = true } = {}) {
  const trust = await exportTrust(bed.world, { vkeys: [bed.store.logVerifierKey ?? ''], ladder: ['L4', 'L5', 'L6', 'L7'] });
  if (!trust.ok) throw new Error(trust.error.message);
  writeFileSync(join(folder, 'bundle'), bundle);
  writeFileSync(join(folder, 'trust'), trust.value);
  const request = { bundle: join(folder, 'bundle'), trust: join(folder, 'trust'), repoDir: '.', commit, json, demo: false, breakGlass };
  return runVerify(request, { repository: openRepository({ gitDir: bed.served.gitDir }), parsers: bed.world.parsers });
}
const codes = async (bundle: string, commit: string) => {
  const { stdout } = await verify(bundle, commit);
  return stdout
    .trim()
    .split('\n')
    .map((l) => (JSON.parse(l) as { code: string }).code);
};

interface Parts {
  readonly signoffs: readonly unknown[];
  readonly glass: readonly unknown[];
  readonly landed?: unknown;
}
const changed = (bundle: string, change: (parts: Parts) => object): string => `${JSON.stringify(change(JSON.parse(bundle) as Parts))}\n`;

describe('a change that landed by break-glass', () => {
  it('is refused unless it is asked about as that, and then says who let it pass, why, and that a review is due', async () => {
    const { head, id } = await landed();
    const bundle = await exported(id);
    expect(JSON.parse(bundle)).toMatchObject({ signoffs: [], glass: [{}, {}] });
    expect(await verify(bundle, head, { breakGlass: false })).toMatchObject({ code: 1, stdout: expect.stringContaining('"BREAK_GLASS","step":12') });
    const { code, stdout } = await verify(bundle, head, { json: false });
    expect(stdout).toMatch(/^landed by break-glass: .*\n {2}let pass by mara \(L6\), for INC-1042: orders are down; key .*\n {2}let pass by noor .*\n {2}not reviewed: due by /);
    expect(code).toBe(0);
  });

  it('is not proven by one of the two, by words of another change, or without its landing', async () => {
    const [one, two] = [await landed(), await landed()];
    const [bundle, other] = [await exported(one.id), JSON.parse(await exported(two.id)) as Parts];
    expect(await codes(bundle, one.head)).toEqual(['BREAK_GLASS']);
    expect(
      await codes(
        changed(bundle, (parts) => ({ ...parts, glass: parts.glass.slice(0, 1) })),
        one.head,
      ),
    ).toEqual(['BG_APPROVERS']);
    expect(
      await codes(
        changed(bundle, (parts) => ({ ...parts, glass: other.glass })),
        one.head,
      ),
    ).toEqual(['BG_APPROVERS']);
    expect(
      await codes(
        changed(bundle, ({ landed: _, ...parts }) => parts),
        one.head,
      ),
    ).toEqual(['BG_SCOPE']);
    expect(await codes(bundle, two.head)).toEqual(expect.arrayContaining(['CONTENT_MISMATCH']));
    expect(
      await codes(
        changed(bundle, (parts) => ({ ...parts, glass: [...parts.glass, parts.landed] })),
        one.head,
      ),
    ).toContain('LOG_FORMAT');
  });

  it('shows its review, and is refused where none was given in time', async () => {
    const { head, id } = await landed();
    const [early, due] = [await exported(id), bed.clock.now + 24 * HOUR];
    await say('kim', id, { kind: 'review', outcome: 'unjustified', note: 'nobody looked' });
    const reviewed = await exported(id);
    expect((await verify(reviewed, head, { json: false })).stdout).toContain('reviewed by kim, unjustified: nobody looked');
    const late = await landed();
    bed.clock.now = due + HOUR;
    const bundle = await exported(late.id);
    expect(await codes(bundle, late.head)).toEqual(['BG_OVERDUE']);
    expect(await codes(reviewed, head)).toEqual(['BREAK_GLASS']);
    expect(await codes(early, head)).toEqual(['BREAK_GLASS']);
    await say('kim', late.id, { kind: 'review', outcome: 'justified', note: 'late, but looked at' });
  });
});
