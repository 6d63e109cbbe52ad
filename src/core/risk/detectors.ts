/** All detectors, one a file. */
import { access } from './access.ts';
import { changeSets } from './cloudformation/changes.ts';
import { stackGuards } from './cloudformation/stack-guards.ts';
import { templates } from './cloudformation/templates.ts';
import { commands } from './commands.ts';
import { guards } from './guards.ts';
import { hidden } from './hidden.ts';
import { kubernetes } from './kubernetes.ts';
import { paths } from './paths.ts';
import { pulumiSource } from './pulumi/source.ts';
import { previews } from './pulumi/steps.ts';
import type { Detector } from './risk.ts';
import { sql } from './sql.ts';
import { submodule } from './submodule.ts';
import { terraformPlan } from './terraform/plan.ts';
import { terraformRemoved } from './terraform/removed.ts';
import { terraformHcl } from './terraform/source.ts';
import { planUnbound } from './unplanned.ts';
import { workflows } from './workflows.ts';

export const ALL_DETECTORS: readonly Detector[] = [
  terraformPlan,
  terraformRemoved,
  terraformHcl,
  changeSets,
  templates,
  stackGuards,
  previews,
  pulumiSource,
  planUnbound,
  sql,
  kubernetes,
  access,
  workflows,
  guards,
  submodule,
  hidden,
  commands,
  paths,
];
