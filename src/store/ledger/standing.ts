/**
 * Where the log stands, for a process that appends to it: the right edge of the tree, and the statements that decide. Alone with its
 * database it knows both by heart. Beside other servers it catches up: every entry they appended is read as a start reads it, by its
 * bytes, its leaf hash and the tiles it filled; all of them together have to be the tree that the last of these servers signed in the
 * transaction that left it; and the checkpoint they signed has to have its root.
 */
import { root } from '../../core/log/merkle.ts';
import type { Shared, Writer } from '../connection.ts';
import { answerer } from '../insert.ts';
import type { Database, Reading, Writing } from '../schema.ts';
import { growth, type Head, headAt } from './head.ts';
import type { Publisher, StoredCheckpoint } from './publisher.ts';
import type { Opened } from './recover.ts';
import { refused, reread } from './reread.ts';
import { type Found, nothingFound, type Statements } from './statements.ts';

export interface Standing {
  readonly statements: Statements;
  /** Inside a transaction that has the turn. @param others as the writer says. Throws `Refused` where the database is not where it was left, and nobody else may write in it. */
  now(db: Writing, others: boolean): Promise<Head>;
  /** After the commit. */
  left(head: Head, found: Found): Promise<void>;
  /** Outside of any: what is committed and signed now is known when it resolves. Throws as `now`. */
  follow(): Promise<void>;
}

const lastEntry = answerer((db) => db.selectFrom('entries').select('idx').orderBy('idx', 'desc').limit(1));

export function standing(writer: Writer, publisher: Publisher, opened: Opened): Standing {
  return writer.shared ? besideOthers(writer.db, writer.shared, publisher, opened) : alone(opened);
}

function alone({ head, statements }: Opened): Standing {
  let known = head;
  return {
    statements,
    now: async (db) => {
      const size = await sizeOf(db);
      if (size !== known.tree.size) throw refused(`the database holds ${size} entries, and this process left ${known.tree.size} there: somebody else writes in it`);
      return known;
    },
    left: async (now, found) => {
      known = now;
      statements.add(found);
    },
    follow: async () => undefined,
  };
}

function besideOthers(database: Database, shared: Shared, publisher: Publisher, { head, statements }: Opened): Standing {
  let known = head;
  /** What was last found in the turn, and of how many entries it was. */
  let heard = { size: 0, note: '' };
  // One at a time: whoever reads follows too, while a group is being appended.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  const caughtUp = async (db: Reading): Promise<Head> => {
    const { size, note, checkpoint: last } = await shared.left(db);
    if (size < known.tree.size) throw refused(`the database holds ${size} entries, and this process has seen ${known.tree.size}: it is an older copy`);
    const log = growth(known);
    const found = size > known.tree.size ? await reread(db, log, size, []) : nothingFound();
    if (found.deciding.some((d) => d.type === 'log-key') || (size > 0 && publisher.key() === undefined)) await publisher.start();
    if (last !== undefined && last.size > (publisher.latest()?.size ?? 0)) publisher.adopt(last, await rootAt(db, log.head(), last));
    if (size !== heard.size || note !== heard.note) publisher.vouched(note, log.tree);
    heard = { size, note };
    if (size > known.tree.size) [known] = [log.head(), statements.add(found)];
    return known;
  };
  let next: Promise<unknown> | undefined;
  const follow = async (): Promise<void> => {
    // Whoever asks while one waits to begin is served by that one.
    next ??= inTurn(() => {
      next = undefined;
      return caughtUp(database);
    });
    await next;
  };
  return {
    statements,
    // Nobody had a turn since: what this process left is what is there.
    now: (db, others) => (others ? inTurn(() => caughtUp(db)) : inTurn(async () => known)),
    left: (now, found) =>
      inTurn(async () => {
        // Somebody who read meanwhile may have found it already.
        if (now.tree.size <= known.tree.size) return;
        known = now;
        statements.add(found);
      }),
    follow,
  };
}

async function sizeOf(db: Reading): Promise<number> {
  const [last] = await lastEntry(db);
  return (last?.idx ?? -1) + 1;
}

async function rootAt(db: Reading, { tree }: Head, { size }: StoredCheckpoint): Promise<Uint8Array> {
  return size === tree.size ? root(tree) : root((await headAt(db, size)).tree);
}
