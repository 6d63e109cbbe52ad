/**
 * Checkpoints as commits of a branch, in a repository other people hold. A bare repository of our own stands between: nothing that the
 * other side configures runs here, and the user's own git and keys reach theirs.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text, utf8 } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Anchor } from '../../flows/ports-log.ts';
import { userEnvironment } from './reword.ts';
import { type Environment, failure, runGit, succeeded } from './run.ts';

const OURS = 'refs/anchor';
const MAX_NOTE = 1_000_000;
const SECONDS = 120;
const NOBODY = {
  GIT_AUTHOR_NAME: 'Countersign',
  GIT_AUTHOR_EMAIL: 'log@countersign.invalid',
  GIT_COMMITTER_NAME: 'Countersign',
  GIT_COMMITTER_EMAIL: 'log@countersign.invalid',
};

/** @param repo a folder, or what `git push` takes. @param ref full name of a branch. Problems: USAGE, GIT_FAILED. */
export async function openAnchor(repo: string, ref: string): Promise<Result<Anchor>> {
  if (!/^refs\/heads\/[A-Za-z0-9_][A-Za-z0-9_/.-]*$/.test(ref) || /\.\.|\/\/|\.lock(?:\/|$)|\/\.|[/.]$/.test(ref))
    return err(problem('USAGE', `${ref} is not the full name of a branch`, { place: '--ref', remedy: 'for example refs/heads/log' }));
  const remote = existsSync(repo) ? resolve(repo) : repo;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-anchor-'));
  const room = new Room(folder, remote, ref);
  const begun = await room.begin();
  if (begun.ok) return ok(room);
  await room.close();
  return begun;
}

/** The name of a log as a path: itself where no file system minds, else its digest. */
export function anchorPath(origin: string): string {
  const plain =
    origin.length <= 200 &&
    origin.split('/').every((part) => /^[a-z0-9][a-z0-9._-]*$/.test(part) && !/\.(?:lock|git)$|\.$|\.\.|^(?:checkpoint|git~\d+|sha256-[0-9a-f]{64})$/.test(part));
  return `${plain ? origin : `sha256-${sha256Hex(origin)}`}/checkpoint`;
}

class Room implements Anchor {
  readonly #folder: string;
  readonly #remote: string;
  readonly #ref: string;
  readonly #env: Environment;
  /** The tip as it was read; null where there is no such branch. */
  #tip: string | null = null;

  constructor(folder: string, remote: string, ref: string) {
    this.#folder = folder;
    this.#remote = remote;
    this.#ref = ref;
    this.#env = { ...userEnvironment(), ...NOBODY, GIT_DIR: folder, GIT_INDEX_FILE: join(folder, 'anchor.index'), GIT_TERMINAL_PROMPT: '0' };
  }

  close(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  async begin(): Promise<Result<void>> {
    const listed = await this.#git(['ls-remote', '--', this.#remote, this.#ref]);
    if (!listed.ok) return err(problem('GIT_FAILED', listed.error.message, { place: this.#remote, remedy: 'check that git reaches this repository: git ls-remote' }));
    // Git lists every ref whose name ends so.
    const id = (text(listed.value) ?? '').split('\n').flatMap((line) => (line.endsWith(`\t${this.#ref}`) ? [line.split('\t')[0]] : []))[0];
    const made = await this.#git(['init', '-q', '--bare', '--template=', ...(id?.length === 64 ? ['--object-format=sha256'] : []), this.#folder]);
    if (!made.ok || id === undefined) return made.ok ? ok(undefined) : made;
    const fetched = await this.#git(['fetch', '-q', '--no-tags', '--depth=1', '--', this.#remote, `+${this.#ref}:${OURS}`]);
    if (!fetched.ok) return fetched;
    const tip = await this.#git(['rev-parse', '--verify', `${OURS}^{commit}`]);
    if (tip.ok) this.#tip = (text(tip.value) ?? '').trim();
    return tip.ok ? ok(undefined) : tip;
  }

  async last(origin: string): Promise<Result<Uint8Array | null>> {
    if (this.#tip === null) return ok(null);
    const entry = await this.#git(['ls-tree', this.#tip, '--', anchorPath(origin)]);
    if (!entry.ok) return entry;
    const [, mode, blob] = /^(\d{6}) blob ([0-9a-f]+)\t/.exec(text(entry.value) ?? '') ?? [];
    if (entry.value.length === 0) return ok(null);
    if (blob === undefined || mode === '120000') return err(problem('GIT_FAILED', 'what is anchored is no file', { place: anchorPath(origin) }));
    return this.#git(['cat-file', 'blob', blob]);
  }

  async put(origin: string, note: string, message: string): Promise<Result<string>> {
    const commit = await this.#commit(anchorPath(origin), utf8(note), message);
    if (!commit.ok) return commit;
    const pushed = await this.#run(['push', '-q', '--', this.#remote, `${commit.value}:${this.#ref}`]);
    if (!pushed.ok) return pushed;
    if (pushed.value.code === 0) return commit;
    return err(/\[rejected\]|non-fast-forward|fetch first|cannot lock ref/.test(pushed.value.stderr) ? moved(this.#ref) : failure('push', pushed.value.code, pushed.value.stderr));
  }

  /** The tree of the tip with this one file in it. */
  async #commit(path: string, bytes: Uint8Array, message: string): Promise<Result<string>> {
    const blob = await this.#line(['hash-object', '-w', '--stdin'], bytes);
    if (!blob.ok) return blob;
    const read = await this.#git(this.#tip === null ? ['read-tree', '--empty'] : ['read-tree', this.#tip]);
    if (!read.ok) return read;
    const added = await this.#git(['update-index', '--add', '--cacheinfo', `100644,${blob.value},${path}`]);
    if (!added.ok) return added;
    const tree = await this.#line(['write-tree']);
    if (!tree.ok) return tree;
    return this.#line(['commit-tree', tree.value, ...(this.#tip === null ? [] : ['-p', this.#tip])], utf8(message));
  }

  #run(args: readonly string[], input: Uint8Array = new Uint8Array(0)) {
    return runGit(['-c', 'core.hooksPath=/dev/null', ...args], { env: this.#env, cwd: this.#folder, input, cap: MAX_NOTE, seconds: SECONDS });
  }

  async #git(args: readonly string[], input?: Uint8Array): Promise<Result<Uint8Array>> {
    return succeeded(args[0] ?? '', await this.#run(args, input));
  }

  async #line(args: readonly string[], input?: Uint8Array): Promise<Result<string>> {
    const printed = await this.#git(args, input);
    return printed.ok ? ok((text(printed.value) ?? '').trim()) : printed;
  }
}

const moved = (ref: string): Problem => problem('REF_CHANGED', `${ref} moved while the checkpoint was anchored, and was left alone`, { place: ref, remedy: 'run it again' });
