/**
 * The tables. Types mean the same on SQLite and PostgreSQL: milliseconds and indexes as integers, JSON as text, hashes and
 * bodies as bytes, booleans as 0 and 1. The ledger's tables are the truth; every table of PROJECTIONS can be deleted and rebuilt.
 * They are written down once, in the words of SQLite, and said to each engine in its own.
 */
import type { Kysely, Transaction } from 'kysely';
import type { GlassEntry } from '../flows/ports.ts';
import { FORGES_DDL, type ForgeTables } from './forges/tables.ts';
import { JOBS_DDL, type JobTables } from './jobs/tables.ts';
import { LOGIN_DDL, type LoginTables } from './login/tables.ts';
import { WEBHOOKS_DDL, type WebhookTables } from './webhooks/tables.ts';

type Flag = 0 | 1;

export interface EntryTable {
  idx: number;
  type: string;
  at: number;
  /** Hex SHA-256 of the body. */
  body: string;
  /** The leaf hash: SHA-256 of a zero byte and `bytes`. */
  leaf: Uint8Array;
  /** The exact leaf bytes. */
  bytes: Uint8Array;
}

export interface TileTable {
  level: number;
  pos: number;
  /** The one hash this tile gives to the level above it: that tile is made of these until it is full itself. */
  root: Uint8Array;
  /** 256 hashes, 8,192 bytes. */
  hashes: Uint8Array;
}

export interface Schema extends JobTables, WebhookTables, LoginTables, ForgeTables {
  entries: EntryTable;
  /** Full tiles alone. What is partial is computed: from leaf hashes, or from the roots of full tiles below. */
  tiles: TileTable;
  checkpoints: { size: number; note: string };
  /** What witnesses said of checkpoints. `witness` is a vkey. */
  cosignatures: { size: number; witness: string; line: string };
  /** By the entry that brought it, not by its digest: erased with an entry, it may come again with a later one. */
  bodies: { idx: number; bytes: Uint8Array };
  meta: { name: string; value: string };
  keys: {
    keyid: string;
    idx: number;
    person: string;
    name: string;
    level: string;
    blob: string;
    kind: 'webauthn' | 'sk-ssh' | 'demo';
    credential_id: string;
    backup_eligible: Flag;
    counter: number;
    since: number;
  };
  changes: {
    id: string;
    /** Of the latest decision. */
    idx: number;
    state: 'open' | 'signed' | 'passed' | 'refused' | 'landed';
    repo: string;
    target_ref: string;
    manifest: string;
    manifest256: string;
    tier: string;
    decision: string;
    title: string;
    pusher: string | null;
    created_at: number;
    updated_at: number;
  };
  signoffs: {
    idx: number;
    change: string;
    body: string;
    repo: string;
    target_ref: string;
    manifest: string;
    manifest256: string;
    signer: string;
    decision: string;
    tier: string;
    nonce: string;
    expires: number;
    at: number;
    /** Every seat was filled when this one was signed. */
    complete: Flag;
  };
  ownerships: { idx: number; change: string; body: string; repo: string; target_ref: string; manifest: string; author: string; nonce: string; at: number };
  sticky: { idx: number; repo: string; target_ref: string; level: string; paths: string; head: string; tool: string; at: number };
  /** People whom a transport put behind a manifest or a commit, once for each decision that said so. */
  pushers: { idx: number; repo: string; content: string; person: string };
  verdicts: {
    idx: number;
    change: string;
    repo: string;
    ref: string;
    old: string;
    new: string;
    verdict: string;
    codes: string;
    mode: string;
    would: string;
    body: string;
    /** 1: told afterwards of a push that no server answered. */
    unattended: number;
    at: number;
  };
  /** One allowed move of a protected ref; `idx` is the entry that first spoke of it, `landed` the entry that says it happened. */
  landings: { idx: number; change: string; repo: string; target_ref: string; old: string; head: string; landed: number | null };
  /** Nonces a landing used, or will have used once it landed. */
  nonces: { nonce: string; landing: number };
  /** What people signed about break-glass. `landed`: the entry of the landing a use let through, and its time. */
  break_glass: {
    idx: number;
    type: GlassEntry;
    change: string;
    body: string;
    repo: string;
    target_ref: string;
    signer: string;
    nonce: string;
    at: number;
    landed: number | null;
    landed_at: number | null;
  };
  /** Sign-offs of earlier forms that were counted for a change. */
  carries: { idx: number; change: string; signoff: string; body: string; at: number };
  /** `change`: it is a review's word about that one, and says where a ref stood then; null: somebody found the ref there. */
  violations: { idx: number; repo: string; ref: string; new: string; change: string | null; body: string; at: number };
}

export type Database = Kysely<Schema>;
export type Writing = Transaction<Schema>;
/** Either: what is asked inside a transaction sees what the transaction wrote. */
export type Reading = Database | Writing;

/** Raised when the ledger's tables change; a folder of a later version is refused. */
export const SCHEMA_VERSION = 2;
/** Raised when a projection or its projector changes: on open, older projections are dropped and rebuilt. */
export const PROJECTIONS_VERSION = 11;

/** How an engine says it. A statement comes in the words of SQLite; so it is byte for byte what older folders were made with. */
export type Ddl = (statement: string) => string;

/** Made first: it says which version the rest is of. */
export const META_DDL = 'create table if not exists meta (name text primary key, value text not null)';

/**
 * Digests are found part by part of the log. One index over all of them would be written all over the place: a page for each
 * entry, and most of the cost of an append. So a group writes to the pages of one part, and a search asks every part.
 */
export const BODY_PART = 4096;
/** Hex digits of a digest that are enough to tell a few. */
export const BODY_PREFIX = 16;

/** Came without a new version: a ledger of this version may be without it, and is given it. */
export const COSIGNATURES_DDL =
  'create table if not exists cosignatures (size integer not null references checkpoints (size), witness text not null, line text not null, primary key (size, witness))';

/** What stands beside the log and is no projection of it: came without a new version too. */
export const BESIDE_DDL: readonly string[] = [...LOGIN_DDL, ...JOBS_DDL, ...WEBHOOKS_DDL, ...FORGES_DDL];

export const LEDGER_DDL: readonly string[] = [
  'create table if not exists entries (idx integer primary key, type text not null, at integer not null, body text not null, leaf blob not null, bytes blob not null)',
  `create index if not exists entries_by_body on entries ((idx / ${BODY_PART}), (substr(body, 1, ${BODY_PREFIX})))`,
  'create index if not exists entries_by_type on entries (type, idx)',
  'create table if not exists tiles (level integer not null, pos integer not null, root blob not null, hashes blob not null, primary key (level, pos))',
  'create table if not exists checkpoints (size integer primary key, note text not null)',
  COSIGNATURES_DDL,
  'create table if not exists bodies (idx integer primary key references entries (idx), bytes blob not null)',
];

const idx = 'idx integer primary key references entries (idx)';
const entry = 'idx integer not null references entries (idx)';

/** Table, columns, and the columns it is asked by. */
const PROJECTED: readonly (readonly [keyof Schema, string, readonly string[]])[] = [
  [
    'keys',
    `keyid text primary key, ${entry}, person text not null, name text not null, level text not null, blob text not null, kind text not null,
     credential_id text not null, backup_eligible integer not null, counter integer not null, since integer not null`,
    ['person'],
  ],
  [
    'changes',
    `id text primary key, ${entry}, state text not null, repo text not null, target_ref text not null, manifest text not null, manifest256 text not null,
     tier text not null, decision text not null, title text not null, pusher text, created_at integer not null, updated_at integer not null`,
    ['state, idx', 'repo, idx', 'idx', 'manifest'],
  ],
  [
    'signoffs',
    `${idx}, change text not null, body text not null, repo text not null, target_ref text not null, manifest text not null, manifest256 text not null,
     signer text not null, decision text not null, tier text not null, nonce text not null, expires integer not null, at integer not null, complete integer not null`,
    ['change', 'manifest', 'nonce', 'body', 'repo, target_ref, at'],
  ],
  [
    'ownerships',
    `${idx}, change text not null, body text not null, repo text not null, target_ref text not null, manifest text not null,
     author text not null, nonce text not null, at integer not null`,
    ['manifest', 'nonce', 'body'],
  ],
  [
    'sticky',
    `${idx}, repo text not null, target_ref text not null, level text not null, paths text not null, head text not null, tool text not null, at integer not null`,
    ['repo, target_ref, at'],
  ],
  ['pushers', `${entry}, repo text not null, content text not null, person text not null, primary key (repo, content, person, idx)`, ['idx']],
  [
    'verdicts',
    `${idx}, change text not null, repo text not null, ref text not null, old text not null, new text not null, verdict text not null,
     codes text not null, mode text not null, would text not null, body text not null, unattended integer not null, at integer not null`,
    ['change', 'mode, at', 'repo, unattended, at'],
  ],
  [
    'landings',
    `${idx}, change text not null, repo text not null, target_ref text not null, old text not null, head text not null,
     landed integer references entries (idx), unique (repo, target_ref, old, head)`,
    ['landed', 'change', 'repo, target_ref, landed'],
  ],
  ['nonces', 'nonce text not null, landing integer not null references landings (idx), primary key (nonce, landing)', ['landing']],
  [
    'break_glass',
    `${idx}, type text not null, change text not null, body text not null, repo text not null, target_ref text not null, signer text not null,
     nonce text not null, at integer not null, landed integer references entries (idx), landed_at integer`,
    ['change', 'nonce', 'repo, type'],
  ],
  ['carries', `${idx}, change text not null, signoff text not null, body text not null, at integer not null`, ['change']],
  ['violations', `${idx}, repo text not null, ref text not null, new text not null, change text, body text not null, at integer not null`, ['repo, ref', 'body']],
];

export const PROJECTIONS = PROJECTED.map(([table]) => table);

export const PROJECTIONS_DDL: readonly string[] = projectionsDdl('');

/**
 * Indexes come and go without a new version: whoever opens the tables makes those that are missing, and nothing is read from the log again
 * for them. The others were asked by once, and a database of an earlier program may have them.
 */
export const INDEXES_DDL: readonly string[] = [...PROJECTIONS_DDL.filter((statement) => statement.startsWith('create index')), 'drop index if exists signoffs_by_repo'];

/** @param schema `temp.`: the same tables beside the real ones, for as long as the connection lasts; unqualified names then mean these. */
export function projectionsDdl(schema: '' | 'temp.'): readonly string[] {
  return PROJECTED.flatMap(([table, columns, asked]) => [
    `create table if not exists ${schema}${table} (${columns})`,
    ...asked.map((by) => `create index if not exists ${schema}${table}_by_${by.replaceAll(', ', '_')} on ${table} (${by})`),
  ]);
}
