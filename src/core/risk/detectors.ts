/** All detectors, one a file. */
import { access } from './access.ts';
import { agents } from './ci/agents.ts';
import { rollouts } from './ci/rollouts.ts';
import { workflows } from './ci/workflows.ts';
import { changeSets } from './cloudformation/changes.ts';
import { stackGuards } from './cloudformation/stack-guards.ts';
import { templates } from './cloudformation/templates.ts';
import { kubernetes } from './kubernetes/kubernetes.ts';
import { paths } from './paths.ts';
import { pulumiSource } from './pulumi/source.ts';
import { previews } from './pulumi/steps.ts';
import type { Detector } from './risk.ts';
import { absent } from './shell/absent.ts';
import { commands } from './shell/commands.ts';
import { guards } from './source/guards.ts';
import { hidden } from './source/hidden.ts';
import { homoglyph } from './source/homoglyph.ts';
import { submodule } from './source/submodule.ts';
import { sql } from './sql/sql.ts';
import { terraformPlan } from './terraform/plan.ts';
import { terraformRemoved } from './terraform/removed.ts';
import { terraformHcl } from './terraform/source.ts';

export const ALL_DETECTORS: readonly Detector[] = [
  terraformPlan,
  terraformRemoved,
  terraformHcl,
  changeSets,
  templates,
  stackGuards,
  previews,
  pulumiSource,
  sql,
  kubernetes,
  access,
  workflows,
  rollouts,
  agents,
  guards,
  submodule,
  hidden,
  homoglyph,
  commands,
  absent,
  paths,
];
