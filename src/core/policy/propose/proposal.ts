/**
 * What `countersign init` proposes for a repository: a policy, a roster and, where unknown agents were seen, who they are; each
 * line with the reason for it, and the questions nobody but the people there can answer. Pure and total. Nothing seen of AI
 * makes any of it lighter, and it begins by watching.
 */
import { matcherOf } from '../../change/matcher.ts';
import { kindsOf } from '../../risk/kinds.ts';
import { type ProposedPeople, peopleIn } from './people.ts';
import { isAside, isPlain } from './places.ts';
import { type ProposedProfile, type ProposedRule, profileFor, rulesFor } from './profile.ts';
import { questionsOf } from './questions.ts';
import type { Seen } from './seen.ts';
import type { ProposedSystem } from './system-of.ts';
import { systemsIn } from './systems.ts';
import { counted, thousands } from './words.ts';

export interface Proposal {
  readonly profile: ProposedProfile;
  readonly refs: { readonly globs: readonly string[]; readonly because: string };
  readonly systems: readonly (ProposedSystem & { readonly activity: string; readonly example: string | null })[];
  readonly rules: readonly ProposedRule[];
  readonly people: ProposedPeople;
  /** A plain file that is in no system and under no rule; null: there is none. */
  readonly aside: string | null;
  /** What nobody can tell from a repository. */
  readonly questions: readonly string[];
}

export function proposalFor(seen: Seen): Proposal {
  const people = peopleIn(seen);
  const profile = profileFor(people);
  const systems = withActivity(systemsIn(seen), seen);
  const rules = rulesFor(seen, people, profile);
  return { profile, refs: refsOf(seen), systems, rules, people, aside: asideOf(seen, systems, rules), questions: questionsOf(seen, { systems, people, profile }) };
}

function asideOf({ files }: Seen, systems: readonly ProposedSystem[], rules: readonly ProposedRule[]): string | null {
  const matcher = matcherOf([...systems, ...rules].map((s) => s.paths));
  const free = files.filter((file) => isPlain(file) && kindsOf(file).every((kind) => kind === 'prose') && matcher.selects(file).length === 0);
  const depth = (file: string): number => file.split('/').length;
  return free.toSorted((a, b) => depth(a) - depth(b))[0] ?? null;
}

/** The same, with nothing but what the profile asks: for where one of the rules says something else than was meant. */
export const withoutRules = (proposal: Proposal): Proposal => ({ ...proposal, rules: [] });

function withActivity(systems: readonly ProposedSystem[], { files, history: { landings } }: Seen): Proposal['systems'] {
  const matcher = matcherOf(systems.map((s) => s.paths));
  const changed = systems.map(() => 0);
  const back = systems.map(() => 0);
  for (const landing of landings) {
    for (const i of new Set(landing.paths.flatMap((path) => [...matcher.selects(path)]))) {
      changed[i] = (changed[i] ?? 0) + 1;
      if (landing.takenBack) back[i] = (back[i] ?? 0) + 1;
    }
  }
  const first = new Map<number, string>();
  const telling = (file: string): boolean => isPlain(file) && !isAside(file);
  const prose = (file: string): boolean => kindsOf(file).includes('prose');
  for (const file of [...files.filter((f) => telling(f) && !prose(f)), ...files.filter(isPlain)]) for (const i of matcher.selects(file)) if (!first.has(i)) first.set(i, file);
  return systems.map((s, i) => {
    const taken = back[i] ?? 0;
    const activity =
      landings.length === 0
        ? ''
        : `changed by ${counted(changed[i] ?? 0, 'landing')} of the year's ${thousands(landings.length)}${taken > 0 ? `, ${taken} of them taken back` : ''}`;
    return { ...s, activity, example: first.get(i) ?? null };
  });
}

/** Plain names alone: whoever may push a branch names it. */
const PLAIN = /^refs\/heads\/[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*){0,5}$/;

function refsOf({ branch, branches }: Seen): Proposal['refs'] {
  const main = branch !== null && PLAIN.test(branch) ? branch : null;
  const release = /^refs\/heads\/(releases?)\//;
  const prefixes = [...new Set(branches.flatMap((b) => release.exec(b)?.[1] ?? []))].sort();
  const globs = [...(main === null ? ['refs/heads/main', 'refs/heads/master'] : [main]), ...prefixes.map((p) => `refs/heads/${p}/**`)];
  const because =
    main === null ? 'the branch that was looked at has no plain name, so the usual ones stand here' : `${main.slice('refs/heads/'.length)} is the branch that was looked at`;
  return { globs, because: `${because}${prefixes.length > 0 ? `, and there are branches below ${prefixes.join(' and ')}/` : ''}` };
}
