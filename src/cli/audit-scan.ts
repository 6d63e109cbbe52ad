/** `countersign audit scan`: what came onto protected refs, and by what; what came past the gate, who answers for it and by when. */
import { open } from 'node:fs/promises';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Period, Row } from '../core/gate/population.ts';
import { CSV_HEADER, csvLine, sampleOf } from '../core/gate/population-csv.ts';
import { formatVkey } from '../core/log/note.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import { bodiesOf } from '../flows/account-log.ts';
import { sourceOf } from '../flows/log-read.ts';
import { type Scan, scan } from '../flows/scan.ts';
import { recordFindings } from '../flows/scan-record.ts';
import { openScanClone, openUpkeep } from '../world.ts';
import { scanJson, scanText } from './audit-scan-text.ts';
import { placeOf } from './data-place.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { type LogPlace, logAt, notProven } from './log-place.ts';
import { type KnownOfTrust, trustAt } from './named-file.ts';
import { progressLine } from './progress.ts';
import { visibleLines } from './terminal.ts';
import { unreadable } from './unreadable.ts';

export interface ScanFlags extends KnownOfTrust {
  readonly repo: string;
  readonly as?: string;
  readonly branch?: readonly string[];
  readonly data?: string;
  readonly log?: string;
  readonly vkey?: readonly string[];
  readonly trust?: string;
  readonly since?: string;
  readonly until?: string;
  readonly csv?: string;
  readonly sample?: string;
  readonly seed?: string;
  readonly record?: boolean;
  readonly json?: boolean;
}

/** 0 everything has a chain; 1 something has none, is owed or is gone, or the log does not hold; 2 nothing can be said. */
export async function auditScan(flags: ScanFlags): Promise<Answer> {
  const { json = false } = flags;
  const asked = askedIn(flags, Date.now());
  if (!asked.ok) return refusal(asked.error, json);
  const trust = flags.trust === undefined ? undefined : await trustAt(flags.trust, { pin: flags.pin, trustSize: flags.trustSize });
  if (trust?.ok === false) return refusal(trust.error, json);
  const at = flags.record === true ? await openToRecord(flags) : await logAt(withKeys(flags, trust?.value), '--log', 'given');
  if (!at.ok) return notProven(at.error, json);
  try {
    return await scanned(flags, asked.value, at.value, trust?.value);
  } finally {
    await at.value.close();
  }
}

interface Asked {
  readonly period: Period;
  readonly sample: number;
  readonly seed: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

function askedIn({ since, until, sample, seed, record, data, log }: ScanFlags, now: number): Result<Asked, readonly Problem[]> {
  const [from, to] = [since, until].map((day) => (day === undefined ? undefined : DAY.test(day) ? Date.parse(day) : Number.NaN));
  const size = sample === undefined ? 0 : /^[1-9]\d{0,5}$/.test(sample) ? Number(sample) : Number.NaN;
  const wrong = [
    ...(Number.isNaN(from ?? 0) ? [badDay('--since')] : []),
    ...(Number.isNaN(to ?? 0) ? [badDay('--until')] : []),
    ...(Number.isNaN(size) ? [problem('USAGE', 'a sample is a whole number of rows', { place: '--sample', remedy: 'for example --sample 25 --seed 2026-Q4' })] : []),
    ...((sample === undefined) === (seed === undefined)
      ? []
      : [
          problem('USAGE', 'a sample is drawn with a seed', {
            place: sample === undefined ? '--seed' : '--sample',
            remedy: 'give both: --sample 25 --seed 2026-Q4; whoever has the seed draws the same',
          }),
        ]),
    ...(record === true && (log !== undefined || (placeOf(data).dir ?? placeOf(data).database) === undefined)
      ? [
          problem('USAGE', 'what is found is written into the log of a data folder', {
            place: '--record',
            remedy: 'name the folder with --data while no server runs on it; a server writes it down by itself',
          }),
        ]
      : []),
  ];
  return wrong.length > 0 ? err(wrong) : ok({ period: { since: from ?? Number.NEGATIVE_INFINITY, until: to ?? now + 1 }, sample: size, seed: seed ?? '' });
}

const badDay = (place: string): Problem => problem('USAGE', 'that is no day', { place, remedy: 'write 2026-10-01, or 2026-10-01T08:00:00Z; days are of UTC' });

/** A trust file names the log's keys too. */
const withKeys = (flags: ScanFlags, trust: TrustBundle | undefined): ScanFlags =>
  flags.vkey === undefined && trust !== undefined ? { ...flags, vkey: trust.logKeys.map(formatVkey) } : flags;

type Opened = LogPlace & { readonly record?: Parameters<typeof recordFindings>[0] };

/** Problems: DATA_LOCKED where a server runs on it, NOT_FOUND, DATA_INVALID, USAGE. */
async function openToRecord({ data, vkey }: ScanFlags): Promise<Result<Opened, readonly Problem[]>> {
  const place = placeOf(data);
  const known = await logAt({ ...(data === undefined ? {} : { data }), ...(vkey === undefined ? {} : { vkey }) }, '--log', 'given');
  if (!known.ok) return known;
  await known.value.close();
  const store = await (await openUpkeep()).openExisting({ dir: place.dir ?? '', database: place.database, clock: Date.now });
  if (!store.ok) return err([store.error.code === 'DATA_LOCKED' ? { ...store.error, remedy: 'stop the server that has it, or scan without --record' } : store.error]);
  const { files, ledger, close } = store.value;
  return ok({ source: sourceOf(files, place.dir ?? 'the log'), keys: known.value.keys, body: (sha256, index) => ledger.body(sha256, index), record: ledger, close });
}

async function scanned(flags: ScanFlags, { period, sample, seed }: Asked, at: Opened, trust: TrustBundle | undefined): Promise<Answer> {
  const { json = false } = flags;
  const { source, keys, body = bodiesOf(source) } = at;
  const line = progressLine(process.stderr);
  const clone = await openScanClone(flags.repo);
  if (!clone.ok) return refusal([clone.error], json);
  const table = flags.csv === undefined ? ok(null) : await tableAt(flags.csv);
  if (!table.ok) return refusal([table.error], json);
  const draw = sampleOf(sample, seed);
  const log = { source, keys, body, progress: line.show, ...(trust === undefined ? {} : { trust }) };
  const world = { ...clone.value, log, now: Date.now };
  try {
    const repo = flags.as ?? (await clone.value.naming.repository()).replace(/\.git$/, '');
    const found = await scan(world, { repo, refs: flags.branch ?? [], period }, async (row) => {
      draw.take(row);
      await table.value?.write(row);
    });
    line.clear();
    if (!found.ok) return notProven(found.error.map(asNamed), json);
    const recorded = at.record === undefined ? ok(null) : await recordFindings(at.record, found.value);
    if (!recorded.ok) return notProven([recorded.error], json);
    return answer(found.value, { rows: draw.rows(), seed }, recorded.value, json);
  } finally {
    line.clear();
    await table.value?.close();
  }
}

const asNamed = (p: Problem): Problem =>
  p.code === 'CONTENT_UNSEEN' ? { ...p, remedy: 'git fetch --unshallow brings the history; a population of a part of it would not be whole' } : p;

/** Rows are written in groups: a process call for each would take longer than the scan. */
const SOME = 500;

async function tableAt(path: string): Promise<Result<{ write(row: Row): Promise<void>; close(): Promise<void> }>> {
  try {
    const file = await open(path, 'w', 0o600);
    let waiting = [CSV_HEADER];
    const flush = async (): Promise<void> => {
      const lines = waiting.join('');
      waiting = [];
      await file.write(lines);
    };
    const write = async (row: Row): Promise<void> => {
      waiting.push(csvLine(row));
      if (waiting.length >= SOME) await flush();
    };
    return ok({ write, close: () => flush().finally(() => file.close()) });
  } catch (error) {
    return err(problem('USAGE', `${path} cannot be written: ${unreadable(error)}`, { place: '--csv', remedy: 'name a file in a folder that is there' }));
  }
}

/** What is open, what is owed past its time, and what is gone: anything of it is a no. */
const isClean = (found: Scan): boolean =>
  found.findings.length === 0 && found.violations.every((v) => v.state.is === 'answered') && found.reviews.overdue === 0 && found.mode !== 'unknown';

function answer(found: Scan, sample: { readonly rows: readonly Row[]; readonly seed: string }, recorded: readonly number[] | null, json: boolean): Answer {
  const code = isClean(found) ? EXIT.ok : EXIT.signoff;
  const stdout = json ? `${JSON.stringify(scanJson(found, sample, recorded, code))}\n` : visibleLines(scanText(found, sample, recorded));
  return { code, stdout, stderr: '' };
}
