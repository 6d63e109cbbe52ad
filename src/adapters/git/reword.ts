/**
 * The port `Rewording` over a user's own clone. Objects are read and written without anybody's configuration; signing and
 * the move of the branch are the user's, and run in the user's environment.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { Rewording, Standing, WordedCommit } from '../../flows/ports.ts';
import { openObjects } from './objects.ts';
import { locate, type Place } from './place.ts';
import { commitAt } from './revision.ts';
import { rewordCommit, worded } from './reword-commit.ts';
import { type Environment, failure, runGit, succeeded } from './run.ts';

const MOST = 10_000;
const COMMIT_BYTES = 8 << 20;

/** @param dir any folder of the clone. */
export function openRewording({ dir }: { readonly dir: string }): Rewording {
  const here = locate({ dir });
  const user = userEnvironment();
  const within = async <T>(act: (place: Place) => Promise<Result<T>>): Promise<Result<T>> => {
    const place = await here;
    return place.ok ? act(place.value) : place;
  };
  return {
    standing: () => within((place) => standing(place, user)),
    commits: (tip, not) => within((place) => commitsOf(place, tip, not)),
    reword: (commit, parents, trailers) => within((place) => rewordCommit(place, commit, parents, trailers, user)),
    move: (branch, from, to, why) => within((place) => moved(place, user, { branch, from, to, why })),
  };
}

/** Their keys, identity and configuration, and not the repository some hook of git's is running for. */
export function userEnvironment(): Environment {
  const kept = Object.entries(process.env).flatMap(([name, value]) => (value !== undefined && (!name.startsWith('GIT_') || name.startsWith('GIT_CONFIG')) ? [[name, value]] : []));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

const UNDERWAY = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
] as const;

async function standing(place: Place, user: Environment): Promise<Result<Standing>> {
  const theirs = { ...user, GIT_DIR: place.gitDir };
  const [branch, head, refs, signs] = await Promise.all([
    runGit(['symbolic-ref', '-q', 'HEAD'], { env: place.refs }),
    commitAt(place, 'HEAD'),
    runGit(['for-each-ref', '--format=%(objectname) %(refname) %(upstream)', 'refs/heads', 'refs/remotes'], { env: place.refs }),
    runGit(['config', '--type=bool', '--get', 'commit.gpgSign'], { env: theirs }),
  ]);
  const listed = succeeded('for-each-ref', refs);
  if (!listed.ok) return listed;
  const rows = (text(listed.value) ?? '').split('\n').flatMap((line) => {
    const [id = '', name = '', upstream = ''] = line.split(' ');
    return name === '' ? [] : [{ id, name, upstream }];
  });
  const on = branch.ok && branch.value.code === 0 ? (text(branch.value.stdout) ?? '').trim() : null;
  return ok({
    branch: on,
    head,
    underway: UNDERWAY.find(([file]) => existsSync(join(place.gitDir, file)))?.[1] ?? null,
    upstream: rows.find((r) => r.name === on)?.upstream || null,
    refs: rows.map(({ id, name }) => ({ id, name })),
    signs: signs.ok && (text(signs.value.stdout) ?? '').trim() === 'true',
  });
}

async function commitsOf(place: Place, tip: Oid, not: readonly Oid[]): Promise<Result<readonly WordedCommit[]>> {
  const input = [tip, ...not.map((id) => `^${id}`)].map((line) => `${line}\n`).join('');
  const args = ['rev-list', '--topo-order', '--reverse', '--stdin'];
  const listed = succeeded('rev-list', await runGit(args, { env: place.objects, input }));
  if (!listed.ok) return listed;
  const ids = (text(listed.value) ?? '').split('\n').filter(Boolean);
  if (ids.length > MOST) return err(problem('PUSH_TOO_LARGE', `${ids.length} commits; at most ${MOST} are looked at in one run`, { remedy: 'name a range: BASE..HEAD' }));
  const reader = await openObjects(place.objects);
  try {
    const commits: WordedCommit[] = [];
    for (const id of ids) {
      const read = await reader.read(id, COMMIT_BYTES);
      if (read?.bytes === undefined)
        return err(problem('CONTENT_UNSEEN', `commit ${id} is ${read === undefined ? 'not here' : 'over 8 MiB'}`, { remedy: 'fetch the missing history and try again' }));
      commits.push(worded(id, read.bytes));
    }
    return ok(commits);
  } finally {
    reader.close();
  }
}

interface Move {
  readonly branch: string;
  readonly from: Oid;
  readonly to: Oid;
  readonly why: string;
}

async function moved(place: Place, user: Environment, { branch, from, to, why }: Move): Promise<Result<void>> {
  const done = await runGit(['update-ref', '--create-reflog', '-m', why, branch, to, from], { env: { ...user, GIT_DIR: place.gitDir } });
  if (!done.ok) return done;
  if (done.value.code === 0) return ok(undefined);
  return err(/is at|expected|cannot lock/i.test(done.value.stderr) ? elsewhere(branch) : failure('update-ref', done.value.code, done.value.stderr));
}

const elsewhere = (branch: string): Problem => problem('REF_CHANGED', `${branch} moved meanwhile, and was left alone`, { remedy: 'run it again' });
