/**
 * Pipelines, base against head: trust given to outsiders, rights gained, checks, approvals, rollouts and signatures lost (CI101 to
 * CI110). Jobs and steps are matched by what they are, so that another order or another name is no news.
 */
import type { FileEvidence } from '../evidence.ts';
import { kindsOf } from '../kinds.ts';
import type { Detector, Finding } from '../risk.ts';
import { checksIn } from './checks.ts';
import { gates } from './gates.ts';
import { isAction, isGitlab, isVendored, isWorkflow, pipelineOf, wordsOf } from './pipeline.ts';
import { rights } from './rights.ts';
import type { Sides, Whole } from './sides.ts';
import { textRules } from './text-rules.ts';
import { trust } from './trust.ts';

export const workflows: Detector = {
  id: 'workflows',
  detect: ({ files }) => {
    const ours = files.filter((f) => isPipeline(f.path));
    const change = whole(ours);
    return ours.flatMap((f) => ofFile(f, change));
  },
};

/** A copy of somebody else's pipeline is run by nobody here. */
const isPipeline = (path: string): boolean =>
  isWorkflow(path) || isAction(path) || isGitlab(path) || (kindsOf(path).includes('workflow') && !isVendored(path) && !/(?:^|\/)\.(?:github|gitea|forgejo)\//.test(path));

function whole(files: readonly FileEvidence[]): Whole {
  const heads = files.map((f) => ({ side: f.head, pipeline: pipelineOf(f.head, f.path) }));
  return {
    checks: new Set(heads.flatMap(({ side, pipeline }) => checksIn(side, pipeline).map((c) => c.key))),
    steps: heads.flatMap(({ pipeline }) => (pipeline?.jobs ?? []).flatMap((j) => j.steps.map(wordsOf))),
  };
}

function ofFile(file: FileEvidence, change: Whole): readonly Finding[] {
  const [was, is] = [pipelineOf(file.base, file.path), pipelineOf(file.head, file.path)];
  const unread = (file.head !== undefined && is === undefined) || (file.base !== undefined && was === undefined);
  if (unread) return textRules(file);
  const sides: Sides = { file, was, is, change };
  return [...trust(sides), ...rights(sides), ...gates(sides)];
}
