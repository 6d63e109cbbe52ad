/** The port `Ledger`: appends through the sequencer, reads what is committed and signed. */
import { utf8 } from '../../core/base/bytes.ts';
import { fill, inclusionPlan, leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import { formatNote } from '../../core/log/note.ts';
import { formatProof } from '../../core/log/proof.ts';
import { formatSnapshot } from '../../core/signoff/snapshot.ts';
import type { Ledger } from '../../flows/ports.ts';
import { readBodies, readBody } from '../envelopes/envelopes.ts';
import type { Database } from '../schema.ts';
import { provenOver } from './proven.ts';
import type { Publisher } from './publisher.ts';
import { appended, readEntries } from './read.ts';
import type { Sequencer } from './sequencer.ts';
import { readNodes } from './tiles.ts';

export function ledgerOver(reader: Database, sequencer: Sequencer, publisher: Publisher): Ledger {
  return {
    append: (plan) => sequencer.append(plan),
    checkpoint: async () => {
      const latest = publisher.latest();
      if (latest === undefined) throw new Error('a log without genesis has no checkpoint');
      return latest.note;
    },
    snapshot: async (at, statements) => {
      const { key, signer } = publisher.signer();
      const text = formatSnapshot({ origin: key.name, size: publisher.latest()?.size ?? 0, at, statements });
      const note = formatNote(text, [{ name: key.name, id: key.id, signature: await signer.sign(utf8(text)) }]);
      if (!note.ok) throw new Error(note.error.message);
      return note.value;
    },
    proof: async (index) => {
      const latest = publisher.latest();
      const plan = latest && inclusionPlan(index, latest.size);
      if (latest === undefined || plan === undefined) return null;
      const [entry] = await readEntries(reader, index, index + 1);
      const hashes = fill(plan, await readNodes(reader, plan.nodes, latest.size));
      const shown = hashes !== undefined && entry !== undefined && verifyInclusion(leafHash(entry.bytes), index, latest.size, hashes, latest.root);
      if (!shown) throw new Error(`what the folder holds does not prove entry ${index}; run the audit`);
      return formatProof({ index, hashes, checkpoint: latest.note });
    },
    entries: async (from, count) => {
      const size = publisher.latest()?.size ?? 0;
      return (await readEntries(reader, from, Math.min(from + count, size))).map(appended);
    },
    proven: provenOver(reader, publisher.latest),
    body: (sha256, index) => readBody(reader, sha256, index),
    bodies: (asked) => readBodies(reader, asked),
  };
}
