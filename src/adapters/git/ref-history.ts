/**
 * The port `RefHistory`: one `rev-list --first-parent` a ref, and one `diff-tree --stdin` for all the moves of it, each line a commit and
 * the commit it is compared with. Objects alone are read: no configuration, replace ref or graft bends what is printed (see place.ts).
 */
import { createHash } from 'node:crypto';
import { text } from '../../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { manifestOf } from '../../core/change/manifest.ts';
import type { Chain, RefHistory, ScannedMove } from '../../flows/ports-scan.ts';
import { DIFF_TREE, isId, lines } from './change.ts';
import { EMPTY_TREE, locate, type Place, type RepositoryPlace } from './place.ts';
import { failure, runGit, startGit, succeeded, tail } from './run.ts';

const HEADS = 'refs/heads/';
const ORIGIN = 'refs/remotes/origin/';

/** @param place a user's clone, `{ dir }`, or a bare repository. */
export function openRefHistory(place: RepositoryPlace): RefHistory {
  return {
    branches: async () => {
      const at = await locate(place);
      return at.ok ? branchesIn(at.value) : at;
    },
    chain: async (tip, signal) => {
      const at = await locate(place);
      return at.ok ? chainOf(at.value, tip, signal) : at;
    },
    manifests: async (moves, signal) => {
      const at = await locate(place);
      return at.ok ? manifestsOf(at.value, moves, signal) : at;
    },
  };
}

async function branchesIn(place: Place): Promise<Result<ReadonlyMap<string, Oid>>> {
  const printed = succeeded('for-each-ref', await runGit(['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)', HEADS, ORIGIN], { env: place.refs }));
  if (!printed.ok) return printed;
  const refs = lines(printed.value).flatMap((line) => {
    const [id = '', type = '', ...name] = line.split(' ');
    return type === 'commit' && isId(place, id) ? [[name.join(' '), id] as const] : [];
  });
  const remote = refs.filter(([name]) => name.startsWith(ORIGIN) && name !== `${ORIGIN}HEAD`);
  return ok(new Map(remote.length > 0 ? remote.map(([name, id]) => [HEADS + name.slice(ORIGIN.length), id]) : refs.filter(([name]) => name.startsWith(HEADS))));
}

async function chainOf(place: Place, tip: Oid, signal: AbortSignal | undefined): Promise<Result<Chain>> {
  if (!isId(place, tip)) return err(problem('GIT_FAILED', 'a history was asked for of something that is no object id'));
  const child = startGit(['rev-list', '--first-parent', '--timestamp', '--stdin'], { env: place.objects });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const stderr = tail(child.stderr);
  child.stdin.end(`${tip}\n`);
  const [ids, times]: [Oid[], number[]] = [[], []];
  let rest = '';
  for await (const chunk of child.stdout) {
    if (signal?.aborted === true) break;
    const whole = (rest + (chunk as Buffer).toString('latin1')).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) {
      const space = line.indexOf(' ');
      times.push(Number(line.slice(0, space)));
      ids.push(line.slice(space + 1));
    }
  }
  child.kill('SIGKILL');
  const code = await closed;
  if (signal?.aborted === true) return err(problem('GIT_FAILED', 'the scan was stopped'));
  if (code !== 0) return err(failure('rev-list', code, stderr()));
  if (rest !== '' || !ids.every((id) => isId(place, id)) || !times.every(Number.isSafeInteger)) return err(problem('GIT_FAILED', 'git rev-list answered something else'));
  const last = ids.at(-1);
  if (last !== undefined && place.shallow.has(last))
    return err(problem('CONTENT_UNSEEN', `this clone is shallow: what stands behind ${last} cannot be seen`, { remedy: 'git fetch --unshallow brings the rest' }));
  ids.reverse();
  times.reverse();
  return ok({ length: ids.length, commit: (i) => ids[i] ?? '', claimed: (i) => (times[i] ?? 0) * 1_000 });
}

/** Compared with a commit that is not among its parents, git prints what a move over many commits changed. */
async function manifestsOf(place: Place, moves: readonly ScannedMove[], signal: AbortSignal | undefined): Promise<Result<readonly (string | null)[]>> {
  const found: (string | null)[] = moves.map(() => null);
  const there = await commitsThere(place, moves);
  if (!there.ok) return there;
  const steps = moves.flatMap((move, i) => (move.from !== null && there.value.has(move.from) && there.value.has(move.to) ? [{ i, from: move.from, to: move.to }] : []));
  for (const [i, { from, to }] of moves.entries()) {
    if (from !== null || !there.value.has(to)) continue;
    const raw = succeeded('diff-tree', await runGit([...DIFF_TREE, EMPTY_TREE[place.format], to], { env: place.objects }));
    if (raw.ok) found[i] = manifestOf(new Uint8Array(raw.value));
  }
  const read = await differences(
    place,
    steps,
    (n, manifest) => {
      const step = steps[n];
      if (step !== undefined) found[step.i] = manifest;
    },
    signal,
  );
  return read.ok ? ok(found) : read;
}

/** Of what is asked, the commits that are here: git ends at the first it cannot read, and what ended it must not end the rest. */
async function commitsThere(place: Place, moves: readonly ScannedMove[]): Promise<Result<ReadonlySet<Oid>>> {
  const asked = [...new Set(moves.flatMap(({ from, to }) => (from === null ? [to] : [from, to])))].filter((id) => isId(place, id));
  if (asked.length === 0) return ok(new Set());
  const printed = succeeded(
    'cat-file',
    await runGit(['cat-file', '--batch-check=%(objectname) %(objecttype)', '--buffer'], { env: place.objects, input: `${asked.join('\n')}\n`, cap: asked.length * 200 }),
  );
  if (!printed.ok) return printed;
  return ok(new Set(lines(printed.value).flatMap((line) => (line.endsWith(' commit') ? [line.slice(0, line.indexOf(' '))] : []))));
}

interface Compared {
  readonly from: Oid;
  readonly to: Oid;
}

const COLON = 0x3a;

async function differences(place: Place, steps: readonly Compared[], take: (n: number, manifest: string) => void, signal: AbortSignal | undefined): Promise<Result<void>> {
  if (steps.length === 0) return ok(undefined);
  const child = startGit([...DIFF_TREE, '--raw', '--always', '--stdin'], { env: place.objects });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const stderr = tail(child.stderr);
  feed(child.stdin, steps);
  let [n, hash, awaited, odd] = [-1, createHash('sha256'), false, false];
  let rest: Buffer = Buffer.alloc(0);
  const end = (): void => {
    if (n >= 0) take(n, hash.digest('hex'));
    hash = createHash('sha256');
  };
  for await (const chunk of child.stdout) {
    if (signal?.aborted === true) break;
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let at = 0;
    for (let nul = bytes.indexOf(0, at); nul >= 0; nul = bytes.indexOf(0, at)) {
      const token = bytes.subarray(at, nul + 1);
      at = nul + 1;
      // Behind a record comes its path, whatever it looks like; behind that, another record or the next commit.
      if (awaited || token[0] === COLON) {
        hash.update(token);
        awaited = !awaited;
        continue;
      }
      end();
      n += 1;
      odd ||= text(token.subarray(0, -1)) !== steps[n]?.to;
    }
    rest = Buffer.from(bytes.subarray(at));
  }
  child.kill('SIGKILL');
  const code = await closed;
  if (signal?.aborted === true) return err(problem('GIT_FAILED', 'the scan was stopped'));
  if (code !== 0) return err(failure('diff-tree', code, stderr()));
  if (odd || awaited || rest.length > 0 || n !== steps.length - 1) return err(problem('GIT_FAILED', 'git diff-tree answered something else'));
  end();
  return ok(undefined);
}

/** Lines that are written at once. */
const SOME = 500;

function feed(stdin: NodeJS.WritableStream, steps: readonly Compared[]): void {
  let at = 0;
  const more = (): void => {
    for (let room = true; room && at < steps.length; at += SOME)
      room = stdin.write(
        steps
          .slice(at, at + SOME)
          .map(({ from, to }) => `${to} ${from}\n`)
          .join(''),
      );
    if (at >= steps.length) stdin.end();
    else stdin.once('drain', more);
  };
  more();
}
