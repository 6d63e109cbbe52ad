/** Reads the trust file of a call. */
import type { Problem, Result } from '../core/base/result.ts';
import { parseTrust, type TrustBundle } from '../core/signoff/trust-file.ts';
import type { TrustInput } from './trust-input.ts';

/** Problems: TRUST_*. */
export const trustOf = ({ trust, pin, atLeast, now }: TrustInput): Result<TrustBundle, readonly Problem[]> =>
  parseTrust(trust, { ...(pin === undefined ? {} : { pin }), ...(atLeast === undefined ? {} : { atLeast: Number(atLeast) }), ...(now === undefined ? {} : { now }) });
