/** The port `PastTrees`: the log as it stood at sizes it had. What is read is checked before it leaves: a broken folder proves nothing wrong. */
import { claimedCheckpoint } from '../../core/log/checkpoint.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { consistencyPlan, fill, inclusionPlan, leafHash, type ProofPlan, root, verifyConsistency, verifyInclusion } from '../../core/log/merkle.ts';
import { formatProof } from '../../core/log/proof.ts';
import type { PastTrees } from '../../flows/ports-witness.ts';
import type { Database } from '../schema.ts';
import { headAt } from './head.ts';
import type { Publisher } from './publisher.ts';
import { readEntries } from './read.ts';
import { everyKey } from './rotations.ts';
import type { Statements } from './statements.ts';
import { readNodes } from './tiles.ts';

export function pastTrees(reader: Database, publisher: Publisher, statements: Statements): PastTrees {
  const within = (size: number): boolean => size <= (publisher.latest()?.size ?? 0);
  const rootAt = async (size: number): Promise<Uint8Array> => root((await headAt(reader, size)).tree);
  const filled = async (plan: ProofPlan | undefined, size: number): Promise<readonly Uint8Array[] | undefined> => plan && fill(plan, await readNodes(reader, plan.nodes, size));
  return {
    keys: () => everyKey(reader, publisher.key()),
    checkpoint: async (size) => (await reader.selectFrom('checkpoints').select('note').where('size', '=', size).executeTakeFirst())?.note ?? null,
    root: async (size) => (within(size) ? rootAt(size) : null),
    consistency: async (first, second) => {
      const plan = within(second) ? consistencyPlan(first, second) : undefined;
      if (plan === undefined) return null;
      const hashes = await filled(plan, second);
      if (hashes === undefined || !verifyConsistency(first, second, hashes, await rootAt(first), await rootAt(second)))
        throw new Error(`what the folder holds does not prove how ${first} entries became ${second}; run the audit`);
      return hashes;
    },
    proof: async (index, size, note) => {
      const plan = within(size) ? inclusionPlan(index, size) : undefined;
      if (plan === undefined) return null;
      const [entry] = await readEntries(reader, index, index + 1);
      const hashes = await filled(plan, size);
      const signed = rootOf(note);
      if (hashes === undefined || entry === undefined || signed === undefined || !verifyInclusion(leafHash(entry.bytes), index, size, hashes, signed))
        throw new Error(`what the folder holds does not prove entry ${index}; run the audit`);
      return formatProof({ index, hashes, checkpoint: note });
    },
    witnessPolicy: async () => {
      const said = statements.witnesses();
      const entry = said === undefined ? undefined : parseEntry(said);
      return entry?.ok === true && typeof entry.value.fields.policy === 'string' ? entry.value.fields.policy : null;
    },
  };
}

function rootOf(note: string): Uint8Array | undefined {
  const checkpoint = claimedCheckpoint(note);
  return checkpoint.ok ? checkpoint.value.root : undefined;
}
