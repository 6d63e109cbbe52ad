/** Rules, forbids, exceptions and required trailers of every layer, their conditions compiled and their names checked. */
import { RE2JS } from 're2js';
import type { Exception, Forbid, RequiredTrailer, Requirement, Rule, Window } from './document.ts';
import type { LoadedLayer } from './layers.ts';
import { type Loading, UNKNOWN } from './loading.ts';
import type { LayerShape } from './policy-shape.ts';
import { hint } from './suggest.ts';
import { RELATIONS, type Relation } from './words.ts';

type RuleShape = LayerShape['rules'][number];

export function rulesOf(loading: Loading): readonly Rule[] {
  checkIds(loading);
  checkSeats(loading);
  return loading.layers.flatMap((layer) => layer.shape.rules.map((r, i) => rule(loading, layer, r, i)));
}

/** Seats that may be asked for at once: which answer one another is found by comparing them. */
const MOST_SEATS = 2_000;

function checkSeats(loading: Loading): void {
  let seats = 0;
  for (const layer of loading.layers) {
    for (const [i, { require }] of layer.shape.rules.entries()) {
      seats += require === undefined ? 0 : require.humans * new Set(require.stages).size;
      if (seats <= MOST_SEATS) continue;
      loading.add(layer, ['rules', i, 'require'], `more than ${MOST_SEATS} people are asked for in all, counting each stage`, {
        remedy: 'ask for fewer, or join rules that ask for the same',
      });
      return;
    }
  }
}

/** Rules, forbids and exceptions of all layers share one name space: reasons name them, and nobody redefines a floor's. */
function checkIds(loading: Loading): void {
  const seen = new Map<string, string>();
  for (const layer of loading.layers) {
    for (const list of ['rules', 'forbid', 'exceptions'] as const) {
      for (const [i, { id }] of layer.shape[list].entries()) {
        const other = seen.get(id);
        const where = other === layer.name ? '' : `; ${other} has it already`;
        if (other !== undefined) loading.add(layer, [list, i, 'id'], `${id} names two rules${where}`, { remedy: 'rename one' });
        if (id.startsWith('countersign.')) loading.add(layer, [list, i, 'id'], `${id} is reserved`, { remedy: 'ids that start with countersign. are built in' });
        seen.set(id, layer.name);
      }
    }
  }
}

function rule(loading: Loading, layer: LoadedLayer, r: RuleShape, i: number): Rule {
  const here = ['rules', i];
  checkRequire(loading, layer, r, here);
  const asks = r.require !== undefined;
  return {
    id: r.id,
    description: r.description ?? '',
    paths: loading.paths(layer, r.paths, here),
    when: loading.condition(layer, r.when, [...here, 'when'], asks ? 'up' : 'down'),
    unless: loading.condition(layer, r.unless, [...here, 'unless'], 'down'),
    require: r.require === undefined ? null : requirementOf(loading, r.require),
    onChange: r.on_change ?? {},
    route: r.route === undefined ? null : { queue: r.route.queue ?? null, escalate: r.route.escalate },
    sla: r.sla ?? null,
    ttl: r.ttl ?? null,
    incident: r.incident ?? null,
    layer: layer.name,
    covers: !layer.floor,
    ...windowOf(loading, layer, r, here),
  };
}

function windowOf(
  loading: Loading,
  layer: LoadedLayer,
  { starts, until }: { readonly starts?: number | undefined; readonly until?: number | undefined },
  here: readonly PropertyKey[],
): Window {
  if (starts !== undefined && until !== undefined && starts >= until) loading.add(layer, [...here, 'until'], 'ends before it starts');
  return { starts: starts ?? null, until: until ?? null };
}

function checkRequire(loading: Loading, layer: LoadedLayer, r: RuleShape, here: readonly PropertyKey[]): void {
  const { require } = r;
  if (require?.level !== undefined) loading.level(layer, [...here, 'require', 'level'], require.level);
  if (require === undefined && r.optional === undefined) {
    loading.add(layer, here, `rule ${r.id} asks for nothing`, { remedy: 'add require, or optional: true for paths that need nobody' });
  }
  if (require !== undefined && r.optional !== undefined) loading.add(layer, here, 'a rule has require or optional, not both', { key: 'optional', remedy: 'remove one' });
  if (r.optional !== undefined && r.unless !== undefined)
    loading.add(layer, here, 'an optional rule asks nobody, so there is nothing to waive', { key: 'unless', remedy: 'use when' });
  if (require !== undefined && require.distinct_teams > require.humans) {
    loading.add(layer, [...here, 'require', 'distinct_teams'], `${require.humans} people cannot stand for ${require.distinct_teams} teams`, { remedy: 'ask for as many humans' });
  }
  if (r.optional !== undefined && (r.sla ?? r.ttl ?? r.route ?? r.on_change) !== undefined)
    loading.add(layer, here, 'an optional rule asks nobody, so it has no terms', { remedy: 'remove sla, ttl, route and on_change' });
  checkDomains(loading, layer, require?.domains ?? [], here);
}

function checkDomains(loading: Loading, layer: LoadedLayer, domains: readonly string[], here: readonly PropertyKey[]): void {
  const known = loading.stated('domains').flatMap((l) => l.shape.domains ?? []);
  if (known.length === 0) return;
  for (const [i, domain] of domains.entries()) {
    if (!known.includes(domain)) loading.add(layer, [...here, 'require', 'domains', i], `${domain} is no declared domain`, { remedy: () => hint(domain, known) });
  }
}

function requirementOf(loading: Loading, r: NonNullable<RuleShape['require']>): Requirement {
  const level = r.senior === true && (r.level === undefined || loading.rank(r.level) < loading.rank(loading.senior)) ? loading.senior : (r.level ?? null);
  return {
    humans: r.humans,
    level,
    seniorToAuthor: r.senior_to === 'author',
    domains: r.domains,
    from: r.from,
    distinctTeams: r.distinct_teams,
    // The people behind the change are out anyhow: naming them says so to readers.
    not: RELATIONS.filter((relation): relation is Relation => r.not.includes(relation)),
    stages: [...new Set(r.stages)],
    presence: r.presence,
    ownership: r.ownership === true,
  };
}

export function forbidsOf(loading: Loading): readonly Forbid[] {
  return loading.layers.flatMap((layer) =>
    layer.shape.forbid.map((f, i): Forbid => {
      const here = ['forbid', i];
      return {
        id: f.id,
        paths: f.paths === undefined ? null : loading.paths(layer, f.paths, here),
        when: loading.condition(layer, f.when, [...here, 'when'], 'up') ?? UNKNOWN,
        unless: loading.condition(layer, f.unless, [...here, 'unless'], 'down'),
        reason: f.reason,
        layer: layer.name,
        ...windowOf(loading, layer, f, here),
      };
    }),
  );
}

/** An exception reaches the rules of its own layer only: a repository takes nothing off a floor. */
export function exceptionsOf(loading: Loading, rules: readonly Rule[]): readonly Exception[] {
  const asking = Map.groupBy(
    rules.filter((r) => r.require !== null),
    (r) => r.layer,
  );
  return loading.layers.flatMap((layer) => {
    const own = new Set(asking.get(layer.name)?.map((r) => r.id));
    return layer.shape.exceptions.map((e, i): Exception => {
      const here = ['exceptions', i];
      if (!own.has(e.rule)) {
        const elsewhere = rules.find((r) => r.id === e.rule);
        const why = elsewhere === undefined ? `there is no rule ${e.rule}` : `${e.rule} ${elsewhere.require === null ? 'asks nobody' : `is a rule of ${elsewhere.layer}`}`;
        loading.add(layer, [...here, 'rule'], why, {
          remedy: elsewhere === undefined ? () => hint(e.rule, [...own]) : 'an exception reaches the rules of its own file that ask for somebody',
        });
      }
      const when = loading.condition(layer, e.when, [...here, 'when'], 'down');
      return { id: e.id, rule: e.rule, paths: loading.paths(layer, e.paths, here), when, owner: e.owner, reason: e.reason, until: e.until, layer: layer.name };
    });
  });
}

export function trailersOf(loading: Loading): readonly RequiredTrailer[] {
  return loading.layers.flatMap((layer) =>
    layer.shape.declarations.trailers.map((t, i): RequiredTrailer => {
      const here = ['declarations', 'trailers', i];
      return {
        key: t.key,
        paths: t.paths === undefined ? null : loading.paths(layer, t.paths, here),
        accepts: t.matches === undefined ? null : accepts(loading, layer, t.matches, [...here, 'matches']),
        when: loading.condition(layer, t.when, [...here, 'when'], 'up'),
        reason: t.reason,
        layer: layer.name,
        ...windowOf(loading, layer, t, here),
      };
    }),
  );
}

/** RE2: a trailer's value is the author's, so the time must be linear in it. */
function accepts(loading: Loading, layer: LoadedLayer, source: string, here: readonly PropertyKey[]): (value: string) => boolean {
  try {
    const compiled = RE2JS.compile(source);
    return (value) => compiled.test(value);
  } catch (error) {
    loading.add(layer, here, `not a regular expression: ${error instanceof Error ? error.message : 'refused'}`, { remedy: 'RE2 syntax, without backreferences and look-around' });
    return () => false;
  }
}
