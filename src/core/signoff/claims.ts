/**
 * What a statement says of a change that whoever holds the decision can work out again: who and what is behind it, and what stood
 * beside it on the page. A server and a clone write and compare the same.
 */
import { utf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/crypto.ts';
import { digestOfAny, type Json } from '../base/json.ts';
import type { Decision } from '../policy/decision.ts';
import { type LineMark, PROVENANCE_LEVELS } from '../provenance/provenance.ts';
import type { PersonId } from '../roster/roster.ts';
import { personUrn } from './build.ts';
import type { ContextItem, SignoffPredicate } from './statement.ts';

export const provenanceOf = (decision: Decision): SignoffPredicate['provenance'] => ({
  level: decision.provenance.level,
  tools: [...new Set(decision.provenance.evidence.map((e) => e.tool))],
  authors: authorsOf(decision),
  sessions: sessionsOf(decision.provenance.marks ?? []).map((sha256) => ({ sha256 })),
});

/** Everybody behind the change, people and agents, as urns; sorted. */
export const authorsOf = (decision: Decision): readonly string[] => [...new Set([...peopleBehind(decision).map(personUrn), ...agentsIn(decision)])].sort();

/** Where one person signs their own change nobody is excluded, and it is theirs. */
const peopleBehind = ({ soloAfter, excluded, seats }: Decision): readonly PersonId[] => (soloAfter === null ? excluded.map((e) => e.person) : seats.flatMap((s) => s.candidates));

/** Tools that wrote at least some of it, as the catalogue or the roster names them. */
const agentsIn = ({ provenance }: Decision): readonly string[] =>
  provenance.evidence.flatMap(({ tool, level }) => (PROVENANCE_LEVELS.atLeast(level, 'assisted') ? [`urn:agent:${urnWord(tool)}`] : []));

/** A commit message may call its tool anything. */
const urnWord = (name: string): string => name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-') || 'unknown';

/**
 * One digest for each recorded session whose lines the decision holds: lowercase hex SHA-256 of the canonical JSON of
 * `{"tool","session","marks"}`, session null where the record names none; sorted.
 */
export function sessionsOf(marks: readonly LineMark[]): readonly string[] {
  const sessions = new Map<string, { readonly tool: string; readonly session: string | null; readonly marks: LineMark[] }>();
  for (const mark of marks) {
    const { tool, session = null } = mark;
    const known = sessions.get(`${tool}\0${session}`) ?? { tool, session, marks: [] };
    known.marks.push(mark);
    sessions.set(`${tool}\0${session}`, known);
  }
  return [...sessions.values()].map((session) => digestOfAny(session as unknown as Json)).sort();
}

/** Systems the change touches, and what must stay true of each: all that a page shows beside the change itself today. */
export const contextOf = ({ systems }: Pick<Decision, 'systems'>): readonly ContextItem[] =>
  systems.flatMap(({ id, invariants }) => [{ type: 'system' as const, id }, ...invariants.map((text) => ({ type: 'invariant' as const, id: invariantId(id, text) }))]);

/** Invariants have words and no name: the system, `#`, and the first 16 hex digits of SHA-256 of the words. */
export const invariantId = (system: string, text: string): string => `${system}#${sha256Hex(utf8(text)).slice(0, 16)}`;
