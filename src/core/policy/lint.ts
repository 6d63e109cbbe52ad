/** What loads and is hardly meant: patterns of no file, rules nobody can answer, names of nobody, things that are over. */
import { matcherOf } from '../change/matcher.ts';
import type { Roster } from '../roster/roster.ts';
import type { Layer, Policy, Rule } from './document.ts';
import { asksOf, qualified } from './seats.ts';
import { isShadowed } from './shadow.ts';
import { hint } from './suggest.ts';
import { momentText } from './time.ts';

export interface Warning {
  readonly layer: Layer;
  /** Where it stands: a list of the file, an id in it, and fields below that. null: about the file as a whole. */
  readonly at: { readonly list: 'rules' | 'forbid' | 'exceptions' | 'systems'; readonly id: string; readonly field: readonly PropertyKey[] } | null;
  readonly message: string;
  readonly remedy?: string | undefined;
}

export interface LintAgainst {
  /** null: there is no roster to ask. */
  readonly roster: Roster | null;
  /** Every file of the tree; null: not known. */
  readonly files: readonly string[] | null;
  /** Milliseconds since 1970; null: not known, so nothing is over. */
  readonly at: number | null;
}

/** In the order of the file. Floors and profiles are somebody else's to write: only what is the file's own is looked at. */
export function lint(policy: Policy, { roster, files, at }: LintAgainst): readonly Warning[] {
  const own = policy.layers[0] ?? '';
  return [
    ...(files === null ? [] : [...patterns(policy, files), ...uncovered(policy, files)]),
    ...policy.rules.flatMap((rule) => shadowed(policy, rule)),
    ...(roster === null ? [] : policy.rules.flatMap((rule) => [...unanswerable(policy, rule, roster, at), ...strangers(rule, roster)])),
    ...(roster === null ? [] : owners(policy, roster)),
    ...(at === null ? [] : over(policy, at)),
  ].filter((w) => w.layer === own);
}

const warn = (layer: Layer, list: NonNullable<Warning['at']>['list'], id: string, field: readonly PropertyKey[], message: string, remedy?: string): Warning => ({
  ...{ layer, at: { list, id, field }, message, remedy },
});

/** Patterns that select no file, each with what it would select in another letter case. */
function patterns(policy: Policy, files: readonly string[]): readonly Warning[] {
  const written = [
    ...policy.rules.flatMap((r) => r.paths.map((glob, i) => ({ layer: r.layer, list: 'rules' as const, id: r.id, i, glob }))),
    ...policy.forbid.flatMap((f) => (f.paths ?? []).map((glob, i) => ({ layer: f.layer, list: 'forbid' as const, id: f.id, i, glob }))),
    ...policy.exceptions.flatMap((e) => e.paths.map((glob, i) => ({ layer: e.layer, list: 'exceptions' as const, id: e.id, i, glob }))),
  ].map((w) => ({ ...w, plain: w.glob.replace(/^!/, '') }));
  const exact = selecting(
    written.map((w) => w.plain),
    files,
  );
  const idle = written.filter((_, i) => !exact.has(i));
  const folded = selecting(
    idle.map((w) => w.plain.toLowerCase()),
    files.map((f) => f.toLowerCase()),
  );
  return idle.map(({ layer, list, id, i, glob }, at) => {
    const near = folded.get(at);
    const message = near === undefined ? `${glob} matches no file here` : `${glob} matches ${files[near]} only in another letter case`;
    return warn(layer, list, id, ['paths', i], message, near === undefined ? 'take it out, or correct it' : 'letter case counts: write it as the files are named');
  });
}

/** For each pattern that selects a file, the first file it selects. */
function selecting(globs: readonly string[], files: readonly string[]): ReadonlyMap<number, number> {
  const matcher = matcherOf(globs.map((g) => [g]));
  const found = new Map<number, number>();
  for (const [i, file] of files.entries()) for (const glob of matcher.selects(file)) if (!found.has(glob)) found.set(glob, i);
  return found;
}

/** Files whose every change would be refused, or would be where no condition holds. */
function uncovered(policy: Policy, files: readonly string[]): readonly Warning[] {
  const covering = policy.rules.filter((r) => r.covers && r.starts === null && r.until === null);
  const matcher = matcherOf(covering.map((r) => r.paths));
  const always = new Set(covering.flatMap((r, i) => (r.when === null || r.when.source.trim() === 'true' ? [i] : [])));
  const selected = files.map((file) => ({ file, by: matcher.selects(file) }));
  const never = selected.filter((s) => s.by.length === 0).map((s) => s.file);
  const sometimes = selected.filter((s) => s.by.length > 0 && !s.by.some((i) => always.has(i))).map((s) => s.file);
  const said = (some: readonly string[], what: string, when = ''): readonly Warning[] =>
    some.length === 0
      ? []
      : [
          {
            ...{ layer: policy.layers[0] ?? '', at: null },
            message: `${some.length} ${some.length === 1 ? 'file is' : 'files are'} ${what}, so a change of ${some.length === 1 ? 'it' : 'them'} is refused${when}: ${some.slice(0, 3).join(', ')}${some.length > 3 ? ', ...' : ''}`,
            remedy: 'end the rules with one for everything else: {id: everything-else, paths: ["**"], optional: true}',
          },
        ];
  return [...said(never, 'under no rule'), ...said(sometimes, 'under rules with a condition alone', ' wherever none of them holds')];
}

function shadowed(policy: Policy, rule: Rule): readonly Warning[] {
  const by = policy.rules.find((other) => isShadowed(policy, rule, other));
  return by === undefined
    ? []
    : [warn(rule.layer, 'rules', rule.id, [], `${by.id} always asks for as much or more, so ${rule.id} changes nothing`, 'take it out, or make it ask for something else')];
}

/** Seats too few people can fill: nobody, or nobody once one of them is the author. */
function unanswerable(policy: Policy, rule: Rule, roster: Roster, at: number | null): readonly Warning[] {
  if (rule.require === null) return [];
  const { humans } = rule.require;
  const [ask] = asksOf(policy, { rank: -1, peer: false }, rule.id, rule.require);
  const able = ask === undefined ? [] : roster.people.filter((p) => qualified(policy, p, ask, at));
  if (able.length > humans) return [];
  const names = able.map((p) => p.id).join(', ');
  const message =
    able.length < humans
      ? `asks for ${humans}, and the roster has ${able.length === 0 ? 'nobody' : `only ${names}`} for it`
      : `only ${names} can sign, so a change by any of them can never be signed`;
  return [warn(rule.layer, 'rules', rule.id, ['require'], message, 'add people to .countersign/roster.yml, or ask for less')];
}

/** Teams nobody is of, and people who are not there: a seat would wait for them for ever. */
function strangers(rule: Rule, roster: Roster): readonly Warning[] {
  const teams = teamsOf(roster);
  const people = roster.people.map((p) => p.id);
  const unknown = (kind: 'team' | 'person', names: readonly string[], known: readonly string[], field: readonly PropertyKey[]): readonly Warning[] =>
    names.flatMap((name, i) =>
      known.includes(name)
        ? []
        : [warn(rule.layer, 'rules', rule.id, [...field, i], kind === 'team' ? `nobody on the roster is of team ${name}` : `${name} is nobody on the roster`, hint(name, known))],
    );
  return [
    ...unknown('team', rule.require?.from.teams ?? [], teams, ['require', 'from', 'teams']),
    ...unknown('person', rule.require?.from.people ?? [], people, ['require', 'from', 'people']),
    ...unknown('team', rule.route?.escalate ?? [], teams, ['route', 'escalate']),
  ];
}

const teamsOf = (roster: Roster): readonly string[] => [...new Set(roster.people.flatMap((p) => p.teams))].sort();

function owners(policy: Policy, roster: Roster): readonly Warning[] {
  const people = roster.people.map((p) => p.id);
  return policy.exceptions.flatMap((e) =>
    people.includes(e.owner)
      ? []
      : [warn(e.layer, 'exceptions', e.id, ['owner'], `${e.owner} is nobody on the roster, so the exception counts for nothing`, hint(e.owner, people))],
  );
}

/** What has ended by itself, and stays in the file. */
function over(policy: Policy, at: number): readonly Warning[] {
  const ended =
    (list: 'rules' | 'forbid' | 'exceptions') =>
    (one: { readonly id: string; readonly layer: Layer; readonly until: number | null }): readonly Warning[] =>
      one.until === null || at < one.until
        ? []
        : [warn(one.layer, list, one.id, ['until'], `it ended on ${momentText(one.until)}`, 'take it out, or give it a new end in a change of its own')];
  return [...policy.rules.flatMap(ended('rules')), ...policy.forbid.flatMap(ended('forbid')), ...policy.exceptions.flatMap(ended('exceptions'))];
}
