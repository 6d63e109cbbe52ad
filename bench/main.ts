/**
 * `npm run bench`: what Countersign costs, as ratios to a baseline that ran beside it. Ends by itself in a minute or so.
 * `npm run bench -- check push` runs only those; `million`, `servers`, `store` and `scale` run only so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI } from '../examples/story/stage.ts';
import { checkBench } from './check.ts';
import { ciBench } from './ci.ts';
import { detectBench } from './detect.ts';
import { eventsBench } from './events.ts';
import { forgeBench } from './forge.ts';
import { forgeInboxBench } from './forge-inbox.ts';
import { gateBench } from './gate.ts';
import { hookBench } from './hook.ts';
import { jobsBench } from './jobs.ts';
import { ledgerBench, ledgerMillionBench, PROOFS } from './ledger.ts';
import { logBench } from './log.ts';
import { type Comparison, line } from './measure.ts';
import { ownersBench } from './owners.ts';
import { policyBench } from './policy.ts';
import { postgresqlBench } from './postgresql.ts';
import { pushBench } from './push.ts';
import { receiveBench } from './receive.ts';
import { planBench } from './risk/plan.ts';
import { scaleBench } from './scale/scale.ts';
import { scanBench } from './scan.ts';
import { serversBench } from './servers.ts';
import { simulateBench } from './simulate.ts';
import { storeBench } from './store.ts';
import { verifyBench } from './verify.ts';

/** What is promised: a ratio, or seconds the median may take. */
const BUDGETS: readonly { readonly name: RegExp; readonly baseline?: RegExp; readonly words: string; met(c: Comparison): boolean }[] = [
  { name: /^check/, words: 'within a second', met: (c) => c.took < 1_000 },
  { name: /^gate: a signed change/, baseline: /check/, words: 'under 2x', met: (c) => c.ratio < 2 },
  { name: /^detect: \d+ commits of a given history/, baseline: /dev\/null/, words: 'under 1.67x (0.6 of its speed)', met: (c) => c.ratio < 1 / 0.6 },
  { name: /^detect: most memory, \d+ commits/, words: 'under 200 MB', met: (c) => c.ratio < 1 },
  { name: /^detect: most memory, 3 times/, words: 'under 1.3x', met: (c) => c.ratio < 1.3 },
  { name: /^simulate: the raw pass/, baseline: /dev\/null/, words: 'under 1.3x', met: (c) => c.ratio < 1.3 },
  { name: /^simulate: most memory/, words: 'under 1 GB', met: (c) => c.ratio < 1 },
  { name: /^risk plan/, words: 'within 2 s', met: (c) => c.took < 2_000 },
  { name: /^matcher: 500/, words: 'within 10 ms', met: (c) => c.took < 10 },
  { name: /^matcher: 100/, words: 'within 0.3 ms', met: (c) => c.took < 0.3 },
  { name: /^consider: 500/, words: 'within 10 ms', met: (c) => c.took < 10 },
  { name: /^consider: 100/, words: 'within 0.3 ms', met: (c) => c.took < 0.3 },
  { name: /^verify: a bundle under a trust file/, words: 'within 10 ms', met: (c) => c.took < 10 },
  { name: /--version/, words: 'under 1.5x', met: (c) => c.ratio < 1.5 },
  { name: /^owners/, words: 'under 1x', met: (c) => c.ratio < 1 },
  // Ten groups of a hundred; the disk's own rate is that of the raw writes beside it.
  { name: /^ledger: 10 groups of 100 violations, one append/, baseline: /fsync/, words: 'at least 30,000/s', met: (c) => c.took <= 1_000 / 30 },
  { name: /^ledger: \d+ \w+, one an append/, words: 'under 2x', met: (c) => c.ratio < 2 },
  { name: /^postgresql: \d+ groups/, words: 'under 1.43x (0.7 of its speed)', met: (c) => c.ratio < 1 / 0.7 },
  { name: /^ledger: opening/, words: 'within 2 s', met: (c) => c.took < 2_000 },
  { name: /^ledger: \d+ proofs/, words: 'within 5 ms each', met: (c) => c.took < 5 * PROOFS },
  { name: /^log: \d+ appends/, words: 'at least 500,000 a CPU-second', met: (c) => (c.perSecond ?? 0) >= 500_000 },
  { name: /^log: \d+ inclusion proofs/, words: 'at least 130,000', met: (c) => (c.perSecond ?? 0) >= 130_000 },
  { name: /^log: \d+ inclusion verifications/, words: 'at least 55,000', met: (c) => (c.perSecond ?? 0) >= 55_000 },
  { name: /^store (?:export|import): most memory/, words: 'under 1.3x', met: (c) => c.ratio < 1.3 },
  { name: /^gate\/check: \d+ repeated/, words: 'at least 5,000/s on two quiet cores', met: (c) => (c.perSecond ?? 0) >= 5_000 },
  { name: /^gate\/check: \d+ repeated/, words: 'p99 under 20 ms', met: (c) => Number(/p99 ([\d.]+) ms/.exec(c.name)?.[1]) < 20 },
  { name: /^events: one to/, words: 'under 1x', met: (c) => c.ratio < 1 },
  { name: /^forge: a delivery/, words: 'p95 under 2 s', met: (c) => Number(/p95 (\d+) ms/.exec(c.name)?.[1]) < 2_000 },
  { name: /^forge: a delivery/, words: 'at most 4 calls', met: (c) => Number(/([\d.]+) calls each/.exec(c.name)?.[1]) <= 4 },
  { name: /^forge-inbox/, words: 'within 5 s', met: (c) => c.took < 5_000 },
  { name: /^forge-inbox/, words: 'none lost', met: (c) => / 0 lost\)/.test(c.name) },
  { name: /^hook: pre-receive/, words: 'at most 15 ms over it', met: (c) => c.took - c.took / c.ratio <= 15 },
  // In thousandths: what was not answered in time.
  { name: /^servers: answered/, words: 'at least 99.9 %', met: (c) => c.took <= 1 },
  { name: /^scale: queue page/, baseline: /empty route/, words: 'p95 within 100 ms', met: (c) => c.took < 100 },
  { name: /^scale: change page/, baseline: /empty route/, words: 'p95 within 150 ms', met: (c) => c.took < 150 },
  { name: /^hook agent: one edit/, words: 'under 2.2x', met: (c) => c.ratio < 2.2 },
];

const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
const benches: { readonly [name: string]: () => Promise<readonly Comparison[]> } = {
  check: () => checkBench(folder, CLI),
  ci: () => ciBench(CLI),
  push: () => pushBench(),
  policy: () => policyBench(join(folder, 'cedar')),
  log: () => logBench(),
  ledger: () => ledgerBench(join(folder, 'ledger')),
  postgresql: () => postgresqlBench(join(folder, 'postgresql')),
  store: () => storeBench(join(folder, 'store'), CLI),
  jobs: () => jobsBench(join(folder, 'jobs')),
  forge: forgeBench,
  'forge-inbox': () => forgeInboxBench(join(folder, 'forge-inbox')),
  million: () => ledgerMillionBench(join(folder, 'million')),
  scale: () => scaleBench({ changes: Number(process.env.COUNTERSIGN_BENCH_CHANGES ?? 10_000) }, (words) => console.log(words)),
  verify: () => verifyBench(),
  scan: () => scanBench(join(folder, 'scan')),
  simulate: () => simulateBench(folder, CLI),
  detect: () => detectBench(folder, CLI),
  plan: () => planBench(),
  events: () => eventsBench(),
  owners: () => ownersBench(join(folder, 'owners'), CLI),
  gate: () => gateBench(),
  servers: () => serversBench(Number(process.env.SERVERS_SECONDS ?? 120)),
  hook: async () => [...(await receiveBench()), ...(await hookBench(join(folder, 'hook'), CLI))],
};

/** Minutes each. */
const ON_DEMAND = ['million', 'servers', 'store', 'scale'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

let kept = true;
try {
  console.log('Ratios of medians, the two sides taking turns; in brackets the middle half of the turns.\n');
  for (const [name, bench] of Object.entries(benches)) {
    if (asked.length > 0 ? !asked.includes(name) : ON_DEMAND.includes(name)) continue;
    for (const comparison of await bench()) {
      const budgets = BUDGETS.filter((b) => b.name.test(comparison.name) && b.baseline?.test(comparison.baseline) !== false);
      kept &&= budgets.every((b) => b.met(comparison));
      console.log([line(comparison), ...budgets.map((b) => `${b.words}: ${b.met(comparison) ? 'yes' : 'NO'}`)].join('; '));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = kept ? 0 : 1;
