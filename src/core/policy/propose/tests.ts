/** Tests a proposed policy brings: what it does today, in a few cases a person can read. What each answers is worked out by whoever renders them. */
import type { Proposal } from './proposal.ts';

export interface DraftTest {
  readonly name: string;
  readonly path: string;
  readonly author: string;
  readonly people: readonly { readonly id: string; readonly level: string }[];
  readonly agent: boolean;
  readonly tier: 'routine' | 'high';
  /** A rule it is there to show: a test under which that rule does not ask shows nothing. */
  readonly shows: string | null;
}

export interface AnsweredTest extends DraftTest {
  readonly result: string;
  readonly rules: readonly string[];
}

/** A dot is in no id that is made of a name. */
const [NEW, SENIOR, TOP] = ['a.newcomer', 'a.senior', 'another.senior'];
const MOST_SYSTEMS = 3;

export function testsFor({ profile, systems, rules, aside }: Proposal): readonly DraftTest[] {
  const alone = profile.name === 'solo';
  const people = alone ? [{ id: SENIOR, level: 'L6' }] : [NEW, SENIOR, TOP].map((id, i) => ({ id, level: ['L4', 'L6', 'L7'][i] ?? 'L4' }));
  const base = { people, agent: false, tier: 'routine' as const, shows: null };
  return [
    { ...base, name: 'what is outside every listed system passes by itself', path: aside ?? 'README.md', author: SENIOR },
    { ...base, name: 'and where something dangerous is found somebody is asked', path: aside ?? 'README.md', author: SENIOR, tier: 'high' },
    ...systems
      .filter((s) => s.criticality <= 2)
      .slice(0, MOST_SYSTEMS)
      .flatMap((s) => (s.example === null ? [] : [{ ...base, name: `an agent's change to ${s.id} takes somebody`, path: s.example, author: alone ? SENIOR : NEW, agent: true }])),
    ...rules.map((r) => ({
      ...base,
      name: `${r.id} asks`,
      path: r.example,
      author: SENIOR,
      people: [...people, ...r.people.map((id) => ({ id, level: 'L4' }))],
      tier: r.tier,
      shows: r.id,
    })),
  ];
}
