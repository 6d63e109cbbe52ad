/**
 * What is known of one commit: who its headers name, what its message, its pull request and records of its lines say. Total,
 * and in time linear in what it is given: all of it may have been written by somebody who wants it misread.
 */
import type { Commit, Oid } from '../change/change.ts';
import { modelIn } from './declaration.ts';
import { type Actor, type Identified, identify } from './identity.ts';
import type { Attribution } from './lines/attribution.ts';
import type { ChangedLines } from './lines/hunk.ts';
import { cut, type Marked, messageMarks, NO_MARKS } from './marks.ts';
import type { Declaration, ProvenanceEvidence, ProvenanceLevel, UnknownAccount } from './provenance.ts';
import { PROVENANCE_LEVELS } from './provenance.ts';
import { type PullRequest, type PullRequestMarks, pullRequestMarks } from './pull-request.ts';
import { humanMark, noteMarks } from './recorded.ts';
import { NO_REGISTRY, type Registry } from './registry.ts';

export interface Seen {
  readonly commit: Pick<Commit, 'id' | 'author' | 'committer' | 'message'>;
  /** Where the commit came from, as far as anybody knows; a pull request's own head branch goes before it. */
  readonly branch?: string;
  readonly pr?: PullRequest;
  /** Records of its lines. */
  readonly notes?: readonly Attribution[];
  /** Records and notes that could not be read, in words. */
  readonly unreadable?: readonly string[];
  /** The lines it changes; without them no record can cover them, so none proves a human. */
  readonly changed?: readonly ChangedLines[];
}

export interface Detected {
  /** The highest that evidence of trust 2 or more supports; `human` only where signed records cover every line. */
  readonly level: ProvenanceLevel;
  /** What the author's header names. */
  readonly actor: Actor;
  readonly evidence: readonly ProvenanceEvidence[];
  readonly declarations: readonly Declaration[];
  /** In words. */
  readonly contradictions: readonly string[];
  readonly unknown: readonly UnknownAccount[];
}

const silent = (actor: Actor): Detected => ({ level: 'unattributed', actor, evidence: [], declarations: [], contradictions: [], unknown: [] });
/** Most commits say nothing: they share an answer. */
const SILENT: { readonly [actor in Actor]: Detected } = { person: silent('person'), automation: silent('automation'), agent: silent('agent') };
const NO_PR: PullRequestMarks = { evidence: [], declared: [], unknown: [], unread: [] };

export function detect(seen: Seen, registry: Registry = NO_REGISTRY): Detected {
  const { commit, pr, branch, notes = [], unreadable = [], changed } = seen;
  const author = identify(commit.author.name, commit.author.email, 'author', registry);
  const committer = identify(commit.committer.name, commit.committer.email, 'author', registry);
  const message = messageMarks(commit.message, author.actor === 'automation', registry);
  const bare = pr === undefined && branch === undefined && notes.length === 0 && unreadable.length === 0;
  if (bare && message === NO_MARKS && author.match === undefined && author.unknown === null && committer.match === undefined) return SILENT[author.actor];
  const request = pr === undefined && branch === undefined ? NO_PR : pullRequestMarks(pr ?? {}, branch, registry);
  const unread = [...message.unread.map((why) => `the message of commit ${short(commit.id)} was not read in full: ${why}`)];
  const elsewhere = [...request.unread.map((why) => `the text of its pull request was not read in full: ${why}`), ...notes.flatMap((n) => n.unreadable), ...unreadable];
  const marks = [
    ...headerMarks(author, 'author', commit.author.name),
    ...headerMarks(committer, 'committer', commit.committer.name),
    ...message.evidence,
    ...request.evidence,
    ...noteMarks(notes),
    ...message.unread.map((why) => unreadMark('line', why)),
    ...elsewhere.map((why) => unreadMark('note', why)),
  ];
  const declared = [...message.declared, ...request.declared];
  const contradictions = [...contradicted(commit.id, declared, marks), ...unread, ...elsewhere.map((why) => `of commit ${short(commit.id)}: ${why}`)];
  const human = contradictions.length === 0 && levelOf(marks) === 'unattributed' ? humanMark(notes, changed) : null;
  return {
    level: human === null ? levelOf(marks) : 'human',
    actor: author.actor,
    evidence: [...marks, ...(human === null ? [] : [human])].map((m) => ({ ...m, commit: commit.id })),
    declarations: declared.map((value) => ({ commit: commit.id, value })),
    contradictions,
    unknown: unknownOf(commit.id, author, message.unknown, request.unknown),
  };
}

/** An agent that only committed (a rebase, somebody's dirty files) is worth a note and decides nothing. */
function headerMarks({ match }: Identified, slot: 'author' | 'committer', name: string): readonly Marked[] {
  if (match === undefined) return [];
  const { rule, tool, level, matched } = match;
  return [{ rule, tool, ...(slot === 'author' ? modelIn(name.slice(0, 200)) : {}), level, matched: cut(matched), slot, trust: slot === 'author' ? 2 : 1 }];
}

const unreadMark = (slot: 'line' | 'note', why: string): Marked => ({ rule: 'evidence-unreadable', slot, tool: 'unknown', level: 'unattributed', trust: 1, matched: cut(why) });

function levelOf(marks: readonly Marked[]): ProvenanceLevel {
  // folded, not spread: whoever writes a message decides how many there are
  return marks.reduce<ProvenanceLevel>((most, m) => (m.trust >= 2 ? PROVENANCE_LEVELS.max(most, m.level) : most), 'unattributed');
}

function contradicted(id: Oid, declared: readonly string[], marks: readonly Marked[]): readonly string[] {
  const first = marks.find((m) => m.trust >= 2 && PROVENANCE_LEVELS.above(m.level, 'unattributed'));
  return first !== undefined && declared.includes('none') ? [`commit ${short(id)} declares no AI assistance, and ${first.rule} matched "${first.matched}"`] : [];
}

function unknownOf(commit: Oid, author: Identified, trailers: readonly string[], request: readonly string[]): readonly UnknownAccount[] {
  return [
    ...(author.unknown === null ? [] : [{ account: cut(author.unknown), slot: 'author' as const, commit }]),
    ...trailers.map((account) => ({ account: cut(account), slot: 'trailer' as const, commit })),
    ...request.map((account) => ({ account: cut(account), slot: 'pr-author' as const, commit })),
  ];
}

const short = (id: Oid): string => id.slice(0, 12);
