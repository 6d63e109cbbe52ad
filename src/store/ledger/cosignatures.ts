/** The port `Cosignatures`: kept beside the entries, written between appends and never in one. */
import type { Cosignatures } from '../../flows/ports-witness.ts';
import type { Writer } from '../connection.ts';
import { inserter } from '../insert.ts';
import type { Database } from '../schema.ts';
import type { Sequencer } from './sequencer.ts';

const insert = inserter('cosignatures', ['size', 'witness', 'line'], (q) => q.onConflict((c) => c.doNothing()));

export function cosignaturesOver(reader: Database, writer: Writer, sequencer: Sequencer): Cosignatures {
  return {
    keep: (kept) =>
      // Lost in a power cut, it is asked for again.
      sequencer.alone(() => writer.lightly((db) => insert(db, [kept]))),
    at: (size) => reader.selectFrom('cosignatures').selectAll().where('size', '=', size).orderBy('witness').execute(),
    sizes: async (before, limit) => {
      const rows = await reader.selectFrom('cosignatures').select('size').distinct().where('size', '<', before).orderBy('size', 'desc').limit(limit).execute();
      return rows.map((row) => row.size);
    },
    last: async (witness) => (await reader.selectFrom('cosignatures').select('size').where('witness', '=', witness).orderBy('size', 'desc').limit(1).executeTakeFirst())?.size ?? 0,
  };
}
