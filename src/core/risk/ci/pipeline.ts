/**
 * A pipeline as jobs of steps, read from the YAML tree: workflows of GitHub, Gitea and Forgejo, composite actions, GitLab CI. Jobs
 * and steps carry what makes them the same in another order or under another name.
 */
import { type DataNode, dig, entries, items, scalar, text } from '../data.ts';
import type { Parsed } from '../evidence.ts';
import { triggersOf } from './triggers.ts';

export interface Step {
  readonly node: DataNode;
  readonly line: number;
  readonly name: string;
  /** `owner/action`, without its version. */
  readonly uses?: string;
  readonly run?: string;
}

export interface Job {
  readonly id: string;
  readonly node: DataNode;
  readonly line: number;
  readonly steps: readonly Step[];
}

export interface Pipeline {
  readonly forge: 'github' | 'gitlab';
  readonly root: DataNode;
  readonly triggers: ReadonlySet<string>;
  readonly jobs: readonly Job[];
}

/** A forge runs the workflows at the root of a repository, and no others: those of a copy of something else are files. */
export const isWorkflow = (path: string): boolean => /^\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/.test(path);
export const isAction = (path: string): boolean => /(?:^|\/)action\.ya?ml$/.test(path) && !isVendored(path);
export const isGitlab = (path: string): boolean => /(?:^|\/)[\w.-]*gitlab-ci[\w.-]*\.ya?ml$|^\.gitlab\/.*\.ya?ml$/.test(path) && !isVendored(path);
export const isVendored = (path: string): boolean => /(?:^|\/)(?:node_modules|vendor|vendored|third[_-]party|external|\.yarn)\//.test(path);

export function pipelineOf(side: Parsed | undefined, path: string): Pipeline | undefined {
  if (side?.kind !== 'data') return undefined;
  const [root] = side.documents;
  if (root?.is !== 'map') return undefined;
  if (isGitlab(path)) return { forge: 'gitlab', root, triggers: new Set(), jobs: entries(root).flatMap((e) => gitlabJob(e.key, e.value, e.line)) };
  if (isAction(path))
    return { forge: 'github', root, triggers: new Set(), jobs: [{ id: 'runs', node: dig(root, 'runs') ?? root, line: root.line, steps: stepsOf(dig(root, 'runs')) }] };
  if (!isWorkflow(path)) return undefined;
  const jobs = entries(dig(root, 'jobs')).map((e): Job => ({ id: e.key, node: e.value, line: e.line, steps: stepsOf(e.value) }));
  return { forge: 'github', root, triggers: triggersOf(root), jobs };
}

const stepsOf = (job: DataNode | undefined): readonly Step[] =>
  items(dig(job, 'steps')).map((node) => {
    const [uses, run] = [text(dig(node, 'uses')), text(dig(node, 'run'))];
    const name = text(dig(node, 'id')) ?? text(dig(node, 'name')) ?? uses?.replace(/@.*$/, '') ?? run?.split('\n')[0] ?? '';
    return { node, line: node.line, name, ...(uses === undefined ? {} : { uses: uses.replace(/@.*$/, '') }), ...(run === undefined ? {} : { run }) };
  });

const NO_JOB = /^(?:stages|variables|include|default|image|services|cache|before_script|after_script|workflow|pages:deploy|spec)$/;

function gitlabJob(id: string, node: DataNode, line: number): readonly Job[] {
  if (NO_JOB.test(id) || node.is !== 'map' || !node.entries.some((e) => /^(?:script|trigger|extends|rules|stage|run)$/.test(e.key))) return [];
  const lines = ['before_script', 'script', 'after_script'].flatMap((key) => {
    const value = dig(node, key);
    return value?.is === 'list' ? value.items : value === undefined ? [] : [value];
  });
  return [{ id, node, line, steps: lines.flatMap((n) => (typeof scalar(n) === 'string' ? [{ node: n, line: n.line, name: text(n) ?? '', run: text(n) ?? '' }] : [])) }];
}

export interface Pair<T> {
  readonly was: T;
  readonly is: T;
}

export interface Matched<T> {
  readonly pairs: readonly Pair<T>[];
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

/** By each name in turn: what is left over on both sides is tried by the next. */
export function matched<T>(was: readonly T[], is: readonly T[], ...names: readonly ((one: T) => string | undefined)[]): Matched<T> {
  const pairs: Pair<T>[] = [];
  let [gone, come] = [[...was], [...is]];
  for (const name of names) {
    const waiting = new Map<string, T[]>();
    for (const one of come) {
      const key = name(one);
      if (key !== undefined && key !== '') waiting.set(key, [...(waiting.get(key) ?? []), one]);
    }
    const taken = new Set<T>();
    gone = gone.filter((one) => {
      const key = name(one);
      const [found, ...rest] = (key === undefined ? undefined : waiting.get(key)) ?? [];
      if (found === undefined || key === undefined) return true;
      waiting.set(key, rest);
      taken.add(found);
      pairs.push({ was: one, is: found });
      return false;
    });
    come = come.filter((one) => !taken.has(one));
  }
  return { pairs, gone, come };
}

export const matchedJobs = (was: Pipeline | undefined, is: Pipeline | undefined): Matched<Job> =>
  matched(
    was?.jobs ?? [],
    is?.jobs ?? [],
    (j) => j.id,
    (j) => text(dig(j.node, 'name')),
    // a job by another name still does what it did
    (j) => j.steps.map((s) => s.run ?? s.uses ?? '').join('\n'),
    (j) => j.steps.find((s) => s.run !== undefined)?.run,
  );

export const matchedSteps = (was: Job | undefined, is: Job | undefined): Matched<Step> =>
  matched(
    was?.steps ?? [],
    is?.steps ?? [],
    (s) => text(dig(s.node, 'id')),
    (s) => s.run,
    (s) => text(dig(s.node, 'name')),
    (s) => s.uses,
  );

/** Name of the environment that a job waits for. */
export const environmentOf = (job: Job): string | undefined => text(dig(job.node, 'environment')) ?? text(dig(job.node, 'environment', 'name'));

/** What a job or step is called, all of it together: whether it checks, signs or rolls out is in its names and commands. */
export const wordsOf = (step: Step): string => [step.name, text(dig(step.node, 'name')) ?? '', step.uses ?? '', step.run ?? ''].join('\n');
