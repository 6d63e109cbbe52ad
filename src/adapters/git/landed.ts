/**
 * The port `Landed`: one `rev-list` for the order, then one `diff-tree` that is handed the ids in that order and prints who, when, what
 * they said, and for every file whether it came, went or changed and by how many lines. Objects alone are read: no configuration, mailmap,
 * replace ref or network of anybody's can bend what is printed (see place.ts). Chunks are taken one at a time, so that a slow reader holds
 * git up and not our memory.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { LandedCommit } from '../../core/risk/score/landed.ts';
import type { Landed, LandedAsked, TakeLanded } from '../../flows/ports-risk.ts';
import { isId } from './change.ts';
import { type LandedOrder, landedOrder } from './landed-order.ts';
import { squashed } from './landed-squashed.ts';
import { LANDED_FORMAT, landedStream } from './landed-stream.ts';
import { idLength, locate, type Place, type RepositoryPlace } from './place.ts';
import { failure, type GitChild, startGit, tail } from './run.ts';

const HEADER = ['--stdin', '-z', '--encoding=UTF-8', '--date=raw', `--format=${LANDED_FORMAT}`];
const FILES = [
  'diff-tree',
  ...HEADER,
  '--always',
  '-r',
  '--root',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--ignore-submodules=none',
  '--no-abbrev',
  '-O/dev/null',
  '--raw',
];
/** What the measurements ask git for too. */
export const LANDED_LOG: readonly string[] = [...FILES, '--numstat'];

/** How much is asked of a commit: where contents are missing no lines are counted, where folders are missing no files are named. */
const DEPTHS = [LANDED_LOG, FILES, ['log', '--no-walk=unsorted', '--no-show-signature', '--no-patch', ...HEADER]];
/** After so many commits with contents missing, lines are counted of none: a clone without contents lacks all of them. */
const MOST_MISSING = 200;
/** Into a pipe git writes every commit by itself unless told otherwise. */
const BUFFERED = { GIT_FLUSH: '0' } as const;

/** @param place a user's clone, `{ dir }`, or a bare repository. */
export function openLanded(place: RepositoryPlace): Landed {
  const order = async (asked: LandedAsked): Promise<Result<{ readonly at: Place; readonly order: LandedOrder }>> => {
    const at = await locate(place);
    if (!at.ok) return at;
    if (!isId(at.value, asked.tip) || (asked.from !== undefined && !isId(at.value, asked.from)))
      return err(problem('GIT_FAILED', 'a history was asked for of something that is no object id'));
    const found = await landedOrder(at.value, [asked.tip, ...(asked.from === undefined ? [] : [`^${asked.from}`])], asked.signal);
    return found.ok ? ok({ at: at.value, order: found.value }) : found;
  };
  return {
    squashed: async (base, head, as) => {
      const at = await locate(place);
      return at.ok ? squashed(at.value, base, head, as) : at;
    },
    count: async (asked) => {
      const found = await order(asked);
      return found.ok ? ok(found.value.order.length) : found;
    },
    read: async (asked, take) => {
      const found = await order(asked);
      return found.ok ? new Reading(found.value.at, found.value.order, asked, take).all() : found;
    },
  };
}

class Reading {
  readonly #place: Place;
  readonly #order: LandedOrder;
  readonly #asked: LandedAsked;
  readonly #take: TakeLanded;
  #done = 0;
  #missing = 0;
  #cutOff = 0;

  constructor(place: Place, order: LandedOrder, asked: LandedAsked, take: TakeLanded) {
    this.#place = place;
    this.#order = order;
    this.#asked = asked;
    this.#take = take;
  }

  /** Git ends where something is missing: of that commit less is asked, and the next git goes on behind it. */
  async all(): Promise<Result<readonly string[]>> {
    while (this.#done < this.#order.length) {
      const depth = this.#missing > MOST_MISSING ? 1 : 0;
      const read = await this.#run(depth, this.#done, this.#order.length);
      if (this.#stopped()) break;
      if (read.ok) continue;
      if (read.error.code !== 'CONTENT_UNSEEN') return read;
      this.#missing += 1;
      const less = await this.#less(depth + 1);
      if (!less.ok) return less;
    }
    return ok(this.#notSeen());
  }

  /** The one commit that cannot be read as asked, with less. */
  async #less(from: number): Promise<Result<void>> {
    const next = this.#done + 1;
    for (let depth = from; depth < DEPTHS.length; depth++) {
      const read = await this.#run(depth, this.#done, next);
      if (read.ok || this.#stopped()) return ok(undefined);
      if (read.error.code !== 'CONTENT_UNSEEN') return read;
    }
    return err(problem('CONTENT_UNSEEN', `commit ${this.#order.id(this.#done)} is missing`, { remedy: 'fetch the missing history and try again' }));
  }

  #stopped(): boolean {
    return this.#asked.signal?.aborted === true;
  }

  /** Reads on to `end`; only whole commits count as done. */
  async #run(depth: number, from: number, end: number): Promise<Result<void>> {
    const child = startGit(DEPTHS[depth] ?? LANDED_LOG, { env: { ...this.#place.objects, ...BUFFERED } });
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    const stderr = tail(child.stderr);
    const stop = (): void => void child.kill('SIGKILL');
    this.#asked.signal?.addEventListener('abort', stop, { once: true });
    if (this.#stopped()) stop();
    feed(child, this.#order, from, end);
    const stream = landedStream(idLength(this.#place.format));
    let odd = false;
    for await (const chunk of child.stdout) {
      const commits = stream.take(chunk as Buffer);
      odd = commits === null;
      if (commits !== null && commits.length > 0) await this.#hand(commits);
      if (odd || this.#stopped()) break;
    }
    stop();
    const code = await closed;
    this.#asked.signal?.removeEventListener('abort', stop);
    if (odd) return err(problem('GIT_FAILED', 'git diff-tree answered something else'));
    const last = stream.end();
    if (code === 0 && last !== undefined && !this.#stopped()) await this.#hand([last]);
    return code === 0 || this.#stopped() ? ok(undefined) : err(failure('diff-tree', code, stderr()));
  }

  async #hand(commits: readonly LandedCommit[]): Promise<void> {
    await this.#take(this.#place.shallow.size === 0 ? commits : commits.map((c) => this.#atEnd(c)));
    this.#done += commits.length;
    this.#asked.progress?.(this.#done, this.#order.length);
  }

  /** Against the parents a shallow clone lacks, all files would seem to be created. */
  #atEnd(commit: LandedCommit): LandedCommit {
    if (!this.#place.shallow.has(commit.id)) return commit;
    this.#cutOff += 1;
    return { ...commit, files: [] };
  }

  #notSeen(): readonly string[] {
    const lines =
      this.#missing === 0
        ? []
        : [`contents are missing from this repository, so lines were not counted of ${this.#missing > MOST_MISSING ? 'most commits' : commits(this.#missing)}`];
    const ends = this.#cutOff === 0 ? [] : [`this clone is shallow: history ends at ${commits(this.#cutOff)}; git fetch --unshallow brings the rest`];
    return [...lines, ...ends];
  }
}

const commits = (n: number): string => `${n} ${n === 1 ? 'commit' : 'commits'}`;

/** Ids that are written at once. */
const SOME = 1_000;

/** Hands git the ids as fast as it reads them. */
function feed(child: GitChild, order: LandedOrder, from: number, end: number): void {
  let at = from;
  const more = (): void => {
    for (let room = true; room && at < end; at = Math.min(end, at + SOME)) {
      const ids = Array.from({ length: Math.min(SOME, end - at) }, (_, i) => order.id(at + i));
      room = child.stdin.write(`${ids.join('\n')}\n`);
    }
    if (at >= end) child.stdin.end();
    else child.stdin.once('drain', more);
  };
  more();
}
