/**
 * The pass over a whole history that the score learns from, against git printing what the pass reads:
 * `COUNTERSIGN_BENCH_REPO=... node bench/risk/features.ts [TURNS]`. Prints the ratio of both, the most memory of our process in parts of
 * one gigabyte, and of the written history its size and the time to read it back and score one change, in parts of twenty milliseconds.
 */
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { LANDED_LOG, openLanded } from '../../src/adapters/git/landed.ts';
import { gitEnvironment } from '../../src/adapters/git/run.ts';
import { LandedHistory } from '../../src/core/risk/score/history.ts';
import type { LandedCommit } from '../../src/core/risk/score/landed.ts';
import { readHistory, writeHistory } from '../../src/core/risk/score/snapshot.ts';
import { samplesOf } from '../../src/flows/score-history.ts';
import { compare, line, run } from '../measure.ts';

const repo = process.env.COUNTERSIGN_BENCH_REPO;
if (repo === undefined) throw new Error('COUNTERSIGN_BENCH_REPO names no repository');
const turns = Number(process.argv[2] ?? 3);
const tip = run('git', ['-C', repo, 'rev-parse', 'HEAD']).trim();
const landed = openLanded({ dir: repo });

async function samples(): Promise<number> {
  const read = await samplesOf(landed, { tip });
  if (!read.ok) throw new Error(read.error.message);
  return read.value.samples.length;
}

/** Nothing done with what it brings. */
async function readOnly(): Promise<void> {
  const read = await landed.read({ tip }, () => undefined);
  if (!read.ok) throw new Error(read.error.message);
}

/** Every id in order, and git's own print of it into nothing. @returns false: git ended early, for contents are missing. */
function printed(): boolean {
  const script = 'repo=$1; tip=$2; shift 2; git -C "$repo" rev-list --topo-order --reverse "$tip" | GIT_FLUSH=0 git -C "$repo" "$@" >/dev/null';
  const { status } = spawnSync('sh', ['-c', script, 'sh', repo ?? '', tip, ...LANDED_LOG], { env: gitEnvironment() });
  if (status !== 0 && status !== 128) throw new Error(`git diff-tree ended with ${status}`);
  return status === 0;
}

const commits = await samples();
console.log(`${commits} commits, most memory ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`);
const alone = printed();
const baseline = alone ? 'git printing the same to /dev/null' : 'the same reader, its commits thrown away (git alone ends where contents are missing)';
const against = alone ? async () => void printed() : readOnly;
console.log(line(await compare({ name: 'samples of all', baseline, turns, subject: async () => void (await samples()), against })));

const history = new LandedHistory();
let change: LandedCommit | undefined;
const read = await landed.read({ tip }, (some) => {
  for (const commit of some) {
    history.land(commit);
    if (commit.files.length > 3) change = commit;
  }
});
if (!read.ok || change === undefined) throw new Error('the history cannot be read');
const bytes = writeHistory(history);
console.log(`written: ${(bytes.length / 1e6).toFixed(2)} MB, packed ${(gzipSync(bytes).length / 1e6).toFixed(2)} MB`);
const times = Array.from({ length: 9 }, () => {
  const start = performance.now();
  const back = readHistory(bytes);
  if (!back.ok || change === undefined) throw new Error('it cannot be read back');
  back.value.look(change);
  return performance.now() - start;
}).sort((a, b) => a - b);
console.log(`read back and one change looked at: ${((times[4] ?? 0) / 20).toFixed(2)} of 20 ms (first ${((times[8] ?? 0) / 20).toFixed(2)})`);
