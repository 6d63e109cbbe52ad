/** Which profile a proposal extends, and which rules stand beside it: only such as somebody on the proposed roster can answer. */
import { matcherOf } from '../../change/matcher.ts';
import { importCodeowners } from '../import-codeowners.ts';
import { plainOrQuoted } from '../yaml-text.ts';
import type { ProposedPeople } from './people.ts';
import { knownOwners } from './people.ts';
import { exactly, isPlain } from './places.ts';
import type { Seen } from './seen.ts';
import { actingPipelines, isRun } from './systems.ts';
import { counted, few, nameText, wordText } from './words.ts';

export interface ProposedProfile {
  readonly name: 'solo' | 'small-team' | 'tiered';
  readonly because: string;
}

/** More know each other's work no longer. */
const SMALL = 7;

export function profileFor({ people, left, regular, invented }: ProposedPeople): ProposedProfile {
  const who = regular.commits === 1 ? 'landed something' : `landed ${regular.commits} commits or more in ${regular.weeks} weeks or more of the year`;
  const others = left === 0 ? '' : `; ${counted(left, 'other person', 'other people')} with less, or silent for half of it, ${left === 1 ? 'is' : 'are'} left off`;
  if (invented) return { name: 'solo', because: 'nobody is in this history yet: with a second person write profile:small-team, with more than seven profile:tiered' };
  if (people.length === 1) return { name: 'solo', because: `one person ${who}${others}; with a second one write profile:small-team` };
  if (people.length <= SMALL) return { name: 'small-team', because: `${people.length} people ${who}${others}: too few for seats that only seniors fill` };
  return { name: 'tiered', because: `${people.length} people ${who}${others}: enough that somebody senior can be asked only where it is dangerous` };
}

export interface ProposedRule {
  readonly id: string;
  readonly description: string;
  readonly paths: readonly string[];
  readonly when: string | null;
  /** As YAML of ours. */
  readonly require: string;
  readonly because: string;
  /** A file of the tree it is about. */
  readonly example: string;
  /** Of people it names. */
  readonly people: readonly string[];
  /** What makes it ask, in a test. */
  readonly tier: 'routine' | 'high';
}

const MOST_RULES = 8;

export function rulesFor(seen: Seen, { people }: ProposedPeople, profile: ProposedProfile): readonly ProposedRule[] {
  // Alone nobody else can be asked.
  if (profile.name === 'solo') return [];
  return [...(profile.name === 'tiered' ? production(seen) : []), ...byOwners(seen, people)];
}

/** A pipeline that reaches production runs with more rights than whoever edits it. */
function production(seen: Seen): readonly ProposedRule[] {
  const acting = actingPipelines(seen.contents).filter((p) => p.production && isRun(p.path) && isPlain(p.path) && exactly(p.path) !== undefined);
  const [first] = acting;
  if (first === undefined) return [];
  return [
    {
      id: 'deploying-pipelines',
      description: 'What deploys takes somebody senior, whoever or whatever typed it',
      paths: acting.slice(0, 50).flatMap((p) => exactly(p.path) ?? []),
      when: null,
      require: '{humans: 1, senior: true}',
      because: few(acting.map((p) => `${wordText(p.path)}: ${p.does}`)),
      example: first.path,
      people: [],
      tier: 'routine',
    },
  ];
}

/** Owners that history lets us name: at least two, since one of them may be the author. Teams are for whoever knows who is in them. */
function byOwners({ owners, files }: Seen, people: ProposedPeople['people']): readonly ProposedRule[] {
  if (owners === null) return [];
  const imported = importCodeowners(owners.read, owners.file);
  if (!imported.ok) return [];
  const known = knownOwners(people);
  return imported.value.rules
    .flatMap((rule): readonly ProposedRule[] => {
      const ids = [...new Set((rule.ask?.from.people ?? []).flatMap((name) => known.get(name) ?? []))].sort();
      // Who owns everything is who anybody would ask: the profile has a seat for that.
      if (rule.ask === null || ids.length < 2 || rule.paths[0] === '**' || rule.paths.length > 100) return [];
      const matcher = matcherOf([rule.paths]);
      const example = files.find((f) => isPlain(f) && matcher.selects(f).length > 0);
      const unnamed = rule.ask.from.teams.length + rule.ask.from.people.length - ids.length;
      return example === undefined || ids.length > 50
        ? []
        : [
            {
              id: rule.id,
              description: `${nameText(rule.description)}: one of them where something dangerous is found`,
              paths: rule.paths,
              when: 'risk.tier >= high',
              require: `{humans: 1, from: {people: [${ids.map(plainOrQuoted).join(', ')}]}}`,
              because: `${wordText(owners.file)} names them${unnamed > 0 ? `, and ${counted(unnamed, 'other owner')} nobody here can be told from` : ''}`,
              example,
              people: ids,
              tier: 'high',
            },
          ];
    })
    .slice(0, MOST_RULES);
}
