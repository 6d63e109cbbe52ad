/** A landing by a carried sign-off, from the push to `countersign verify` in somebody's clone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, POLICY } from '../../test/bed/bed.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { base64, fromBase64, utf8 } from '../core/base/bytes.ts';
import { exportBundle, exportTrust } from '../flows/evidence.ts';
import { runVerify } from './verify.ts';

const RULES = `rules:
  - { id: alpha, paths: ["a/**"], require: { humans: 1, from: { people: [mara] } } }
  - { id: beta, paths: ["b/**"], require: { humans: 1, from: { people: [noor] } } }
  - { id: keeps, paths: ["k/**"], require: { humans: 1, from: { people: [noor] } }, on_change: { context-moved: keep } }
`;
const LINES = Array.from({ length: 30 }, (_, i) => `line ${i}`);
const lines = (edits: { readonly [at: number]: string }): string => `${LINES.map((line, i) => edits[i] ?? line).join('\n')}\n`;

const folder = mkdtempSync(join(tmpdir(), 'verify-carried-'));
let bed: Bed;
let trust: string;
beforeAll(async () => {
  bed = await openBed();
  await bed.land(bed.commit({ 'countersign.yml': POLICY.replace('rules:\n', RULES), 'k/one.txt': lines({}) }, { by: 'kim' }));
  const file = await exportTrust(bed.world, { vkeys: [bed.store.logVerifierKey ?? ''], ladder: ['L4', 'L5', 'L6', 'L7'] });
  if (!file.ok) throw new Error(file.error.message);
  trust = file.value;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await bed.close();
});

const exported = async (id: string): Promise<string> => {
  const file = await exportBundle(bed.world.ledger, bed.world.projections, id, bed.world.now());
  if (!file.ok) throw new Error(file.error.message);
  return file.value;
};
const verify = (bundle: string, commit: string, json = false) => {
  writeFileSync(join(folder, 'bundle'), bundle);
  writeFileSync(join(folder, 'trust'), trust);
  const request = { bundle: join(folder, 'bundle'), trust: join(folder, 'trust'), repoDir: '.', commit, json, demo: false };
  return runVerify(request, { repository: openRepository({ gitDir: bed.served.gitDir }), parsers: bed.world.parsers });
};
const codes = async (bundle: string, commit: string) => {
  const { stdout } = await verify(bundle, commit, true);
  return stdout
    .trim()
    .split('\n')
    .map((l) => (JSON.parse(l) as { code: string }).code);
};

/** Both sign; the author reworks `a`; mara signs again; it lands. */
const landedByCarry = async (name: string) => {
  const files = { [`a/${name}`]: 'one\n', [`b/${name}`]: 'two\n' };
  const first = await bed.judged(bed.commit(files));
  for (const person of ['mara', 'noor'] as const) expect(await bed.sign(person, first.id ?? '')).toMatchObject({ ok: true });
  const head = bed.commit({ ...files, [`a/${name}`]: 'one and more\n' });
  const again = await bed.judged(head);
  expect(await bed.sign('mara', again.id ?? '')).toMatchObject({ ok: true });
  expect((await bed.judged(head)).verdict.verdict).toBe('allow');
  await bed.land(head);
  return { head, id: again.id ?? '', first: first.id ?? '' };
};

describe('what landed by a carried sign-off', () => {
  it('is proved, and the terminal says which sign-off is of an earlier form', async () => {
    const { head, id } = await landedByCarry('proved.txt');
    const bundle = await exported(id);
    expect(JSON.parse(bundle)).toMatchObject({ signoffs: [{}, {}], carries: [{}] });
    const { code, stdout } = await verify(bundle, head);
    expect(stdout).toMatch(/signed by noor \(L6\).*; an earlier form, whose files of beta are what landed\n/);
    expect([code, stdout.match(/earlier form/g)?.length]).toEqual([0, 1]);
  });

  it('is not without the entry, with another body, or with the entry of another change', async () => {
    const { head, id } = await landedByCarry('entry.txt');
    const other = JSON.parse(await exported((await landedByCarry('other.txt')).id));
    const bundle = JSON.parse(await exported(id));
    const { carries, ...bare } = bundle;
    const file = (value: unknown): string => `${JSON.stringify(value)}\n`;
    expect(await codes(file(bundle), head)).toEqual(['OK']);
    expect(await codes(file(bare), head)).toEqual(['CONTENT_MISMATCH', 'QUORUM']);
    const more = new TextDecoder().decode(fromBase64(carries[0].envelope)).replace('"rule":"beta"', '"rule":"alpha"');
    expect(await codes(file({ ...bare, carries: [{ ...carries[0], envelope: base64(utf8(more)) }] }), head)).toEqual(['LOG_INCLUSION', 'CONTENT_MISMATCH', 'QUORUM']);
    expect(await codes(file({ ...bare, carries: other.carries }), head)).toEqual(['CONTENT_MISMATCH', 'QUORUM']);
    expect(await codes(file({ ...bare, carries: [bundle.landed] }), head)).toEqual(['LOG_FORMAT', 'CONTENT_MISMATCH', 'QUORUM']);
  });

  it('does not prove the form that was signed', async () => {
    const { first } = await landedByCarry('form.txt');
    const { head } = (await bed.row(first)).decision.change;
    expect((await verify(await exported(first), head)).code).not.toBe(0);
  });

  it('is unproven where a base moved in the same file: that takes a merge', async () => {
    const first = await bed.judged(bed.commit({ 'k/one.txt': lines({ 3: 'three' }) }));
    expect(await bed.sign('noor', first.id ?? '')).toMatchObject({ ok: true });
    await bed.land(bed.commit({ 'k/one.txt': lines({ 25: 'base' }) }));
    const head = bed.commit({ 'k/one.txt': lines({ 3: 'three', 25: 'base' }) });
    const { id, verdict } = await bed.judged(head);
    expect(verdict.verdict).toBe('allow');
    await bed.land(head);
    const { code, stderr } = await verify(await exported(id ?? ''), head);
    expect([code, await codes(await exported(id ?? ''), head)]).toEqual([1, ['CARRY_INVALID', 'QUORUM']]);
    expect(stderr).toContain('k/one.txt of rule keeps is not what was signed; that its base alone moved cannot be proved offline');
  });
});
