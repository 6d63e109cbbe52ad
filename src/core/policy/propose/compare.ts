/** What a proposal has that files which are there already have not: said in words, since what is there was somebody's decision. */
import { matcherOf } from '../../change/matcher.ts';
import type { Registry } from '../../provenance/registry.ts';
import type { Roster } from '../../roster/roster.ts';
import type { Policy } from '../document.ts';
import type { Proposal } from './proposal.ts';
import { counted, few, wordText } from './words.ts';

/** @param files of the tree. Empty: nothing to say. */
export function besidePolicy({ systems, refs, rules }: Proposal, policy: Policy, files: readonly string[]): readonly string[] {
  const known = matcherOf(policy.systems.map((s) => s.paths));
  const asked = matcherOf(policy.rules.filter((r) => r.require !== null && r.layer === policy.layers[0]).map((r) => r.paths));
  return [
    ...refs.globs.filter((glob) => !policy.protected.includes(glob)).map((glob) => `${glob} is not among the protected refs by this name`),
    ...systems.flatMap((s) => {
      const own = matcherOf([s.paths]);
      const bare = files.filter((f) => own.selects(f).length > 0 && known.selects(f).length === 0);
      return bare.length === 0
        ? []
        : [
            `${counted(bare.length, 'file')} of what looks like ${s.id} (criticality ${s.criticality}) ${bare.length === 1 ? 'is' : 'are'} in no system of yours, such as ${wordText(bare[0] ?? '')}: ${s.because}`,
          ];
    }),
    ...rules.flatMap((r) => (asked.selects(r.example).length > 0 ? [] : [`no rule of yours asks for anybody at ${wordText(r.example)}: ${r.because}`])),
  ];
}

export function besideRoster({ people: { people, agents, invented } }: Proposal, roster: Roster): readonly string[] {
  const known = new Set([...roster.people, ...roster.agents].flatMap((p) => p.emails));
  const missing = invented ? [] : people.filter((p) => !p.emails.some((e) => known.has(e)));
  const strange = people.filter((p) => !missing.includes(p)).flatMap((p) => p.emails.filter((e) => !known.has(e)).map((e) => `${e} (${p.id})`));
  const bots = agents.filter((a) => !a.emails.some((e) => known.has(e)));
  return [
    ...(missing.length === 0 || invented
      ? []
      : [
          `${counted(missing.length, 'person', 'people')} who landed regularly ${missing.length === 1 ? 'is' : 'are'} not on it: ${few(
            missing.map((p) => `${p.id} (${p.emails[0] ?? ''}; ${p.because})`),
            5,
          )}`,
        ]),
    ...(strange.length === 0 ? [] : [`addresses that may be of people who are on it, by name alone: ${few(strange, 5)}`]),
    ...(bots.length === 0
      ? []
      : [
          `${counted(bots.length, 'bot or agent', 'bots and agents')} nobody answers for: ${few(
            bots.map((a) => a.id),
            5,
          )}`,
        ]),
  ];
}

export function besideAgents({ people: { agents } }: Proposal, registry: Registry): readonly string[] {
  const known = registry.agents.length + registry.automation.length;
  const unknown = agents.flatMap((a) => (a.unknown === null ? [] : [a.unknown]));
  return unknown.length === 0
    ? []
    : [`it classifies ${counted(known, 'account')}; look whether these are among them: ${few(unknown.map(wordText), 5)} (countersign agents says so)`];
}
