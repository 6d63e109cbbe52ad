/**
 * What would let a case pass, the cheapest first: people who could sign, paths the change could do without, and, for those
 * who own the policy, single edits of it. Everything listed was tried and passes; what is not listed may pass as well.
 */
import { ownedBy } from '../gate/judge.ts';
import type { Case, CaseSignoff } from '../policy/case.ts';
import type { Policy } from '../policy/document.ts';
import type { Stage } from '../policy/words.ts';
import type { PersonId } from '../roster/roster.ts';
import type { PassIf } from './case-answer.ts';
import { type Seating, seatingOf } from './case-seats.ts';
import { policyEditsOf } from './policy-edits.ts';
import type { WeighedCase } from './weigh-case.ts';

/** Sets of people that are listed, paths that are tried, and people one set may hold. */
const MOST_SETS = 3;
const MOST_PATHS = 20;
const MOST_PEOPLE = 30;
/** Orders of one set are many, and the set is one. */
const MOST_STEPS = 120;

interface Again {
  readonly passes: (policy: Policy, given: Case) => boolean;
  readonly policyEdits: boolean;
}

export function passIf(policy: Policy, given: Case, weighed: Pick<WeighedCase, 'decision' | 'signoffs' | 'owned' | 'seating'>, again: Again): readonly PassIf[] {
  const sets = weighed.decision.outcome === 'signoff' || weighed.signoffs.objecting.length > 0 ? peopleSets(given, weighed) : [];
  const owner = ownerMissing(weighed);
  const owned = { ...given, ownedBy: [...given.ownedBy, ...(owner === undefined ? [] : [owner])] };
  const people = sets.filter((set) => again.passes(policy, { ...owned, signoffs: [...given.signoffs, ...set.map((s) => approval(given, s))] }));
  const smaller = given.files.length > 1 && given.files.length <= MOST_PATHS ? given.files : [];
  const without = smaller.filter((gone) => again.passes(policy, { ...given, files: given.files.filter((f) => f !== gone) }));
  const edits = again.policyEdits ? policyEditsOf(policy, weighed.decision).filter((e) => again.passes(e.policy, given)) : [];
  return [
    ...people.map((add) => ({ add, ...(owner === undefined ? {} : { owned_by: owner }) })),
    ...without.map((f) => ({ remove_path: f.path })),
    ...edits.map((e) => ({ policy: e.words })),
  ];
}

/** The first of those who could own it, where policy asks for that and nobody has. */
const ownerMissing = ({ decision, owned }: Pick<WeighedCase, 'decision' | 'owned'>): PersonId | undefined =>
  ownedBy(decision, owned.presented) === undefined ? decision.ownership?.owners[0] : undefined;

interface Added {
  readonly person: PersonId;
  readonly stage: Stage;
}

const approval = (given: Case, { person, stage }: Added): CaseSignoff => ({
  ...{ by: person, decision: 'approve', stage, presence: 'hardware', level: null, at: given.at, expires: null, moved: null },
});

/** Whoever asks for changes has to take it back; then one person after another for the first seat that is empty. */
function peopleSets(given: Case, { decision, signoffs, seating }: Pick<WeighedCase, 'decision' | 'signoffs' | 'seating'>): readonly (readonly Added[])[] {
  const [first = 'implementation'] = decision.seats.map((s) => s.stage);
  const back = signoffs.objecting.map((person): Added => ({ person, stage: first === 'deploy' && given.stage !== 'deploy' ? 'implementation' : first }));
  const found = new Map<string, readonly Added[]>();
  let steps = 0;
  const seated = (added: readonly Added[]): Seating =>
    seatingOf(
      decision,
      [
        ...signoffs.counted,
        ...added.map((a) => ({ person: a.person, signoff: approval(given, a), seats: decision.seats.filter((s) => s.stage === a.stage && s.candidates.includes(a.person)) })),
      ],
      seating.due,
    );
  const grow = (added: readonly Added[]): void => {
    steps += 1;
    if (found.size >= MOST_SETS || steps > MOST_STEPS) return;
    const [open] = seated(added).missing;
    if (open === undefined)
      found.set(
        keyOf(added),
        added.toSorted((a, b) => (keyOf([a]) < keyOf([b]) ? -1 : 1)),
      );
    else if (added.length < MOST_PEOPLE) for (const person of open.any_of) grow([...added, { person, stage: open.stage }]);
  };
  grow(back);
  return [...found.values()];
}

const keyOf = (set: readonly Added[]): string => JSON.stringify(set.map((a) => [a.stage, a.person]).sort());
