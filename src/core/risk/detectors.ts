/** All detectors, one a file. */
import { access } from './access.ts';
import { AUTH_DETECTORS } from './auth/detectors.ts';
import { commands } from './commands.ts';
import { CONFIG_DETECTORS } from './config/detectors.ts';
import { DEPENDENCY_DETECTORS } from './dependencies/detectors.ts';
import { kubernetes } from './kubernetes.ts';
import { paths } from './paths.ts';
import type { Detector } from './risk.ts';
import { SOURCE_DETECTORS } from './source/detectors.ts';
import { sql } from './sql.ts';
import { terraformHcl } from './terraform-hcl.ts';
import { terraformPlan } from './terraform-plan.ts';
import { terraformRemoved } from './terraform-removed.ts';
import { workflows } from './workflows.ts';

export const ALL_DETECTORS: readonly Detector[] = [
  terraformPlan,
  terraformRemoved,
  terraformHcl,
  sql,
  kubernetes,
  access,
  workflows,
  ...SOURCE_DETECTORS,
  ...DEPENDENCY_DETECTORS,
  ...CONFIG_DETECTORS,
  ...AUTH_DETECTORS,
  commands,
  paths,
];
