/** What is read from code that decides who may do what, and from secrets beside it. */
import type { Detector } from '../risk.ts';
import { checks } from './checks.ts';
import { injection } from './injection.ts';
import { routes } from './routes.ts';
import { secrets } from './secrets.ts';
import { tenant } from './tenant.ts';
import { weakened } from './weakened.ts';

export const AUTH_DETECTORS: readonly Detector[] = [routes, checks, tenant, weakened, injection, secrets];
