/**
 * Real temporary git repositories for tests: nothing of the machine's or the user's git configuration reaches them, and
 * the same calls give the same object ids everywhere. Synchronous, because a test reads better so; every failure throws.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** Content of a path: a file, an executable, a symbolic link, a submodule pointer, or null to delete it. */
export type FileChange = string | Uint8Array | { readonly exec: string } | { readonly link: string } | { readonly gitlink: string } | null;

export interface CommitOptions {
  readonly message?: string;
  readonly author?: Person;
  /** The author unless told. */
  readonly committer?: Person;
  /** Seconds since 1970; by default one minute after this repository's previous commit. */
  readonly at?: number;
}

export interface TestRepository {
  /** The work tree; of a bare repository its git directory. */
  readonly dir: string;
  readonly gitDir: string;
  /** Standard output without the last newline. */
  git(...args: readonly string[]): string;
  /** Standard output as bytes; `input` goes to standard input. */
  raw(args: readonly string[], input?: string | Uint8Array): Uint8Array;
  /** Writes these paths, stages everything and commits, also when nothing changed. Answers the commit id. */
  commit(files: { readonly [path: string]: FileChange }, options?: CommitOptions): string;
  /** A bare clone in a new folder, refs and all (`--mirror`). */
  bare(): TestRepository;
  /** A clone with a work tree. `args` go to `git clone`, for example `--depth=1`. */
  clone(...args: readonly string[]): TestRepository;
}

const ALICE: Person = { name: 'Alice', email: 'alice@example.org' };
const START = 1_790_000_000;

/** One folder for a test's repositories; call `remove` in afterAll. */
export interface GitRoom {
  readonly root: string;
  /** An empty repository on branch `main`. @param args for `git init`, for example `--object-format=sha256`. */
  init(...args: readonly string[]): TestRepository;
  /** A repository that is already there. */
  at(dir: string, gitDir: string): TestRepository;
  /** A new empty folder. */
  folder(): string;
  remove(): void;
}

export function gitRoom(): GitRoom {
  const root = mkdtempSync(join(tmpdir(), 'countersign-git-'));
  const room: GitRoom = {
    root,
    folder: () => mkdtempSync(join(root, 'r')),
    at: (dir, gitDir) => repositoryAt(room, dir, gitDir),
    init: (...args) => {
      const dir = room.folder();
      run(root, dir, ['init', '-q', '-b', 'main', ...args, dir]);
      return room.at(dir, args.includes('--bare') ? dir : join(dir, '.git'));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  return room;
}

/** The environment these repositories are made in; add to it for a push or a server. */
export function gitEnvironment(home: string): { [name: string]: string } {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function repositoryAt(room: GitRoom, dir: string, gitDir: string): TestRepository {
  const raw = (args: readonly string[], input?: string | Uint8Array, env = {}) => run(room.root, dir, args, input, env);
  const git = (...args: readonly string[]): string => raw(args).toString('utf8').replace(/\n$/, '');
  const cloned = (args: readonly string[], gitFolder: string): TestRepository => {
    const target = room.folder();
    run(room.root, room.root, ['-c', 'protocol.file.allow=always', 'clone', '-q', ...args, `file://${gitDir}`, target]);
    return room.at(target, join(target, gitFolder));
  };
  let clock = START;
  return {
    dir,
    gitDir,
    git,
    raw,
    commit: (files, options = {}) => {
      clock = options.at ?? clock + 60;
      for (const [path, change] of Object.entries(files)) write(dir, path, change, git);
      git('add', '-A');
      raw(['commit', '-q', '--allow-empty', '--no-verify', '-F', '-'], options.message ?? 'Change\n', identity(options, clock));
      return git('rev-parse', 'HEAD');
    },
    bare: () => cloned(['--mirror'], '.'),
    clone: (...args) => cloned(args, '.git'),
  };
}

function identity(options: CommitOptions, at: number): { [name: string]: string } {
  const author = options.author ?? ALICE;
  const committer = options.committer ?? author;
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: `${at} +0000`,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: `${at} +0000`,
  };
}

function write(dir: string, path: string, change: FileChange, git: TestRepository['git']): void {
  const place = join(dir, path);
  rmSync(place, { recursive: true, force: true });
  if (change === null) return;
  mkdirSync(dirname(place), { recursive: true });
  if (typeof change === 'string' || change instanceof Uint8Array) writeFileSync(place, change);
  else if ('link' in change) symlinkSync(change.link, place);
  else if ('exec' in change) {
    writeFileSync(place, change.exec);
    chmodSync(place, 0o755);
  } else {
    // An empty folder is how a submodule looks that was not checked out: `add -A` leaves its pointer alone.
    mkdirSync(place);
    git('update-index', '--add', '--cacheinfo', `160000,${change.gitlink},${path}`);
  }
}

/** Merges and rebases commit too: they get Alice and a fixed date unless `env` says otherwise. */
function run(home: string, cwd: string, args: readonly string[], input?: string | Uint8Array, env: { [name: string]: string } = {}): Buffer {
  return execFileSync('git', args, {
    cwd,
    env: { ...gitEnvironment(home), ...identity({}, START), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
  });
}
