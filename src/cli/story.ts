/**
 * The sample's story, as commands for the reader's own shell. They may be typed anywhere, twice, and over kept data: each
 * names the folder it works in, so that none can reach a repository it was not meant for.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULTS } from './defaults.ts';

const FILE = 'databases/orders/main.tf';
const NAME = '"orders-prod"';
const CLONE = '/tmp/larkspur-infra';

export interface StoryPlace {
  readonly port: number;
  /** The server's data folder. */
  readonly data: string;
  /** Where the reader's clone would go if nothing were there. */
  readonly clone?: string;
}

export function story(at: StoryPlace): string {
  if (isPlayed(at.data)) return again(at);
  const folder = free(at.clone ?? CLONE);
  const git = `git -C ${quoted(folder)}`;
  return `The story, in three commands (in another terminal):

  git clone -q http://jonas:demo@localhost:${at.port}/git/infra.git ${quoted(folder)}
  perl -pi -e 's/${NAME}/"larkspur-orders-prod"/; $_ = "" if /prevent_destroy/' ${quoted(join(folder, FILE))}
  ${git} -c user.name='Jonas Keller' -c user.email=jonas@larkspur.example commit --no-gpg-sign -qam 'Follow the naming convention' -m 'Assisted-by: claude-code:claude-opus-4' && ${git} push origin main

The push is refused, and says who can sign and where. On the page, act as Mara Lindqvist (L6), answer, sign; push again:

  ${git} push origin main`;
}

/** Nothing is left to change where the new name is on main already. */
const again = ({ data, port }: StoryPlace): string => `The story has been played on this data: the new name of the orders database has landed on infra's main.
To play it again, stop this server (Ctrl-C) and start over with fresh data; this folder stays as it is:

  ${starter()} --data ${quoted(free(data))}${String(port) === DEFAULTS.port ? '' : ` --port ${port}`}`;

/** How this process was started, for whoever has no package.json around. */
const starter = (): string => (process.env.npm_lifecycle_event === 'start' ? 'npm start --' : `${program()} serve --demo`);

/** This program by its full paths: what is typed in any folder runs the same. */
export const program = (): string => [process.execPath, process.argv[1] ?? 'countersign'].map(quoted).join(' ');

function isPlayed(data: string): boolean {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' };
  const main = spawnSync('git', ['--git-dir', join(data, 'repositories/infra.git'), 'cat-file', 'blob', `refs/heads/main:${FILE}`], { env, encoding: 'utf8' });
  return main.status === 0 && !main.stdout.includes(NAME);
}

/** The first of `path`, `path-2`, `path-3`... that is not there. */
export function free(path: string): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : `${path}-${n}`;
    if (!existsSync(candidate)) return candidate;
  }
}

/** As a POSIX shell reads one word. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
