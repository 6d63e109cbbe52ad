/**
 * Exclusions by header alone. Whoever writes a commit can name every senior but a friend in it, and so choose who is left
 * to sign. Such an exclusion holds, and it costs one more unrelated person in every seat it touches.
 */
import type { Change } from '../change/change.ts';
import type { Finding } from '../risk/risk.ts';
import { named } from '../roster/principals.ts';
import type { PersonId, Principal, PrincipalGraph } from '../roster/roster.ts';
import type { Seat } from './decision.ts';
import type { Policy } from './document.ts';
import type { Facts } from './facts.ts';
import { qualified } from './seats.ts';

/**
 * People whom only headers put behind the change. The pusher is known otherwise, and so is the owner of an agent that
 * pushed; where no person pushed (a clone, an agent), the author of the newest commit is taken at his word.
 */
export function headerOnly(change: Change, pusher: string | null, graph: PrincipalGraph): ReadonlySet<PersonId> {
  const pushers = graph.principals.filter((p) => p.role === 'pusher');
  const newest = change.commits.at(-1)?.author.email.trim().toLowerCase();
  const atHisWord = (p: Principal): boolean => (pusher === null || pushers.every((q) => q.person === null)) && p.identity === newest;
  const vouched = graph.principals.filter((p) => {
    if (p.role === 'author') return atHisWord(p);
    // Whoever writes the header could name any agent, and keep its owner from signing.
    if (p.role === 'agent-owner') return atHisWord(p) || pushers.some((q) => q.agent === p.agent);
    return p.role !== 'committer' && !named(p);
  });
  const known = new Set(vouched.map((p) => p.person));
  return new Set([...graph.excluded.keys()].filter((person) => !known.has(person)));
}

/** One finding for the people headers keep from signing, one for co-authors nobody knows. */
export function headerFindings(
  change: Change,
  graph: PrincipalGraph,
  byHeader: ReadonlySet<PersonId>,
  seats: readonly Seat[],
  policy: Policy,
  { roster, at }: Pick<Facts, 'roster' | 'at'>,
): readonly Finding[] {
  const kept = roster.people.filter(
    (p) => byHeader.has(p.id) && seats.some((s) => qualified(policy, p, { ...s, rank: s.level === null ? -1 : policy.ladder.values.indexOf(s.level) }, at)),
  );
  const unknown = graph.unresolved.filter(named).map((p) => p.identity);
  const path = change.records[0]?.path ?? '';
  return [
    ...(kept.length === 0
      ? []
      : [
          finding(
            'SOD101',
            'exclusion-by-header',
            path,
            `commit headers and unsigned notes alone keep ${kept.map((p) => p.name).join(', ')} from signing, so one more person must`,
            kept.map((p) => p.id),
          ),
        ]),
    ...(unknown.length === 0
      ? []
      : [finding('SOD102', 'unknown-co-author', path, 'a co-author or prompter is nobody on the roster and may be the signer, so one more person must sign', unknown)]),
  ];
}

function finding(rule: string, slug: string, path: string, what: string, who: readonly string[]): Finding {
  return {
    rule,
    slug,
    version: 1,
    severity: 'elevated',
    confidence: 'exact',
    place: { path, side: 'head', object: 'commit headers' },
    what,
    because: who.map((w) => ['named', w] as const),
    safeIf: ['the people named say so themselves, or the trailers or notes are removed'],
  };
}
