/**
 * Fills a log with copies of changes. Rows go in by `copy`, past the sequencer; all else is as it would be. The tree is grown leaf by leaf
 * and its tiles are kept, the checkpoint over it is signed with the log's own key, and what was read of it is written down beside the
 * database as the store itself does now and then, for otherwise an opening would read all of it. So the store opens it, proves any entry of
 * it, and at a size where one can wait for an audit that finds nothing (`main.ts --audit`).
 */
import { join } from 'node:path';
import type pg from 'pg';
import { parseEntry } from '../../src/core/log/entry.ts';
import { openKeys } from '../../src/store/keys/keys.ts';
import { besideIn } from '../../src/store/ledger/beside.ts';
import { EMPTY_HEAD, growth } from '../../src/store/ledger/head.ts';
import { publisher } from '../../src/store/ledger/publisher.ts';
import { reread } from '../../src/store/ledger/reread.ts';
import { statements } from '../../src/store/ledger/statements.ts';
import { inPostgresql } from '../../src/store/postgresql/ddl.ts';
import { openPostgresql } from '../../src/store/postgresql/open.ts';
import { LEDGER_DDL, PROJECTIONS_DDL, type TileTable } from '../../src/store/schema.ts';
import { copyIn } from './copy-in.ts';
import type { Copy, Template } from './template.ts';

export interface Filling {
  readonly client: pg.Client;
  readonly database: string;
  /** The folder of a store that is closed. */
  readonly data: string;
  /** Which change comes next, until there is none. */
  next(n: number): { readonly template: Template; readonly repo: string; readonly path: string } | undefined;
  progress(changes: number, entries: number): void;
}

/** Changes of one `copy`. */
const BATCH = 400;

/** Milliseconds from the last entry of a change to the first of the next: a million of them take most of a year. */
const SPACING = 1_000;

export async function fill({ client, database, data, next, progress }: Filling): Promise<{ readonly entries: number; readonly at: number }> {
  const engine = openPostgresql(database);
  try {
    const { db } = engine.writer;
    const size = Number((await client.query('select count(*) as n from entries')).rows[0].n);
    const log = growth(EMPTY_HEAD);
    const found = await reread(db, log, size, []);
    await client.query('set synchronous_commit = off');
    await dropIndexes(client);
    let at = size;
    for (let n = 0, more = true; more; ) {
      const rows = new Map<string, { columns: readonly string[]; lines: string[] }>();
      const tiles: TileTable[] = [];
      for (let b = 0; b < BATCH; b++, n++) {
        const change = next(n);
        if (change === undefined) {
          more = false;
          break;
        }
        const copy = change.template.copy(at, log.at + SPACING, change);
        at += copy.entries.length;
        for (const entry of copy.entries) tiles.push(...log.add(entry.leaf, entry.at));
        keepSigned(found, copy);
        for (const [table, lines] of copy.rows) {
          const columns = change.template.columns.get(table) ?? [];
          const into = rows.get(table) ?? { columns, lines: [] };
          rows.set(table, into);
          into.lines.push(...lines);
        }
      }
      await client.query('begin');
      for (const [table, { columns, lines }] of rows) await copyIn(client, table, columns, lines);
      await copyIn(
        client,
        'tiles',
        ['level', 'pos', 'root', 'hashes'],
        tiles.map((t) => `${t.level}\t${t.pos}\t${hexed(t.root)}\t${hexed(t.hashes)}`),
      );
      await client.query('commit');
      progress(n, at);
    }
    for (const statement of [...LEDGER_DDL, ...PROJECTIONS_DDL]) await client.query(inPostgresql(statement));
    await client.query('vacuum analyze');
    const keys = openKeys(join(data, 'keys'), false, []);
    if (!keys.ok) throw new Error(keys.error.message);
    const beside = besideIn(data);
    const signer = publisher(engine.writer, keys.value.log, beside.seen.write);
    await signer.start();
    await engine.writer.append(async (all) => engine.writer.shared?.leave(all, await signer.leaving(all, log.head().tree)));
    await signer.publish(log.head().tree);
    await beside.grew({ head: log.head(), statements: statements(found) }, signer);
    beside.seen.close();
    return { entries: at, at: log.at };
  } finally {
    await engine.close();
  }
}

const hexed = (bytes: Uint8Array): string => `\\\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;

/** As a database is restored: they are made again over all the rows. */
async function dropIndexes(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`select indexname from pg_indexes where schemaname = current_schema() and indexname like '%\\_by\\_%'`);
  for (const { indexname } of rows) await client.query(`drop index ${indexname}`);
}

function keepSigned({ signed }: Awaited<ReturnType<typeof reread>>, { rows }: Copy): void {
  for (const line of rows.get('entries') ?? []) {
    const [index, type, , , , bytes = ''] = line.split('\t');
    const entry = type === 'signoff' ? parseEntry(new Uint8Array(Buffer.from(bytes.slice(3), 'hex'))) : undefined;
    if (entry?.ok) signed.add(entry.value, Number(index));
  }
}
