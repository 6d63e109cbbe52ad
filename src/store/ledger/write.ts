/** One append: first everything is worked out without touching a table, then everything is written. */
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { formatEntry } from '../../core/log/entry.ts';
import { EMPTY_TREE, edgeNodes, grow, leafHash, type StoredNode, type Tree } from '../../core/log/merkle.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { keepBody } from '../envelopes/envelopes.ts';
import { apply } from '../projections/apply.ts';
import type { Effect } from '../projections/effects.ts';
import { project } from '../projections/project.ts';
import type { EntryTable, Reading, Writing } from '../schema.ts';
import { readNodes } from './read.ts';

/** Where the log stands: what the next entry grows on, and the time it may not be before. */
export interface Head {
  readonly tree: Tree;
  readonly at: number;
}

interface Prepared {
  readonly row: EntryTable;
  readonly body: Uint8Array;
  readonly nodes: readonly StoredNode[];
  readonly effects: readonly Effect[];
}

/** Throws when the tables do not fit together: a broken folder, found by `recover` on the next start. */
export async function readHead(db: Reading): Promise<Head> {
  const last = await db.selectFrom('entries').select(['idx', 'at']).orderBy('idx', 'desc').limit(1).executeTakeFirst();
  if (last === undefined) return { tree: EMPTY_TREE, at: 0 };
  const size = last.idx + 1;
  const edge = (await readNodes(db, edgeNodes(size))).filter((h) => h !== undefined);
  if (edge.length !== edgeNodes(size).length) throw new Error(`node hashes of the log of size ${size} are missing`);
  return { tree: { size, edge }, at: last.at };
}

/** Appends the drafts or, with a Problem, leaves nothing behind. All drafts of one append carry one time. */
export async function appendDrafts(
  db: Writing,
  head: Head,
  drafts: readonly EntryDraft[],
  now: number,
): Promise<Result<{ readonly head: Head; readonly rows: readonly EntryTable[] }>> {
  const at = Math.max(head.at, Math.trunc(now));
  const prepared: Prepared[] = [];
  let { tree } = head;
  for (const draft of drafts) {
    const next = prepare(tree, draft, at);
    if (!next.ok) return next;
    prepared.push(next.value);
    tree = grow(tree, leafHash(next.value.row.bytes)).tree;
  }
  for (const entry of prepared) await write(db, entry);
  return ok({ head: drafts.length === 0 ? head : { tree, at }, rows: prepared.map((p) => p.row) });
}

function prepare(tree: Tree, { type, fields, body }: EntryDraft, at: number): Result<Prepared> {
  const entry = { type, at, envelope: sha256Hex(body), fields };
  const bytes = formatEntry(entry);
  if (!bytes.ok) return err(problem('DATA_INVALID', `the entry cannot be written: ${bytes.error.message}`, { place: `entry ${tree.size} (${type})` }));
  const effects = project({ ...entry, index: tree.size, body });
  if (!effects.ok) return effects;
  const row = { idx: tree.size, type, at, body: entry.envelope, bytes: bytes.value };
  return ok({ row, body, nodes: grow(tree, leafHash(bytes.value)).completed, effects: effects.value });
}

async function write(db: Writing, { row, body, nodes, effects }: Prepared): Promise<void> {
  await db.insertInto('entries').values(row).execute();
  await db
    .insertInto('nodes')
    .values(nodes.map(({ level, index, hash }) => ({ level, pos: index, hash })))
    .execute();
  await keepBody(db, body);
  for (const effect of effects) await apply(db, effect);
}
