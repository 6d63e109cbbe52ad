/**
 * The whole store as one stream, of one state of it. It ends with the last checkpoint: what was appended behind it was answered to nobody.
 * Everything is worked out on the way, so that a copy that would not be taken back is never made.
 */
import { equal, utf8 } from '../../core/base/bytes.ts';
import { type Bytes, sha256Hex } from '../../core/base/crypto.ts';
import { problem } from '../../core/base/result.ts';
import { type Checkpoint, claimedCheckpoint } from '../../core/log/checkpoint.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { leafHash, root } from '../../core/log/merkle.ts';
import type { Inspected } from '../connection.ts';
import { readErased } from '../ledger/erased.ts';
import { EMPTY_HEAD, type Growth, growth } from '../ledger/head.ts';
import { type Erased, isErased } from '../ledger/heeded.ts';
import { Refused } from '../refused.ts';
import { type Head, writing } from './format.ts';

interface Row {
  readonly idx: number;
  readonly bytes: Bytes;
  readonly kept: Bytes | null;
}

interface Note {
  readonly size: number;
  readonly note: string;
}

interface Said {
  readonly size: number;
  readonly witness: string;
  readonly line: string;
}

/** Throws `Refused` with DATA_INVALID, naming the place, where what is kept is not what was signed. @param seen told how many entries are out. */
export async function* exported({ db, rows }: Pick<Inspected, 'db' | 'rows'>, head: Head, seen: (done: number) => void): AsyncGenerator<Bytes> {
  const [out, log, erased] = [writing(head), growth(EMPTY_HEAD), await readErased(db)];
  const notes = stepping(rows<Note>(`select size, note from checkpoints where size <= ${head.size} order by size`));
  const said = stepping(rows<Said>(`select size, witness, line from cosignatures where size <= ${head.size} order by size, witness`));
  yield out.begin;
  for await (const row of rows<Row>(
    `select e.idx as idx, e.bytes as bytes, b.bytes as kept from entries e left join bodies b on b.idx = e.idx where e.idx < ${head.size} order by e.idx`,
  )) {
    check(row, log, erased);
    out.part({ kind: 'entry', bytes: row.bytes });
    if (row.kept !== null) out.part({ kind: 'body', bytes: row.kept });
    for (const { note } of await notes.upTo(log.tree.size, (n) => signed(n, log))) out.part({ kind: 'checkpoint', bytes: utf8(note) });
    for (const { witness, line } of await said.upTo(log.tree.size, () => undefined)) out.part({ kind: 'cosignature', bytes: utf8(`${witness}\n${line}`) });
    if (!out.full()) continue;
    seen(log.tree.size);
    yield out.take();
  }
  if (log.tree.size !== head.size) throw broken(`entry ${log.tree.size}`, 'is missing');
  yield out.take();
  yield out.end();
}

/** The checkpoint an export ends with; undefined where nothing was signed yet. */
export const lastSigned = ({ db }: Pick<Inspected, 'db'>): Promise<Note | undefined> =>
  db.selectFrom('checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();

function check({ idx, bytes, kept }: Row, log: Growth, erased: Erased): void {
  if (idx !== log.tree.size) throw broken(`entry ${log.tree.size}`, 'is missing');
  const entry = parseEntry(bytes);
  if (!entry.ok) throw broken(`entry ${idx}`, entry.error.message);
  const { envelope } = entry.value;
  const gone = isErased(erased, { idx, body: envelope });
  if (kept === null && !gone) throw broken(`body ${envelope}`, `of entry ${idx} is missing, and no erasure that holds names it`);
  if (kept !== null && gone) throw broken(`body ${envelope}`, `of entry ${idx} is still here, though it was erased`);
  if (kept !== null && sha256Hex(kept) !== envelope) throw broken(`body ${envelope}`, `of entry ${idx} has another digest`);
  log.add(leafHash(bytes));
}

/** By whom is asked of the last one, before anything is written, and of all where they are taken back. */
function signed({ size, note }: Note, { tree }: Growth): void {
  const checkpoint = saidIn(note);
  if (size !== tree.size || checkpoint?.size !== size || !equal(checkpoint.root, root(tree))) throw broken(`checkpoint ${size}`, 'the entries do not have this root');
}

export function saidIn(note: string): Checkpoint | undefined {
  const checkpoint = claimedCheckpoint(note);
  return checkpoint.ok ? checkpoint.value : undefined;
}

const broken = (place: string, message: string): Refused =>
  new Refused(problem('DATA_INVALID', message, { place, remedy: 'countersign audit --full lists all that is wrong; copy what is there as it stands, it is evidence' }));

/** Rows of their own order, taken as far as another has come. */
function stepping<R extends { readonly size: number }>(rows: AsyncIterable<R>): { upTo(size: number, check: (row: R) => void): Promise<readonly R[]> } {
  const all = rows[Symbol.asyncIterator]();
  let next: IteratorResult<R> | undefined;
  return {
    upTo: async (size, check) => {
      next ??= await all.next();
      const taken: R[] = [];
      for (; next.done !== true && next.value.size <= size; next = await all.next()) {
        check(next.value);
        taken.push(next.value);
      }
      return taken;
    },
  };
}
