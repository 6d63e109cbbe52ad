/** What a message says of assistance, line by line. It is written by whoever may push: all of it is a claim of trust 2 at most. */
import { LINE_RULES, matches, type Rule, SUBJECT_RULES, TRAILER_RULES, toolOf } from './catalogue/catalogue.ts';
import { PROSE_RULES } from './catalogue/prose.ts';
import { type Declared, declare, PERSON_KEYS } from './declaration.ts';
import { identify, parsePerson } from './identity.ts';
import { MAX_LINE, MAX_TRAILERS, type MessageLine, readMessage } from './message.ts';
import { proseMarks } from './prose.ts';
import type { EvidenceSlot, ProvenanceEvidence } from './provenance.ts';
import { type Registry, scannerFor } from './registry.ts';

/** A finding before it is known of which commit it is. */
export type Marked = Omit<ProvenanceEvidence, 'commit'>;

export interface Marks {
  readonly evidence: readonly Marked[];
  /** Values of declarations: `none`, or as the trailer gives them. */
  readonly declared: readonly string[];
  /** Logins or names of accounts nobody has classified. */
  readonly unknown: readonly string[];
  /** What of it was not read, in words. */
  readonly unread: readonly string[];
}

export const NO_MARKS: Marks = { evidence: [], declared: [], unknown: [], unread: [] };

/** @param pasted the author is plain automation, which pastes the release notes of others: only what names people and sessions counts. */
export function messageMarks(message: string, pasted: boolean, registry: Registry): Marks {
  const scanner = scannerFor(registry);
  if (scanner.glance(message, MAX_TRAILERS, MAX_LINE) === 'plain') return NO_MARKS;
  const { subject, lines, unread } = readMessage(message, scanner.holds);
  const found = lines.map((line) => lineMarks(line, pasted, registry));
  const subjects = [...SUBJECT_RULES, ...(pasted ? [] : TAGS)].filter((r) => matches(r, subject) && !registry.veto.has(r.rule));
  const evidence = [...subjects.map((r) => marked(r, 'subject', { line: 1, text: subject })), ...withoutOwnLinks(found.flatMap((f) => f.evidence))];
  return {
    evidence: pasted ? evidence : [...evidence, ...saidBeside(evidence, message, registry)],
    declared: found.flatMap((f) => f.declared),
    unknown: found.flatMap((f) => f.unknown),
    unread,
  };
}

const OUR_SESSION = /^ai-session\s*:\s*urn:countersign:s_[0-9a-f]{14}\s*$/i;

/** Our own hooks write a link to the session beside the trailer that names its tool: one agent, not two. Alone it is evidence. */
function withoutOwnLinks(evidence: readonly Marked[]): readonly Marked[] {
  const named = evidence.some((e) => e.slot === 'trailer' && e.trust === 2 && e.level === 'assisted' && e.tool !== 'other-agent');
  return named ? evidence.filter((e) => e.rule !== 'other-agent/session' || !OUR_SESSION.test(e.matched)) : evidence;
}

/** Sentences are read where no trailer, link or footer says as much: they could not say more, and cost most. */
const saidBeside = (evidence: readonly Marked[], text: string, registry: Registry): readonly Marked[] =>
  evidence.some((e) => e.trust >= 2 && (e.level === 'assisted' || e.level === 'agent')) ? [] : proseMarks(text, registry.veto);

/** A pull request's text: a forge lets whoever opened it, and some others, write it. */
export function textMarks(text: string, rules: readonly Rule[], registry: Registry): Marks {
  const scanner = scannerFor(registry);
  if (scanner.glance(text, MAX_TRAILERS, MAX_LINE) === 'plain') return NO_MARKS;
  // it has no subject: its first line is a line like any other
  const { lines, unread } = readMessage(`\n${text}`, scanner.holds);
  const found = lines.map((line) => {
    const moved = { ...line, line: line.line - 1 };
    const own = rules.filter((r) => counts(r, line.text, registry)).map((r) => marked(r, 'pr-body', moved));
    const marks = lineMarks(moved, false, registry);
    return { ...marks, evidence: [...own, ...marks.evidence.map((e): Marked => ({ ...e, slot: 'pr-body' }))] };
  });
  const evidence = found.flatMap((f) => f.evidence);
  const said = saidBeside(evidence, `\n${text}`, registry).map((m): Marked => ({ ...m, slot: 'pr-body', line: (m.line ?? 1) - 1 }));
  return { evidence: [...evidence, ...said], declared: found.flatMap((f) => f.declared), unknown: [], unread };
}

const TAGS = PROSE_RULES.filter((r) => r.rule === 'prose/tag');
const DECIDING = PROSE_RULES.filter((r) => r.trust === 2);
const MENTIONS = PROSE_RULES.filter((r) => r.trust === 1);

type LineMarks = Pick<Marks, 'declared' | 'unknown'> & { readonly evidence: Marked[] };

function lineMarks(line: MessageLine, pasted: boolean, registry: Registry): LineMarks {
  const found: LineMarks = line.trailer === undefined ? { evidence: [], declared: [], unknown: [] } : trailerMarks(line, line.trailer, registry);
  if (pasted) return found;
  // a comment shows what a template asks; one tool alone writes its mark there
  const comment = line.text.startsWith('<!--');
  const rules = LINE_RULES.filter((r) => (!comment || r.tool === 'mux') && counts(r, line.text, registry));
  found.evidence.push(...rules.map((r) => marked(r, 'line', line)));
  if (found.evidence.length > 0 || found.declared.length > 0 || comment) return found;
  const said = DECIDING.find((r) => counts(r, line.text, registry)) ?? MENTIONS.find((r) => counts(r, line.text, registry));
  if (said !== undefined) found.evidence.push(marked(said, 'prose', line));
  return found;
}

/** The first tool of several people in one trailer (`A <a> & B <b>`); what the whole says, where there is none. */
function saidBy(key: string, value: string, registry: Registry): Declared {
  const whole = declare(key, value, registry);
  if (whole.kind === 'tool' || !PERSON_KEYS.has(key) || value.indexOf('<', value.indexOf('<') + 1) < 0) return whole;
  const others = value
    .split('>')
    .slice(0, MOST_IN_ONE)
    .map((one) => declare(key, `${one.replace(/^[\s,;&]{1,8}(?:and )?/i, '')}>`, registry));
  return others.find((one) => one.kind === 'tool') ?? whole;
}

const MOST_IN_ONE = 10;
const SETTINGS = /^(?:model|agent)\s*:/;

function trailerMarks(line: MessageLine, { key, value }: { key: string; value: string }, registry: Registry): LineMarks {
  // `model: gpt-4` is a line of some configuration; who declares writes `Model:`
  const said = SETTINGS.test(line.text) ? ({ kind: 'nothing' } as const) : saidBy(key, value, registry);
  const evidence: Marked[] = TRAILER_RULES.filter((r) => counts(r, `${key}: ${value}`, registry)).map((r) => marked(r, 'trailer', line));
  const base = { slot: 'trailer' as const, trust: 2 as const, line: line.line, matched: cut(line.text) };
  if (said.kind === 'tool') {
    const model = said.model === undefined ? {} : { model: said.model };
    evidence.unshift({ rule: said.rule, tool: said.tool, ...model, level: said.level, ...base });
    // several projects forbid it: a signature under the certificate of origin is a person's
    if (key === 'signed-off-by') evidence.push({ rule: 'agent-signed-off', tool: said.tool, level: 'unattributed', ...base });
  }
  return { evidence, declared: declaredBy(key, value, said.kind), unknown: unknownIn(key, value, registry) };
}

function declaredBy(key: string, value: string, kind: ReturnType<typeof declare>['kind']): readonly string[] {
  if (kind === 'none') return ['none'];
  return kind === 'tool' && !PERSON_KEYS.has(key) ? [cut(value)] : [];
}

function unknownIn(key: string, value: string, registry: Registry): readonly string[] {
  if (!PERSON_KEYS.has(key)) return [];
  const { name, email } = parsePerson(value);
  const { unknown } = identify(name, email, 'trailer', registry);
  return unknown === null ? [] : [unknown];
}

const counts = (rule: Rule, text: string, registry: Registry): boolean => matches(rule, text) && !registry.veto.has(rule.rule);

function marked(rule: Rule, slot: EvidenceSlot, { line, text }: Pick<MessageLine, 'line' | 'text'>): Marked {
  return { rule: rule.rule, slot, tool: toolOf(rule, text), level: rule.level === '*' ? 'assisted' : rule.level, trust: rule.trust, line, matched: cut(text) };
}

export const cut = (text: string): string => text.slice(0, 200);
