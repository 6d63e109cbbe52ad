/**
 * `countersign detect --jsonl` over a long history against `git log` printing the same fields, into nothing and into a pipe that
 * somebody empties, as ours is; and the most memory it takes, over this history and over one three times as long. COUNTERSIGN_BENCH_REPO names a
 * repository to take instead of the generated one. Made-up commits have no trees and short messages, and git prints them in a third of the time
 * of real ones: what is promised is promised of histories that are given.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MESSAGE_LOG } from '../src/adapters/git/messages.ts';
import { gitEnvironment } from '../src/adapters/git/run.ts';
import { type Comparison, compare, run } from './measure.ts';

const MB = 1e6;
const COMMITS = 40_000;
const TIMES = 3;

export async function detectBench(folder: string, cli: string): Promise<readonly Comparison[]> {
  const given = process.env.COUNTERSIGN_BENCH_REPO;
  const repo = given ?? laid(join(folder, 'messages'), COMMITS);
  const commits = run('git', ['-C', repo, 'rev-list', '--count', 'HEAD']).trim();
  const name = given === undefined ? `detect: ${commits} made-up commits` : `detect: ${commits} commits of a given history`;
  const subject = (): void => void run('sh', ['-c', '"$@" >/dev/null', 'sh', process.execPath, cli, 'detect', '--repo', repo, '--jsonl']);
  return [
    await compare({ name, baseline: 'git log of the same fields, to /dev/null', turns: 7, subject, against: () => log(repo, '>/dev/null') }),
    await compare({ name, baseline: 'git log of the same fields, to a pipe that cat empties', turns: 7, subject, against: () => log(repo, '| cat >/dev/null') }),
    ...(given === undefined ? flat(folder, cli, repo) : [memory(folder, cli, repo, `detect: most memory, ${commits} commits`)]),
  ];
}

function log(repo: string, where: string): void {
  run('sh', ['-c', `git "$@" ${where}`, 'sh', '-C', repo, ...MESSAGE_LOG, 'HEAD', '--'], { env: gitEnvironment() });
}

/** Memory does not grow with history: three times the commits, about the same. */
function flat(folder: string, cli: string, repo: string): readonly Comparison[] {
  const short = memory(folder, cli, repo, `detect: most memory, ${COMMITS} commits`);
  const long = memory(folder, cli, laid(join(folder, 'messages-long'), COMMITS * TIMES), `detect: most memory, ${COMMITS * TIMES} commits`);
  const ratio = long.ratio / short.ratio;
  return [short, { ...long, name: `detect: most memory, ${TIMES} times the commits`, baseline: 'memory over the shorter history', ratio, spread: [ratio, ratio] }];
}

/** The most memory of our process (git's is git's), as the operating system counted it. */
function memory(folder: string, cli: string, repo: string, name: string): Comparison {
  const [probe, told] = [join(folder, 'probe-detect.mjs'), join(folder, 'peak-detect')];
  writeFileSync(
    probe,
    `import { writeFileSync } from 'node:fs';\nprocess.on('exit', () => writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS * 1024)));\n`,
  );
  run('sh', ['-c', '"$@" >/dev/null', 'sh', process.execPath, '--import', pathToFileURL(probe).href, cli, 'detect', '--repo', repo, '--jsonl']);
  const ratio = Number(readFileSync(told, 'utf8')) / MB / 200;
  return { name, baseline: '200 MB', ratio, spread: [ratio, ratio], turns: 1, took: 0 };
}

const env = { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

/** One commit in six bears a mark and one in ten speaks of a cursor, bodies are of a few lines: as histories of today have them. */
function laid(dir: string, commits: number): string {
  if (existsSync(dir)) return dir;
  run('git', ['init', '-q', '-b', 'main', dir], { env });
  const parts = Array.from({ length: commits }, (_, n) => {
    const who = `Person ${n % 97} <p${n % 97}@example.com> ${1_700_000_000 + n * 60} +0000`;
    return `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\n${data(message(n))}\n`;
  });
  run('git', ['-C', dir, 'fast-import', '--quiet', '--date-format=raw'], { env, input: parts.join('') });
  run('git', ['-C', dir, 'repack', '-adq'], { env });
  return dir;
}

const MARKS = ['Co-authored-by: Claude <noreply@anthropic.com>', 'Assisted-by: codex:gpt-5', 'Generated with [Claude Code](https://claude.ai/code)'] as const;

const message = (n: number): string =>
  `Change the ${n}th part of service ${n % 50}\n\nThe ${n % 10 === 0 ? 'cursor' : 'place'} of the reader moved too early, so that a request which came back read one row twice.\nIt is kept beside the row now, and goes on only when the row was taken, whatever the caller does.\n\nRefs: #${n}\n${n % 6 === 0 ? `\n${MARKS[n % MARKS.length]}\n` : ''}`;
