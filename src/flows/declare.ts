/**
 * The one command that repairs commits which do not say whether an AI assisted: each gets its declaration, by writing the
 * commit again with the same tree, people and dates. The content of the change stays, so its manifest and every signature on it do.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { subjectOf } from '../core/change/subject.ts';
import { assess } from '../core/provenance/assess.ts';
import { type Assistant, trailersFor, writtenUnder } from '../core/provenance/preset-trailers.ts';
import type { PresetName } from '../core/provenance/presets.ts';
import { PROVENANCE_LEVELS } from '../core/provenance/provenance.ts';
import { carryNotes } from './declare-notes.ts';
import { type DeclareRange, declareRange, objections, type RangeAsk } from './declare-range.ts';
import type { Lines, Notes, Repository, Rewording, WordedCommit } from './ports.ts';

export interface DeclareWorld {
  readonly repository: Repository;
  readonly rewording: Rewording;
  readonly notes: Notes;
  readonly lines: Lines;
  /** What recorders on this machine saw of each of these commits; a commit nobody saw is absent. */
  readonly recorded: (commits: readonly WordedCommit[]) => Promise<ReadonlyMap<Oid, readonly Assistant[]>>;
}

export interface DeclareAsk extends RangeAsk {
  /** null: as the recorder knows, commit by commit. */
  readonly as: Assistant | null;
  readonly presets: readonly PresetName[];
  /** Globs over full names of refs whose commits are never written again. */
  readonly guarded: readonly string[];
  readonly dryRun: boolean;
}

export interface Declared {
  readonly branch: string;
  readonly before: Oid;
  /** The same as `before` where nothing was done. */
  readonly after: Oid;
  /** Oldest first. `to` is null in a dry run; no trailers: it only follows a parent. */
  readonly commits: readonly { readonly from: Oid; readonly to: Oid | null; readonly title: string; readonly trailers: readonly string[] }[];
  /** Undeclared, and nobody knows what to say of them. */
  readonly unknown: readonly { readonly commit: Oid; readonly title: string }[];
  /** How many commits were asked about; 0 where the range holds none. */
  readonly asked: number;
  /** Remote branches that have the old ones. */
  readonly published: readonly string[];
  /** What of the line records could not be carried along, in words. */
  readonly left: readonly string[];
}

/** Problems: USAGE, NOT_FOUND, PROVENANCE_CONTRADICTION, REF_CHANGED, PUSH_TOO_LARGE, CONTENT_UNSEEN, GIT_FAILED. Then nothing was moved. */
export async function declareCommits(world: DeclareWorld, ask: DeclareAsk): Promise<Result<Declared, readonly Problem[]>> {
  if (writtenUnder(ask.presets) === null) return err([unwritten(ask.presets)]);
  const range = await declareRange(world, ask);
  if (!range.ok) return err([range.error]);
  const plan = await planned(world, ask, range.value);
  if (!plan.ok) return plan;
  const { said, unknown } = plan.value;
  const moving = following(range.value, new Set(said.keys()));
  const against = await objections(world.rewording, range.value, new Set(moving.map((c) => c.id)), ask.guarded);
  if (!against.ok) return err([against.error]);
  const problems = [...against.value.problems, ...unsignable(range.value, moving)];
  if (problems.length > 0) return err(problems);
  const { branch, tip } = range.value;
  const nothing = { branch, before: tip, unknown, asked: range.value.asked.size, published: against.value.published, left: [] };
  const listed = moving.map((c) => ({ from: c.id, to: null, title: subjectOf(c), trailers: said.get(c.id) ?? [] }));
  if (ask.dryRun || moving.length === 0) return ok({ ...nothing, after: tip, commits: listed });
  const written = await rewritten(world.rewording, moving, said);
  if (!written.ok) return err([written.error]);
  const after = written.value.get(tip) ?? tip;
  const why = `countersign declare: ${said.size} ${said.size === 1 ? 'commit' : 'commits'}`;
  const moved = await world.rewording.move(branch, tip, after, why);
  if (!moved.ok) return err([moved.error]);
  const left = await carryNotes(world, written.value);
  return ok({ ...nothing, after, left, commits: listed.map((c) => ({ ...c, to: written.value.get(c.from) ?? null })) });
}

interface Plan {
  /** Trailers by commit. */
  readonly said: ReadonlyMap<Oid, readonly string[]>;
  readonly unknown: Declared['unknown'];
}

async function planned(world: DeclareWorld, ask: DeclareAsk, range: DeclareRange): Promise<Result<Plan, readonly Problem[]>> {
  const silent = range.commits.filter((c) => range.asked.has(c.id) && !isDeclared(c));
  const recorded = silent.length === 0 ? new Map<Oid, readonly Assistant[]>() : await world.recorded(silent);
  const { as } = ask;
  if (as?.tool === 'none') {
    const denied = silent.flatMap((c) => contradiction(c, recorded.get(c.id) ?? [], ask.range));
    if (denied.length > 0) return err(denied);
  }
  const of = (c: WordedCommit): readonly Assistant[] => (as === null ? (recorded.get(c.id) ?? []) : [as]);
  const said = new Map(silent.flatMap((c) => (of(c).length === 0 ? [] : [[c.id, [...new Set(of(c).flatMap((who) => trailersFor(who, ask.presets)))]] as const])));
  const unknown = silent.filter((c) => !said.has(c.id)).map((c) => ({ commit: c.id, title: subjectOf(c) }));
  return ok({ said, unknown });
}

export const isDeclared = (commit: WordedCommit): boolean => assess({ commits: [commit] }).declarations.length > 0;

/** @param range as it was typed: without it the command of the remedy may not find the commit. */
function contradiction(commit: WordedCommit, recorded: readonly Assistant[], range: string): readonly Problem[] {
  const mark = assess({ commits: [commit] }).evidence.find((e) => e.trust >= 2 && PROVENANCE_LEVELS.above(e.level, 'unattributed'));
  const [seen] = recorded;
  const why = mark !== undefined ? `carries a mark of ${mark.tool} (${mark.matched})` : seen !== undefined ? `holds lines that a recorded session of ${seen.tool} made` : undefined;
  if (why === undefined) return [];
  const remedy =
    seen === undefined
      ? `countersign declare ${range === '' ? '' : `${range} `}--commit ${commit.id.slice(0, 12)} --as <tool>:<model>`
      : 'leave --as away: the recorder fills it in';
  return [problem('PROVENANCE_CONTRADICTION', `commit ${commit.id.slice(0, 12)} ${JSON.stringify(subjectOf(commit))} ${why}, so it is not declared none`, { remedy })];
}

const unwritten = (presets: readonly PresetName[]): Problem =>
  problem('USAGE', `the preset ${presets.join(', ')} wants no trailer about AI in a message`, {
    place: 'countersign.yml',
    remedy: 'say it where the project asks for it, in the pull request',
  });

/** Those that change, and every commit on top of one. */
function following({ commits }: DeclareRange, said: ReadonlySet<Oid>): readonly WordedCommit[] {
  const moving = new Set<Oid>();
  for (const c of commits) if (said.has(c.id) || c.parents.some((p) => moving.has(p))) moving.add(c.id);
  return commits.filter((c) => moving.has(c.id));
}

function unsignable({ standing }: DeclareRange, moving: readonly WordedCommit[]): readonly Problem[] {
  if (standing.signs) return [];
  return moving
    .filter((c) => c.signed)
    .map((c) =>
      problem('USAGE', `commit ${c.id.slice(0, 12)} ${JSON.stringify(subjectOf(c))} is signed, and would lose its signature`, {
        remedy: 'git config commit.gpgSign true (then it is signed again with your key), and run this again',
      }),
    );
}

async function rewritten(rewording: Rewording, moving: readonly WordedCommit[], said: ReadonlyMap<Oid, readonly string[]>): Promise<Result<ReadonlyMap<Oid, Oid>>> {
  const done = new Map<Oid, Oid>();
  for (const commit of moving) {
    const trailers = said.get(commit.id) ?? [];
    const parents = commit.parents.map((p) => done.get(p) ?? p);
    const made = await rewording.reword(commit, parents, trailers);
    if (!made.ok) return made;
    if (trailers.length > 0 && !isDeclared(made.value)) return err(unheard(commit));
    done.set(commit.id, made.value.id);
  }
  return ok(done);
}

/** Too long a message, or one whose end no reader takes for its own. */
const unheard = (commit: WordedCommit): Problem =>
  problem(
    'GIT_FAILED',
    `commit ${commit.id.slice(0, 12)} ${JSON.stringify(subjectOf(commit))} would still not be read as declared: its message is too long, or ends in a quotation`,
    {
      remedy: 'shorten it by hand: git rebase -i, reword',
    },
  );
