/**
 * What is known of AI assistance in a change: what each commit shows, what its pusher is, and marks seen before. Evidence for
 * AI is a statement against interest, so a header (trust 2) suffices.
 */
import type { Commit, Oid } from '../change/change.ts';
import { CATALOGUE_VERSION } from './catalogue/catalogue.ts';
import { type Detected, detect, type Seen } from './detect.ts';
import { cut } from './marks.ts';
import type { Declaration, Provenance, ProvenanceEvidence, ProvenanceLevel, StickyMark, UnknownAccount } from './provenance.ts';
import { PROVENANCE_LEVELS } from './provenance.ts';
import type { Registry } from './registry.ts';
import { stickyEvidence } from './sticky.ts';

export interface Assessed {
  readonly commits: readonly Commit[];
  /** Marks seen before on this repository and ref, already limited to the window that counts. */
  readonly sticky?: readonly StickyMark[];
  /** Every path of the change, as in its records. */
  readonly paths?: readonly string[];
  /** The organisation's own agents by lower-case e-mail address: what one of them authored is an agent's. */
  readonly agents?: ReadonlyMap<string, string>;
  /** The agent whose account the transport authenticated: no header speaks against it. */
  readonly pushedBy?: string | null;
  readonly registry?: Registry;
  /** What else is known of a commit: branch, pull request, records of its lines. */
  readonly seen?: ReadonlyMap<Oid, Omit<Seen, 'commit'>>;
}

export function assess({ commits, sticky = [], paths = [], agents = new Map(), pushedBy = null, registry, seen }: Assessed): Provenance {
  const found = commits.map((commit) => detect({ ...seen?.get(commit.id), commit }, registry));
  const marks = [...stickyEvidence(sticky, paths), ...(pushedBy === null ? [] : [pushedEvidence(pushedBy)])];
  const enrolled = commits.flatMap((c) => enrolledAgent(c, agents));
  const declarations = found.flatMap((f) => f.declarations);
  const unknown = once(found.flatMap((f) => f.unknown));
  return {
    catalogue: CATALOGUE_VERSION,
    level: levelOf(found, [...enrolled, ...marks]),
    evidence: [...found.flatMap((f) => f.evidence), ...enrolled, ...marks],
    declarations,
    contradictions: [...found.flatMap((f) => f.contradictions), ...contradictedBy(declarations, marks)],
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

/** A human's only where every commit is and nothing else speaks. Folded, not spread: a push decides how many there are. */
function levelOf(found: readonly Detected[], others: readonly ProvenanceEvidence[]): ProvenanceLevel {
  const human = found.length > 0 && found.every((f) => f.level === 'human');
  const supported = others.filter((e) => e.trust >= 2).map((e) => e.level);
  return [...found.map((f) => f.level), ...supported].reduce<ProvenanceLevel>((most, l) => PROVENANCE_LEVELS.max(most, l), human ? 'human' : 'unattributed');
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

function contradictedBy(declarations: readonly Declaration[], marks: readonly ProvenanceEvidence[]): readonly string[] {
  const mark = marks[0];
  if (mark === undefined) return [];
  return declarations.filter((d) => d.value === 'none').map((d) => `commit ${d.commit.slice(0, 12)} declares no AI assistance, and ${mark.matched}`);
}

const once = (unknown: readonly UnknownAccount[]): readonly UnknownAccount[] => [...new Map([...unknown].reverse().map((u) => [u.account, u])).values()].reverse();
