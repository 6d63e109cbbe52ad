/** The port `Cosignatures`: kept beside the entries, written between appends and never in one. */
import type { Cosignatures } from '../../flows/ports-witness.ts';
import type { Connection } from '../database.ts';
import { inserter } from '../insert.ts';
import type { Database } from '../schema.ts';
import type { Sequencer } from './sequencer.ts';

const insert = inserter('cosignatures', ['size', 'witness', 'line'], (q) => q.onConflict((c) => c.doNothing()));

export function cosignaturesOver(reader: Database, writer: Connection, sequencer: Sequencer): Cosignatures {
  return {
    keep: (kept) =>
      sequencer.alone(async () => {
        // Lost in a power cut, it is asked for again: no append waits for a sync of it.
        writer.exec('pragma synchronous = normal');
        try {
          await writer.db.transaction().execute((db) => insert(db, [kept]));
        } finally {
          writer.exec('pragma synchronous = full');
        }
      }),
    at: (size) => reader.selectFrom('cosignatures').selectAll().where('size', '=', size).orderBy('witness').execute(),
    sizes: async (before, limit) => {
      const rows = await reader.selectFrom('cosignatures').select('size').distinct().where('size', '<', before).orderBy('size', 'desc').limit(limit).execute();
      return rows.map((row) => row.size);
    },
    last: async (witness) => (await reader.selectFrom('cosignatures').select('size').where('witness', '=', witness).orderBy('size', 'desc').limit(1).executeTakeFirst())?.size ?? 0,
  };
}
