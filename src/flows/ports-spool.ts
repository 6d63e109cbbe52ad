/** What a hook leaves beside its repository where no server lives, and what people hand to it there. */
import type { Bytes } from '../core/base/crypto.ts';
import type { Result } from '../core/base/result.ts';
import type { SaidUse, SpooledPush } from '../core/gate/glass-files.ts';

export interface KeptPush extends SpooledPush {
  /** The name of its file, which sorts by time. */
  readonly name: string;
  readonly said: readonly SaidUse[];
  /** The ledger has it. */
  readonly filled: boolean;
}

export interface Spool {
  /** Files people put there, exact bytes. Problem: DATA_INVALID where one cannot be read. */
  handed(): Promise<Result<readonly { readonly name: string; readonly bytes: Bytes }[]>>;
  /** Pushes the ledger has not heard of, oldest first; none where there is no folder. Problem: DATA_INVALID where one cannot be read. */
  waiting(): Promise<Result<readonly KeptPush[]>>;
  /** Every push that was ever let through, oldest first. Problem: DATA_INVALID where one cannot be read, or the folder is not there. */
  pushes(): Promise<Result<readonly KeptPush[]>>;
  /**
   * Resolves when nonces and push are on disk. A nonce is claimed for ever, by one of two who come at once, and also where the machine
   * stops before the push is kept. Problems: ST_NONCE, DATA_INVALID.
   */
  keep(push: SpooledPush, nonces: readonly string[]): Promise<Result<void>>;
  /** The ledger has it, so it is not told again. Idempotent. Rejects where the folder cannot be written. */
  filled(name: string): Promise<void>;
}
