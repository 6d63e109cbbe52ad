/**
 * What policy would have asked of everything that ever landed: history, one landing after another, through the same
 * `consider` that a push meets. Gather (one pass of git, then contents a detector would look at), decide, hand over plain data.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Commit, Oid } from '../core/change/change.ts';
import { consider } from '../core/policy/consider.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import type { KnownIncident } from '../core/policy/incident-file.ts';
import type { Registry } from '../core/provenance/registry.ts';
import { ALL_DETECTORS } from '../core/risk/detectors.ts';
import type { PersonId, Roster } from '../core/roster/roster.ts';
import { handsOf } from '../core/simulate/hands.ts';
import { BOT_OWNER, inferRoster } from '../core/simulate/inferred-roster.ts';
import { type Landing, landings, since } from '../core/simulate/landings.ts';
import { linksOf } from '../core/simulate/links.ts';
import { mailmap } from '../core/simulate/mailmap.ts';
import type { Replayed } from '../core/simulate/replay.ts';
import type { History, Naming, Parsers, Repository } from './ports.ts';
import { evidenceOf } from './simulate-contents.ts';
import { changeOf, factsOf, StickyMarks } from './simulate-facts.ts';
import { Recorder } from './simulate-replayed.ts';

export interface SimulatedClone {
  readonly repository: Repository;
  readonly history: History;
  readonly parsers: Parsers;
  readonly naming: Naming;
}

export interface SimulateAsk {
  /** Repository as policy names it; null: taken from the address of `origin`. */
  readonly repo: string | null;
  /** Revision of the branch; null: origin/HEAD, else HEAD. */
  readonly branch: string | null;
  /** Milliseconds since 1970: only what landed from then on; null: everything. */
  readonly since: number | null;
  /** Each is asked about every landing; contents are read and parsed once. A roster of null is inferred from history. */
  readonly judges: readonly { readonly policy: Policy; readonly roster: Roster | null; readonly agents?: Registry | null }[];
  /** null: none are known, so conditions on incidents are unknown. */
  readonly incidents: readonly KnownIncident[] | null;
  /** Ends the run with what it has. */
  readonly signal?: AbortSignal;
  readonly progress?: (progress: Progress) => void;
  /** What the first judge decided about a landing, whole: for whoever keeps more of it than is counted. */
  readonly decided?: (landing: Oid, decision: Decision) => void;
}

export interface Progress {
  readonly doing: 'reading history' | 'judging';
  /** Commits read, or landings judged. */
  readonly done: number;
  /** null: not known yet. */
  readonly of: number | null;
}

export interface Simulated {
  readonly repo: string;
  /** Full name of the branch, or the revision that was asked for. */
  readonly branch: string;
  readonly tip: Oid;
  /** One for each policy that was asked, in the order of the ask. */
  readonly judged: readonly JudgedHistory[];
  readonly commits: number;
  /** Landings that were asked about, judged or not. */
  readonly landings: number;
  /** False: ended by the signal before all were judged. */
  readonly complete: boolean;
  /** What was assumed, and what was not seen of the history as a whole, in words. */
  readonly notes: readonly string[];
  readonly notSeen: readonly string[];
}

/** What one policy says of the whole. */
export interface JudgedHistory {
  /** Oldest first. */
  readonly replayed: readonly Replayed[];
  /** Levels, lowest first. */
  readonly ladder: readonly string[];
  readonly levels: 'given' | 'inferred';
  /** Who could sign when the last of them landed: whoever is there now. */
  readonly reviewers: readonly { readonly person: PersonId; readonly level: string }[];
}

/** Problems: NOT_FOUND where the branch holds no commit, CONTENT_UNSEEN or GIT_FAILED where history cannot be read. */
export async function simulate(clone: SimulatedClone, ask: SimulateAsk): Promise<Result<Simulated, readonly Problem[]>> {
  try {
    const branch = await branchOf(clone, ask.branch);
    if (!branch.ok) return err([branch.error]);
    const walked = await walk(clone.history, branch.value.tip, ask);
    if (!walked.ok) return err([walked.error]);
    const contents = await clone.history.contents();
    if (!contents.ok) return err([contents.error]);
    try {
      return ok(await replay(clone, ask, { ...branch.value, ...walked.value, read: contents.value.read, repo: ask.repo ?? (await clone.naming.repository()) }));
    } finally {
      contents.value.close();
    }
  } catch (error) {
    // The ports reject where a machine is broken or a repository is not whole.
    return err([problem('GIT_FAILED', error instanceof Error ? error.message : String(error))]);
  }
}

interface Branch {
  readonly tip: Oid;
  readonly name: string;
}

export async function branchOf({ repository, naming }: Pick<SimulatedClone, 'repository' | 'naming'>, asked: string | null): Promise<Result<Branch>> {
  for (const revision of asked === null ? ['refs/remotes/origin/HEAD', 'HEAD'] : [asked]) {
    const [name, tip] = await Promise.all([naming.branch(revision), repository.resolve(revision)]);
    if (!name.ok) return name;
    if (tip !== null) return ok({ tip, name: name.value ?? revision });
  }
  const what = asked === null ? 'this repository has no commit at HEAD' : `${asked} names no commit here`;
  return err(problem('NOT_FOUND', what, { place: '--branch', remedy: 'name a branch that holds commits: --branch origin/main' }));
}

interface Walked {
  readonly commits: readonly Commit[];
  /** Raw differences of the commits on the first-parent chain, as long as they are to be judged. */
  readonly diffs: Map<Oid, Uint8Array>;
  readonly notSeen: readonly string[];
}

/** Only what the branch itself went through is compared: what a merge brought is in the merge. */
async function walk(history: History, tip: Oid, ask: SimulateAsk): Promise<Result<Walked>> {
  const commits: Commit[] = [];
  const diffs = new Map<Oid, Uint8Array>();
  let next: Oid | undefined = tip;
  const each = (commit: Commit, diff: () => Uint8Array | undefined): void => {
    commits.push(commit);
    if (commits.length % 1_000 === 0) ask.progress?.({ doing: 'reading history', done: commits.length, of: null });
    if (commit.id !== next) return;
    next = commit.parents[0];
    const raw = ask.since !== null && commit.committer.at < ask.since ? undefined : diff();
    if (raw !== undefined) diffs.set(commit.id, raw);
  };
  const seen = await history.walk({ tip, each, ...signalOf(ask) });
  return seen.ok ? ok({ commits, diffs, notSeen: seen.value }) : seen;
}

const signalOf = ({ signal }: SimulateAsk): { readonly signal?: AbortSignal } => (signal === undefined ? {} : { signal });

interface Run extends Branch, Walked {
  readonly repo: string;
  readonly read: Repository['blobs'];
}

async function replay(clone: SimulatedClone, ask: SimulateAsk, run: Run): Promise<Simulated> {
  const all = landings(run.commits, run.tip);
  const wanted = since(all, ask.since);
  const links = linksOf(all, ask.incidents ?? []);
  const rosters = await rostersFor(clone.repository, ask, run.tip, all);
  const recorders = ask.judges.map(({ policy }) => new Recorder(policy, links));
  const notSeen = await judgeAll(clone.parsers, ask, run, wanted, { rosters, recorders });
  const done = recorders[0]?.replayed.length ?? 0;
  return {
    repo: run.repo,
    branch: run.name,
    tip: run.tip,
    judged: ask.judges.map(({ policy, roster }, i) => ({
      ...now(rosters[i], wanted),
      replayed: recorders[i]?.replayed ?? [],
      ladder: policy.ladder.values,
      levels: roster === null ? 'inferred' : 'given',
    })),
    commits: run.commits.length,
    landings: wanted.length,
    complete: done === wanted.length && ask.signal?.aborted !== true,
    notes: [...new Set([...rosters.flatMap((r) => r.notes), ...links.notes, ...ASSUMED])],
    notSeen: [...run.notSeen, ...notSeen],
  };
}

function now(rosters: RosterAt | undefined, wanted: readonly Landing[]): Pick<JudgedHistory, 'reviewers'> {
  const last = wanted.at(-1);
  if (rosters === undefined || last === undefined) return { reviewers: [] };
  return {
    reviewers: rosters
      .at(last.at)
      .people.filter((p) => p.id !== BOT_OWNER)
      .map((p) => ({ person: p.id, level: p.level })),
  };
}

const ASSUMED = [
  'each landing is judged as pushed by whoever wrote the newest commit it brought; history does not say who pushed',
  'files of kinds no detector reads are not opened: invisible characters and large file pointers in them are not seen',
];

interface RosterAt {
  at(at: number): Roster;
  readonly notes: readonly string[];
}

async function rostersFor(repository: Repository, ask: SimulateAsk, tip: Oid, all: readonly Landing[]): Promise<readonly RosterAt[]> {
  if (ask.judges.every((j) => j.roster !== null)) return ask.judges.flatMap(({ roster }) => (roster === null ? [] : [{ at: () => roster, notes: [] }]));
  const hands = handsOf(all, mailmap(await mailmapAt(repository, tip)));
  return ask.judges.map(({ policy, roster }) => (roster === null ? inferRoster(hands, policy) : { at: () => roster, notes: [] }));
}

/** One that cannot be read joins nobody. */
async function mailmapAt(repository: Repository, tip: Oid): Promise<string> {
  try {
    return new TextDecoder().decode((await repository.file(tip, '.mailmap')) ?? new Uint8Array());
  } catch {
    return '';
  }
}

interface Bench {
  readonly rosters: readonly RosterAt[];
  readonly recorders: readonly Recorder[];
}

/** Landings between two breaths: the terminal's signal and other work come through then. */
const BREATH = 16;

async function judgeAll(parsers: Parsers, ask: SimulateAsk, run: Run, wanted: readonly Landing[], bench: Bench): Promise<readonly string[]> {
  const marks = ask.judges.map(() => new StickyMarks());
  const changes = wanted.map((landing) => () => changeOf(run, landing, takeFrom(run.diffs, landing.id)));
  let done = 0;
  try {
    for await (const { change, files } of evidenceOf(parsers, run.read, changes)) {
      const landing = wanted[done];
      if (landing === undefined || ask.signal?.aborted === true) break;
      for (const [i, { policy, agents = null }] of ask.judges.entries()) {
        const roster = bench.rosters[i]?.at(landing.at);
        if (roster === undefined) continue;
        const decision = consider(
          policy,
          ALL_DETECTORS,
          factsOf({ landing, change, files, roster, agents, incidents: ask.incidents, sticky: marks[i]?.near(landing.at, change) ?? [] }),
        );
        marks[i]?.leave(landing.at, decision);
        if (i === 0) ask.decided?.(landing.id, decision);
        bench.recorders[i]?.record({ landing, change, files, decision, roster });
      }
      done += 1;
      if (done % BREATH === 0) {
        ask.progress?.({ doing: 'judging', done, of: wanted.length });
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return [];
  } catch (error) {
    // The same key stroke ends git and us, and git is faster: we hear of it in a moment.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const why = error instanceof Error ? error.message : String(error);
    return ask.signal?.aborted === true ? [] : [`${wanted.length - done} landings were not judged: contents could not be read any further (${why})`];
  }
}

function takeFrom(diffs: Map<Oid, Uint8Array>, id: Oid): Uint8Array | undefined {
  const diff = diffs.get(id);
  diffs.delete(id);
  return diff;
}
