/** The trust file of a call, and what the caller knows of it beforehand. Of the public types, so it names nothing of the core's. */
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
