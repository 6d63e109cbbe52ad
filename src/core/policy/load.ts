/**
 * Bytes of `countersign.yml` to a Policy, or everything that is wrong with it, each with file, line, column and remedy.
 * Nothing is half accepted: one problem anywhere and there is no policy.
 */
import { order } from '../base/order.ts';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import type { Forbid, Policy, Rule } from './document.ts';
import { type Condition, compilerOf } from './expression.ts';
import { RESERVED } from './fact-types.ts';
import { shaped } from './file-shape.ts';
import { TOPIC_NAMES, type TopicName } from './monotone.ts';
import { POLICY_SHAPE, type PolicyShape } from './policy-shape.ts';
import { hint } from './suggest.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** @param file its name in messages, for example `countersign.yml`. Every problem is POLICY_INVALID. */
export function loadPolicy(bytes: Uint8Array, file: string): Result<Policy, readonly Problem[]> {
  const yaml = readYaml(bytes, file, 'POLICY_INVALID');
  if (!yaml.ok) return yaml;
  const shape = shaped(POLICY_SHAPE, yaml.value);
  if (!shape.ok) return shape;
  return new Loading(yaml.value, shape.value).policy();
}

/** One load: collects problems while it builds. */
class Loading {
  private readonly problems: Problem[] = [];
  private readonly yaml: YamlFile;
  private readonly shape: PolicyShape;
  private readonly compile: ReturnType<typeof compilerOf>;

  constructor(yaml: YamlFile, shape: PolicyShape) {
    this.yaml = yaml;
    this.shape = shape;
    this.checkLadder();
    // A ladder that clashes with other words has no conditions to speak of: its own problem is enough.
    this.compile = compilerOf(this.problems.length > 0 ? [] : shape.ladder);
  }

  policy(): Result<Policy, readonly Problem[]> {
    const { shape } = this;
    if (this.problems.length > 0) return err(this.problems);
    this.level(['senior'], shape.senior);
    this.checkIds();
    this.checkSystems();
    const rules = shape.rules.map((r, i) => this.rule(r, i));
    const forbid = shape.forbid.map((f, i) => this.forbid(f, i));
    if (this.problems.length > 0) return err(this.problems);
    return ok({
      version: 1,
      organisation: shape.organisation ?? null,
      ladder: order(shape.ladder),
      senior: shape.senior,
      protected: shape.protected,
      systems: shape.systems,
      unattributed: shape.provenance.unattributed,
      submodules: shape.submodules,
      largeFiles: shape.large_files,
      rules,
      forbid,
      digest: this.yaml.digest,
    });
  }

  private add(path: readonly PropertyKey[], message: string, more?: Parameters<YamlFile['at']>[2]): void {
    this.problems.push(this.yaml.at(path, message, more));
  }

  private checkLadder(): void {
    const { ladder } = this.shape;
    for (const [i, name] of ladder.entries()) {
      if (RESERVED.has(name)) this.add(['ladder', i], `${name} already means something in conditions`, { remedy: 'name the level otherwise' });
      if (ladder.indexOf(name) !== i) this.add(['ladder', i], `${name} stands twice in the ladder`, { remedy: 'keep one' });
    }
  }

  private level(path: readonly PropertyKey[], name: string): void {
    const { ladder } = this.shape;
    if (!ladder.includes(name)) this.add(path, `${name} is not a level of the ladder`, { remedy: hint(name, ladder) });
  }

  /** Rules and forbids share one name space: reasons name them. */
  private checkIds(): void {
    const { rules, forbid, systems } = this.shape;
    const seen = new Set<string>();
    const places = [...rules.map((r, i) => ['rules', i, r.id] as const), ...forbid.map((f, i) => ['forbid', i, f.id] as const)];
    for (const [list, i, id] of places) {
      if (seen.has(id)) this.add([list, i, 'id'], `${id} names two rules`, { remedy: 'rename one' });
      if (id.startsWith('countersign.')) this.add([list, i, 'id'], `${id} is reserved`, { remedy: 'ids that start with countersign. are built in' });
      seen.add(id);
    }
    for (const [i, s] of systems.entries()) {
      if (systems.findIndex((other) => other.id === s.id) !== i) this.add(['systems', i, 'id'], `${s.id} names two systems`, { remedy: 'rename one' });
    }
  }

  private checkSystems(): void {
    const ids = this.shape.systems.map((s) => s.id);
    for (const [i, s] of this.shape.systems.entries()) {
      for (const [j, id] of s.dependents.entries()) {
        if (!ids.includes(id)) this.add(['systems', i, 'dependents', j], `there is no system ${id}`, { remedy: hint(id, ids) });
      }
    }
  }

  private rule(r: PolicyShape['rules'][number], i: number): Rule {
    const here = ['rules', i];
    this.checkRequire(r, here);
    const asks = r.require !== undefined;
    return {
      id: r.id,
      description: r.description ?? '',
      paths: this.paths(r.paths, here),
      when: this.condition(r.when, [...here, 'when'], asks ? 'up' : 'down'),
      unless: this.condition(r.unless, [...here, 'unless'], 'down'),
      require: r.require === undefined ? null : requirementOf(r.require),
    };
  }

  private checkRequire(r: PolicyShape['rules'][number], here: readonly PropertyKey[]): void {
    if (r.require?.level !== undefined) this.level([...here, 'require', 'level'], r.require.level);
    if (r.require === undefined && r.optional === undefined) {
      this.add(here, `rule ${r.id} asks for nothing`, { remedy: 'add require, or optional: true for paths that need nobody' });
    }
    if (r.require !== undefined && r.optional !== undefined) this.add(here, 'a rule has require or optional, not both', { key: 'optional', remedy: 'remove one' });
    if (r.optional !== undefined && r.unless !== undefined) this.add(here, 'an optional rule asks nobody, so there is nothing to waive', { key: 'unless', remedy: 'use when' });
  }

  private forbid(f: PolicyShape['forbid'][number], i: number): Forbid {
    const when = this.condition(f.when, ['forbid', i, 'when'], 'up') ?? UNKNOWN;
    return { id: f.id, paths: f.paths === undefined ? null : this.paths(f.paths, ['forbid', i]), when, reason: f.reason };
  }

  private paths(paths: readonly string[], here: readonly PropertyKey[]): readonly string[] {
    if (paths.every((p) => p.startsWith('!'))) this.add([...here, 'paths'], 'takes paths out and puts none in, so it covers nothing', { remedy: 'start with "**"' });
    return paths;
  }

  /** @param allowed the way the answer may move with more AI in the change, worse findings and more people nobody knows. */
  private condition(source: string | undefined, path: readonly PropertyKey[], allowed: 'up' | 'down'): Condition | null {
    if (source === undefined) return null;
    const compiled = this.compile(source);
    if (!compiled.ok) {
      this.add(path, compiled.error.message, { into: compiled.error.at, remedy: compiled.error.remedy });
      return UNKNOWN;
    }
    for (const topic of TOPIC_NAMES) {
      const direction = compiled.value.direction(topic);
      if (direction === 'none' || direction === allowed) continue;
      const [what, fact] = LIGHTER[topic];
      this.add(path, `${what} would ask for less`, { remedy: `compare ${fact} with ${allowed === 'up' ? '>= or >' : '< or <='}` });
    }
    return compiled.value;
  }
}

/** What more of each topic is called, and the fact to compare. */
const LIGHTER: { readonly [topic in TopicName]: readonly [string, string] } = {
  provenance: ['more AI in a change', 'provenance.level'],
  risk: ['a worse or one more finding', 'risk.tier'],
  people: ['one more person nobody knows', 'people.unresolved'],
};

/** Stands in for a condition that did not compile; such a policy never leaves the loader. */
const UNKNOWN: Condition = { source: '', direction: () => 'none', holds: () => undefined };

const requirementOf = (r: NonNullable<PolicyShape['rules'][number]['require']>): Rule['require'] => ({
  humans: r.humans,
  level: r.level ?? null,
  seniorToAuthor: r.senior_to === 'author',
  domains: r.domains,
  teams: r.teams,
});
