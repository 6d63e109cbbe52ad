/** The detectors of this room. */
import type { Detector } from '../risk.ts';
import { access } from './access.ts';
import { escalation } from './escalation.ts';
import { grants } from './grants.ts';
import { policies } from './policies.ts';
import { rbac } from './rbac.ts';
import { settings } from './settings.ts';

export const IAM_DETECTORS: readonly Detector[] = [policies, escalation, grants, rbac, settings, access];
