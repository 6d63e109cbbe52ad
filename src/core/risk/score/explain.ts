/**
 * Why a change scores as it does, in facts of the change by group. Single weights say nothing (two facts that go together share theirs as
 * it happens), and facts about the author are for whoever is asked to judge, so they are never part of it.
 */
import { expand } from './basis.ts';
import type { Group } from './feature.ts';
import { FEATURES } from './features.ts';
import type { Own, Space } from './fit.ts';
import type { Look } from './history.ts';
import type { Linear } from './logistic.ts';
import type { ScoreReason } from './score.ts';

const MOST = 3;
/** Log-odds below which a group is not worth a line. */
const LITTLE = 0.05;

/** Values that speak of a person, whatever group they are counted in. */
const ABOUT_PEOPLE = new Set(['arevs', 'arevrate']);

interface Weighed {
  readonly prior: Linear;
  readonly own: Own | null;
  readonly weight: number;
  /** What a usual change looks like, by the columns of the basis. */
  readonly usual: readonly number[];
}

/** The groups that make it riskier than a usual change here, the heaviest first. */
export function explain(space: Space, model: Weighed, z: Float64Array, look: Look): readonly ScoreReason[] {
  const shares = new Map<Group, number>();
  const line = new Float64Array(space.basis.of.length);
  expand(space.basis, z, line);
  for (let j = 0; j < line.length; j++) {
    const feature = space.features[space.basis.of[j] ?? 0];
    if (feature === undefined || feature.group === 'author' || ABOUT_PEOPLE.has(feature.name)) continue;
    const above = (line[j] ?? 0) - (model.usual[j] ?? 0);
    const weight = model.own === null ? slope(model.prior, j) : model.weight * slope(model.own.linear, j) + (1 - model.weight) * slope(model.prior, j);
    shares.set(feature.group, (shares.get(feature.group) ?? 0) + weight * above);
  }
  const value = (name: string): number => look.x[PLACE.get(name) ?? -1] ?? 0;
  return [...shares]
    .filter(([, share]) => share > LITTLE)
    .sort(([, a], [, b]) => b - a)
    .flatMap(([group]) => {
      const text = WORDS[group](value, look.prior);
      return text === '' ? [] : [{ group, text }];
    })
    .slice(0, MOST);
}

const slope = ({ weights, sd }: Linear, j: number): number => (weights[j] ?? 0) / (sd[j] ?? 1);
const PLACE: ReadonlyMap<string, number> = new Map(FEATURES.map((f, i) => [f.name, i]));

type Value = (name: string) => number;

const WORDS: { readonly [group in Group]: (value: Value, prior: number) => string } = {
  size: (v) => `it adds ${count(v('la'), 'line')} and removes ${v('ld')}, in ${count(v('nf'), 'file')} of ${count(v('nd'), 'folder')}`,
  files: (v) => {
    const busy = v('touched24') > 0 ? `; ${v('touched24')} changed within the last day` : '';
    return `its files changed ${times(v('nuc'))} before on average, by ${count(v('ndev'), 'person', 'people')}${busy}`;
  },
  author: () => '',
  reverts: (v, prior) => {
    if (v('frevsum') > 0) return `its files were reverted ${times(v('frevsum'))} within a year, last ${count(Math.round(v('frevlast')), 'day')} ago`;
    const [rate, what] = [v('dirrev'), v('extrev')]
      .map((r) => r / prior)
      .reduce<[number, string]>((most, r, i) => (r > most[0] ? [r, i === 0 ? 'in these folders' : 'of this kind of file'] : most), [1.2, '']);
    if (what !== '') return `changes ${what} are reverted ${rate.toFixed(1)} times as often as others`;
    return v('reprev7') > 0 ? `${count(v('reprev7'), 'change')} of this repository ${v('reprev7') === 1 ? 'was' : 'were'} reverted within the last week` : '';
  },
  message: (v) => {
    const said = [
      v('reland') > 0 ? 'it lands something again' : '',
      v('tmpw') > 0 ? 'it calls itself a trial or temporary' : '',
      v('riskw') > 0 ? 'it switches, removes or replaces something' : '',
    ].filter(Boolean);
    return said.length > 0
      ? `by its message ${said.join(', and ')}`
      : `its message says ${v('nbody') === 0 ? 'nothing beyond the subject' : `${count(v('nbody'), 'line')} beyond the subject`}`;
  },
  words: (v) => {
    const said = FEATURES.filter((f) => f.group === 'words' && v(f.name) > 0).map((f) => f.name.slice(2));
    return said.length === 0 ? '' : `its subject speaks of ${said.join(', ')}`;
  },
  time: () => '',
  kinds: (v) => {
    const touched = KINDS.filter(([kind]) => v(`k_${kind}`) > 0).map(([, words]) => words);
    return touched.length === 0 ? '' : `it touches ${touched.join(', ')}`;
  },
};

const KINDS: readonly (readonly [string, string])[] = [
  ['test', 'tests'],
  ['doc', 'documentation'],
  ['config', 'configuration'],
  ['infra', 'infrastructure'],
  ['db', 'the database'],
  ['shell', 'scripts'],
  ['ci', 'pipelines'],
  ['dep', 'dependencies'],
  ['sec', 'access and secrets'],
  ['net', 'the network'],
];

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
function times(n: number): string {
  const shown = n >= 10 ? Math.round(n) : Number(n.toFixed(1));
  return shown === 1 ? 'once' : `${shown} times`;
}
