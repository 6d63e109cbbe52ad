/** All detectors, one a file. */
import { AUTH_DETECTORS } from './auth/detectors.ts';
import { agents } from './ci/agents.ts';
import { hollow } from './ci/hollow.ts';
import { rollouts } from './ci/rollouts.ts';
import { workflows } from './ci/workflows.ts';
import { changeSets } from './cloudformation/changes.ts';
import { stackGuards } from './cloudformation/stack-guards.ts';
import { templates } from './cloudformation/templates.ts';
import { CONFIG_DETECTORS } from './config/detectors.ts';
import { DEPENDENCY_DETECTORS } from './dependencies/detectors.ts';
import { IAM_DETECTORS } from './iam/detectors.ts';
import { kubernetes } from './kubernetes/kubernetes.ts';
import { network } from './network/network.ts';
import { paths } from './paths.ts';
import { pulumiSource } from './pulumi/source.ts';
import { previews } from './pulumi/steps.ts';
import type { Detector } from './risk.ts';
import { absent } from './shell/absent.ts';
import { commands } from './shell/commands.ts';
import { SOURCE_DETECTORS } from './source/detectors.ts';
import { sql } from './sql/sql.ts';
import { terraformPlan } from './terraform/plan.ts';
import { terraformRemoved } from './terraform/removed.ts';
import { terraformHcl } from './terraform/source.ts';
import { planUnbound } from './unplanned.ts';

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
  network,
  workflows,
  hollow,
  rollouts,
  agents,
  ...SOURCE_DETECTORS,
  ...DEPENDENCY_DETECTORS,
  ...CONFIG_DETECTORS,
  ...AUTH_DETECTORS,
  ...IAM_DETECTORS,
  commands,
  absent,
  paths,
];
