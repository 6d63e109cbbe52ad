/**
 * From a repository nobody wrote a policy for to a useful answer, within a minute: look at the tree and the history, propose
 * files with their reasons, replay what landed lately under them. Nothing is written here. Gather, decide, hand over plain data.
 */
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { proposalFor } from '../core/policy/propose/proposal.ts';
import { NOTHING_SEEN, type Seen } from '../core/policy/propose/seen.ts';
import { answerOf, type Example, type OnboardAnswer, worstOf } from './onboard-answer.ts';
import { groundSeen } from './onboard-ground.ts';
import { MOST_OPENED_BYTES, newestOf, type ReadHistory, readHistory, rereading } from './onboard-history.ts';
import { historySeen } from './onboard-people.ts';
import { type Settled, settle } from './onboard-settle.ts';
import type { Ground } from './ports-onboard.ts';
import { branchOf, type SimulatedClone, simulate } from './simulate.ts';

export interface OnboardWorld extends SimulatedClone {
  readonly ground: Ground;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface OnboardAsk {
  /** Revision of the branch; null: origin/HEAD, else HEAD. */
  readonly branch: string | null;
  /** Milliseconds it may take: reading a history ends after a third of it, opening files after two, the replay with it. */
  readonly within: number;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: OnboardProgress) => void;
}

export interface OnboardProgress {
  readonly doing: 'reading history' | 'looking at the tree' | 'judging';
  readonly done: number;
  /** null: not known. */
  readonly of: number | null;
}

export interface Onboarded extends Settled {
  readonly seen: Seen;
  /** The commit that was looked at; null where there is none. */
  readonly tip: Oid | null;
  /** null: there is no history to replay. */
  readonly answer: OnboardAnswer | null;
}

/** Problems: CONTENT_UNSEEN or GIT_FAILED where the repository cannot be read. A repository without a commit is proposed for too. */
export async function onboard(world: OnboardWorld, ask: OnboardAsk): Promise<Result<Onboarded, readonly Problem[]>> {
  const started = world.clock();
  const at = await branchOf(world, ask.branch);
  if (!at.ok && (at.error.code !== 'NOT_FOUND' || ask.branch !== null)) return err([at.error]);
  if (!at.ok) return withoutHistory();
  const reading = clockedSignal(ask.signal, ask.within / 3);
  const read = await readHistory(world.history, at.value.tip, { signal: reading.signal, progress: (done) => ask.progress?.({ doing: 'reading history', done, of: null }) });
  reading.end();
  if (!read.ok) return err([read.error]);
  ask.progress?.({ doing: 'looking at the tree', done: 0, of: null });
  const ground = await groundSeen(world, at.value.tip, () => world.clock() < started + (ask.within * 2) / 3);
  const joined = await mailmapAt(world, at.value.tip);
  const seen: Seen = {
    ...ground,
    branch: at.value.name.startsWith('refs/heads/') ? at.value.name : null,
    history: historySeen(read.value, joined, world.clock()),
    notSeen: [...read.value.notSeen, ...ground.notSeen],
  };
  const settled = settle(proposalFor(seen), at.value.tip.slice(0, 12), seen.files);
  if (!settled.ok) return settled;
  const answer = await replayed(world, ask, { read: read.value, settled: settled.value, until: started + ask.within });
  return ok({ ...settled.value, seen, tip: at.value.tip, answer });
}

function withoutHistory(): Result<Onboarded, readonly Problem[]> {
  const seen: Seen = {
    branch: null,
    branches: [],
    files: [],
    contents: [],
    owners: null,
    history: NOTHING_SEEN,
    notSeen: ['there is no commit here yet, so there was nothing to look at'],
  };
  const settled = settle(proposalFor(seen), 'a repository without a commit', []);
  return settled.ok ? ok({ ...settled.value, seen, tip: null, answer: null }) : settled;
}

async function mailmapAt({ repository }: OnboardWorld, tip: Oid): Promise<string> {
  try {
    return new TextDecoder().decode((await repository.file(tip, '.mailmap')) ?? utf8(''));
  } catch {
    return '';
  }
}

/** What is replayed: the last days, and no more than so many landings of them: fewer where little time is left, so that the newest are among them. */
const [DAYS, MOST_LANDINGS, LEAST_LANDINGS] = [90, 500, 30];
const MS_A_LANDING = 60;
const LARGE = `files above ${MOST_OPENED_BYTES / 1_000_000} MB were not opened for this first look, and count as not analysed: countersign simulate opens them`;

interface Replaying {
  readonly read: ReadHistory;
  readonly settled: Settled;
  /** Milliseconds since 1970. */
  readonly until: number;
}

async function replayed(world: OnboardWorld, ask: OnboardAsk, { read, settled, until }: Replaying): Promise<OnboardAnswer | null> {
  const newest = newestOf(read.landings, world.clock());
  if (newest === null) return null;
  const left = Math.max(1_000, until - world.clock());
  const most = Math.min(MOST_LANDINGS, Math.max(LEAST_LANDINGS, Math.floor(left / MS_A_LANDING)));
  const oldest = read.landings.slice(-most).reduce((least, l) => Math.min(least, l.at), newest);
  let large = false;
  const worst = new Map<Oid, Pick<Example, 'rule' | 'what'>>();
  const replaying = clockedSignal(ask.signal, left);
  const done = await simulate(
    { ...world, history: rereading(read, world.history, replaying.signal, () => (large = true)) },
    {
      ...{ repo: null, branch: ask.branch, incidents: null, signal: replaying.signal },
      since: Math.max(newest - DAYS * 86_400_000, oldest),
      judges: [{ policy: settled.policy, roster: settled.roster, agents: settled.agents }],
      decided: (landing, decision) => {
        const found = worstOf(decision);
        if (found !== null) worst.set(landing, found);
      },
      progress: (p) => (p.doing === 'judging' ? ask.progress?.(p) : undefined),
    },
  );
  replaying.end();
  if (!done.ok) return null;
  const answer = answerOf(done.value, worst);
  return { ...answer, notSeen: large ? [...answer.notSeen, LARGE] : answer.notSeen };
}

/** One that a clock ends, or whoever ends the other. Always end it. */
function clockedSignal(other: AbortSignal | undefined, milliseconds: number): { readonly signal: AbortSignal; readonly end: () => void } {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const timer = setTimeout(abort, milliseconds);
  other?.addEventListener('abort', abort, { once: true });
  if (other?.aborted === true) abort();
  return {
    signal: stop.signal,
    end: () => {
      clearTimeout(timer);
      other?.removeEventListener('abort', abort);
    },
  };
}
