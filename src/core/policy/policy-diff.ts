/** What changes between two policies, field by field: what asks for more now, what asks for less, and what cannot be told. */
import { TIERS } from '../risk/risk.ts';
import type { Policy, Requirement, Rule } from './document.ts';
import { SYNCED } from './terms.ts';
import { lengthText, momentText } from './time.ts';
import { MODES, PRESENCES } from './words.ts';

export interface PolicyChange {
  /** `rules.infra`, `tiers.high`, `sample`. */
  readonly where: string;
  /** `require.humans`; empty: the whole of it. */
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly direction: 'stricter' | 'weaker' | 'different';
}

type Direction = PolicyChange['direction'];

/** Rules by id, forbids, exceptions, then the terms of the whole. Order of rules has no meaning, so moving one is no change. */
export function policyDiff(a: Policy, b: Policy): readonly PolicyChange[] {
  return [
    ...byId(
      'rules',
      a.rules,
      b.rules,
      (r) => (r.require === null ? 'optional' : 'asks'),
      (r) => (r.require === null ? 'weaker' : 'stricter'),
      (x, y) => ruleChanges(b, x, y),
    ),
    ...byId(
      'forbid',
      a.forbid,
      b.forbid,
      (f) => f.reason,
      () => 'stricter',
      (x, y) => [
        text('paths', (x.paths ?? ['**']).join(', '), (y.paths ?? ['**']).join(', ')),
        text('when', x.when.source, y.when.source),
        text('unless', x.unless?.source ?? null, y.unless?.source ?? null),
        ...windowChanges(x, y),
      ],
    ),
    ...byId(
      'exceptions',
      a.exceptions,
      b.exceptions,
      (e) => `${e.rule}: ${e.paths.join(', ')}`,
      () => 'weaker',
      (x, y) => [text('paths', x.paths.join(', '), y.paths.join(', ')), number('until', x.until, y.until, momentText, true), text('owner', x.owner, y.owner)],
    ),
    ...wholeChanges(a, b),
  ];
}

interface FieldChange extends Omit<PolicyChange, 'where'> {}
type Maybe = FieldChange | undefined;

function byId<T extends { readonly id: string }>(
  list: string,
  before: readonly T[],
  after: readonly T[],
  words: (one: T) => string,
  added: (one: T) => 'stricter' | 'weaker',
  changes: (x: T, y: T) => readonly Maybe[],
): readonly PolicyChange[] {
  const old = new Map(before.map((one) => [one.id, one]));
  const now = new Set(after.map((one) => one.id));
  const gone = before
    .filter((one) => !now.has(one.id))
    .map((one): PolicyChange => ({ where: `${list}.${one.id}`, field: '', from: words(one), to: null, direction: added(one) === 'stricter' ? 'weaker' : 'stricter' }));
  const rest = after.flatMap((one): readonly PolicyChange[] => {
    const was = old.get(one.id);
    const where = `${list}.${one.id}`;
    if (was === undefined) return [{ where, field: '', from: null, to: words(one), direction: added(one) }];
    return changes(was, one).flatMap((c) => (c === undefined ? [] : [{ where, ...c }]));
  });
  return [...gone, ...rest];
}

function ruleChanges(policy: Policy, x: Rule, y: Rule): readonly Maybe[] {
  return [
    text('paths', x.paths.join(', '), y.paths.join(', ')),
    text('when', x.when?.source ?? null, y.when?.source ?? null, y.when === null ? 'stricter' : x.when === null ? 'weaker' : 'different'),
    text('unless', x.unless?.source ?? null, y.unless?.source ?? null, y.unless === null ? 'stricter' : x.unless === null ? 'weaker' : 'different'),
    ...requireChanges(policy, x.require, y.require),
    text('on_change', JSON.stringify(x.onChange), JSON.stringify(y.onChange)),
    number('ttl', x.ttl, y.ttl, lengthText, false),
    number('sla', x.sla, y.sla, lengthText, false),
    text('route', JSON.stringify(x.route), JSON.stringify(y.route)),
    ...windowChanges(x, y),
  ];
}

function requireChanges({ ladder }: Policy, x: Requirement | null, y: Requirement | null): readonly Maybe[] {
  if (x === null || y === null)
    return [
      x === y ? undefined : { field: 'require', from: x === null ? 'nobody' : 'somebody', to: y === null ? 'nobody' : 'somebody', direction: y === null ? 'weaker' : 'stricter' },
    ];
  const rank = (level: string | null): number => (level === null ? -1 : ladder.values.indexOf(level));
  const from = (r: Requirement): string => [...r.from.teams, ...r.from.people].sort().join(', ') || 'anybody';
  const asked = (r: Requirement): string => (r.ownership ? 'asked' : 'not asked');
  const presence = (r: Requirement): number => PRESENCES.indexOf(r.presence);
  return [
    ranked('require.humans', x.humans, y.humans, x.humans, y.humans),
    ranked('require.level', rank(x.level), rank(y.level), x.level ?? 'any', y.level ?? 'any'),
    ranked('require.senior_to', Number(x.seniorToAuthor), Number(y.seniorToAuthor), x.seniorToAuthor ? 'author' : 'nobody', y.seniorToAuthor ? 'author' : 'nobody'),
    sets('require.domains', x.domains, y.domains),
    text('require.from', from(x), from(y), from(x) === 'anybody' ? 'stricter' : from(y) === 'anybody' ? 'weaker' : 'different'),
    ranked('require.distinct_teams', x.distinctTeams, y.distinctTeams, x.distinctTeams, y.distinctTeams),
    sets('require.not', x.not, y.not),
    sets('require.stages', x.stages, y.stages),
    ranked('require.presence', presence(x), presence(y), x.presence, y.presence),
    ranked('require.ownership', Number(x.ownership), Number(y.ownership), asked(x), asked(y)),
  ];
}

const windowChanges = (x: Pick<Rule, 'starts' | 'until'>, y: Pick<Rule, 'starts' | 'until'>): readonly Maybe[] => [
  number('starts', x.starts, y.starts, momentText, true),
  text(
    'until',
    x.until === null ? null : momentText(x.until),
    y.until === null ? null : momentText(y.until),
    (y.until ?? Infinity) > (x.until ?? Infinity) ? 'stricter' : 'weaker',
  ),
];

/** Terms of the whole, each as text; where they have an order, by it. */
function wholeChanges(a: Policy, b: Policy): readonly PolicyChange[] {
  const silence = ['suggestion', 'default', 'assisted'];
  const seen = ['review', 'refuse'];
  const at = (where: string, change: Maybe): readonly PolicyChange[] => (change === undefined ? [] : [{ where, ...change }]);
  const modes = (p: Policy): string => JSON.stringify(p.modes.map((m) => ({ default: m.default, systems: Object.fromEntries(m.systems), until: m.until })));
  const [strictA, strictB] = [a, b].map((p) => Math.max(...p.modes.map((m) => MODES.indexOf(m.default)), p.modes.length === 0 ? 2 : 0));
  return [
    ...at('ladder', text('', a.ladder.values.join(', '), b.ladder.values.join(', '))),
    ...at('senior', text('', a.senior, b.senior)),
    ...at('protected', sets('', a.protected, b.protected)),
    ...at('domains', text('', a.domains?.join(', ') ?? 'any', b.domains?.join(', ') ?? 'any')),
    ...at('systems', text('', JSON.stringify(a.systems), JSON.stringify(b.systems))),
    ...(['routine', 'elevated', 'high', 'critical'] as const).flatMap((tier) => at(`tiers.${tier}`, text('', JSON.stringify(a.tiers[tier]), JSON.stringify(b.tiers[tier])))),
    ...at('tiers', ranked('raise_at_criticality', a.tierRules.raiseAtCriticality, b.tierRules.raiseAtCriticality, a.tierRules.raiseAtCriticality, b.tierRules.raiseAtCriticality)),
    ...at('tiers', ranked('raise_at_dependents', -dependents(a), -dependents(b), a.tierRules.raiseAtDependents, b.tierRules.raiseAtDependents)),
    ...(['elevated', 'high'] as const).flatMap((tier) => {
      const [x, y] = [a.tierRules.scoreAt[tier], b.tierRules.scoreAt[tier]];
      return at('tiers', ranked(`score.${tier}`, -(x ?? Infinity), -(y ?? Infinity), x ?? 'never', y ?? 'never'));
    }),
    ...at('tiers', text('not_production', JSON.stringify(a.notProduction), JSON.stringify(b.notProduction), b.notProduction.length === 0 ? 'stricter' : 'different')),
    ...at('modes', text('', modes(a), modes(b), strictA === strictB ? 'different' : (strictB ?? 0) > (strictA ?? 0) ? 'stricter' : 'weaker')),
    ...at('provenance', ranked('unattributed', silence.indexOf(a.unattributed), silence.indexOf(b.unattributed), a.unattributed, b.unattributed)),
    ...at('submodules', ranked('', seen.indexOf(a.submodules), seen.indexOf(b.submodules), a.submodules, b.submodules)),
    ...at('large_files', ranked('', seen.indexOf(a.largeFiles), seen.indexOf(b.largeFiles), a.largeFiles, b.largeFiles)),
    ...at('declarations', text('', JSON.stringify(a.declarations), JSON.stringify(b.declarations))),
    ...at('solo', text('', JSON.stringify(a.solo), JSON.stringify(b.solo), b.solo === null ? 'stricter' : a.solo === null ? 'weaker' : 'different')),
    ...at('break_glass', text('', JSON.stringify(a.breakGlass), JSON.stringify(b.breakGlass), b.breakGlass === null ? 'stricter' : a.breakGlass === null ? 'weaker' : 'different')),
    ...at('authenticators', ranked('synced', synced(a), synced(b), a.authenticators?.synced ?? 'high', b.authenticators?.synced ?? 'high')),
    ...at('authenticators', ranked('attested_from', -attested(a), -attested(b), a.authenticators?.attestedFrom ?? 'critical', b.authenticators?.attestedFrom ?? 'critical')),
    ...at('authenticators', coolDowns(a.authenticators?.coolDown ?? null, b.authenticators?.coolDown ?? null)),
    ...at('ownership', ranked('from_tier', ownership(a), ownership(b), a.ownershipFrom ?? 'never', b.ownershipFrom ?? 'never')),
    ...at('sample', text('', JSON.stringify(a.sample), JSON.stringify(b.sample), a.sample === null ? 'stricter' : b.sample === null ? 'weaker' : 'different')),
  ];
}

const synced = ({ authenticators }: Policy): number => SYNCED.indexOf(authenticators?.synced ?? 'high');
const attested = ({ authenticators }: Policy): number => TIERS.values.indexOf(authenticators?.attestedFrom ?? 'critical');

/** null: the built-in one, which any other adds to. */
const coolDowns = (x: number | null, y: number | null): Maybe =>
  text('cool_down', x === null ? null : lengthText(x), y === null ? null : lengthText(y), (y ?? 0) > (x ?? 0) ? 'stricter' : 'weaker');

/** The lower the tier, the more is asked; never is least. */
const ownership = ({ ownershipFrom }: Policy): number => (ownershipFrom === null ? -TIERS.values.length : -TIERS.values.indexOf(ownershipFrom));

/** Nought is never. */
const dependents = ({ tierRules }: Policy): number => tierRules.raiseAtDependents || Number.POSITIVE_INFINITY;

function text(field: string, from: string | null, to: string | null, direction: Direction = 'different'): Maybe {
  return from === to ? undefined : { field, from, to, direction };
}

/** More is stricter. */
function ranked(field: string, x: number, y: number, from: string | number, to: string | number): Maybe {
  return text(field, String(from), String(to), x === y ? 'different' : y > x ? 'stricter' : 'weaker');
}

/** More members are stricter, fewer weaker. */
function sets(field: string, x: readonly string[], y: readonly string[]): Maybe {
  const [added, removed] = [y.some((one) => !x.includes(one)), x.some((one) => !y.includes(one))];
  return text(field, [...x].sort().join(', ') || 'none', [...y].sort().join(', ') || 'none', added && removed ? 'different' : added ? 'stricter' : 'weaker');
}

/** A moment or a length; null: none. @param longer is weaker. */
function number(field: string, x: number | null, y: number | null, words: (n: number) => string, longer: boolean): Maybe {
  const later = (y ?? (longer ? -Infinity : Infinity)) > (x ?? (longer ? -Infinity : Infinity));
  return text(field, x === null ? null : words(x), y === null ? null : words(y), later ? 'weaker' : 'stricter');
}
