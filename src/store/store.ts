/**
 * The embedded store: one folder, one process. `countersign.db` holds the ledger, the bodies and the projections; `keys/` the
 * installation's own secrets; `lock.db` keeps a second process out.
 */
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Ledger, Projections } from '../flows/ports.ts';
import type { LogFiles, LogSigner } from '../flows/ports-log.ts';
import type { Logins } from '../flows/ports-login.ts';
import type { Cosignatures, PastTrees } from '../flows/ports-witness.ts';
import { type Connection, connect } from './database.ts';
import { type Keys, openKeys } from './keys/keys.ts';
import { type AuditStep, audit, snapshot } from './ledger/audit.ts';
import { besideIn } from './ledger/beside.ts';
import { cosignaturesOver } from './ledger/cosignatures.ts';
import { filesOver } from './ledger/files.ts';
import { holds } from './ledger/holds.ts';
import { ledgerOver } from './ledger/ledger.ts';
import { pastTrees } from './ledger/past.ts';
import { publisher, vkeyOf } from './ledger/publisher.ts';
import { type Known, recover } from './ledger/recover.ts';
import { rotate } from './ledger/rotate.ts';
import { everyKey } from './ledger/rotations.ts';
import { sequencer } from './ledger/sequencer.ts';
import { type Lock, lock } from './lock.ts';
import { loginsOver } from './login/logins.ts';
import { prepareSchema } from './migrate.ts';
import { projectionsOver } from './projections/questions.ts';
import { replay } from './projections/rebuild.ts';
import { orRefuse, settled } from './refused.ts';
import { rotationNumber } from './rotation-files.ts';

export interface Store {
  readonly ledger: Ledger;
  /** The log as static files. */
  readonly files: LogFiles;
  /** What is committed; inside a plan, use the plan's own state. */
  readonly projections: Projections;
  readonly keys: Keys;
  readonly cosignatures: Cosignatures;
  readonly past: PastTrees;
  /** Who is signed in. No projection of the log. */
  readonly logins: Logins;
  /** The log's name, set by genesis; null before it. */
  readonly origin: string | null;
  /** vkey to verify checkpoints with; null before genesis. */
  readonly logVerifierKey: string | null;
  /** Deletes the projections and replays the log. Problems: DATA_INVALID, and the old projections stay. */
  rebuild(): Promise<Result<void>>;
  /**
   * Reads the whole folder as it stands and makes everything anew: leaves, tiles, checkpoints, bodies, projections. Each problem
   * names its place; an empty list says that nothing was found. Appends go on meanwhile, and are not part of it.
   */
  audit(progress?: (step: AuditStep) => void): Promise<readonly Problem[]>;
  /**
   * From the next checkpoint on a new key signs: one of its own, or `next`. Answers its vkey. The old one swears it in by an entry
   * of the log, and signs the next checkpoint too. Problems: DATA_INVALID before genesis.
   */
  rotateLogKey(next?: LogSigner): Promise<Result<string>>;
  /** Whether the log still is what this checkpoint said. Problems: LOG_FORK where it is shorter or another, LOG_SIG where it never said so. */
  holds(checkpoint: string): Promise<Result<void>>;
  /** Waits for appends under way, then lets the folder go. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Made when absent. */
  readonly dir: string;
  /** Milliseconds since 1970. Entries are never stamped before the one they follow, whatever it says. */
  clock(): number;
  /** Keys of the log that are no files: a key service. A new log begins with the first. After a rotation the new one; until its checkpoint is signed, both. */
  readonly signers?: readonly LogSigner[];
  /** Checkpoints of this log that somebody else kept, a witness or an anchor: one that the folder does not hold keeps it closed. */
  readonly known?: Known;
}

export const DATABASE_FILE = 'countersign.db';

/** Problems: DATA_LOCKED, DATA_INVALID. A new folder opens too: its first append must be the genesis entry. */
export async function openStore(options: StoreOptions): Promise<Result<Store>> {
  const { dir } = options;
  const open: { release(): void }[] = [];
  const letGo = (): void => {
    for (const held of open.splice(0).reverse()) held.release();
  };
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const shared = ownFolder(dir);
    if (shared !== null) return err(shared);
    const locked = lock(dir);
    if (!locked.ok) return locked;
    open.push(locked.value);
    const store = await settled(assemble(options, open, letGo));
    if (!store.ok) letGo();
    return store.ok ? store : err({ place: dir, remedy: UNUSABLE, ...store.error });
  } catch (cause) {
    letGo();
    return err(problem('DATA_INVALID', `${dir} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`, { place: dir, remedy: UNUSABLE }));
  }
}

/** Whoever can read the folder can lock it, and reads source and keys' names. Ours is made private; somebody else's is not touched. */
function ownFolder(dir: string): Problem | null {
  if ((statSync(dir).mode & 0o077) === 0) return null;
  const names = readdirSync(dir);
  if (names.length > 0 && !names.includes(DATABASE_FILE))
    return problem('DATA_INVALID', 'the folder can be read by others, and holds other things', {
      place: dir,
      remedy: `choose a folder of its own for --data, or chmod 700 ${dir}`,
    });
  chmodSync(dir, 0o700);
  return null;
}

const UNUSABLE = 'put the folder back from a backup, or choose another; nothing in it was changed';

async function assemble({ dir, clock, signers = [], known = [] }: StoreOptions, open: Lock[], letGo: () => void): Promise<Store> {
  const writer = held(open, connect(join(dir, DATABASE_FILE)));
  const fresh = await prepareSchema(writer);
  const keys = orRefuse(openKeys(join(dir, 'keys'), fresh, signers));
  const reader = held(open, connect(join(dir, DATABASE_FILE)));
  reader.exec('pragma query_only = on');
  const beside = besideIn(dir);
  open.push({ release: beside.seen.close });
  const signer = publisher(writer, keys.log, beside.seen.write);
  const opened = await recover(writer, signer, known, beside);
  const sequence = sequencer(writer, signer, clock, opened, beside);
  const rebuild = (): Promise<void> => sequence.alone(() => writer.db.transaction().execute(replay));
  return {
    ledger: ledgerOver(reader.db, sequence, signer),
    files: { ...filesOver(reader.db, signer), rotation: (n) => rotationNumber(reader.db, n, signer.latest()?.size ?? 0) },
    projections: projectionsOver(reader.db, opened.statements.said),
    keys,
    cosignatures: cosignaturesOver(reader.db, writer, sequence),
    past: pastTrees(reader.db, signer, opened.statements),
    logins: loginsOver(reader.db, writer, sequence, clock),
    get origin() {
      return signer.key()?.name ?? null;
    },
    get logVerifierKey() {
      return vkeyOf(signer);
    },
    rebuild: () => settled(rebuild()),
    audit: async (progress) => audit(await sequence.alone(async () => snapshot(join(dir, DATABASE_FILE), signer.key())), progress),
    holds: (checkpoint) => sequence.alone(async () => holds(writer.db, await everyKey(writer.db, signer.key()), checkpoint, signer.latest()?.size ?? 0)),
    rotateLogKey: (next) => rotate(sequence, signer, keys.log, next),
    close: async () => {
      await sequence.stop();
      letGo();
    },
  };
}

function held(open: Lock[], connection: Connection): Connection {
  open.push({ release: () => connection.close() });
  return connection;
}
