/** What a program is told of violations, in each state that they can be in, is of the shape that docs/spec says. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { type Bed, MAIN, openBed, type PersonName } from '../../test/bed/bed.ts';
import { scanOf, sneak } from '../../test/bed/scans.ts';
import type { Scan } from '../flows/scan.ts';
import { recordFindings } from '../flows/scan-record.ts';
import { scanJson } from './audit-scan-text.ts';

const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/scan.schema.json', import.meta.url), 'utf8')));
let bed: Bed;
let head: string;
let evil: string;

beforeAll(async () => {
  bed = await openBed();
  head = await landed({ 'docs/a.md': 'a\n' });
});
afterAll(() => bed.close());

async function landed(files: { readonly [path: string]: string | null }, by: PersonName = 'ada'): Promise<string> {
  const next = bed.commit(files, { by });
  const { id } = await bed.judged(next);
  if ((await bed.judged(next)).verdict.verdict !== 'allow') await bed.sign('mara', id ?? '');
  expect((await bed.judged(next)).verdict.verdict).toBe('allow');
  expect(await bed.land(next)).toBe(1);
  return next;
}

/** As `--json` prints it. */
async function printed(recorded: boolean): Promise<readonly string[]> {
  const { found, rows } = await scanOf(bed);
  const told: unknown = JSON.parse(JSON.stringify(scanJson(found, { rows, seed: 'all' }, recorded ? await recordedOf(found) : null, 1)));
  expect(schema.safeParse(told).error).toBeUndefined();
  return found.violations.map(({ state }) => (state.is === 'open' ? `open${state.overdue ? ', overdue' : ''}` : state.by));
}

async function recordedOf(found: Scan): Promise<readonly number[]> {
  for (const { finding } of found.findings) await bed.world.objects.keep('infra', [finding.to], undefined);
  const recorded = await recordFindings(bed.world.ledger, found, new Set(found.findings));
  return recorded.ok ? recorded.value : expect.fail(JSON.stringify(recorded.error));
}

it('open, put back, and again', async () => {
  evil = bed.commit({ 'db/1.sql': 'drop table orders;\n' });
  sneak(bed, evil);
  expect(await printed(true)).toEqual(['open']);
  bed.served.git('update-ref', MAIN, head);
  expect(await printed(true)).toEqual(['put-back']);
  expect(await printed(false)).toEqual(['put-back']);
  bed.served.git('update-ref', MAIN, evil);
  expect(await printed(true)).toEqual(['put-back', 'open']);
});

it('signed, reverted, overdue and landed again', async () => {
  const [, open] = (await scanOf(bed)).found.violations;
  for (const person of ['mara', 'noor'] as const) expect(await bed.sign(person, open?.change ?? '')).toMatchObject({ ok: true });
  expect(await printed(false)).toEqual(['put-back', 'signed']);
  const past = bed.commit({ 'db/2.sql': 'drop table orders;\n' });
  sneak(bed, past);
  await printed(true);
  bed.clock.now += 86_400_000;
  expect((await printed(false)).at(-1)).toBe('open, overdue');
  await landed({ 'db/2.sql': null });
  expect((await printed(false)).at(-1)).toBe('reverted');
  await landed({ 'docs/b.md': 'b\n' });
  bed.served.git('update-ref', MAIN, `${bed.tip()}~1`);
  await printed(true);
  expect((await printed(false)).at(-1)).toBe('open');
  await landed({ 'docs/b.md': 'b\n' }, 'kim');
  // The server's look found it rewound: the same landing takes back exactly that.
  expect(await printed(false)).toEqual(['put-back', 'signed', 'reverted', 'landed-again', 'reverted']);
});
