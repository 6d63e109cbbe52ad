/**
 * Bytes of `countersign.yml` to a Policy, or everything that is wrong with it, each with file, line, column and remedy.
 * Nothing is half accepted: one problem anywhere, in the file or in what it extends, and there is no policy.
 */

import { sha256Hex } from '../base/crypto.ts';
import { order } from '../base/order.ts';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import { type Named, namesKnown } from './case-names.ts';
import { type Complain, readCase } from './case-shape.ts';
import type { Policy } from './document.ts';
import { RESERVED } from './fact-types.ts';
import { type LoadedLayer, readLayers, type Sources } from './layers.ts';
import { exceptionsOf, forbidsOf, rulesOf, trailersOf } from './load-rules.ts';
import { systemsOf, termsOf } from './load-terms.ts';
import { Loading } from './loading.ts';

/**
 * @param file its name in messages, for example `countersign.yml`. @param sources the other files of the same commit, and
 * the organisation's floors. Every problem is POLICY_INVALID.
 */
export function loadPolicy(bytes: Uint8Array, file: string, sources: Sources = {}): Result<Policy, readonly Problem[]> {
  const layers = readLayers(bytes, file, sources);
  if (!layers.ok) return layers;
  const [own] = layers.value;
  return own === undefined ? err([]) : build(own, layers.value);
}

function build(own: LoadedLayer, layers: readonly LoadedLayer[]): Result<Policy, readonly Problem[]> {
  const head = headOf(own, layers);
  if (!head.ok) return head;
  const { ladder, senior, protects } = head.value;
  const loading = new Loading(ladder, senior, layers);
  const systems = systemsOf(loading);
  const rules = rulesOf(loading);
  const policy: Omit<Policy, 'version' | 'layers' | 'digest'> = {
    organisation: loading.stated('organisation').at(0)?.shape.organisation ?? null,
    ladder: order(ladder),
    senior,
    protected: protects,
    systems,
    rules,
    forbid: forbidsOf(loading),
    exceptions: exceptionsOf(loading, rules),
    ...termsOf(loading, systems, trailersOf(loading)),
    tests: layers.flatMap((layer) => testsOf(loading, layer)),
  };
  for (const test of policy.tests) checkNames(loading, own, test, policy);
  if (policy.rules.every((r) => !r.covers)) loading.add(own, ['rules'], 'must hold at least one rule: a policy without rules covers nothing');
  if (loading.problems.length > 0) return err(loading.problems);
  return ok({ version: 1, ...policy, layers: layers.map((l) => l.name), digest: digestOf(layers) });
}

function testsOf(loading: Loading, layer: LoadedLayer): Policy['tests'] {
  return layer.shape.tests.flatMap((test, i) => {
    const complain: Complain = (path, message, more) => loading.add(layer, ['tests', i, ...path], message, more);
    return readCase(test, complain).map((given) => ({ layer: layer.name, index: i, given }));
  });
}

/** A file's own tests name its own rules and levels; those of what it extends were written for another ladder, perhaps. */
function checkNames(loading: Loading, own: LoadedLayer, { layer, index, given }: Policy['tests'][number], policy: Named): void {
  if (layer === own.name) namesKnown(given, policy, (path, message, more) => loading.add(own, ['tests', index, ...path], message, more));
}

/** Of one file: its own digest, which anybody can compute. Of several: over their digests, in the order of the layers. */
function digestOf(layers: readonly LoadedLayer[]): string {
  const all = layers.flatMap((l) => [l.yaml.digest, ...(l.catalogue === null ? [] : [l.catalogue.yaml.digest])]);
  return all.length === 1 ? (all[0] ?? '') : sha256Hex(`countersign policy layers\n${all.join('\n')}\n`);
}

interface Head {
  readonly ladder: readonly string[];
  readonly senior: string;
  readonly protects: readonly string[];
}

/** Ladder, senior level and protected refs. What a floor says of the first two, a repository cannot say otherwise. */
function headOf(own: LoadedLayer, layers: readonly LoadedLayer[]): Result<Head, readonly Problem[]> {
  const problems: Problem[] = [];
  const nearest = <T>(of: (layer: LoadedLayer) => T | undefined): T | undefined => layers.map(of).find((value) => value !== undefined);
  const ladder = nearest((l) => l.shape.ladder);
  const senior = nearest((l) => l.shape.senior);
  const protects = [...new Set(layers.flatMap((l) => l.shape.protected ?? []))];
  for (const [key, value] of Object.entries({ ladder, senior, protected: protects[0] })) if (value === undefined) problems.push(own.yaml.at([key], 'is missing'));
  for (const layer of layers) problems.push(...clashes(layer), ...otherwise(layer, own, ladder, senior));
  if (ladder === undefined || senior === undefined || problems.length > 0) return err(problems);
  return ok({ ladder, senior, protects });
}

function clashes({ yaml, shape: { ladder = [] } }: LoadedLayer): readonly Problem[] {
  return ladder.flatMap((name, i) => [
    ...(RESERVED.has(name) ? [yaml.at(['ladder', i], `${name} already means something in conditions`, { remedy: 'name the level otherwise' })] : []),
    ...(ladder.indexOf(name) === i ? [] : [yaml.at(['ladder', i], `${name} stands twice in the ladder`, { remedy: 'keep one' })]),
  ]);
}

/** A floor that asks anything says by which ladder: a repository could otherwise call everybody senior. */
function otherwise(layer: LoadedLayer, own: LoadedLayer, ladder: readonly string[] = [], senior = ''): readonly Problem[] {
  const { shape, binds, name } = layer;
  if (binds.length === 0) return [];
  const asks = shape.rules.length + shape.forbid.length > 0;
  const silent = (['ladder', 'senior'] as const).filter((key) => asks && shape[key] === undefined);
  if (silent.length > 0) return silent.map((key) => layer.yaml.at([key], 'is missing: a floor that asks says by which levels', { remedy: 'state it as the repositories do' }));
  const remedy = `say the same, or leave it out`;
  return [
    ...(shape.ladder === undefined || shape.ladder.join('\0') === ladder.join('\0')
      ? []
      : [own.yaml.at(['ladder'], `${name} has another ladder: ${shape.ladder.join(', ')}`, { remedy })]),
    ...(shape.senior === undefined || shape.senior === senior ? [] : [own.yaml.at(['senior'], `${name} says people are senior from ${shape.senior}`, { remedy })]),
  ];
}
