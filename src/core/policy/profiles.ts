/** The profiles that ship: layers of policy a file can extend, each with its own tests. `docs/guides/profiles.md` tells them apart. */
import { EVERY_ASSISTED_CHANGE } from './profiles/every-assisted-change.ts';
import type { Profile } from './profiles/profile.ts';
import { REGULATED } from './profiles/regulated.ts';
import { SENIOR_SIGN_OFF } from './profiles/senior-sign-off.ts';
import { SMALL_TEAM } from './profiles/small-team.ts';
import { SOLO } from './profiles/solo.ts';
import { SOX } from './profiles/sox.ts';
import { TIER_ONE_RESET } from './profiles/tier-one-reset.ts';
import { TIERED } from './profiles/tiered.ts';
import { TWO_STAGE } from './profiles/two-stage.ts';

export type { Profile } from './profiles/profile.ts';

/** The default first, then from the least asked to the most. */
export const PROFILES: { readonly [name: string]: Profile } = {
  tiered: TIERED,
  solo: SOLO,
  'small-team': SMALL_TEAM,
  'senior-sign-off': SENIOR_SIGN_OFF,
  'every-assisted-change': EVERY_ASSISTED_CHANGE,
  'tier-one-reset': TIER_ONE_RESET,
  'two-stage': TWO_STAGE,
  sox: SOX,
  regulated: REGULATED,
};
