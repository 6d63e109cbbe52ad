/** `countersign check` of a 20-file change in a repository of 30,000 commits, against the git commands it needs. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMITS, layHistory } from './history.ts';
import { type Comparison, compare, run } from './measure.ts';

export async function checkBench(folder: string, cli: string): Promise<readonly Comparison[]> {
  const [repo, empty] = [join(folder, 'history'), join(folder, 'empty.mjs')];
  layHistory(repo);
  writeFileSync(empty, '');
  const env = { PATH: process.env.PATH, HOME: folder };
  const check = (path = env.PATH): void => void run(process.execPath, [cli, 'check', '--target', 'main', '--json'], { cwd: repo, env: { ...env, PATH: path }, expect: [0, 1] });
  const replay = recorded(join(folder, 'recorded'), check);
  const git = (): void => void run('sh', [replay], { env });
  const node = (): void => void run(process.execPath, [empty], { env });
  const change = `a 20-file change, ${COMMITS} commits`;
  return [
    await compare({
      name: 'countersign --version',
      baseline: 'an empty Node program',
      turns: 31,
      subject: () => void run(process.execPath, [cli, '--version'], { env }),
      against: node,
    }),
    await compare({ name: `check: ${change}`, baseline: 'the git commands it runs, from sh', turns: 21, subject: () => check(), against: git }),
    await compare({
      name: `check: ${change}`,
      baseline: 'the same, and an empty Node program',
      turns: 21,
      subject: () => check(),
      against: () => {
        node();
        git();
      },
    }),
  ];
}

/**
 * A script of exactly the git commands that one check runs, with their environment and input: a `git` in front of the
 * real one on PATH writes them down.
 */
function recorded(folder: string, check: (path: string) => void): string {
  const real = run('sh', ['-c', 'command -v git']).trim();
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  // Every argument goes through the shell quoted; what was read from standard input is kept beside it.
  const shim = `#!/bin/sh
at="${folder}/$(date +%s%N)-$$"
{ printf 'cd %s\\n' "'$PWD'"; env | grep '^GIT_' | sed "s/'/'\\\\\\\\''/g; s/=/='/; s/$/'/; s/^/export /"; printf '%s' "${real}"; for a in "$@"; do printf " '%s'" "$a"; done; printf ' <%s.in >/dev/null\\n' "$at"; } >"$at.sh"
tee "$at.in" | "${real}" "$@"
`;
  writeFileSync(join(bin, 'git'), shim);
  chmodSync(join(bin, 'git'), 0o755);
  check(`${bin}:${process.env.PATH}`);
  const commands = readdirSync(folder)
    .filter((name) => name.endsWith('.sh'))
    .sort();
  if (commands.length < 5) throw new Error(`only ${commands.length} git commands were seen`);
  const replay = join(folder, 'replay');
  writeFileSync(replay, commands.map((name) => `(${readFileSync(join(folder, name), 'utf8').trim()})\n`).join(''));
  return replay;
}
