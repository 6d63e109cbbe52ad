/**
 * What the rules cost on ordinary history: of the last changes of each repository, how many would be critical or high, and by
 * which rule. Most of these landed and did no harm, so most of what is counted here is what a reader is interrupted for.
 *
 *     COUNTERSIGN_BENCH_REPOS=<folder of bare repositories owner+name/repo> node bench/risk/alarms.ts [--last 1000] [--show RULE] [owner/name...]
 *
 * --show prints what one rule said, to be read. Ends with 1 where the budget (1 % critical, 5 % high) is not met over all.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openHistory } from '../../src/adapters/git/history.ts';
import { languages } from '../../src/adapters/languages/index.ts';
import type { TreeRecord } from '../../src/core/change/change.ts';
import { parseTreeDiff } from '../../src/core/change/manifest.ts';
import { detect } from '../../src/core/risk/detect.ts';
import { ALL_DETECTORS } from '../../src/core/risk/detectors.ts';
import { type Finding, TIERS, type Tier } from '../../src/core/risk/risk.ts';
import { run } from '../measure.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { last: { type: 'string', default: '1000' }, show: { type: 'string' } } });
const root = process.env.COUNTERSIGN_BENCH_REPOS;
if (root === undefined) throw new Error('COUNTERSIGN_BENCH_REPOS names the folder of repositories');

/** Files of one change that are read; ordinary changes have fewer, and a vendored tree is no ordinary change. */
const MOST_FILES = 400;

interface Tally {
  changes: number;
  critical: number;
  high: number;
  readonly rules: Map<string, { critical: number; high: number }>;
}

const repositories = (positionals.length > 0 ? positionals.map((p) => p.replace('/', '+')) : readdirSync(root)).filter((name) => existsSync(join(root, name, 'repo')));
const all: [string, Tally][] = [];
for (const name of repositories) {
  const tally = await tallied(join(root, name, 'repo'), name);
  all.push([name, tally]);
  console.log(`${name.padEnd(44)} ${String(tally.changes).padStart(6)}  critical ${share(tally.critical, tally)}  high ${share(tally.high, tally)}  ${worst(tally)}`);
}
print(all);

async function tallied(dir: string, name: string): Promise<Tally> {
  const tally: Tally = { changes: 0, critical: 0, high: 0, rules: new Map() };
  const [history, parsers] = [openHistory({ gitDir: dir }), languages()];
  const contents = await history.contents();
  if (!contents.ok) throw new Error(contents.error.message);
  for (const [id, records] of await changesOf(history, dir)) {
    const { findings } = detect(ALL_DETECTORS, { files: await parsers.parse(records, contents.value.read), plan: null });
    count(tally, findings);
    for (const f of findings)
      if (f.rule === values.show)
        console.log(
          `  ${name} ${id.slice(0, 12)} ${f.severity} ${f.place.path}:${f.place.line ?? ''} ${f.what}\n      ${f.because.map(([k, v]) => `${k}: ${v.slice(0, 160)}`).join(' | ')}`,
        );
  }
  contents.value.close();
  return tally;
}

/** The newest changes of the branch, each against its first parent. */
async function changesOf(history: ReturnType<typeof openHistory>, dir: string): Promise<readonly (readonly [string, readonly TreeRecord[]])[]> {
  const last = Number(values.last);
  const ids = run('git', ['-C', dir, 'rev-list', '--first-parent', `--max-count=${last}`, 'HEAD'])
    .trim()
    .split('\n');
  const wanted = new Set(ids);
  const found: [string, readonly TreeRecord[]][] = [];
  const stop = new AbortController();
  await history.walk({
    tip: ids[0] ?? '',
    signal: stop.signal,
    each: (commit, diff) => {
      if (!wanted.delete(commit.id)) return;
      const raw = diff();
      const records = raw === undefined ? undefined : parseTreeDiff(raw);
      if (records?.ok && records.value.length <= MOST_FILES) found.push([commit.id, records.value]);
      if (wanted.size === 0) stop.abort();
    },
  });
  return found;
}

function count(tally: Tally, findings: readonly Finding[]): void {
  tally.changes += 1;
  const tier = findings.reduce<Tier>((most, f) => TIERS.max(most, f.severity), 'routine');
  if (tier === 'critical') tally.critical += 1;
  if (tier === 'high') tally.high += 1;
  for (const severity of ['critical', 'high'] as const)
    for (const rule of new Set(findings.filter((f) => f.severity === severity).map((f) => f.rule))) {
      const row = tally.rules.get(rule) ?? { critical: 0, high: 0 };
      row[severity] += 1;
      tally.rules.set(rule, row);
    }
}

function share(n: number, { changes }: Tally): string {
  return `${((100 * n) / Math.max(1, changes)).toFixed(1)} %`.padStart(7);
}

function worst({ rules }: Tally): string {
  return [...rules]
    .sort(([, a], [, b]) => b.critical - a.critical || b.high - a.high)
    .slice(0, 6)
    .map(([rule, n]) => `${rule} ${n.critical}/${n.high}`)
    .join(', ');
}

/** Critical findings by rule and by repository in one table, then all rules over all repositories. */
function print(tallies: readonly (readonly [string, Tally])[]): void {
  const sum: Tally = { changes: 0, critical: 0, high: 0, rules: new Map() };
  for (const [, t] of tallies) {
    sum.changes += t.changes;
    sum.critical += t.critical;
    sum.high += t.high;
    for (const [rule, n] of t.rules) {
      const row = sum.rules.get(rule) ?? { critical: 0, high: 0 };
      sum.rules.set(rule, { critical: row.critical + n.critical, high: row.high + n.high });
    }
  }
  const critical = [...sum.rules]
    .filter(([, n]) => n.critical > 0)
    .sort(([, a], [, b]) => b.critical - a.critical)
    .map(([rule]) => rule);
  console.log(`\nchanges with a critical finding, by rule\n${['repository'.padEnd(44), ...critical].join('  ')}`);
  for (const [name, t] of tallies)
    if (t.critical > 0) console.log([name.padEnd(44), ...critical.map((rule) => String(t.rules.get(rule)?.critical ?? '').padStart(rule.length))].join('  '));
  console.log(`\nby rule over all: per 1,000 changes, critical and high`);
  for (const [rule, n] of [...sum.rules].sort(([, a], [, b]) => b.critical + b.high - a.critical - a.high))
    console.log(`  ${rule.padEnd(8)} ${((1_000 * n.critical) / sum.changes).toFixed(2).padStart(7)} ${((1_000 * n.high) / sum.changes).toFixed(2).padStart(7)}`);
  const [c, h] = [sum.critical / sum.changes, sum.high / sum.changes];
  const kept = c <= 0.01 && h <= 0.05;
  console.log(`\nover all ${sum.changes} changes: critical ${(100 * c).toFixed(2)} % (budget 1 %), high ${(100 * h).toFixed(2)} % (budget 5 %): ${kept ? 'kept' : 'NOT kept'}`);
  process.exitCode = kept ? 0 : 1;
}
