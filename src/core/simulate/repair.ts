/**
 * Whether a policy can be repaired once it has landed: somebody on the roster proposes a change to the policy file, and
 * asks what it would take. A policy that refuses every such change refuses its own repair, whoever signs. Pure and total.
 */
import { type Problem, problem } from '../base/result.ts';
import type { Case } from '../policy/case.ts';
import { consider } from '../policy/consider.ts';
import type { Refusal } from '../policy/decision.ts';
import type { Policy } from '../policy/document.ts';
import { incidentsAt, type KnownIncident } from '../policy/incident-file.ts';
import type { Person, Roster } from '../roster/roster.ts';
import { factsOf } from './case-facts.ts';

/** People who are asked for the repair: whoever stands lowest leaves the most to sign it. */
const MOST_AUTHORS = 4;
/** When whatever ends has ended and whatever starts has started. */
const FAR = Date.UTC(9999, 0, 1);

/** Empty: somebody could. @param file the policy's, in messages. @param at milliseconds since 1970; null: not known. Problems: POLICY_INVALID. */
export function lockedOut(policy: Policy, roster: Roster, incidents: readonly KnownIncident[] | null, at: number | null, file: string): readonly Problem[] {
  let first: Refusal | undefined;
  for (const person of authors(policy, roster.people)) {
    for (const when of at === null ? [FAR] : [at, FAR]) {
      for (const provenance of [null, { level: 'agent', tools: [] }] as const) {
        const refusal = refused(policy, roster, repair(person, file, { at: when, provenance, incidents: incidentsAt(incidents, when) }));
        if (refusal === undefined) return [];
        first ??= refusal;
      }
    }
  }
  const why = first?.text ?? 'there is nobody on the roster';
  return [
    problem('POLICY_INVALID', `nobody could land a repair of it: ${why}`, {
      place: file,
      remedy: `let a change of ${file} by somebody on the roster be covered, allowed and signed`,
    }),
  ];
}

function authors({ ladder }: Policy, people: readonly Person[]): readonly Person[] {
  return people.toSorted((a, b) => ladder.values.indexOf(a.level) - ladder.values.indexOf(b.level) || (a.id < b.id ? -1 : 1)).slice(0, MOST_AUTHORS);
}

/** What no author could do otherwise. A message, a trailer or a smaller change is theirs to write. */
function refused(policy: Policy, roster: Roster, given: Case): Refusal | undefined {
  const { facts, detectors } = factsOf(given, roster);
  const fixed = new Set(policy.forbid.filter((f) => !THEIRS.test(`${f.when.source} ${f.unless?.source ?? ''}`)).map((f) => f.id));
  return consider(policy, detectors, facts).refusals.find(({ code, text }) =>
    code === 'FORBIDDEN' ? fixed.has(/^forbidden by ([^:,]+)/.exec(text)?.[1] ?? '') : code === 'UNCOVERED' || code === 'SEAT_UNFILLABLE' || code === 'INTERNAL',
  );
}

const THEIRS = /\b(change|author|provenance|risk|plan|people|lane)\b/;

function repair({ id }: Person, path: string, facts: Pick<Case, 'at' | 'provenance' | 'incidents'>): Case {
  return {
    ...facts,
    ...{ name: '', firstSeen: null, stage: 'implementation', repo: 'repository', target: 'refs/heads/main', targetExists: true, unseen: [], behind: [], plan: null },
    files: [{ path, status: 'M', kind: 'file' }],
    commits: [{ author: id, committer: id, coAuthors: [], message: 'Repair the policy\n' }],
    pusher: id,
    risk: { findings: [], notAnalysed: [], percentile: null },
    lane: { sampled: 0, escapes: 0 },
    ...{ people: null, agents: null, signoffs: [], ownedBy: [], expect: null },
  };
}
