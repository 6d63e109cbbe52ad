/** The log as others read it: static files by C2SP tlog-tiles, and what witnesses said of it. */

/** Implemented by the store over what is committed. Every answer is immutable but the checkpoint. */
export interface LogFiles {
  /**
   * Hashes of a tile: `width` times 32 bytes. A tile of full width where `width` is 256.
   * null where no published checkpoint has such a tile.
   */
  tile(level: number, index: number, width: number): Promise<Uint8Array | null>;
  /** The entry bundle: (uint16 length || entry) times `width`. null as above. */
  bundle(index: number, width: number): Promise<Uint8Array | null>;
  /** Signed note of the latest published size; with the witnesses' lines under it as far as they are there. null before genesis. */
  checkpoint(): Promise<string | null>;
}

/**
 * Signs as the log: a file of the installation, or a key service that never gives the key away. Ed25519 (RFC 8032). Asked once a
 * group of appends, after their commit and before anybody is answered.
 */
export interface LogSigner {
  /** Raw public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. Rejects where the key cannot be reached: nobody is answered then, and the next group signs for both. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
