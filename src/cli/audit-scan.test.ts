/** `countersign audit scan` over an export and a clone, as an auditor has them, and over a folder that no server has open. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Bed, MAIN, openBed } from '../../test/bed/bed.ts';
import { exportLog } from '../flows/log-export.ts';
import { keysOf, sourceOf } from '../flows/log-read.ts';
import { openLogFolder } from '../world.ts';
import { auditScan, type ScanFlags } from './audit-scan.ts';
import { EXIT } from './exit.ts';

const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/scan.schema.json', import.meta.url), 'utf8')));
let bed: Bed;
let folder: string;
let vkey: string;
let evil: string;
const clone = (): string => join(folder, 'clone');
const scan = (more: Partial<ScanFlags> = {}) => auditScan({ repo: bed.served.gitDir, as: 'infra', data: bed.data, ...more });

beforeAll(async () => {
  bed = await openBed();
  folder = mkdtempSync(join(tmpdir(), 'countersign-scan-'));
  vkey = bed.store.logVerifierKey ?? '';
  for (const name of ['a', 'b']) {
    const head = bed.commit({ [`docs/${name}.md`]: name });
    await bed.judged(head);
    await bed.land(head);
  }
});
afterAll(async () => {
  await bed.close();
  rmSync(folder, { recursive: true, force: true });
});

async function exported(): Promise<string> {
  const keys = keysOf([vkey]);
  const out = join(folder, 'log');
  const target = await openLogFolder(out);
  if (!keys.ok || !target.ok) throw new Error('no target');
  const done = await exportLog({
    source: sourceOf(bed.store.files, 'the bed'),
    folder: target.value,
    keys: keys.value,
    body: (sha256) => bed.world.ledger.body(sha256),
    progress: () => undefined,
  });
  if (!done.ok) throw new Error(JSON.stringify(done.error));
  return out;
}

describe('audit scan', () => {
  it('is 0 where everything has a chain, and says what it does not answer', async () => {
    const { code, stdout } = await scan();
    expect(stdout).toContain('No open violations');
    expect(stdout).toContain('approval before deploy: not answered by this scan');
    expect(stdout).toMatch(/2 {2}passed/);
    expect(code).toBe(EXIT.ok);
  });

  it('is 1 where something came past the gate: owner, clock and remedy; a table of all; the same sample again', async () => {
    evil = bed.commit({ 'db/1.sql': 'drop table orders;\n' });
    bed.work.git('push', '-q', bed.served.gitDir, `${evil}:refs/heads/arrived/${evil}`);
    bed.served.git('update-ref', MAIN, evil);
    const csv = join(folder, 'population.csv');
    const { code, stdout } = await scan({ csv, sample: '2', seed: 'X' });
    expect(code).toBe(EXIT.signoff);
    expect(stdout).toContain('Open violations: 1');
    expect(stdout).toContain('owner: kim, lee, mara, noor, pat (owners of the policy)');
    expect(stdout).toMatch(/remedy: have change [0-9a-f]{16} reviewed and signed after the fact, by one person more than policy asks; or land a revert/);
    const rows = readFileSync(csv, 'utf8').split('\r\n');
    expect(rows).toHaveLength(1 + 5 + 1);
    expect(rows[4]).toContain(`${evil},`);
    expect(rows[4]).toContain(',violation,');
    const drawn = async () => (JSON.parse((await scan({ sample: '2', seed: 'X', json: true })).stdout) as { sample: { rows: unknown[] } }).sample.rows;
    expect(await drawn()).toHaveLength(2);
    expect(await drawn()).toEqual(await drawn());
  });

  it('answers programs by its schema', async () => {
    const told = JSON.parse((await scan({ json: true, sample: '9', seed: 'all' })).stdout);
    expect(schema.safeParse(told).error).toBeUndefined();
    expect(schema.safeParse({ ...told, counts: {} }).success).toBe(false);
    expect(told).toMatchObject({ version: 1, exit: 1, repo: 'infra', found: 1, recorded: null, counts: { passed: 2, violation: 1 }, violations: [{ entry: null, to: evil }] });
  });

  it('works with an export and a clone alone, and writes nothing', async () => {
    const log = await exported();
    bed.room.init();
    bed.work.git('clone', '-q', bed.served.gitDir, clone());
    const { data: _, ...flags } = { repo: clone(), as: 'infra', log, vkey: [vkey], json: true, data: undefined };
    const answer = await auditScan(flags);
    expect(JSON.parse(answer.stdout)).toMatchObject({ exit: 1, counts: { passed: 2, violation: 1 }, refs: [{ ref: MAIN, tip: evil }, { ref: 'refs/heads/release' }] });
    expect((await auditScan({ ...flags, vkey: [] as readonly string[] })).code).toBe(EXIT.refused);
  });

  it('cannot be asked what it cannot answer', async () => {
    const codes = await Promise.all([
      scan({ since: 'yesterday' }),
      scan({ sample: '25' }),
      scan({ as: 'other' }),
      scan({ repo: folder }),
      scan({ csv: join(folder, 'none', 'x.csv') }),
    ]);
    expect(codes.map((a) => a.code)).toEqual(codes.map(() => EXIT.refused));
    const locked = await scan({ record: true });
    expect([locked.code, locked.stderr]).toEqual([EXIT.refused, expect.stringContaining('stop the server')]);
    bed.work.git('clone', '-q', '--depth', '1', `file://${bed.served.gitDir}`, join(folder, 'shallow'));
    const shallow = await scan({ repo: join(folder, 'shallow') });
    expect([shallow.code, shallow.stderr]).toEqual([EXIT.signoff, expect.stringContaining('git fetch --unshallow')]);
  });

  it('writes down what it found where no server runs, once', async () => {
    await bed.store.close();
    const recorded = async () =>
      (JSON.parse((await scan({ record: true, json: true })).stdout) as { recorded: readonly number[]; violations: readonly { entry: number | null }[] }).recorded;
    expect(await recorded()).toEqual([expect.any(Number)]);
    expect(await recorded()).toEqual([]);
    expect(JSON.parse((await scan({ json: true })).stdout)).toMatchObject({ found: 0, violations: [{ entry: expect.any(Number), state: { is: 'open' } }] });
  });

  it('believes no log whose entries somebody changed', async () => {
    const log = exportedBytes(join(folder, 'log'));
    const { data: _, ...flags } = { repo: clone(), as: 'infra', log, vkey: [vkey], data: undefined };
    expect((await auditScan(flags)).code).toBe(EXIT.signoff);
    // One that has lost a file is damaged, and no answer to shrug at.
    rmSync(join(log, 'tile', 'entries'), { recursive: true });
    const cut = await auditScan({ ...flags, json: true });
    expect([cut.code, JSON.parse(cut.stdout)]).toMatchObject([EXIT.signoff, { exit: EXIT.signoff, problems: [{ code: 'LOG_DAMAGED' }] }]);
    rmSync(join(log, 'checkpoint'));
    expect((await auditScan(flags)).code).toBe(EXIT.refused);
  });
});

/** The export with one letter of an entry changed. */
function exportedBytes(log: string): string {
  const dir = join(log, 'tile', 'entries');
  const [name] = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => join(f.parentPath, f.name));
  if (name === undefined) throw new Error('no entries');
  const bytes = readFileSync(name);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  writeFileSync(name, bytes);
  return log;
}
