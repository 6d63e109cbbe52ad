/** Systems, and the terms that hold for a whole policy. The nearest own layer that speaks decides; a floor only tightens. */
import { PRESETS, type PresetName } from '../provenance/presets.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import type { TierRules } from '../risk/tiers.ts';
import type { System } from '../system/system.ts';
import type { BreakGlassTerms, Declarations, Modes, Policy, RequiredTrailer, TierTerms } from './document.ts';
import type { LoadedLayer, SystemShape } from './layers.ts';
import type { Loading } from './loading.ts';
import type { LayerShape } from './policy-shape.ts';
import { hint } from './suggest.ts';
import { joinAuthenticators, joinBreakGlass, joinSample, joinTier, NO_TERMS, strictest } from './terms.ts';
import type { YamlFile } from './yaml-file.ts';

/** Of all layers. One id is one system: a repository cannot say less of a floor's. */
export function systemsOf(loading: Loading): readonly System[] {
  const all = loading.layers.flatMap((layer) => [
    ...placed(layer.yaml, layer.shape.systems),
    ...(layer.catalogue === null ? [] : placed(layer.catalogue.yaml, layer.catalogue.systems)),
  ]);
  const ids = new Set(all.map((s) => s.system.id));
  const seen = new Set<string>();
  for (const { yaml, system, i } of all) {
    if (seen.has(system.id)) loading.problems.push(yaml.at(['systems', i, 'id'], `${system.id} names two systems`, { remedy: 'rename one' }));
    seen.add(system.id);
    for (const [j, id] of system.dependents.entries()) {
      if (!ids.has(id)) loading.problems.push(yaml.at(['systems', i, 'dependents', j], `there is no system ${id}`, { remedy: () => hint(id, [...ids]) }));
    }
  }
  return all.map((s) => s.system);
}

const placed = (yaml: YamlFile, systems: readonly SystemShape[]) => systems.map((system, i) => ({ yaml, system, i }));

type Terms = Pick<
  Policy,
  | 'domains'
  | 'tiers'
  | 'tierRules'
  | 'notProduction'
  | 'modes'
  | 'unattributed'
  | 'submodules'
  | 'largeFiles'
  | 'declarations'
  | 'solo'
  | 'breakGlass'
  | 'sample'
  | 'authenticators'
  | 'ownershipFrom'
>;

export function termsOf(loading: Loading, systems: readonly System[], trailers: readonly RequiredTrailer[]): Terms {
  const domains = loading.stated('domains').flatMap((l) => l.shape.domains ?? []);
  return {
    domains: domains.length === 0 ? null : [...new Set(domains)],
    tiers: tiersOf(loading),
    tierRules: tierRulesOf(loading),
    notProduction: notProductionOf(loading),
    modes: modesOf(loading, systems),
    unattributed: unattributedOf(loading),
    submodules: strict(loading, 'submodules', (s) => s.submodules, ['review', 'refuse'], 'refuse'),
    largeFiles: strict(loading, 'large_files', (s) => s.large_files, ['review', 'refuse'], 'refuse'),
    declarations: declarationsOf(loading, trailers),
    solo: soloOf(loading),
    breakGlass: breakGlassOf(loading),
    sample: sampleOf(loading),
    authenticators: authenticatorsOf(loading),
    ownershipFrom: ownershipFromOf(loading),
  };
}

/** The nearest of a repository's own layers that speaks of it, and every floor that does. */
function speaking(loading: Loading, key: keyof LayerShape): readonly LoadedLayer[] {
  const stated = loading.stated(key);
  const own = stated.find((l) => !l.floor);
  return [...(own === undefined ? [] : [own]), ...stated.filter((l) => l !== own && binding(l))];
}

/** A floor's, and perhaps the repository's too. */
const binding = ({ binds }: LoadedLayer): boolean => binds.length > 0;

/** Floors none of whose layers says anything of this. */
function silentFloors(loading: Loading, key: keyof LayerShape): readonly string[] {
  const spoken = new Set(loading.stated(key).flatMap((l) => l.binds));
  return [...new Set(loading.layers.flatMap((l) => l.binds))].filter((floor) => !spoken.has(floor));
}

/** @param order least strict first. @param fallback what holds where the repository's own layers are silent. */
function strict<T>(loading: Loading, key: keyof LayerShape, of: (shape: LayerShape) => T, order: readonly T[], fallback: T): T {
  const all = speaking(loading, key);
  const own = all.find((l) => !l.floor);
  return all.filter(binding).reduce<T>((most, l) => strictest(order, most, of(l.shape)), own === undefined ? fallback : of(own.shape));
}

/** A floor's conditions read silence and tiers too: where there is one, no repository reads them more lightly than the defaults. */
const underFloor = (loading: Loading): boolean => loading.layers.some(binding);

function unattributedOf(loading: Loading): Policy['unattributed'] {
  const order = ['suggestion', 'default', 'assisted'] as const;
  const said = strict<Policy['unattributed']>(loading, 'provenance', (s) => s.provenance.unattributed, order, 'default');
  return underFloor(loading) ? strictest<Policy['unattributed']>(order, said, 'default') : said;
}

/** Where the repository's own layers are silent, and under every floor, criticality 1 and ten dependents raise at least. */
function tierRulesOf(loading: Loading): TierRules {
  const layers = speaking(loading, 'tiers').map((l) => ({ floor: l.floor, tiers: l.shape.tiers }));
  const alone = layers.some((l) => !l.floor) && !underFloor(loading);
  const dependents = [...(alone ? [] : [DEPENDENTS]), ...layers.map((l) => l.tiers.raise_at_dependents)].filter((n) => n > 0);
  const least = (of: (score: { elevated?: number | undefined; high?: number | undefined }) => number | undefined): number | null => {
    const said = layers.flatMap((l) => (l.tiers.score === undefined ? [] : (of(l.tiers.score) ?? [])));
    return said.length === 0 ? null : Math.min(...said);
  };
  return {
    raiseAtCriticality: Math.max(...(alone ? [] : [1]), ...layers.map((l) => l.tiers.raise_at_criticality)),
    raiseAtDependents: dependents.length === 0 ? 0 : Math.min(...dependents),
    scoreAt: { elevated: least((s) => s.elevated), high: least((s) => s.high) },
  };
}

const DEPENDENTS = 10;

/** A repository takes nothing out of production that its floors do not, and a floor that is silent takes nothing out. */
function notProductionOf(loading: Loading): Policy['notProduction'] {
  return silentFloors(loading, 'tiers').length > 0 ? [] : speaking(loading, 'tiers').map((l) => l.shape.tiers.not_production);
}

function tiersOf(loading: Loading): Policy['tiers'] {
  const layers = speaking(loading, 'tiers');
  const of = (tier: Tier): TierTerms => layers.map(({ shape }) => tierTerms(shape, tier)).reduce(joinTier, NO_TERMS);
  return { routine: of('routine'), elevated: of('elevated'), high: of('high'), critical: of('critical') };
}

function tierTerms({ tiers }: LayerShape, tier: Tier): TierTerms {
  const said = tiers[tier];
  return said === undefined ? NO_TERMS : { onChange: said.on_change ?? {}, ttl: said.ttl ?? null, sla: said.sla ?? null, presence: said.presence };
}

/**
 * A repository that says nothing of modes is enforced: a floor that watches makes no other layer lighter. So is a floor that
 * says nothing of them: what it asks is not for a repository to watch.
 */
function modesOf(loading: Loading, systems: readonly System[]): readonly Modes[] {
  const ids = systems.map((s) => s.id);
  const layers = speaking(loading, 'modes');
  const watching = layers.some((l) => !l.floor);
  const said = (watching ? layers : []).map((layer) => {
    const { modes } = layer.shape;
    for (const id of Object.keys(modes.systems))
      if (!ids.includes(id)) loading.add(layer, ['modes', 'systems'], `there is no system ${id}`, { key: id, remedy: () => hint(id, ids) });
    return { default: modes.default, systems: new Map(Object.entries(modes.systems)), until: modes.until ?? null };
  });
  return silentFloors(loading, 'modes').length > 0 ? [] : said;
}

/** A layer that asks for trailers alone says nothing about assistance, so the next layer's word on it stays. */
function declarationsOf(loading: Loading, trailers: readonly RequiredTrailer[]): Declarations {
  const said = loading.layers.flatMap(
    ({
      floor,
      shape: {
        declarations: { assistance },
      },
    }) => (assistance === undefined ? [] : [{ floor, assistance }]),
  );
  const own = said.find((s) => !s.floor)?.assistance ?? 'optional';
  const floors = said.filter((s) => s.floor).map((s) => s.assistance);
  const assistance = floors.reduce((most, a) => strictest(['optional', 'required'], most, a), own);
  return { assistance, presets: presetsOf(loading, assistance), trailers };
}

/** The nearest of the repository's own layers that names one, after every floor that does: a floor says what is written. */
function presetsOf(loading: Loading, assistance: Declarations['assistance']): readonly PresetName[] {
  const naming = loading.layers.flatMap((layer) => {
    const { preset } = layer.shape.declarations;
    return preset === undefined ? [] : [{ layer, preset }];
  });
  const own = naming.find((n) => !n.layer.floor);
  const all = [...naming.filter((n) => n.layer.floor), ...(own === undefined ? [] : [own])];
  const silent = all.find((n) => PRESETS[n.preset].writes === null);
  if (silent !== undefined && assistance === 'required') {
    const remedy = 'let assistance be optional, or choose a preset that writes a trailer';
    loading.add(silent.layer, ['declarations', 'preset'], `${silent.preset} wants no trailer about AI in a message, and every commit is to have one`, { remedy });
  }
  return [...new Set(all.map((n) => n.preset))];
}

/** Solo lets an author sign: the repository must say so, and the floor too where there is one. */
function soloOf(loading: Loading): Policy['solo'] {
  const layers = speaking(loading, 'solo');
  const own = layers.find((l) => !l.floor);
  if (own !== undefined && silentFloors(loading, 'solo').length > 0) {
    loading.add(own, ['solo'], 'the organisation has a floor that knows no solo mode', { remedy: 'remove it' });
  }
  return own === undefined ? null : { coolDown: Math.max(...layers.map((l) => l.shape.solo?.cool_down ?? 0)) };
}

function breakGlassOf(loading: Loading): BreakGlassTerms | null {
  const layers = speaking(loading, 'break_glass');
  const own = layers.find((l) => !l.floor);
  if (own !== undefined && silentFloors(loading, 'break_glass').length > 0) {
    loading.add(own, ['break_glass'], 'the organisation has a floor that knows no break-glass', { remedy: 'remove it, or have the floor say its terms' });
  }
  const terms = layers.flatMap((layer) => {
    const { break_glass: said } = layer.shape;
    if (said === undefined) return [];
    const level = said.level ?? loading.senior;
    const reviewLevel = said.review.level ?? loading.senior;
    if (said.alone_after !== undefined && said.alone_after >= said.expires) {
      loading.add(layer, ['break_glass', 'alone_after'], 'is as long as a use lasts, so nobody alone could ever pass', { remedy: 'let expires be longer' });
    }
    loading.level(layer, ['break_glass', 'level'], level);
    loading.level(layer, ['break_glass', 'review', 'level'], reviewLevel);
    return [
      { humans: said.humans, level, aloneAfter: said.alone_after ?? null, expires: said.expires, reviewWithin: said.review.within, reviewLevel, perMonth: said.per_month ?? null },
    ];
  });
  const [first, ...rest] = own === undefined ? [] : terms;
  return first === undefined ? null : rest.reduce((a, b) => joinBreakGlass(a, b, (level) => loading.rank(level)), first);
}

function sampleOf(loading: Loading): Policy['sample'] {
  const samples = speaking(loading, 'sample').flatMap(({ shape: { sample } }) =>
    sample === undefined ? [] : [{ share: sample.share, closeAfter: { escapes: sample.close_after.escapes, of: sample.close_after.of } }],
  );
  const [first, ...rest] = samples;
  return first === undefined ? null : rest.reduce(joinSample, first);
}

/** Of every layer that speaks, floor or not: none of them can say less than another. */
function authenticatorsOf(loading: Loading): Policy['authenticators'] {
  const said = loading
    .stated('authenticators')
    .flatMap(({ shape: { authenticators: a } }) => (a === undefined ? [] : [{ synced: a.synced, attestedFrom: a.attested_from ?? null, coolDown: a.cool_down ?? null }]));
  const [first, ...rest] = said;
  return first === undefined ? null : rest.reduce(joinAuthenticators, first);
}

/** The lowest tier any layer names, floors and the repository's own alike: who asks less takes nothing off who asks more. */
function ownershipFromOf(loading: Loading): Policy['ownershipFrom'] {
  const said = loading.layers.flatMap(({ shape: { ownership } }) => (ownership === undefined ? [] : [ownership.from_tier]));
  return TIERS.values.find((tier) => said.includes(tier)) ?? null;
}
