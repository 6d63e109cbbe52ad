/** Lays down a repository's history by `git fast-import`: one process, the same object ids on every machine. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

export interface SampleCommit {
  /** `Name <mail>`. */
  readonly by: string;
  /** RFC 3339 date and time, UTC. */
  readonly at: string;
  readonly message: string;
  /** Path to content; null deletes. */
  readonly files: { readonly [path: string]: string | null };
}

/** Makes a bare repository whose `main` holds these commits, oldest first. Throws where git refuses. */
export function layHistory(gitDir: string, commits: readonly SampleCommit[]): void {
  rmSync(gitDir, { recursive: true, force: true });
  git(['init', '-q', '--bare', '-b', 'main', gitDir], '');
  git(['--git-dir', gitDir, 'fast-import', '--quiet', '--date-format=raw'], stream(commits));
}

function stream(commits: readonly SampleCommit[]): string {
  return commits
    .map((c) => {
      const when = `${Math.floor(Date.parse(c.at) / 1000)} +0000`;
      const files = Object.entries(c.files).map(([path, content]) => (content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`));
      return `commit refs/heads/main\nauthor ${c.by} ${when}\ncommitter ${c.by} ${when}\n${data(`${c.message}\n`)}${files.join('')}\n`;
    })
    .join('');
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

/** Runs git untouched by the user's configuration. */
export function git(args: readonly string[], input: string): void {
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const done = spawnSync('git', args, { env, input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr || done.error?.message}`);
}
