/**
 * One change as the real code wrote it, to be written again under other names: its entries, their bodies, and the rows of every projection
 * that came of them. Entries of a copy hash to their leaves and name the digests of their own bodies; decisions, verdicts and statements
 * speak of the copy's content, place and time. What is not real of a copy: its signatures are over the statement of the change it was made
 * from and so do not verify, and git holds none of its commits.
 */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { base64, fromBase64, text, utf8 } from '../../src/core/base/bytes.ts';
import { sha256Hex } from '../../src/core/base/crypto.ts';
import { leafHash } from '../../src/core/log/merkle.ts';
import { PROJECTIONS } from '../../src/store/schema.ts';
import type { Proposed } from './changes.ts';
import { copied, type Named, type Render, template, type Values } from './text.ts';

type Row = { readonly [column: string]: unknown };

export interface Copy {
  readonly entries: readonly { readonly index: number; readonly leaf: Uint8Array; readonly at: number }[];
  /** Lines of `copy ... from stdin`, by table. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

export interface Template {
  readonly entries: number;
  /** Columns of each table that has rows, in the order of their lines. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  copy(from: number, at: number, where: { readonly repo: string; readonly path: string }): Copy;
}

/** Numbers of slots: six digests of the content, then these, a nonce for each signature, digests of bodies, places and times. */
const [PATH, REPO, NONCES] = [6, 7, 8];
const INDEXES = new Set(['idx', 'landed', 'landing']);
const TIMES = new Set(['at', 'created_at', 'updated_at', 'landed_at']);

interface Entry {
  readonly idx: number;
  readonly at: number;
  readonly type: string;
  readonly body: string;
  readonly bytes: string;
  readonly kept: string;
}

export async function templateOf(client: pg.Client, { id, path }: Proposed): Promise<Template> {
  const entries = await entriesOf(client, id);
  const places = entries.map((e) => e.idx);
  const change = (await client.query('select * from changes where id = $1', [id])).rows[0];
  const { headTree } = JSON.parse(change.decision).change;
  const nonces: string[] = (await client.query('select nonce from signoffs where change = $1 order by idx', [id])).rows.map((r) => r.nonce);
  const digestsFrom = NONCES + nonces.length;
  const placesFrom = digestsFrom + entries.length;
  const timesFrom = placesFrom + entries.length;
  const { head, base } = JSON.parse(change.decision).change;
  const names: Named[] = [
    ...[id, change.manifest, change.manifest256, head, headTree, base].map((name, slot) => ({ text: name, slot })),
    { text: path, slot: PATH },
    { text: '"infra"', slot: REPO },
    ...nonces.map((nonce, n) => ({ text: nonce, slot: NONCES + n })),
    ...entries.map((e, n) => ({ text: e.body, slot: digestsFrom + n })),
  ];
  const written = entries.map((e, n) => ({ body: bodyOf(e.kept, names), entry: entryOf(e, [...names, { text: instant(e.at), slot: timesFrom + n }]), type: e.type }));
  const tables = new Map<string, { readonly columns: readonly string[]; readonly lines: readonly Render[] }>();
  for (const table of PROJECTIONS.filter((t) => t !== 'keys')) {
    const rows = await rowsOf(client, table, places);
    if (rows[0] === undefined) continue;
    const columns = Object.keys(rows[0]);
    tables.set(table, { columns, lines: rows.map((row) => lineOf(row, columns, { names, entries, placesFrom, timesFrom })) });
  }
  const first = entries[0]?.at ?? 0;
  return {
    entries: entries.length,
    columns: new Map([['entries', ENTRY], ['bodies', BODY], ...[...tables].map(([table, { columns }]) => [table, columns] as const)]),
    copy: (from, at, where) => {
      const values: Values = [fresh(8), fresh(32), fresh(32), fresh(20), fresh(20), fresh(20), where.path, JSON.stringify(where.repo), ...nonces.map(() => fresh(16))];
      const [made, lines, bodies]: [{ index: number; leaf: Uint8Array; at: number }[], string[], string[]] = [[], [], []];
      entries.forEach((e, n) => {
        values[placesFrom + n] = from + n;
        values[timesFrom + n] = at + e.at - first;
      });
      written.forEach(({ body, entry, type }, n) => {
        const [bytes, time, index] = [utf8(body(values)), Number(values[timesFrom + n]), from + n];
        const digest = sha256Hex(bytes);
        values[digestsFrom + n] = digest;
        const leafBytes = utf8(entry(values, time));
        const leaf = leafHash(leafBytes);
        made.push({ index, leaf, at: time });
        lines.push(`${index}\t${type}\t${time}\t${digest}\t${hexed(leaf)}\t${hexed(leafBytes)}`);
        bodies.push(`${index}\t${hexed(bytes)}`);
      });
      const rows = [...tables].map(([table, t]) => [table, t.lines.map((line) => line(values))] as const);
      return { entries: made, rows: new Map([['entries', lines], ['bodies', bodies], ...rows]) };
    },
  };
}

const ENTRY = ['idx', 'type', 'at', 'body', 'leaf', 'bytes'];
const BODY = ['idx', 'bytes'];
const fresh = (bytes: number): string => randomBytes(bytes).toString('hex');
const hexed = (bytes: Uint8Array): string => `\\\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
const instant = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

async function entriesOf(client: pg.Client, id: string): Promise<readonly Entry[]> {
  const { rows } = await client.query(
    `select e.idx, e.at, e.type, e.body, convert_from(e.bytes, 'UTF8') as bytes, convert_from(b.bytes, 'UTF8') as kept from entries e join bodies b on b.idx = e.idx
     where convert_from(e.bytes, 'UTF8') like $1 order by e.idx`,
    [`%"change":"${id}"%`],
  );
  return rows.map((row) => ({ ...row, idx: Number(row.idx), at: Number(row.at) }));
}

async function rowsOf(client: pg.Client, table: string, places: readonly number[]): Promise<readonly Row[]> {
  const by = table === 'nonces' ? 'landing' : 'idx';
  return (await client.query(`select * from ${table} where ${by} = any($1::bigint[]) order by 1`, [places])).rows;
}

/** The time of an entry stands in it once, as its own. */
function entryOf(e: Entry, names: readonly Named[]): (values: Values, at: number) => string {
  const render = template(e.bytes, names);
  const slot = names.at(-1)?.slot ?? 0;
  return (values, at) => {
    const shown = [...values];
    shown[slot] = instant(at);
    return render(shown);
  };
}

/** Of an envelope the payload is written again, and the signatures are left. */
function bodyOf(kept: string, names: readonly Named[]): Render {
  const said: { readonly payload?: unknown } = JSON.parse(kept);
  if (typeof said.payload !== 'string') return template(kept, names);
  const payload = template(text(fromBase64(said.payload) ?? new Uint8Array(0)) ?? '', names);
  const [before = '', after = ''] = kept.split(said.payload);
  return (values) => before + base64(utf8(payload(values))) + after;
}

interface Places {
  readonly names: readonly Named[];
  readonly entries: readonly Entry[];
  readonly placesFrom: number;
  readonly timesFrom: number;
}

function lineOf(row: Row, columns: readonly string[], { names, entries, placesFrom, timesFrom }: Places): Render {
  const renders = columns.map((column): Render => {
    const value = row[column];
    if (value === null) return () => '\\N';
    const number = Number(value);
    const nth = INDEXES.has(column) ? entries.findIndex((e) => e.idx === number) : TIMES.has(column) ? entries.findIndex((e) => e.at === number) : -1;
    if (nth >= 0) return (values) => String(values[(INDEXES.has(column) ? placesFrom : timesFrom) + nth]);
    if (column === 'repo') return (values) => String(values[REPO]).slice(1, -1);
    return template(String(value), names, copied);
  });
  return (values) => renders.map((render) => render(values)).join('\t');
}
