/**
 * The store: the ledger, the bodies and the projections in one database. Embedded that is `countersign.db` in a folder, for one process;
 * or it is a PostgreSQL that several servers share. Either way the server has a folder of its own: `keys/` holds the installation's
 * secrets, `log.seen` what this server last answered under, and `lock.db` keeps a second process out of it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Ledger, Projections } from '../flows/ports.ts';
import type { ForgeInbox, ForgeShelf } from '../flows/ports-forge.ts';
import type { Jobs } from '../flows/ports-jobs.ts';
import type { LogFiles, LogSigner } from '../flows/ports-log.ts';
import type { Logins } from '../flows/ports-login.ts';
import type { Announcements, Subscriptions } from '../flows/ports-webhooks.ts';
import type { Cosignatures, PastTrees } from '../flows/ports-witness.ts';
import type { Engine } from './connection.ts';
import { inboxOver, shelfOver } from './forges/forges.ts';
import { jobsOver } from './jobs/jobs.ts';
import { type Keys, openKeys } from './keys/keys.ts';
import { after } from './ledger/after.ts';
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
import { lock } from './lock.ts';
import { loginsOver } from './login/logins.ts';
import { DATABASE_FILE, ownFolder, twoLogs } from './place.ts';
import { projectionsOver } from './projections/questions.ts';
import { replay } from './projections/rebuild.ts';
import { orRefuse, settled } from './refused.ts';
import { isOwn } from './sqlite/database.ts';
import { openSqlite } from './sqlite/open.ts';
import { announcementsOver, subscriptionsOver } from './webhooks/webhooks.ts';

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
  /** Work for later. No projection of the log. */
  readonly jobs: Jobs;
  /** Who is told of what is appended. No projection of the log. */
  readonly subscriptions: Subscriptions;
  readonly announcements: Announcements;
  /** What forges said, and what is remembered of their things. No projection of the log. */
  readonly forges: { readonly inbox: ForgeInbox; readonly shelf: ForgeShelf };
  /** The log's name, set by genesis; null before it. */
  readonly origin: string | null;
  /** vkey to verify checkpoints with; null before genesis. */
  readonly logVerifierKey: string | null;
  /** Deletes the projections and replays the log. Problems: DATA_INVALID, and the old projections stay. @param progress told the size replayed so far. */
  rebuild(progress?: (size: number) => void): Promise<Result<void>>;
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
  /** Whether this throw says that the database is away or busy for now. */
  away(cause: unknown): boolean;
  /** Why nothing would be appended now; null where nothing is known against it. Throws what the database throws. */
  hindered(): Promise<string | null>;
  /** Whether the log still is what this checkpoint said. Problems: LOG_FORK where it is shorter or another, LOG_SIG where it never said so. */
  holds(checkpoint: string): Promise<Result<void>>;
  /** Waits for appends under way, then lets the folder go. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Made when absent. */
  readonly dir: string;
  /**
   * URL of a PostgreSQL of 15 or newer, with a database of its own; absent: `countersign.db` in the folder. Every server of one log
   * has the log's key, in its folder or from a signer: whoever has another is refused.
   */
  readonly database?: string | undefined;
  /** Milliseconds since 1970. Entries are never stamped before the one they follow, whatever it says. */
  clock(): number;
  /** Keys of the log that are no files: a key service. A new log begins with the first. After a rotation the new one; until its checkpoint is signed, both. */
  readonly signers?: readonly LogSigner[];
  /** Checkpoints of this log that somebody else kept, a witness or an anchor: one that the folder does not hold keeps it closed. */
  readonly known?: Known;
}

export { DATABASE_FILE };

/** Problems: DATA_LOCKED, DATA_INVALID. A new folder opens too: its first append must be the genesis entry. */
export async function openStore(options: StoreOptions): Promise<Result<Store>> {
  const { dir } = options;
  const open: Held[] = [];
  const letGo = async (): Promise<void> => {
    for (const held of open.splice(0).reverse()) await held.release();
  };
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const shared = ownFolder(dir);
    if (shared !== null) return err(shared);
    const two = twoLogs(options);
    if (two !== null) return err(two);
    const locked = lock(dir);
    if (!locked.ok) return locked;
    open.push(locked.value);
    const store = await settled(assemble(options, open, letGo));
    if (!store.ok) await letGo();
    return store.ok ? store : err(inFolder(dir, store.error));
  } catch (cause) {
    await letGo();
    return err(
      problem('DATA_INVALID', `${dir} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`, {
        place: isOwn(cause) || cause instanceof TypeError ? 'database' : dir,
        remedy: UNUSABLE,
      }),
    );
  }
}

/** Whichever of the two the place is, the other is named too. */
const inFolder = (dir: string, error: Problem): Problem => ({
  ...{ place: dir, remedy: UNUSABLE, ...error },
  message: error.place === undefined || error.place.startsWith(dir) ? error.message : `${error.message} (in ${dir})`,
});

interface Held {
  release(): void | Promise<void>;
}

const UNUSABLE = 'put the folder back from a backup, or choose another; nothing in it was changed';

async function assemble({ dir, database, clock, signers = [], known = [] }: StoreOptions, open: Held[], letGo: () => Promise<void>): Promise<Store> {
  const engine = await opened(dir, database);
  open.push({ release: engine.close });
  const { writer, reader } = engine;
  const fresh = await engine.prepare();
  const keys = orRefuse(openKeys(join(dir, 'keys'), fresh, signers));
  const beside = besideIn(dir);
  const found = beside.seen.read();
  open.push({ release: beside.seen.close });
  const signer = publisher(writer, keys.log, beside.seen.write);
  const recovered = await recover(writer, signer, known, beside);
  const { statements } = recovered;
  const sequence = sequencer(writer, signer, clock, recovered, beside);
  const rebuild = (progress?: (size: number) => void): Promise<void> => sequence.alone(() => writer.rewrite((db) => replay(db, progress)));
  /** Of a log that others append to as well, an answer begins with what they did. */
  const current = <T extends object>(port: T): T => (writer.shared ? after(sequence.follow, port) : port);
  const { append, ...asked } = ledgerOver(reader, sequence, signer);
  const projections = projectionsOver(reader, statements);
  const { memory } = projections;
  return {
    ledger: { ...current(asked), append },
    files: current(filesOver(reader, signer)),
    projections: {
      ...projections,
      ...current({ authority: projections.authority }),
      memory: { ...memory, ...current({ signed: memory.signed, signedAfter: memory.signedAfter, violations: memory.violations }) },
    },
    keys,
    cosignatures: cosignaturesOver(reader, writer, sequence),
    past: current(pastTrees(reader, signer, statements)),
    logins: loginsOver(reader, writer, sequence, clock),
    jobs: jobsOver(reader, writer, sequence, clock),
    subscriptions: subscriptionsOver(reader, writer, sequence),
    announcements: announcementsOver(reader, writer, sequence, clock),
    forges: { inbox: inboxOver(reader, writer, sequence, clock), shelf: shelfOver(reader, writer, sequence) },
    get origin() {
      return signer.key()?.name ?? null;
    },
    get logVerifierKey() {
      return vkeyOf(signer);
    },
    rebuild: (progress) => settled(rebuild(progress)),
    audit: async (progress) => {
      const taken = sequence.alone(async () => {
        // What was seen first: of a log that others append to, what is read after it holds all of that.
        const notes = new Set([...found, ...beside.seen.read()]);
        const reader = await engine.inspect();
        await sequence.follow();
        return snapshot(reader, signer.key(), notes);
      });
      return audit(await taken, progress);
    },
    away: writer.away,
    hindered: writer.hindered,
    holds: (checkpoint) =>
      sequence.alone(() => sequence.follow().then(async () => holds(writer.db, await everyKey(writer.db, signer.key()), checkpoint, signer.latest()?.size ?? 0))),
    rotateLogKey: (next) => rotate(sequence, signer, keys.log, next),
    close: async () => {
      await sequence.stop();
      await letGo();
    },
  };
}

async function opened(dir: string, database: string | undefined): Promise<Engine> {
  if (database === undefined) return openSqlite(join(dir, DATABASE_FILE));
  const { openPostgresql } = await import('./postgresql/open.ts');
  return openPostgresql(database);
}
