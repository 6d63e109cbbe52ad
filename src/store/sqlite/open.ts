/** The embedded engine: one file, one process. */
import type { Engine } from '../connection.ts';
import { prepareSchema } from '../migrate.ts';
import { connect, inspected } from './database.ts';
import { moveFromFirst } from './migrate-first.ts';

/** Throws when the file is no database or cannot be opened. */
export function openSqlite(file: string): Engine {
  const writer = connect(file);
  const reader = connect(file);
  reader.exec('pragma query_only = on');
  return {
    writer,
    reader: reader.db,
    prepare: (seen) => prepareSchema(writer, (db) => moveFromFirst(writer, db), seen),
    inspect: async () => inspected(file),
    close: async () => {
      reader.close();
      writer.close();
    },
  };
}
