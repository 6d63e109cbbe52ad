/** The open questions of a proposal: what no tree and no history says, with what becomes of it unanswered. */
import type { ProposedPeople } from './people.ts';
import type { ProposedProfile } from './profile.ts';
import type { Seen } from './seen.ts';
import type { ProposedSystem } from './system-of.ts';
import { byCount, counted, few, wordText } from './words.ts';

interface Asked {
  readonly systems: readonly ProposedSystem[];
  readonly people: ProposedPeople;
  readonly profile: ProposedProfile;
}

export function questionsOf(seen: Seen, { systems, people, profile }: Asked): readonly string[] {
  const guessed = people.people.filter((p) => p.guess !== null);
  const idle = people.agents.filter((a) => a.unknown !== null);
  const teams = byCount((seen.owners?.read.rules ?? []).flatMap((r) => r.owners.filter((o) => o.kind === 'team').map((o) => o.text)));
  return [
    ...(profile.name === 'tiered'
      ? [`Who is senior? ${counted(guessed.length, 'person', 'people')} at L6 ${guessed.length === 1 ? 'is' : 'are'} a guess; everybody else is at L4, the lowest.`]
      : []),
    ...(profile.name === 'small-team' ? ['Who may change the policy itself? The people at L6, who are a guess; the profile asks nobody else for a level.'] : []),
    ...(people.people.some((p) => p.joined.length > 0)
      ? [`Are ${few(people.people.filter((p) => p.joined.length > 0).map((p) => p.id))} one person each? Several addresses are joined by the name alone.`]
      : []),
    ...(people.left > 0
      ? [
          `${people.left === 1 ? 'Does the one person' : `Do the ${people.left} people`} left off belong on the roster? A change by somebody who is not there is refused once gates enforce.`,
        ]
      : []),
    systems.length === 0
      ? 'What do you operate? Nothing in the tree looks like a running thing, so no system is listed.'
      : 'Is the criticality right? 1 is what would end up in the news; names of folders say little about that.',
    'What must stay true of each system that no test knows? Write it under invariants: reviewers are shown it.',
    ...(teams.length === 0
      ? []
      : [
          `Who is in ${few(teams.map(([team]) => wordText(team)))}? CODEOWNERS names ${counted(teams.length, 'team')}, a repository does not say who is in one: give people their teams, then run countersign policy import ${wordText(seen.owners?.file ?? '')}.`,
        ]),
    ...(people.agents.length > 0 ? [`Who answers for ${few(people.agents.map((a) => a.id))}? Owners are guesses, and an owner signs nothing its agent made.`] : []),
    ...(idle.length > 0 ? [`Is an AI behind ${few(idle.map((a) => wordText(a.unknown ?? a.id)))}? Taken for agents until you say otherwise, in .countersign/agents.yml.`] : []),
    ...notProduction(seen),
  ];
}

/** Lighter for its name is what an attacker would call it: said, and left to somebody who knows. */
function notProduction({ files }: Seen): readonly string[] {
  const folders = byCount(files.flatMap((path) => /^((?:[^/]+\/){0,3}(?:dev|development|staging|sandbox|integration))\//.exec(path)?.[1] ?? []));
  return folders.length === 0
    ? []
    : [`Which is no production, of ${few(folders.map(([f]) => wordText(f)))}? Nothing is taken for lighter by its name; to say so: tiers.not_production.`];
}
