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
