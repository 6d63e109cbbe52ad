/** Owners of 10,000 paths by 1,000 patterns, against git's own matcher on the same patterns and paths, which it agrees with. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownersIndex } from '../src/core/change/codeowners-index.ts';
import { readOwners } from '../src/core/change/codeowners-read.ts';
import { type Comparison, compare, run } from './measure.ts';

const PATTERNS = 1_000;
const PATHS = 10_000;

export async function ownersBench(folder: string, cli: string): Promise<readonly Comparison[]> {
  mkdirSync(folder);
  const patterns = `${Array.from({ length: PATTERNS }, (_, i) => pattern(i)).join('\n')}\n`;
  const paths = `${Array.from({ length: PATHS }, (_, i) => path(i)).join('\0')}\0`;
  const file = join(folder, '.gitignore');
  writeFileSync(file, patterns);
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', ['init', '-q', folder], { env });
  const git = (): string => run('git', ['check-ignore', '-v', '-n', '--no-index', '--stdin', '-z'], { cwd: folder, env, input: paths });
  const ours = (): string => run(process.execPath, [cli, 'owners', '--file', file, '--dialect', 'gitignore', '-z', '-'], { env, input: paths });
  agree(patterns, git());
  const baseline = 'git check-ignore --stdin';
  const name = `owners: ${PATHS.toLocaleString('en')} paths, ${PATTERNS.toLocaleString('en')} lines`;
  return [
    await compare({ name, baseline, turns: 11, subject: () => void inProcess(patterns, paths), against: () => void git() }),
    await compare({ name: `${name}, as a command`, baseline, turns: 11, subject: () => void ours(), against: () => void git() }),
  ];
}

/** The file read, indexed and asked anew. */
function inProcess(patterns: string, paths: string): readonly number[] {
  const file = readOwners(patterns, 'gitignore', '.gitignore');
  if (!file.ok) throw new Error(file.error.message);
  const index = ownersIndex(file.value);
  return paths
    .split('\0')
    .slice(0, -1)
    .map((asked) => index(asked)[0]?.rule.line ?? 0);
}

/** Two that answer differently are not compared. */
function agree(patterns: string, git: string): void {
  const fields = git.split('\0');
  const paths = fields.filter((_, i) => i % 4 === 3);
  const lines = inProcess(patterns, paths.map((asked) => `${asked}\0`).join(''));
  const wrong = paths.findIndex((_, i) => Number(fields[4 * i + 1]) !== lines[i]);
  if (wrong >= 0) throw new Error(`git and the index disagree about ${paths[wrong]}`);
}

/** Kinds of patterns as in files people keep: folders, files, endings, names at any depth, a few with wildcards inside. */
function pattern(i: number): string {
  const [a, b] = [`team${i % 97}`, `part${i % 31}`];
  return (
    [
      `/src/${a}/${b}/`,
      `/src/${a}/*.ts`,
      `${b}-${i}.md`,
      `*.ext${i % 50}`,
      `/src/${a}/**/test-${i % 11}`,
      `lib/${a}/${b}`,
      `**/gen${i % 40}/*`,
      `/docs/${b}/*/index-${i}.md`,
      `config-?${i % 10}.json`,
      `!/src/${a}/keep${i % 7}`,
    ][i % 10] ?? a
  );
}

function path(i: number): string {
  const [a, b] = [`team${i % 101}`, `part${i % 37}`];
  return (
    [
      `src/${a}/${b}/file${i}.ts`,
      `src/${a}/main${i}.ts`,
      `docs/${b}/deep/index-${i % 999}.md`,
      `lib/${a}/${b}/x.ext${i % 60}`,
      `src/${a}/x/y/test-${i % 13}`,
      `web/gen${i % 50}/a/file${i}.css`,
      `tools/${a}/${b}/${i}/README.md`,
    ][i % 7] ?? a
  );
}
