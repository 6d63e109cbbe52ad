/** The log as others read it: static files by C2SP tlog-tiles, and what witnesses said of it. */
import type { Result } from '../core/base/result.ts';
import type { RotationEntry } from '../core/log/rotation.ts';

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
  /** The n-th change of the log's key, from 0 on, once it is published; null where there is none. Absent: the key never changed. */
  rotation?(n: number): Promise<RotationEntry | null>;
}

/** The files of any log, wherever they lie: a folder, a server. Whoever reads believes nothing of them. Implemented by adapters/tlog. */
export interface LogSource {
  /** What a person calls it. */
  readonly name: string;
  /** @param path as C2SP names it, such as `tile/0/000.p/3`. null where there is no such file. Problems: LOG_UNREACHABLE, LOG_FORMAT over `cap` bytes. */
  read(path: string, cap: number): Promise<Result<Uint8Array | null>>;
  /** Names in `envelopes/`, where bodies can lie beside the log: in a folder. Problem: LOG_UNREACHABLE. */
  bodies?(): Promise<Result<readonly string[]>>;
}

/** The folder a log is exported to. Implemented by adapters/tlog; one process at a time. */
export interface LogFolder extends LogSource {
  /**
   * Writes a file that never changes; on the disk for good after `publish`. false where it was there with these bytes.
   * Problems: LOG_FORK where it holds others, DATA_INVALID where it cannot be written.
   */
  put(path: string, bytes: Uint8Array): Promise<Result<boolean>>;
  /** Waits until all that was put is on the disk, then replaces the checkpoint. Problem: DATA_INVALID. */
  publish(note: string): Promise<Result<void>>;
  /** The bodies beside it, for their owner alone. Written like `put`. @param sha256 lowercase hex. */
  putBody(sha256: string, bytes: Uint8Array): Promise<Result<boolean>>;
  /** Takes one away that was erased; false where it was not there. */
  dropBody(sha256: string): Promise<Result<boolean>>;
}

/** A branch of somebody else's git repository, where checkpoints are kept out of reach of whoever runs the log. Implemented by adapters/git. */
export interface Anchor {
  /** What was anchored last of the log of this name; null: nothing. Problem: GIT_FAILED. */
  last(origin: string): Promise<Result<Uint8Array | null>>;
  /**
   * Commits the checkpoint on top of what `last` read, and pushes; answers the commit. Never by force. Problems: REF_CHANGED where
   * the branch moved meanwhile, GIT_FAILED.
   */
  put(origin: string, note: string, message: string): Promise<Result<string>>;
  close(): Promise<void>;
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
