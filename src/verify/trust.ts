/** The trust file of a call, and what the caller knows of it beforehand. */
import type { Problem, Result } from '../core/base/result.ts';
import { parseTrust, type TrustBundle } from '../core/signoff/trust-file.ts';

export interface TrustInput {
  /** The exact bytes of the trust file, which came by another road. */
  readonly trust: Uint8Array;
  /** SHA-256 of the genesis body, lowercase hex: the trust file has to be of that log, and signed by its trustees. Absent: nobody vouches for its log keys, witnesses and gates. */
  readonly pin?: string;
  /** The size of the newest trust file seen: an older one is refused. */
  readonly atLeast?: bigint;
  /** Milliseconds since 1970: a trust file that expired by then is refused. Absent: none expires. */
  readonly now?: number;
}

/** Problems: TRUST_*. */
export const trustOf = ({ trust, pin, atLeast, now }: TrustInput): Result<TrustBundle, readonly Problem[]> =>
  parseTrust(trust, { ...(pin === undefined ? {} : { pin }), ...(atLeast === undefined ? {} : { atLeast: Number(atLeast) }), ...(now === undefined ? {} : { now }) });
