/** A database file that is filled beside its place, and takes it when all of it is right and on the disk: nothing half-filled is ever opened. */
import { existsSync, fsyncSync, rmSync } from 'node:fs';
import { problem } from '../../core/base/result.ts';
import type { Fill, Filling } from '../connection.ts';
import { opened, renameDurably } from '../disk.ts';
import { prepareSchema } from '../migrate.ts';
import { Refused } from '../refused.ts';
import { connectToFill } from './database.ts';

/** @param file where the database is to be. */
export const fillSqlite =
  (file: string): Fill =>
  async (work) => {
    if (existsSync(file))
      throw new Refused(problem('DATA_INVALID', 'the folder holds a log already', { place: file, remedy: 'choose an empty folder, or move this file away first' }));
    const half = `${file}.new`;
    remove(half);
    try {
      const answer = await filled(half, work);
      opened(half, 'r', fsyncSync);
      renameDurably(half, file);
      return answer;
    } finally {
      remove(half);
    }
  };

async function filled<T>(file: string, work: (into: Filling) => Promise<T>): Promise<T> {
  const writer = connectToFill(file);
  try {
    await prepareSchema(writer);
    const rows = async function* <Row>(sql: string): AsyncGenerator<Row> {
      yield* writer.read<Row>(sql);
    };
    return await writer.db.transaction().execute((db) => work({ db, rows, counted: async () => undefined }));
  } finally {
    writer.close();
  }
}

/** Of an earlier try too, that was ended in the middle. */
function remove(half: string): void {
  for (const name of [half, `${half}-journal`, `${half}-wal`, `${half}-shm`]) rmSync(name, { force: true });
}
