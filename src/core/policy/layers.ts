/**
 * A policy file and everything it is made of: profiles and files it extends, its catalogue of systems, and the floors of
 * the organisation. Layers only ever add: what one asks, no other takes away.
 *
 * The file is written by the people it binds, so what it names is bounded, lies under `.countersign/` (protected like the
 * policy itself), and is read from the same commit.
 */

import { utf8 } from '../base/bytes.ts';
import type { ReasonCode } from '../base/codes.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { shaped } from './file-shape.ts';
import { LAYER_SHAPE, type LayerShape, SYSTEMS_SHAPE } from './policy-shape.ts';
import { PROFILES } from './profiles.ts';
import { hint } from './suggest.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** Where the files a policy names come from. */
export interface Sources {
  /** Bytes of a file of the same commit; null where it is not there. */
  readonly read?: (path: string) => Uint8Array | null;
  /** What the organisation asks of every repository, whatever its own policy says. */
  readonly floors?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export interface LoadedLayer {
  readonly name: string;
  readonly yaml: YamlFile;
  readonly shape: LayerShape;
  /** Systems in a file of their own. */
  readonly catalogue: { readonly yaml: YamlFile; readonly systems: readonly SystemShape[] } | null;
  /** Only a floor's: it asks and covers nothing. */
  readonly floor: boolean;
  /** The floors it is part of. A profile a repository extends as well is the repository's and the floor's at once. */
  readonly binds: readonly string[];
}

export type SystemShape = LayerShape['systems'][number];

/** Files and profiles one policy may be made of. */
const MOST_LAYERS = 16;
/** Every segment begins with a letter or a digit: none is `..`, which would lead out of the folder where files are read from a disk. */
const FOLDER = /^\.countersign\/(?:[A-Za-z0-9][A-Za-z0-9._-]{0,100}\/){0,8}[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.ya?ml$/;
const CODE: ReasonCode = 'POLICY_INVALID';

/** The file first, then what it extends, nearest first, each once; then the floors. */
export function readLayers(bytes: Uint8Array, file: string, { read = () => null, floors = [] }: Sources): Result<readonly LoadedLayer[], readonly Problem[]> {
  const reading = new Reading(read);
  reading.add(bytes, file, [], null);
  for (const [i, floor] of floors.entries()) {
    // Another layer of that name is not this one.
    const name = reading.layers.some((l) => l.name === floor.name) ? `${floor.name} (${i + 1})` : floor.name;
    reading.add(floor.bytes, name, [], name);
  }
  return reading.problems.length > 0 ? err(reading.problems) : ok(reading.layers);
}

/** Files of the same commit that these bytes name, so that a reader can have them ready; nothing of a file that cannot be read. */
export function namedFiles(bytes: Uint8Array, file: string): readonly string[] {
  const yaml = readYaml(bytes, file, CODE);
  const value = yaml.ok ? yaml.value.value : null;
  if (typeof value !== 'object' || value === null) return [];
  const { extends: parents, catalogue } = value as { extends?: unknown; catalogue?: unknown };
  const named = [...(Array.isArray(parents) ? parents : []), catalogue];
  return named.filter((name): name is string => typeof name === 'string' && FOLDER.test(name)).slice(0, MOST_LAYERS);
}

class Reading {
  readonly layers: LoadedLayer[] = [];
  readonly problems: Problem[] = [];
  private readonly read: (path: string) => Uint8Array | null;

  constructor(read: (path: string) => Uint8Array | null) {
    this.read = read;
  }

  /** @param above the chain of layers that leads here: a name in it again is a cycle. @param floor the floor this is for. */
  add(bytes: Uint8Array, name: string, above: readonly string[], floor: string | null): void {
    const known = this.layers.findIndex((l) => l.name === name);
    const before = this.layers[known];
    if (before !== undefined) return void this.again(before, known, above, floor);
    if (this.layers.length >= MOST_LAYERS)
      return void this.problems.push(problem(CODE, `more than ${MOST_LAYERS} files and profiles make up this policy`, { place: name, remedy: 'join some' }));
    const yaml = readYaml(bytes, name, CODE);
    if (!yaml.ok) return void this.problems.push(...yaml.error);
    const shape = shaped(LAYER_SHAPE, yaml.value);
    if (!shape.ok) return void this.problems.push(...shape.error);
    const catalogue = this.catalogue(yaml.value, shape.value, floor);
    this.layers.push({ name, yaml: yaml.value, shape: shape.value, catalogue, floor: floor !== null, binds: floor === null ? [] : [floor] });
    for (const [i, parent] of shape.value.extends.entries()) this.extend(yaml.value, i, parent, [...above, name], floor);
  }

  /** What a repository extends and a floor too binds as the floor's, whoever named it first. */
  private again(layer: LoadedLayer, at: number, above: readonly string[], floor: string | null): void {
    if (floor === null || layer.binds.includes(floor)) return;
    this.layers[at] = { ...layer, binds: [...layer.binds, floor] };
    for (const [i, parent] of layer.shape.extends.entries()) this.extend(layer.yaml, i, parent, [...above, layer.name], floor);
  }

  private extend(yaml: YamlFile, i: number, parent: string, chain: readonly string[], floor: string | null): void {
    const circle = chain.includes(parent) ? `${[...chain.slice(chain.indexOf(parent)), parent].join(' extends ')}: a circle` : undefined;
    const bytes = circle === undefined ? this.named(parent, floor) : null;
    if (bytes !== null && bytes !== undefined) {
      this.add(bytes, parent, chain, floor);
      return;
    }
    const profiles = Object.keys(PROFILES).map((name) => `profile:${name}`);
    const [message, remedy] =
      circle !== undefined
        ? [circle, 'take one of them out']
        : bytes === undefined
          ? [`there is no profile ${parent}`, hint(parent, profiles)]
          : [`${parent} is ${FOLDER.test(parent) ? 'not in this commit' : 'neither a profile nor a file under .countersign/'}`, 'write profile:tiered, or .countersign/base.yml'];
    this.problems.push(yaml.at(['extends', i], message, { remedy }));
  }

  /** undefined: no such profile. null: no such file; a floor has none, because every file here is the repository's. */
  private named(name: string, floor: string | null): Uint8Array | null | undefined {
    if (!name.startsWith('profile:')) return floor === null && FOLDER.test(name) ? this.read(name) : null;
    const profile = name.slice('profile:'.length);
    return Object.hasOwn(PROFILES, profile) ? utf8(PROFILES[profile]?.text ?? '') : undefined;
  }

  private catalogue(yaml: YamlFile, { catalogue: path }: LayerShape, floor: string | null): LoadedLayer['catalogue'] {
    if (path === undefined) return null;
    const bytes = floor === null && FOLDER.test(path) ? this.read(path) : null;
    if (bytes === null) {
      this.problems.push(
        yaml.at(['catalogue'], `${path} is no file of this commit under .countersign/`, { remedy: 'write .countersign/systems.yml, and land it with the policy' }),
      );
      return null;
    }
    const file = readYaml(bytes, path, CODE);
    const shape = file.ok ? shaped(SYSTEMS_SHAPE, file.value) : file;
    if (file.ok && shape.ok) return { yaml: file.value, systems: shape.value.systems };
    this.problems.push(...(shape.ok ? [] : shape.error));
    return null;
  }
}
