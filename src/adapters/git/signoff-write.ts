/**
 * Adds bundles to the ref that carries them, by plumbing: blobs, an index of its own, a tree, a commit on top of what is there, and the
 * ref moved only from where it was read. With a remote, what is there is what the remote holds, and git's own refusal of anything but
 * fast-forward is the compare-and-swap. Where somebody else wrote meanwhile it is done again on top of theirs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { lines } from './change.ts';
import { locate, type Place, type RepositoryPlace } from './place.ts';
import { tipOf } from './revision.ts';
import { userEnvironment } from './reword.ts';
import { type Environment, failure, runGit, succeeded } from './run.ts';
import { signoffsFolder } from './signoff-ref.ts';

/** A bundle, and the content it is kept for. */
export interface KeptBundle {
  readonly manifest: string;
  readonly bytes: Uint8Array;
}

const TRIES = 12;
const SECONDS = 120;
const NOBODY = {
  GIT_AUTHOR_NAME: 'Countersign',
  GIT_AUTHOR_EMAIL: 'signoffs@countersign.invalid',
  GIT_COMMITTER_NAME: 'Countersign',
  GIT_COMMITTER_EMAIL: 'signoffs@countersign.invalid',
};

/**
 * @param remote a name or an address, as git reads it with the user's configuration; null: the clone's own ref alone.
 * Answers the commit. Problems: GIT_FAILED, REF_CHANGED where others write again and again.
 */
export async function writeSignoffs(place: RepositoryPlace, ref: string, bundles: readonly KeptBundle[], remote: string | null): Promise<Result<Oid>> {
  const at = await locate(place);
  if (!at.ok) return at;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-signoffs-'));
  try {
    const staged = await stage(at.value, bundles);
    return staged.ok ? await onTop({ at: at.value, folder, ref, remote, staged: staged.value }) : staged;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Writing {
  readonly at: Place;
  readonly folder: string;
  readonly ref: string;
  readonly remote: string | null;
  /** Lines of `update-index --index-info`. */
  readonly staged: string;
}

async function onTop(writing: Writing): Promise<Result<Oid>> {
  const { at, ref, remote } = writing;
  let last: Problem = problem('REF_CHANGED', `${ref} moved again and again`, { remedy: 'try again' });
  for (let tried = 0; tried < TRIES; tried += 1) {
    const own = await tipOf(at, ref);
    if (!own.ok) return own;
    const tip = remote === null ? own : await fetched(writing, remote);
    if (!tip.ok) return tip;
    const commit = await committed(writing, tip.value, tried);
    if (!commit.ok) return commit;
    const gone = remote === null || commit.value === tip.value ? ok(null) : await pushed(writing, remote, commit.value);
    const moved = gone.ok && gone.value === null ? await movedTo(writing, commit.value, own.value) : gone;
    if (!moved.ok) return moved;
    if (moved.value === null) return commit;
    last = moved.value;
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40 * (tried + 1)));
  }
  return err(last);
}

async function stage(at: Place, bundles: readonly KeptBundle[]): Promise<Result<string>> {
  const rows: string[] = [];
  for (const { manifest, bytes } of bundles) {
    const blob = await line('hash-object', ['-w', '--no-filters', '--stdin'], at.objects, bytes);
    if (!blob.ok) return blob;
    rows.push(`100644 ${blob.value}\t${signoffsFolder(manifest)}/${sha256Hex(bytes)}.json\n`);
  }
  return ok(rows.join(''));
}

/** What the remote holds, its objects with it; null: there is no such ref. */
async function fetched({ at, ref }: Writing, remote: string): Promise<Result<Oid | null>> {
  const env = theirs(at);
  const listed = succeeded('ls-remote', await runGit(['ls-remote', '--', remote, ref], { env, seconds: SECONDS }));
  if (!listed.ok) return err(problem('GIT_FAILED', listed.error.message, { place: remote, remedy: 'check that git reaches this remote: git ls-remote' }));
  const id = lines(listed.value).flatMap((l) => (l.endsWith(`\t${ref}`) ? (l.split('\t')[0] ?? []) : []))[0];
  if (id === undefined) return ok(null);
  const brought = succeeded('fetch', await runGit([...HOOKLESS, 'fetch', '-q', '--no-tags', '--no-write-fetch-head', '--', remote, ref], { env, seconds: SECONDS }));
  return brought.ok ? ok(id) : brought;
}

/** A commit on top of the tip; the tip itself where all of it is there already. */
async function committed({ at, folder, staged }: Writing, tip: Oid | null, tried: number): Promise<Result<Oid>> {
  const env = { ...at.objects, GIT_INDEX_FILE: join(folder, `index${tried}`) };
  const read = await line('read-tree', tip === null ? ['--empty'] : [tip], env);
  if (!read.ok) return read;
  const added = await line('update-index', ['--index-info'], env, staged);
  if (!added.ok) return added;
  const tree = await line('write-tree', [], env);
  if (!tree.ok || tip === null) return tree.ok ? line('commit-tree', [tree.value, '-m', 'Sign-offs by countersign'], { ...env, ...NOBODY }) : tree;
  const before = await line('rev-parse', ['--verify', `${tip}^{tree}`], at.objects);
  if (before.ok && before.value === tree.value) return ok(tip);
  return line('commit-tree', [tree.value, '-p', tip, '-m', 'Sign-offs by countersign'], { ...env, ...NOBODY });
}

/** null: it is there. A problem in the answer: somebody else was first. */
async function pushed({ at, ref }: Writing, remote: string, commit: Oid): Promise<Result<Problem | null>> {
  const output = await runGit([...HOOKLESS, 'push', '-q', '--', remote, `${commit}:${ref}`], { env: theirs(at), seconds: SECONDS });
  if (!output.ok) return output;
  if (output.value.code === 0) return ok(null);
  const why = failure('push', output.value.code, output.value.stderr);
  return /non-fast-forward|fetch first|cannot lock ref|failed to update ref|incorrect old value/.test(output.value.stderr) ? ok(why) : err({ ...why, place: remote });
}

/** What the clone had and the remote has not stays in the clone's reflog alone: a remote is the one place the ref is added to. */
async function movedTo({ at, ref }: Writing, commit: Oid, from: Oid | null): Promise<Result<Problem | null>> {
  if (commit === from) return ok(null);
  const output = await runGit([...HOOKLESS, 'update-ref', '--create-reflog', '-m', 'countersign: sign-offs', ref, commit, from ?? '0'.repeat(commit.length)], {
    env: { ...at.refs, ...NOBODY },
  });
  if (!output.ok) return output;
  if (output.value.code === 0) return ok(null);
  const why = failure('update-ref', output.value.code, output.value.stderr);
  return /cannot lock ref|but expected|File exists/i.test(output.value.stderr) ? ok(why) : err(why);
}

const HOOKLESS = ['-c', 'core.hooksPath=/dev/null'];

/** The user's keys and configuration reach the remote. */
const theirs = (at: Place): Environment => ({ ...userEnvironment(), GIT_DIR: at.gitDir, GIT_TERMINAL_PROMPT: '0' });

async function line(name: string, args: readonly string[], env: Environment, input?: string | Uint8Array): Promise<Result<string>> {
  const printed = succeeded(name, await runGit([name, ...args], { env, ...(input === undefined ? {} : { input }) }));
  return printed.ok ? ok((text(printed.value) ?? '').trim()) : printed;
}
