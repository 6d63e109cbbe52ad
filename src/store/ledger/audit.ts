/**
 * The audit: everything the folder says is recomputed from the entries, which are the truth. Whatever the database holds
 * without an entry behind it is a problem, and so is whatever an entry names and the database lacks. Problems: DATA_INVALID.
 */
import { base64, equal, hex } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { type Problem, problem } from '../../core/base/result.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { type Entry, parseEntry } from '../../core/log/entry.ts';
import { EMPTY_TREE, grow, leafHash, root, type StoredNode, type Tree } from '../../core/log/merkle.ts';
import type { NoteKey } from '../../core/log/note.ts';
import { stale } from '../projections/rebuild.ts';
import { Refused } from '../refused.ts';
import type { Database, EntryTable, Reading } from '../schema.ts';
import { allEntries } from './read.ts';

export async function audit(db: Database, key: NoteKey | undefined): Promise<readonly Problem[]> {
  const roots = new Map<number, string>([[0, base64(root(EMPTY_TREE))]]);
  return [...(await auditEntries(db, roots)), ...(await auditBodies(db)), ...(await auditCheckpoints(db, key, roots)), ...(await auditProjections(db))];
}

/** Entries and node hashes; fills `roots` with the root at every size. */
async function auditEntries(db: Reading, roots: Map<number, string>): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  let tree: Tree = EMPTY_TREE;
  let before = 0;
  let nodes = 0;
  for await (const row of allEntries(db)) {
    const grown = grow(tree, leafHash(row.bytes));
    found.push(...entryProblems(row, tree.size, before), ...(await nodeProblems(db, grown.completed)));
    nodes += grown.completed.length;
    tree = grown.tree;
    before = row.at;
    roots.set(tree.size, base64(root(tree)));
  }
  const stored = await db
    .selectFrom('nodes')
    .select((e) => e.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(stored.n) === nodes ? found : [...found, bad('nodes', `${stored.n} node hashes are stored; the entries have ${nodes}`)];
}

function entryProblems(row: EntryTable, index: number, before: number): readonly Problem[] {
  const place = `entry ${row.idx}`;
  const parsed = parseEntry(row.bytes);
  const spelled = parsed.ok ? columnProblems(parsed.value, row, place) : [bad(place, parsed.error.message)];
  return [
    ...(row.idx === index ? [] : [bad(place, `stands where entry ${index} belongs`)]),
    ...(row.at >= before ? [] : [bad(place, 'is older than the entry before it')]),
    ...spelled,
  ];
}

function columnProblems(entry: Entry, row: EntryTable, place: string): readonly Problem[] {
  const same = entry.envelope === row.body && entry.at === row.at && entry.type === row.type;
  return same ? [] : [bad(place, 'the columns beside the entry say something else than its bytes')];
}

async function nodeProblems(db: Reading, nodes: readonly StoredNode[]): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  for (const { level, index, hash } of nodes) {
    const row = await db.selectFrom('nodes').select('hash').where('level', '=', level).where('pos', '=', index).executeTakeFirst();
    if (row === undefined || !equal(row.hash, hash)) found.push(bad(`node ${level}/${index}`, `the stored hash is not ${hex(hash)}`));
  }
  return found;
}

async function auditBodies(db: Reading): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  const named = new Set<string>();
  for await (const row of allEntries(db)) {
    if (named.has(row.body)) continue;
    named.add(row.body);
    const body = await db.selectFrom('bodies').select('bytes').where('sha256', '=', row.body).executeTakeFirst();
    if (body === undefined) found.push(bad(`entry ${row.idx}`, 'its body is missing'));
    else if (sha256Hex(body.bytes) !== row.body) found.push(bad(`entry ${row.idx}`, 'its body does not have the digest it is stored under'));
  }
  const stored = await db.selectFrom('bodies').select('sha256').execute();
  return [...found, ...stored.filter((b) => !named.has(b.sha256)).map((b) => bad(`body ${b.sha256}`, 'no entry names it'))];
}

async function auditCheckpoints(db: Reading, key: NoteKey | undefined, roots: ReadonlyMap<number, string>): Promise<readonly Problem[]> {
  const rows = await db.selectFrom('checkpoints').selectAll().orderBy('size').execute();
  return rows.flatMap(({ size, note }) => {
    const place = `checkpoint ${size}`;
    const opened = openCheckpoint(note, key === undefined ? [] : [key]);
    if (!opened.ok) return [bad(place, opened.error.message)];
    const agrees = opened.value.size === size && roots.get(size) === base64(opened.value.root);
    return agrees ? [] : [bad(place, 'the entries do not have this root')];
  });
}

async function auditProjections(db: Database): Promise<readonly Problem[]> {
  try {
    return (await stale(db)).map((table) => bad(`projection ${table}`, 'holds other rows than a replay of the log gives'));
  } catch (cause) {
    if (cause instanceof Refused) return [cause.problem];
    throw cause;
  }
}

const bad = (place: string, message: string): Problem => problem('DATA_INVALID', message, { place });
