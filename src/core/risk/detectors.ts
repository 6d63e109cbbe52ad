/** All detectors, one a file. */

import { workflows } from './ci/workflows.ts';
import { changeSets } from './cloudformation/changes.ts';
import { stackGuards } from './cloudformation/stack-guards.ts';
import { templates } from './cloudformation/templates.ts';
import { access } from './iam/access.ts';
import { escalation } from './iam/escalation.ts';
import { grants } from './iam/grants.ts';
import { policies } from './iam/policies.ts';
import { rbac } from './iam/rbac.ts';
import { settings } from './iam/settings.ts';
import { kubernetes } from './kubernetes/kubernetes.ts';
import { paths } from './paths.ts';
import { pulumiSource } from './pulumi/source.ts';
import { previews } from './pulumi/steps.ts';
import type { Detector } from './risk.ts';
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
  policies,
  escalation,
  grants,
  rbac,
  settings,
  workflows,
  guards,
  submodule,
  hidden,
  homoglyph,
  commands,
  paths,
];
