/** The example files of CI systems, read as their runners read them, so that what is copied from them is what was tested. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Step } from './forge.ts';

type Words = { readonly [name: string]: string };

interface Workflow {
  readonly on: { readonly [event: string]: unknown };
  readonly permissions: Words;
  readonly env: Words;
  readonly jobs: { readonly [job: string]: { readonly name: string; readonly steps: readonly WorkflowStep[] } };
}

interface WorkflowStep {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Words;
  readonly 'working-directory'?: string;
}

const text = (path: string): string => readFileSync(join(import.meta.dirname, '../../examples', path), 'utf8');

export const workflow = (): Workflow => parse(text('github-actions/countersign.yml'));

/** @param context of `${{ }}`, to the letter; what is not in it is a mistake in the file. @param over values a user sets under `env`. */
export function workflowSteps(context: Words, over: Words): readonly Step[] {
  const { env, jobs } = workflow();
  const filled = (value: string): string =>
    value.replace(/\$\{\{ (.*?) \}\}/g, (_, asked: string) => {
      const found = context[asked];
      if (found === undefined) throw new Error(`nothing is known of ${asked}`);
      return found;
    });
  const all = (words: Words = {}): Words => Object.fromEntries(Object.entries(words).map(([name, value]) => [name, filled(value)]));
  return (jobs.gate?.steps ?? []).flatMap(({ run, env: own, 'working-directory': cwd = '.' }) =>
    // An expression inside a script would let whoever names a branch write the script.
    run === undefined ? [] : [{ run, cwd: filled(cwd), env: { ...all(env), ...over, ...all(own), GITHUB_STEP_SUMMARY: context.summary ?? '' } }],
  );
}

interface PipelineJob {
  readonly variables: Words;
  readonly script: readonly string[];
}

const pipelineJob = (): PipelineJob => parse(text('gitlab-ci/countersign.yml')).countersign;

/** One script, as GitLab's runner makes of the list. @param given what the runner sets. */
export function pipelineSteps(cwd: string, given: Words, over: Words): readonly Step[] {
  const { variables, script } = pipelineJob();
  return [{ run: script.join('\n'), cwd, env: { ...variables, ...over, ...given } }];
}
