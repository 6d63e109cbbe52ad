/** What is kept beside the log: who is signed in, what was used once, tokens. Run on both databases. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../core/base/result.ts';
import type { Left, SessionRow, TokenRow } from '../../flows/ports-login.ts';
import { enrolmentDraft, genesisDraft } from '../sample-drafts.ts';
import { PROJECTIONS } from '../schema.ts';
import { openStore, type Store } from '../store.ts';
import { at, sql } from '../test-bed.ts';
import { LOGIN_DDL } from './tables.ts';

let dir: string;
let now: number;
let store: Store;

async function open(): Promise<Store> {
  const made = await openStore({ ...(await at(dir)), clock: () => now });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'logins-'));
  now = Date.UTC(2026, 10, 26, 9);
  store = await open();
  await store.ledger.append(() => ok([genesisDraft(), enrolmentDraft('mara')]));
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const HOUR = 3_600_000;
const digest = (of: string): string => Buffer.from(of).toString('hex').padEnd(64, '0');

const session = (more: Partial<SessionRow> = {}): SessionRow => ({
  ...{ person: 'mara', via: 'passkey', keyid: 'SHA256:x', roles: null, began: now, proved: now, seen: now, until: now + HOUR },
  ...more,
});
const token = (id: string, more: Partial<TokenRow> = {}): TokenRow => ({
  ...{ id, person: 'mara', account: 'mara', name: id, scopes: ['read', 'push'], created: now, until: now + HOUR },
  ...more,
});

describe('sessions', () => {
  it('are what was put, until they end', async () => {
    const { sessions } = store.logins;
    await sessions.put(digest('a'), session({ roles: ['auditor'] }));
    expect(await sessions.find(digest('a'))).toEqual(session({ roles: ['auditor'] }));
    expect(await sessions.find(digest('b'))).toBeNull();
    await sessions.end(digest('a'));
    expect(await sessions.find(digest('a'))).toBeNull();
  });

  it('end all at once for one person, and for nobody else', async () => {
    const { sessions } = store.logins;
    for (const of of ['a', 'b']) await sessions.put(digest(of), session());
    await sessions.put(digest('c'), session({ person: 'jonas' }));
    expect(await sessions.endAll('mara')).toBe(2);
    expect(await sessions.find(digest('a'))).toBeNull();
    expect((await sessions.find(digest('c')))?.person).toBe('jonas');
  });

  it('are seen later and never earlier, and what ended is not seen back to life', async () => {
    const { sessions } = store.logins;
    await sessions.put(digest('a'), session());
    await sessions.seen(digest('a'), now + 60_000);
    await sessions.seen(digest('a'), now + 30_000);
    expect((await sessions.find(digest('a')))?.seen).toBe(now + 60_000);
    await sessions.end(digest('a'));
    await sessions.seen(digest('a'), now + 90_000);
    expect(await sessions.find(digest('a'))).toBeNull();
  });

  it('that are over leave the table when the next begins', async () => {
    const { sessions } = store.logins;
    await sessions.put(digest('a'), session());
    now += HOUR;
    await sessions.put(digest('b'), session());
    expect((await sql(dir, 'select digest from sessions')).map((row) => row.digest)).toEqual([digest('b')]);
  });

  it('with roles that this version does not know give none of those', async () => {
    const { sessions } = store.logins;
    await sessions.put(digest('a'), session({ roles: ['engineer'] }));
    await sql(dir, `update sessions set roles = '["auditor","emperor"]'`);
    expect((await sessions.find(digest('a')))?.roles).toEqual(['auditor']);
  });
});

describe('what is used once', () => {
  it('is used once, however many ask at the same moment', async () => {
    const { spent } = store.logins;
    const answers = await Promise.all(Array.from({ length: 16 }, () => spent.spend(digest('a'), now + HOUR)));
    expect(answers.filter(Boolean).length).toBe(1);
    expect(await spent.spend(digest('b'), now + HOUR)).toBe(true);
  });

  it('is forgotten when nobody would take it any more', async () => {
    const { spent } = store.logins;
    await spent.spend(digest('a'), now + HOUR);
    now += HOUR;
    await spent.spend(digest('b'), now + HOUR);
    expect((await sql(dir, 'select digest from spent')).map((row) => row.digest)).toEqual([digest('b')]);
  });
});

describe('tokens', () => {
  it('are found by their digest and listed by their person, oldest first', async () => {
    const { tokens } = store.logins;
    await tokens.put(digest('b'), token('b', { created: now + 1 }));
    await tokens.put(digest('a'), token('a'));
    await tokens.put(digest('c'), token('c', { person: 'jonas' }));
    expect(await tokens.find(digest('a'))).toEqual(token('a'));
    expect((await tokens.of('mara')).map((t) => t.id)).toEqual(['a', 'b']);
  });

  it('are ended by their own person alone', async () => {
    const { tokens } = store.logins;
    await tokens.put(digest('a'), token('a'));
    expect(await tokens.end('jonas', 'a')).toBe(false);
    expect(await tokens.end('mara', 'a')).toBe(true);
    expect(await tokens.end('mara', 'a')).toBe(false);
    await tokens.put(digest('b'), token('b'));
    expect(await tokens.endAll('mara')).toBe(1);
    expect(await tokens.find(digest('b'))).toBeNull();
  });
});

describe('levels, teams and roles that a provider gave', () => {
  it('are the last it gave, for that person alone', async () => {
    const { ceilings } = store.logins;
    expect(await ceilings.find('mara')).toBeNull();
    const [both, none, teams]: readonly [Left, Left, Left] = [
      { levels: ['L6', 'L5'], teams: ['pump'], roles: ['reviewer'] },
      { levels: [], teams: null, roles: null },
      { levels: null, teams: [], roles: [] },
    ];
    await ceilings.put('mara', both, now);
    await ceilings.put('jonas', teams, now);
    expect(await ceilings.find('mara')).toEqual(both);
    await ceilings.put('mara', none, now + 1);
    expect(await ceilings.find('mara')).toEqual(none);
    expect(await ceilings.find('jonas')).toEqual(teams);
  });

  it.each(['{', '"L7"', '{"0":"L7"}', '[7,null]'])('that cannot be read name none: %s', async (levels) => {
    await store.logins.ceilings.put('mara', { levels: ['L7'], teams: ['pump'], roles: ['engineer'] }, now);
    await sql(dir, `update ceilings set levels = '${levels}', teams = '${levels}'`);
    await sql(dir, `update roles_left set roles = '${levels}'`);
    expect(await store.logins.ceilings.find('mara')).toEqual({ levels: [], teams: [], roles: [] });
  });
});

describe('beside the log', () => {
  it('they outlive a restart and a rebuild of the projections, and the audit has nothing to say of them', async () => {
    const { sessions, spent, tokens } = store.logins;
    await sessions.put(digest('a'), session());
    await tokens.put(digest('t'), token('t'));
    await spent.spend(digest('s'), now + HOUR);
    await store.logins.ceilings.put('mara', { levels: ['L5'], teams: null, roles: null }, now);
    const before = await store.ledger.checkpoint();
    expect((await store.rebuild()).ok).toBe(true);
    await store.close();
    store = await open();
    const after = store.logins;
    expect(await after.sessions.find(digest('a'))).toEqual(session());
    expect((await after.tokens.of('mara')).length).toBe(1);
    expect(await after.ceilings.find('mara')).toEqual({ levels: ['L5'], teams: null, roles: null });
    expect(await after.spent.spend(digest('s'), now + HOUR)).toBe(false);
    expect(await store.ledger.checkpoint()).toBe(before);
    expect(await store.audit()).toEqual([]);
  });

  it('their tables are no projections, and the audit misses one that is gone', async () => {
    const made = LOGIN_DDL.flatMap((statement) => /^create table if not exists (\w+)/.exec(statement)?.[1] ?? []);
    expect(made.filter((name) => (PROJECTIONS as readonly string[]).includes(name))).toEqual([]);
    await sql(dir, 'drop table spent');
    expect((await store.audit()).map((p) => `${p.place} ${p.message}`)).toContain('database table spent is missing');
  });

  it('a log that was laid out without them is given them', async () => {
    await store.close();
    for (const table of ['sessions', 'spent', 'tokens', 'ceilings', 'roles_left']) await sql(dir, `drop table ${table}`);
    store = await open();
    await store.logins.sessions.put(digest('a'), session());
    expect(await store.audit()).toEqual([]);
  });
});
