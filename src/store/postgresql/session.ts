/**
 * The one connection by which a server appends. What only writes is sent and not waited for, one statement behind the other, and the
 * commit behind them all: a transaction costs two journeys, however much it says. Where one of them failed, the commit is a rollback
 * and says why.
 */
import pg from 'pg';
import { sendLater } from '../insert.ts';
import type { Database } from '../schema.ts';
import { speaking, spelled, takingTurns } from './connection.ts';

export interface Session {
  readonly db: Database;
  /** Nothing can be asked by it any more. */
  lost(): boolean;
  end(): Promise<void>;
}

/** Rows of one statement: each has up to 13 values, and a statement 65,535. */
const MOST = 1_000;

/** Rejects with what `pg` rejects with. */
export async function openSession(url: string): Promise<Session> {
  const client = new pg.Client({ ...takingTurns(url), pipeline: true });
  let lost = false;
  for (const end of ['error', 'end'] as const)
    client.on(end, () => {
      lost = true;
    });
  await client.connect();
  let failed: unknown;
  const later = (sql: string, values?: readonly unknown[]): void => {
    client.query(spelled(sql, values ?? [])).catch((cause) => {
      failed ??= cause;
    });
  };
  const query = async (sql: string, values: readonly unknown[]): Promise<unknown> => {
    // It begins with what is asked next.
    if (sql.startsWith('start transaction')) {
      failed = undefined;
      return later(sql) ?? NOTHING;
    }
    const answer = await client.query(spelled(sql, values)).catch((cause) => {
      // Of a transaction that has failed, what made it fail is the news.
      throw failed ?? cause;
    });
    if (sql === 'commit' && answer.command === 'ROLLBACK') throw failed ?? new Error('the database rolled back what was to be committed');
    return answer;
  };
  const db = speaking({ connect: async () => ({ query, release: () => undefined }) as never, end: async () => undefined, options: {} });
  sendLater(db, MOST, later);
  return { db, lost: () => lost, end: () => client.end().catch(() => undefined) };
}

const NOTHING = { command: 'BEGIN', rowCount: 0, rows: [] };
