/**
 * How the engine finds what pages and gates ask, whatever is in the tables: by an index, and never by reading one of the tables that grow
 * with every push. A time would say more about the machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompiledQuery, type KyselyPlugin, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../connection.ts';
import { readBodies, readBody } from '../envelopes/envelopes.ts';
import { movesIn, onShelf, pruneIn, waitingIn, workedIn } from '../forges/forges.ts';
import { PROJECTIONS, type Reading } from '../schema.ts';
import { engine, ON_POSTGRESQL } from '../test-bed.ts';
import { projectionsOver } from './questions.ts';

const dir = mkdtempSync(join(tmpdir(), 'plans-'));
let store: Engine;
beforeAll(async () => {
  store = await engine(dir);
  await store.prepare();
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

/** Every query that is asked of a database meanwhile. */
async function asked(ask: (db: Reading) => Promise<unknown>, of = store.reader): Promise<readonly CompiledQuery[]> {
  const queries: CompiledQuery[] = [];
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      queries.push(store.reader.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await ask(of.withPlugin(plugin));
  return queries;
}

/** What is read otherwise than by what an index was asked for. */
async function strays(query: CompiledQuery): Promise<readonly string[]> {
  if (!ON_POSTGRESQL) {
    const { rows } = await store.reader.executeQuery<{ detail: string }>({ ...query, sql: `explain query plan ${query.sql}` });
    return rows.map((row) => row.detail).filter((detail) => BIG.some((table) => detail.startsWith(`SCAN ${table}`)) && !/limit \?$/.test(query.sql.trim()));
  }
  // Of an empty table all of it is the least there is to read: here only where there is no other way.
  const plan = await store.writer.db.transaction().execute(async (db) => {
    await sql`set local enable_seqscan = off`.execute(db);
    await sql`set local enable_bitmapscan = off`.execute(db);
    return (await db.executeQuery<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>({ ...query, sql: `explain (format json) ${query.sql}` })).rows;
  });
  return plan.flatMap((row) => row['QUERY PLAN'].flatMap((p) => straysIn(p.Plan, false)));
}

const BIG = ['entries', 'bodies', 'forge_events', 'forge_moves', 'forge_shelf', ...PROJECTIONS];

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Plan[];
}

/** @param limited it reads in the order of the index and ends by itself. */
function straysIn(plan: Plan, limited: boolean): readonly string[] {
  const type = plan['Node Type'];
  // What changes a table reads it by what stands below.
  const bare = type !== 'ModifyTable' && plan['Relation Name'] !== undefined && plan['Index Cond'] === undefined;
  const below = (plan.Plans ?? []).flatMap((p) => straysIn(p, (limited || type === 'Limit') && type !== 'Sort'));
  return [...(bare && (type === 'Seq Scan' || !limited) ? [`${type} ${plan['Relation Name']}`] : []), ...below];
}

const questions = (db: Reading) => projectionsOver(db, { said: () => [], signed: () => [], signedAfter: () => [], violations: () => [] });
const [repo, targetRef, manifest, nonce, body, change] = ['infra', 'refs/heads/main', 'm', 'n', 'b', 'c'];

describe('by an index:', () => {
  it.each<[string, (db: Reading) => Promise<unknown>, boolean?]>([
    ['the queue', (db) => questions(db).changes({ state: 'open', limit: 51 })],
    ['its next page', (db) => questions(db).changes({ state: 'open', before: 9, limit: 51 })],
    ['all changes', (db) => questions(db).changes({ limit: 51 })],
    ['the next page of all', (db) => questions(db).changes({ before: 9, limit: 51 })],
    ['changes of a repository', (db) => questions(db).changes({ repo, limit: 51 })],
    ['one change', (db) => questions(db).changes({ id: change, limit: 1 })],
    ['some changes', (db) => questions(db).changes({ ids: ['c', 'd'], limit: 2 })],
    ['who signed a content', (db) => questions(db).signoffs({ repo, manifest })],
    ['who signed contents of a page', (db) => questions(db).signoffs({ manifests: ['m', 'n'] })],
    ['what was signed by some entries', (db) => questions(db).signoffs({ places: [1, 2] })],
    ['what was signed near it', (db) => questions(db).signoffs({ repo, targetRef, since: 1, unlanded: true })],
    [
      'a nonce',
      (db) => Promise.all([questions(db).signoffs({ nonce }), questions(db).ownerships({ nonce }), questions(db).breakGlass({ nonce }), questions(db).landings({ nonce })]),
    ],
    ['a digest', (db) => Promise.all([questions(db).signoffs({ body }), questions(db).ownerships({ body })])],
    ["an author's word", (db) => questions(db).ownerships({ repo, manifest })],
    ['pending landings', (db) => questions(db).landings({ repo, pending: true })],
    ['landings of a change', (db) => questions(db).landings({ change, repo, targetRef, pending: false })],
    ['break-glass', (db) => Promise.all([questions(db).breakGlass({ type: 'break-glass', repo }), questions(db).breakGlass({ change })])],
    ['marks of AI', (db) => questions(db).memory.marks({ repo, targetRef, since: 1 })],
    ['who pushed it before', (db) => questions(db).memory.pushers({ repo, contents: ['m', 'n'] })],
    ['what landed lately', (db) => questions(db).memory.landed({ repo, targetRef, since: 1 })],
    ['what was carried', (db) => questions(db).memory.carries({ change })],
    ['where a ref stands', (db) => questions(db).memory.standing({ repo, targetRef })],
    ['where all refs stand', (db) => questions(db).memory.standing({ repo })],
    ['a violation', (db) => questions(db).memory.violation({ body })],
    ['what landed there', (db) => questions(db).memory.reached({ repo, targetRef, head: 'h' })],
    ['the verdict that let it pass', (db) => questions(db).memory.allowed({ change, repo, targetRef, old: 'o', head: 'h' })],
    ['whether a server lived', (db) => questions(db).memory.attended({ repo, since: 1 })],
    ['what gates only watched', (db) => questions(db).memory.watched({ since: 1 })],
    ['a body', (db) => readBody(db, body, 3)],
    ['bodies of a page', (db) => readBodies(db, [{ body, index: 3 }])],
    ['what a forge said of one thing', (db) => waitingIn(db, repo, 'pull-1')],
    ['who brought a commit there', (db) => movesIn(db, repo, ['a', 'b'])],
    ['what is remembered of its things', (db) => Promise.all([onShelf(db, repo, 'k').orderBy('id').execute(), onShelf(db, repo, 'k').where('id', '=', 'i').execute()])],
    ['that it was looked at', (db) => workedIn(db, repo, 'pull-1', 9), true],
    ['what of it is forgotten', (db) => pruneIn(db, 9), true],
  ])('%s', async (_, ask, writes = false) => {
    const queries = await asked(ask, writes ? store.writer.db : store.reader);
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) expect({ sql: query.sql, strays: await strays(query) }).toEqual({ sql: query.sql, strays: [] });
  });
});

it('says so of what has no index', async () => {
  const [query] = await asked((db) => db.selectFrom('signoffs').selectAll().where('signer', '=', 'mara').execute());
  expect(query && (await strays(query))).toHaveLength(1);
});
