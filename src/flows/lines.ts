/**
 * Whose hand made which lines of a change: gathers what notes say of its commits, and what they say of other commits of the
 * repository that this one may have come from by squash, rebase, cherry-pick or amend; then attaches by content. A server
 * over its own objects and a clone call the same function.
 */
import { ok, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { attach } from '../core/provenance/lines/attach.ts';
import type { Attribution } from '../core/provenance/lines/attribution.ts';
import { type Combined, combined, partOf } from '../core/provenance/lines/combine.ts';
import type { Run } from '../core/provenance/lines/fingerprint.ts';
import { fitTo } from '../core/provenance/lines/fit.ts';
import type { ChangedLines } from '../core/provenance/lines/hunk.ts';
import { lengthOf } from '../core/provenance/lines/ranges.ts';
import type { RecorderKey } from '../core/provenance/lines/record-read.ts';
import { relevantTo } from '../core/provenance/lines/relevant.ts';
import { runsOf } from '../core/provenance/lines/runs.ts';
import { type LineTally, shareOf, tallyOf } from '../core/provenance/lines/tally.ts';
import type { LineMark } from '../core/provenance/provenance.ts';
import { knownElsewhere, type Noted, notedAt } from './lines-known.ts';
import type { CommitLines, Lines, Notes, Recorded } from './ports.ts';

export interface LinePorts {
  readonly notes: Notes;
  readonly lines: Lines;
  /** Keys of the organisation's recorders: nobody else's signature counts. */
  readonly recorders?: readonly RecorderKey[];
  /** What recorders saw on this machine; a server has none. */
  readonly recorded?: Recorded;
}

export interface LinesAsk {
  /** The merge base; null: the empty tree. */
  readonly base: Oid | null;
  readonly head: Oid;
  /** Of the change, oldest first. */
  readonly commits: readonly Oid[];
  /** How far before the head other commits' records are looked at. */
  readonly days?: number;
  /** Milliseconds since 1970: a commit that claims to be of later looks no less far back. */
  readonly now?: number;
}

export interface LinesOfCommit {
  readonly commit: Oid;
  /** What its own notes and what was attached say together; inside the lines it adds. */
  readonly attribution: Attribution;
  /** A managed recorder signed for it. */
  readonly signed: boolean;
  readonly changed: readonly ChangedLines[];
  /** Milliseconds since 1970, as it claims. */
  readonly at: number;
}

export interface LinesOfChange {
  readonly commits: readonly LinesOfCommit[];
  /** The change as one: ranges of its head, removed lines of its base. */
  readonly whole: Attribution;
  readonly changed: readonly ChangedLines[];
  readonly marks: readonly LineMark[];
  readonly tally: LineTally;
  readonly totals: LineTotals;
  /** What could not be read, in words, once each. */
  readonly unreadable: readonly string[];
}

export interface LineTotals {
  readonly aiLines: number;
  readonly addedLines: number;
  /** Whole percent, rounded up. */
  readonly share: number;
  readonly removedByAi: number;
  /** Added lines nobody is known of. */
  readonly uncovered: number;
}

export const DAYS = 30;

/** Problems: CONTENT_UNSEEN, GIT_FAILED. */
export async function linesOf(ports: LinePorts, ask: LinesAsk): Promise<Result<LinesOfChange>> {
  const [changed, mine, noted] = await Promise.all([ports.lines.between(ask.base, ask.head), changesOf(ports.lines, ask.commits), notedAt(ports, ask.commits)]);
  if (!changed.ok) return changed;
  if (!mine.ok) return mine;
  if (!noted.ok) return noted;
  const since = sinceOf(mine.value.found, ask.days ?? DAYS, ask.now);
  const relevant = relevantTo([changed.value, ...mine.value.found.map((c) => c.changed)]);
  const elsewhere = await knownElsewhere(ports, new Set(ask.commits), since, relevant);
  if (!elsewhere.ok) return elsewhere;
  const here = mine.value.found.map((commit) => readHere(commit, noted.value.get(commit.commit) ?? NOTHING));
  // a merge brings what the commits it merges brought, and after a reorder one has the lines of another
  const runs = [...here.flatMap((c) => c.runs), ...elsewhere.value.runs, ...((await ports.recorded?.runs(since)) ?? []).filter(relevant)];
  const each = here.map((commit) => ofCommit(commit, runs));
  const [only] = each;
  const direct = only !== undefined && each.length === 1 && ask.commits.length === 1 && only.parent === ask.base ? only.combined : undefined;
  const squashed = direct === undefined ? attach(changed.value, runs) : undefined;
  const whole = direct ?? combined(squashed === undefined ? [] : [partOf(squashed)]);
  const unreadable = [
    ...new Set([
      ...(squashed?.cut ?? []),
      ...each.flatMap((c) => c.attribution.unreadable),
      ...elsewhere.value.unreadable,
      ...mine.value.lost.map((id) => `commit ${id.slice(0, 12)} cannot be read here`),
    ]),
  ];
  const seen = (squashed?.cut ?? []).length + elsewhere.value.unreadable.length === 0 && each.every((c) => c.whole);
  return ok(assembled({ ask, each, whole, changed: changed.value, unreadable, seen }));
}

const NOTHING: Noted = { records: [], signed: false, problems: [] };

interface Here extends CommitLines {
  readonly fitted: readonly Attribution[];
  readonly problems: readonly string[];
  readonly signed: boolean;
  /** Of its own records. */
  readonly runs: readonly Run[];
}

function readHere(commit: CommitLines, noted: Noted): Here {
  const fitted = noted.records.map((record) => fitTo(record, commit.changed));
  const signed = noted.signed && fitted.every((f) => f.source !== 'countersign' || f.unreadable.length === 0);
  return { ...commit, fitted, signed, problems: noted.problems, runs: fitted.flatMap((f) => runsOf(f, commit.changed, commit.at)) };
}

interface Known extends LinesOfCommit {
  readonly parent: Oid | null;
  /** No cap left lines of it out. */
  readonly whole: boolean;
  readonly combined: Combined;
}

function ofCommit({ commit, parent, at, changed, fitted, problems, signed }: Here, runs: readonly Run[]): Known {
  const attached = attach(changed, runs);
  const all = combined([...fitted.map(partOf), partOf(attached)]);
  const unreadable = [...problems, ...fitted.flatMap((f) => f.unreadable), ...attached.cut].map((words) => `${commit.slice(0, 12)}: ${words}`);
  // a record that says a person made the commit does not unsay the one that saw an agent
  const madeBy = fitted.find((f) => f.madeBy?.by === 'ai');
  // One record speaks under its own name; several, or what content alone tells, under ours.
  const [only] = fitted.length === 1 && (fitted[0]?.files.length ?? 0) > 0 ? fitted : [];
  const as = only === undefined ? {} : { source: only.source, version: only.version };
  const whole = attached.cut.length === 0;
  return {
    commit,
    parent,
    at,
    changed,
    signed,
    whole,
    combined: all,
    attribution: { ...attributed(commit, all, unreadable), ...as, ...(madeBy?.madeBy && { madeBy: madeBy.madeBy }) },
  };
}

const attributed = (commit: Oid, { hands, files, marks }: Combined, unreadable: readonly string[]): Attribution => ({
  commit,
  source: 'countersign',
  version: '',
  trust: marks.reduce((least, m) => (m.trust < least ? m.trust : least), marks[0]?.trust ?? 3),
  hands,
  files,
  unreadable,
});

interface Gathered {
  readonly ask: LinesAsk;
  readonly each: readonly Known[];
  readonly whole: Combined;
  readonly changed: readonly ChangedLines[];
  readonly unreadable: readonly string[];
  /** No cap left anything out: a count of what was left out is a count of nothing. */
  readonly seen: boolean;
}

function assembled({ ask, each, whole, changed, unreadable, seen }: Gathered): LinesOfChange {
  const tally = tallyOf(whole, changed, ask.commits.length, seen ? each.filter((c) => c.signed).length : 0);
  const covered = whole.files.reduce((n, f) => n + lengthOf(f.ranges), 0);
  return {
    commits: each.map(({ commit, attribution, signed, changed: of, at }) => ({ commit, attribution, signed, changed: of, at })),
    whole: attributed(ask.head, whole, unreadable),
    changed,
    marks: whole.marks.map(({ path, side, start, end, by, tool, model, session, trust }) => ({
      path,
      side,
      start,
      end,
      by,
      tool,
      ...(model && { model }),
      ...(session && { session }),
      trust,
    })),
    tally,
    totals: { aiLines: tally.ai, addedLines: tally.added, share: shareOf(tally), removedByAi: tally.removed, uncovered: tally.added - covered },
    unreadable,
  };
}

async function changesOf(lines: Lines, commits: readonly Oid[]): Promise<Result<{ readonly found: readonly CommitLines[]; readonly lost: readonly Oid[] }>> {
  const found: CommitLines[] = [];
  const lost = await lines.each(commits, Number.NEGATIVE_INFINITY, (commit) => found.push(commit));
  return lost.ok ? ok({ found, lost: lost.value }) : lost;
}

const sinceOf = (commits: readonly CommitLines[], days: number, now = Number.POSITIVE_INFINITY): number =>
  Math.min(
    now,
    commits.reduce((newest, c) => Math.max(newest, c.at), 0),
  ) -
  days * 86_400_000;
