/** What a policy says beside its rules, in plain words: what it guards, what gates do under it, who may sign alone, how it is passed in an emergency. */
import { PRESETS, type Preset, type PresetName } from '../provenance/presets.ts';
import type { ScoreBounds } from '../risk/tiers.ts';
import { conditionWords } from './condition-words.ts';
import type { AuthenticatorTerms, BreakGlassTerms, Modes, Policy, RequiredTrailer } from './document.ts';
import { lengthText, momentText } from './time.ts';

/** One line a setting; what is off or as built in has none. */
export const settingWords = (policy: Policy): readonly string[] => [
  `guards ${policy.protected.join(', ')}`,
  policy.systems.length === 0
    ? 'names no system, so nothing is more critical than the rest'
    : `names ${policy.systems.length} ${policy.systems.length === 1 ? 'system' : 'systems'}: ${policy.systems.map((s) => `${s.id} (criticality ${s.criticality})`).join(', ')}`,
  policy.solo === null
    ? 'nobody behind a change signs for it'
    : `nobody behind a change signs for it, except who is alone on the roster: they may sign ${lengthText(policy.solo.coolDown)} after it was first seen`,
  ...policy.modes.map(modeWords),
  ...(policy.unattributed === 'default' ? [] : [`a change that says nothing about AI counts as ${policy.unattributed}`]),
  ...(policy.declarations.assistance === 'required' ? ['every commit says Assisted-by: <tool>:<model>, or Assisted-by: none'] : []),
  ...policy.declarations.presets.map(presetWords),
  ...policy.declarations.trailers.map(trailerWords),
  ...(policy.submodules === 'review' ? ['a submodule pointer may change, once signed'] : []),
  ...(policy.largeFiles === 'review' ? ['a large file pointer may come in, once signed'] : []),
  ...scoreWords(policy.tierRules.scoreAt),
  ...(policy.notProduction.some((globs) => globs.length > 0) ? [`findings in ${productionWords(policy.notProduction)} weigh one tier less`] : []),
  ...(policy.ownershipFrom === null
    ? []
    : [`whoever is behind a change that is ${policy.ownershipFrom} or above says what they read, ran and do not understand, before anybody is asked to sign it`]),
  ...(policy.sample === null ? [] : [`of what passes by itself, ${percent(policy.sample.share)} is read after landing`]),
  ...(policy.authenticators === null ? [] : authenticatorWords(policy.authenticators)),
  ...(policy.breakGlass === null ? ['has no emergency pass'] : [glassWords(policy.breakGlass)]),
];

function scoreWords({ elevated, high }: ScoreBounds): readonly string[] {
  const bounds = [elevated === null ? '' : `elevated from percentile ${elevated}`, high === null ? '' : `high from percentile ${high}`].filter(Boolean);
  return bounds.length === 0 ? [] : [`what history makes riskier counts as ${bounds.join(', ')}`];
}

const productionWords = (lists: Policy['notProduction']): string => lists.map((globs) => globs.join(', ') || 'no path').join(' that are also in ');

function presetWords(name: PresetName): string {
  const { title, writes, requires, forbids }: Preset = PRESETS[name];
  const written = writes === null ? 'hooks write no trailer about AI' : `hooks write ${writes.key}: ${writes.form.replace(/tool|model/g, '<$&>')}`;
  const asked = requires ? ', a commit with a mark of AI says so by a declaration' : '';
  return `speaks of AI in messages as ${title} does: ${written}${asked}${forbids.length === 0 ? '' : `; ${forbids.map(forbidWords).join(', ')}`}`;
}

const forbidWords = (key: string): string => (key === 'assistance' ? 'no commit may carry a mark of AI' : key === 'any' ? 'no trailer names an AI' : `${key} names no AI`);

function trailerWords({ key, paths, when, reason, starts, until }: RequiredTrailer): string {
  const held = `${starts === null ? '' : ` from ${momentText(starts)}`}${until === null ? '' : ` until ${momentText(until)}`}`;
  const where = when === null ? '' : ` where ${conditionWords(when.source)}, or where nobody can tell`;
  return `a change${paths === null ? '' : ` of ${paths.join(', ')}`} carries a trailer ${key}${held}${where}: ${reason}`;
}

function modeWords({ default: usual, systems, until }: Modes): string {
  const each = [...systems].map(([id, mode]) => `${id}: ${mode}`);
  return `gates ${usual}${each.length === 0 ? '' : ` (${each.join(', ')})`}${until === null ? '' : ` until ${momentText(until)}, and enforce from then on`}`;
}

function authenticatorWords({ synced, attestedFrom, coolDown }: AuthenticatorTerms): readonly string[] {
  const copied = synced === 'none' ? 'no passkey that can be copied signs' : `a passkey that can be copied signs up to ${synced}`;
  const asked = attestedFrom === null ? [] : [`from ${attestedFrom} on only a key attested by its maker signs`];
  const wait = coolDown === null ? [] : [`where a key has to be attested it was enrolled ${lengthText(coolDown)} before`];
  return [...(synced === 'high' ? [] : [copied]), ...asked, ...wait];
}

const glassWords = ({ humans, level, aloneAfter, expires, reviewWithin }: BreakGlassTerms): string =>
  `in an emergency ${humans} at ${level} or above let a change pass for ${lengthText(expires)}${aloneAfter === null ? '' : `, one alone after ${lengthText(aloneAfter)}`}; it is reviewed within ${lengthText(reviewWithin)}`;

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
