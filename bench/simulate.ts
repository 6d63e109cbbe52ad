/**
 * `countersign simulate` over a long history: its pass over all commits against git printing all of them with what they change
 * (more than the pass asks for: it leaves out the differences of what merges brought), and the most memory the command takes. COUNTERSIGN_BENCH_REPO names a repository to take instead of the generated one.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LOG, openHistory, RAW } from '../src/adapters/git/history.ts';
import { gitEnvironment } from '../src/adapters/git/run.ts';
import { layHistory } from './history.ts';
import { type Comparison, compare, run } from './measure.ts';

const GB = 1e9;

export async function simulateBench(folder: string, cli: string): Promise<readonly Comparison[]> {
  const repo = process.env.COUNTERSIGN_BENCH_REPO ?? generated(join(folder, 'long-history'));
  const tip = run('git', ['-C', repo, 'rev-parse', 'HEAD']).trim();
  const commits = await pass(repo, tip);
  const name = `simulate: the raw pass over ${commits} commits`;
  const subject = async (): Promise<void> => void (await pass(repo, tip));
  return [
    await compare({ name, baseline: 'git log --raw of all, to /dev/null', turns: 5, subject, against: () => log(repo, tip, '>/dev/null') }),
    await compare({ name, baseline: 'git log --raw of all, to a pipe that cat empties', turns: 5, subject, against: () => log(repo, tip, '| cat >/dev/null') }),
    memory(folder, cli, repo),
  ];
}

function generated(dir: string): string {
  if (!existsSync(dir)) layHistory(dir);
  return dir;
}

/** As `simulate` does it: every commit is read, and what the branch itself went through is kept. */
async function pass(repo: string, tip: string): Promise<number> {
  let [commits, next] = [0, tip as string | undefined];
  const kept: unknown[] = [];
  const seen = await openHistory({ dir: repo }).walk({
    tip,
    each: (commit, diff) => {
      commits += 1;
      kept.push(commit);
      if (commit.id !== next) return;
      next = commit.parents[0];
      kept.push(diff());
    },
  });
  if (!seen.ok || seen.value.length > 0) throw new Error(`the history cannot be read: ${JSON.stringify(seen)}`);
  return commits;
}

/** @param where `>/dev/null`, or `| cat >/dev/null`. */
function log(repo: string, tip: string, where: string): void {
  const args = ['-c', 'advice.graftFileDeprecated=false', '-C', repo, ...LOG, ...RAW, '--topo-order', tip, '--'];
  run('sh', ['-c', `git "$@" ${where}`, 'sh', ...args], { env: gitEnvironment() });
}

/** The most memory of our process (git's is git's), as the operating system counted it, in parts of one gigabyte. */
function memory(folder: string, cli: string, repo: string): Comparison {
  const [probe, told] = [join(folder, 'probe.mjs'), join(folder, 'peak')];
  writeFileSync(
    probe,
    `import { writeFileSync } from 'node:fs';\nprocess.on('exit', () => writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS * 1024)));\n`,
  );
  const start = performance.now();
  run(process.execPath, ['--import', pathToFileURL(probe).href, cli, 'simulate', '--repo', repo]);
  const ratio = Number(readFileSync(told, 'utf8')) / GB;
  return { name: 'simulate: most memory, contents and all', baseline: '1 GB', ratio, spread: [ratio, ratio], turns: 1, took: performance.now() - start };
}
