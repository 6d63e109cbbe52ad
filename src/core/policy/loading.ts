/** One load: the layers, the compiler of their conditions, and the problems found while a policy is built of them. */
import type { Problem } from '../base/result.ts';
import { type Condition, compilerOf } from './expression.ts';
import type { LoadedLayer } from './layers.ts';
import { TOPIC_NAMES, type TopicName } from './monotone.ts';
import type { LayerShape } from './policy-shape.ts';
import { hint } from './suggest.ts';
import type { YamlFile } from './yaml-file.ts';

export class Loading {
  readonly problems: Problem[] = [];
  readonly ladder: readonly string[];
  readonly senior: string;
  readonly layers: readonly LoadedLayer[];
  private readonly compile: ReturnType<typeof compilerOf>;

  constructor(ladder: readonly string[], senior: string, layers: readonly LoadedLayer[]) {
    this.ladder = ladder;
    this.senior = senior;
    this.layers = layers;
    this.compile = compilerOf(ladder);
    const [first] = this.stated('senior');
    if (first !== undefined) this.level(first, ['senior'], senior);
  }

  add(layer: LoadedLayer, path: readonly PropertyKey[], message: string, more?: Parameters<YamlFile['at']>[2]): void {
    this.problems.push(layer.yaml.at(path, message, more));
  }

  /** Layers whose file says something of this, nearest first, floors last. */
  stated(key: keyof LayerShape): readonly LoadedLayer[] {
    return this.layers.filter((l) => typeof l.yaml.value === 'object' && l.yaml.value !== null && Object.hasOwn(l.yaml.value, key));
  }

  rank(level: string): number {
    return this.ladder.indexOf(level);
  }

  level(layer: LoadedLayer, path: readonly PropertyKey[], name: string): void {
    if (!this.ladder.includes(name)) this.add(layer, path, `${name} is not a level of the ladder`, { remedy: () => hint(name, this.ladder) });
  }

  /** @param allowed the way the answer may move with more AI in the change, worse findings and more people nobody knows. */
  condition(layer: LoadedLayer, source: string | undefined, path: readonly PropertyKey[], allowed: 'up' | 'down'): Condition | null {
    if (source === undefined) return null;
    const compiled = this.compile(source);
    if (!compiled.ok) {
      this.add(layer, path, compiled.error.message, { into: compiled.error.at, remedy: compiled.error.remedy });
      return UNKNOWN;
    }
    for (const topic of TOPIC_NAMES) {
      const direction = compiled.value.direction(topic);
      if (direction === 'none' || direction === allowed) continue;
      const [what, fact] = LIGHTER[topic];
      this.add(layer, path, `${what} would ask for less`, { remedy: `compare ${fact} with ${allowed === 'up' ? '>= or >' : '< or <='}` });
    }
    return compiled.value;
  }

  paths(layer: LoadedLayer, paths: readonly string[], here: readonly PropertyKey[]): readonly string[] {
    if (paths.every((p) => p.startsWith('!'))) this.add(layer, [...here, 'paths'], 'takes paths out and puts none in, so it covers nothing', { remedy: 'start with "**"' });
    return paths;
  }
}

/** What more of each topic is called, and the fact to compare. */
const LIGHTER: { readonly [topic in TopicName]: readonly [string, string] } = {
  provenance: ['more AI in a change', 'provenance.level'],
  risk: ['a worse or one more finding', 'risk.tier'],
  people: ['one more person nobody knows', 'people.unresolved'],
  plan: ['more destroyed by the plan', 'plan.destroys'],
  incident: ['one more incident', 'incident.open'],
};

/** Stands in for a condition that did not compile; such a policy never leaves the loader. */
export const UNKNOWN: Condition = { source: '', holds: () => undefined, direction: () => 'none' };
