/**
 * What is known of AI assistance in a change, from its commits and from marks seen before. Evidence for AI is a
 * statement against interest, so a header (trust 2) suffices; nothing here can ever say `human`.
 */
import type { Commit } from '../change/change.ts';
import { CATALOGUE } from './catalogue.ts';
import type { Declared } from './declaration.ts';
import { declare, PERSON_KEYS } from './declaration.ts';
import { identityOf, matchIdentity, parsePerson } from './identity.ts';
import type { Message, MessageLine } from './message.ts';
import { readMessage } from './message.ts';
import type { Declaration, Provenance, ProvenanceEvidence, ProvenanceLevel, StickyMark } from './provenance.ts';
import { PROVENANCE_LEVELS } from './provenance.ts';
import { stickyEvidence } from './sticky.ts';

interface Found {
  readonly evidence: readonly ProvenanceEvidence[];
  readonly declarations: readonly Declaration[];
  readonly contradictions: readonly string[];
}

/**
 * @param sticky marks seen before on this repository and ref, already limited to the window that counts.
 * @param paths every path of the change, as in its records.
 * @param agents the organisation's own agents by lower-case e-mail address: what one of them authored is an agent's.
 * @param pushedBy the agent of the organisation whose account the transport authenticated: no header speaks against it.
 */
export function assess(
  commits: readonly Commit[],
  sticky: readonly StickyMark[],
  paths: readonly string[],
  agents: ReadonlyMap<string, string> = new Map(),
  pushedBy: string | null = null,
): Provenance {
  const found = commits.map(ofCommit);
  const marks = [...stickyEvidence(sticky, paths), ...(pushedBy === null ? [] : [pushedEvidence(pushedBy)])];
  const evidence = [...found.flatMap((f) => f.evidence), ...commits.flatMap((c) => enrolledAgent(c, agents)), ...marks];
  const declarations = found.flatMap((f) => f.declarations);
  const contradictions = [...found.flatMap((f) => f.contradictions), ...contradictedBy(declarations, marks)];
  const supported = evidence.filter((e) => e.trust >= 2).map((e) => e.level);
  // folded, not spread: a push decides how many there are, and a call takes only so many arguments
  const level = supported.reduce<ProvenanceLevel>((most, l) => PROVENANCE_LEVELS.max(most, l), 'unattributed');
  return { level, evidence, declarations, contradictions };
}

/** Everybody the message names as a co-author, in order. Attacker-controlled. */
export function coAuthors(commit: Commit): readonly { readonly name: string; readonly email: string }[] {
  return readMessage(commit.message).lines.flatMap((l) => (l.trailer?.key.startsWith('co-') && PERSON_KEYS.has(l.trailer.key) ? [parsePerson(l.trailer.value)] : []));
}

function ofCommit(commit: Commit): Found {
  const message = readMessage(commit.message);
  const declared = message.lines.flatMap((l) => (l.trailer === undefined ? [] : [{ line: l, said: declare(l.trailer.key, l.trailer.value) }]));
  const evidence = [...headers(commit), ...trailers(commit, declared), ...markers(commit, message), ...unread(commit, message)];
  const declarations = declared.flatMap(({ line, said }) => declarationOf(commit, line, said));
  return { evidence, declarations, contradictions: contradictionsOf(commit, message, declarations, evidence) };
}

function enrolledAgent(commit: Commit, agents: ReadonlyMap<string, string>): readonly ProvenanceEvidence[] {
  const email = commit.author.email.trim().toLowerCase();
  const agent = agents.get(email);
  return agent === undefined ? [] : [{ rule: 'roster/agent', slot: 'author', tool: agent, level: 'agent', trust: 2, commit: commit.id, matched: cut(email) }];
}

const pushedEvidence = (agent: string): ProvenanceEvidence => ({
  rule: 'roster/agent',
  slot: 'pusher',
  tool: agent,
  level: 'agent',
  trust: 5,
  matched: cut(`the agent ${agent} pushed it`),
});

function headers(commit: Commit): readonly ProvenanceEvidence[] {
  const author = matchIdentity(commit.author.name, commit.author.email, 'author');
  const committer = matchIdentity(commit.committer.name, commit.committer.email, 'author');
  return [
    ...(author === undefined ? [] : [{ ...author, slot: 'author' as const, trust: 2 as const, commit: commit.id, matched: cut(author.matched) }]),
    // a tool that only committed (a rebase, somebody's dirty files) is worth a note and decides nothing
    ...(committer === undefined ? [] : [{ ...committer, slot: 'committer' as const, trust: 1 as const, commit: commit.id, matched: cut(committer.matched) }]),
  ];
}

function trailers(commit: Commit, declared: readonly { line: MessageLine; said: Declared }[]): readonly ProvenanceEvidence[] {
  return declared.flatMap(({ line, said }) => {
    if (said.kind !== 'tool') return [];
    const model = said.model === undefined ? {} : { model: said.model };
    return [
      { rule: said.rule, slot: 'trailer' as const, tool: said.tool, ...model, level: said.level, trust: 2 as const, commit: commit.id, line: line.line, matched: cut(line.text) },
    ];
  });
}

function markers(commit: Commit, message: Message): readonly ProvenanceEvidence[] {
  // bots paste release notes: in their commits footers and links do not count, session trailers do
  const pasted = identityOf(commit.author.name, commit.author.email).actor === 'automation';
  const body = message.lines.flatMap((l) =>
    lineMarkers(l, pasted).map((row) => ({ row, line: l.line, text: l.text, slot: row.slot === 'key' ? ('trailer' as const) : ('line' as const) })),
  );
  const subject = CATALOGUE.filter((r) => r.slot === 'subject' && r.pattern.test(message.subject)).map((row) => ({
    row,
    line: 1,
    text: message.subject,
    slot: 'subject' as const,
  }));
  return [...subject, ...body].map(({ row, line, text, slot }) => ({
    rule: row.rule,
    slot,
    tool: row.tool,
    level: row.level === '*' ? 'assisted' : row.level,
    trust: 2 as const,
    commit: commit.id,
    line,
    matched: cut(text),
  }));
}

const KEY_ROWS = CATALOGUE.filter((r) => r.slot === 'key');
const LINE_ROWS = CATALOGUE.filter((r) => r.slot === 'line');
/** One cheap scan before the rows: every line row needs one of these. */
const WORTH_READING = /https:\/\/|<!--|generated|made|created|written|authored|implemented|built/i;

function lineMarkers(line: MessageLine, pasted: boolean): readonly (typeof CATALOGUE)[number][] {
  const folded = line.trailer === undefined ? undefined : `${line.trailer.key}: ${line.trailer.value}`;
  const keys = folded === undefined ? [] : KEY_ROWS.filter((r) => r.pattern.test(folded));
  if (pasted || !WORTH_READING.test(line.text)) return keys;
  const comment = line.text.startsWith('<!--');
  return [...keys, ...LINE_ROWS.filter((r) => (!comment || r.tool === 'mux') && r.pattern.test(line.text) && r.not?.test(line.text) !== true)];
}

function unread(commit: Commit, message: Message): readonly ProvenanceEvidence[] {
  return message.unread.map((why) => ({
    rule: 'evidence-unreadable',
    slot: 'line' as const,
    tool: 'unknown',
    level: 'unattributed' as const,
    trust: 1 as const,
    commit: commit.id,
    matched: cut(why),
  }));
}

function declarationOf(commit: Commit, line: MessageLine, said: Declared): readonly Declaration[] {
  if (said.kind === 'none') return [{ commit: commit.id, value: 'none' }];
  if (said.kind !== 'tool' || line.trailer === undefined || PERSON_KEYS.has(line.trailer.key)) return [];
  return [{ commit: commit.id, value: cut(line.trailer.value) }];
}

function contradictionsOf(commit: Commit, message: Message, declarations: readonly Declaration[], evidence: readonly ProvenanceEvidence[]): readonly string[] {
  const short = commit.id.slice(0, 12);
  const marks = evidence.filter((e) => e.trust >= 2 && PROVENANCE_LEVELS.above(e.level, 'unattributed'));
  const first = marks[0];
  const none = first !== undefined && declarations.some((d) => d.value === 'none');
  return [
    ...(none ? [`commit ${short} declares no AI assistance, and ${first.rule} matched "${first.matched}"`] : []),
    ...message.unread.map((why) => `the message of commit ${short} was not read in full: ${why}`),
  ];
}

function contradictedBy(declarations: readonly Declaration[], marks: readonly ProvenanceEvidence[]): readonly string[] {
  const mark = marks[0];
  if (mark === undefined) return [];
  return declarations.filter((d) => d.value === 'none').map((d) => `commit ${d.commit.slice(0, 12)} declares no AI assistance, and ${mark.matched}`);
}

const cut = (text: string): string => text.slice(0, 200);
