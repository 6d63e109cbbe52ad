/**
 * Disks that lie, fill up and are put back, clocks that jump. The bound is honest: a byte whose change nobody can see in any row
 * holds nothing (free pages, the slack of a page, fields of the file's header that SQLite itself does not ask for).
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok } from '../core/base/result.ts';
import { formatVkey } from '../core/log/note.ts';
import { openKeys } from './keys/keys.ts';
import { audit, snapshot } from './ledger/audit.ts';
import { publisher } from './ledger/publisher.ts';
import { sequencer } from './ledger/sequencer.ts';
import { prepareSchema } from './migrate.ts';
import { orRefuse } from './refused.ts';
import { decisionDraft, enrolmentDraft, erasureDraft, genesisDraft, glassDraft, landedDraft, MAIN, REPO, signoffDraft, verdictDraft, violationDraft } from './sample-drafts.ts';
import { connect, inspected } from './sqlite/database.ts';
import { DATABASE_FILE, openStore, type Store } from './store.ts';

const FLIPS = 250;
const QUICK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const base = mkdtempSync(join(QUICK, 'faults-'));
/** A closed folder with something of everything in it, and its last checkpoint. */
const whole = join(base, 'whole');
let known: string;

beforeAll(async () => {
  const store = await opened(whole);
  const x = decisionDraft({ content: 'x' });
  await append(store, genesisDraft(), enrolmentDraft('pia'), x, signoffDraft('x', { nonce: 'n', counter: 3 }), glassDraft('x', 'g'));
  await append(store, verdictDraft('x', 'allow', ['n']), landedDraft('x', ['n']), decisionDraft({ content: 'y', level: 'agent' }));
  await append(store, erasureDraft([sha256Hex(x.body)]));
  await store.rotateLogKey();
  for (let i = 0; i < 3; i++) await append(store, ...Array.from({ length: 120 }, (_, j) => violationDraft(`${i} ${j}`)));
  known = await store.ledger.checkpoint();
  await store.close();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function opened(dir: string, clock = (): number => 0): Promise<Store> {
  const store = await openStore({ dir, clock });
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}

const append = (store: Store, ...drafts: readonly ReturnType<typeof violationDraft>[]) => store.ledger.append(() => ok(drafts));

let copies = 0;
function copy(of = whole): string {
  const dir = join(base, `copy ${copies++}`);
  cpSync(of, dir, { recursive: true });
  return dir;
}

/** What opening or the audit has to say; nothing where nothing was found. @param more asked of a store that has nothing to say. */
async function complaints(dir: string, more: (store: Store) => Promise<void> = async () => undefined): Promise<readonly string[]> {
  const store = await openStore({ dir, clock: () => 0 });
  if (!store.ok) return [`${store.error.place}: ${store.error.message}`];
  const found = (await store.value.audit()).map((p) => `${p.place}: ${p.message}`);
  if (found.length === 0) await more(store.value);
  await store.value.close();
  return found;
}

/** Every row of every table, as anybody would read it. */
function everything(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const names = db.prepare('select name from sqlite_schema order by name').all();
    const tables = db.prepare(`select name from sqlite_schema where type = 'table' order by name`).all();
    return asText([names, ...tables.map((t) => db.prepare(`select * from "${t.name}"`).all())]);
  } finally {
    db.close();
  }
}

const asText = (value: unknown): string => JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? Buffer.from(v).toString('hex') : v));

/** What a store says to everything it can be asked. */
async function answers({ ledger, files, projections, past }: Store): Promise<string> {
  const entries = await ledger.entries(0, 1_000);
  // A proof takes its time, and the audit made every hash anew: some are enough.
  const each = await Promise.all(entries.map(async ({ index, body }) => [await ledger.body(body), index % 41 === 0 && (await ledger.proof(index))]));
  const where = { repo: REPO, targetRef: MAIN, since: 0 };
  const { memory } = projections;
  const said = [
    ...[entries, each, await ledger.checkpoint(), await projections.authority(), (await past.keys()).map(formatVkey)],
    ...[await projections.changes({ limit: 99 }), await projections.signoffs({}), await projections.keys({}), await projections.ownerships({})],
    ...[await projections.breakGlass({}), await projections.landings({}), await projections.landings({ nonce: 'n' }), await memory.marks(where), await memory.landed(where)],
    ...[await memory.watched(where), await memory.pushers({ repo: REPO, contents: [] }), await files.tile(0, 0, 256), await files.bundle(0, 256)],
  ];
  return asText(said);
}

it('is whole to begin with', async () => {
  expect(await complaints(copy())).toEqual([]);
});

/** What a complaint begins with: where in the folder to look. */
const PLACE =
  /^(?:entry \d+(?: \([\w-]+\))?|tile \d+\/\d+|body [0-9a-f]{64}|body of entry \d+|checkpoint \d+|cosignature of \d+ by \S+|projection \w+|meta \w+|database(?: .+)?): /s;

it(`finds ${FLIPS} flipped bits, each in a file of its own, or nobody can see them`, { timeout: 180_000 }, async () => {
  const bytes = readFileSync(join(whole, DATABASE_FILE));
  const meant = everything(join(whole, DATABASE_FILE));
  let now = '';
  const ask = async (store: Store): Promise<void> => {
    now = await answers(store);
  };
  expect(await complaints(copy(), ask)).toEqual([]);
  const answered = now;
  const dir = copy();
  const unseen: number[] = [];
  for (let i = 0; i < FLIPS; i++) {
    const at = Math.floor(Math.random() * bytes.length);
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
    for (const beside of ['-wal', '-shm']) rmSync(join(dir, `${DATABASE_FILE}${beside}`), { force: true });
    writeFileSync(join(dir, DATABASE_FILE), flipped);
    const said = await complaints(dir, ask);
    for (const complaint of said) expect([at, complaint]).toEqual([at, expect.stringMatching(PLACE)]);
    if (said.length > 0) continue;
    unseen.push(at);
    expect([at, everything(join(dir, DATABASE_FILE)) === meant, now === answered]).toEqual([at, true, true]);
  }
  console.log(`${FLIPS} bits flipped: ${FLIPS - unseen.length} found with their place, ${unseen.length} change no row and no answer`);
  expect(unseen.length).toBeLessThan(FLIPS * 0.75);
});

it('names where a bit of each kind was flipped', async () => {
  const flip = (table: string, column: string, where: string) => (db: DatabaseSync) => {
    const row = db.prepare(`select ${column} as v from ${table} where ${where}`).get();
    const bytes = Buffer.from(row?.v as Uint8Array);
    bytes[9] = (bytes[9] ?? 0) ^ 4;
    db.prepare(`update ${table} set ${column} = ? where ${where}`).run(typeof row?.v === 'string' ? bytes.toString() : bytes);
  };
  const cases: readonly (readonly [string, (db: DatabaseSync) => void])[] = [
    ['entry 17', flip('entries', 'bytes', 'idx = 17')],
    ['entry 18', flip('entries', 'leaf', 'idx = 18')],
    ['tile 0/0', flip('tiles', 'hashes', 'level = 0')],
    ['tile 0/0', flip('tiles', 'root', 'level = 0')],
    [`body ${sha256Hex(violationDraft('0 9').body)}`, flip('bodies', 'bytes', 'idx = 19')],
    ['checkpoint 8', (db) => db.exec(`update checkpoints set note = replace(note, '8', '7') where size = 8`)],
    ['projection violations', (db) => db.exec(`update violations set repo = 'other' where idx = 20`)],
  ];
  for (const [place, spoil] of cases) {
    const dir = copy();
    const db = new DatabaseSync(join(dir, DATABASE_FILE));
    spoil(db);
    db.close();
    const reader = await snapshot(inspected(join(dir, DATABASE_FILE)), (await keyOf(whole)).key());
    const places = (await audit(reader)).map((p) => p.place);
    expect(places).toContain(place);
    expect(places.length).toBeLessThan(4);
  }
});

async function keyOf(dir: string) {
  const at = copy(dir);
  const writer = connect(join(at, DATABASE_FILE));
  const found = publisher(writer, orRefuse(openKeys(join(at, 'keys'), false)).log);
  await found.start();
  writer.close();
  return found;
}

it('finds a file that was cut off anywhere', async () => {
  const { length } = readFileSync(join(whole, DATABASE_FILE));
  for (const at of [0, 1, 99, 4096, 8192, ...Array.from({ length: 40 }, () => Math.floor(Math.random() * length))]) {
    const dir = copy();
    truncateSync(join(dir, DATABASE_FILE), at);
    expect([at, (await complaints(dir)).length]).not.toEqual([at, 0]);
  }
});

it('is refused where the database is gone and its key is not: the same key would sign a second log', async () => {
  const dir = copy();
  rmSync(join(dir, DATABASE_FILE));
  chmodSync(dir, 0o700);
  expect(await openStore({ dir, clock: () => 0 })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('gone') } });
  const fresh = join(base, 'fresh');
  await (await opened(fresh)).close();
  const begun = await opened(fresh);
  expect(await append(begun, genesisDraft())).toMatchObject({ ok: true });
  await begun.close();
});

it('is told from an older copy of itself by whoever kept a later checkpoint', async () => {
  const older = copy();
  const store = await opened(copy(older));
  expect(await store.holds(known)).toEqual({ ok: true, value: undefined });
  await append(store, violationDraft('later'));
  const later = await store.ledger.checkpoint();
  expect(await store.holds(known)).toMatchObject({ ok: true });
  await store.close();
  expect(await openStore({ dir: older, clock: () => 0, known: [known, later] })).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
  const back = await opened(older);
  await append(back, violationDraft('other'));
  expect(await back.holds(later)).toMatchObject({ ok: false, error: { code: 'LOG_FORK', message: expect.stringContaining('not the one') } });
  expect(await back.holds(known)).toMatchObject({ ok: true });
  expect(await back.holds(later.replace('audit', 'other'))).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
  expect(await back.holds('')).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
  await back.close();
});

it('keeps its order though the clock goes back and forth', async () => {
  const times = [5_000, 9_000, 1_000, Number.MAX_SAFE_INTEGER, 2_000, -5, Number.NaN, 10_000];
  let now = 0;
  const store = await opened(join(base, 'clock'), () => now);
  await append(store, genesisDraft());
  for (const [i, time] of times.entries()) {
    now = time;
    await append(store, violationDraft(`${i}`)).catch(() => undefined);
  }
  const at = (await store.ledger.entries(0, 99)).map((e) => e.at);
  expect(at).toEqual([0, 5_000, 9_000, 9_000, 9_000, 9_000, 10_000].slice(0, at.length));
  expect(at.length).toBeGreaterThan(5);
  expect(await store.audit()).toEqual([]);
  await store.close();
});

it('fails what does not fit on a full disk, loses nothing before it, and goes on when there is room', async () => {
  const dir = mkdtempSync(join(base, 'full-'));
  const writer = connect(join(dir, 'db'));
  await prepareSchema(writer);
  const signer = publisher(writer, orRefuse(openKeys(join(dir, 'keys'), true)).log);
  const { append } = sequencer(writer, signer, () => 0);
  await append(() => ok([genesisDraft()]));
  writer.exec('pragma max_page_count = 60');
  let kept = 1;
  const failed: string[] = [];
  for (let i = 0; i < 400; i++)
    await append(() => ok([violationDraft(`${i}`), decisionDraft({ content: `${i}` })])).then(
      () => (kept += 2),
      (cause) => failed.push(String(cause)),
    );
  expect(failed[0]).toContain('full');
  const before = signer.latest();
  writer.exec('pragma max_page_count = 100000');
  expect(await append(() => ok([violationDraft('room')]))).toMatchObject({ ok: true, value: [{ index: kept }] });
  expect(before?.size).toBe(kept);
  expect(await audit(await snapshot(inspected(join(dir, 'db')), signer.key()))).toEqual([]);
  writer.close();
});

it.skipIf(process.platform === 'win32')('survives a file that the system does not let grow', async () => {
  const dir = join(base, 'limit');
  const program = `
    import { openStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)};
    import { genesisDraft, violationDraft } from ${JSON.stringify(new URL('./sample-drafts.ts', import.meta.url).href)};
    const store = await openStore({ dir: ${JSON.stringify(dir)}, clock: () => 0 });
    const { ledger } = store.value;
    let kept = 0;
    const tried = async (draft) => { try { const said = await ledger.append(() => ({ ok: true, value: [draft] })); if (said.ok) kept = said.value[0].index + 1; } catch { console.log(kept); process.exit(0); } };
    await tried(genesisDraft());
    for (let i = 0; ; i++) await tried(violationDraft(String(i)));`;
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -f 2000; exec "$0" "$@"', process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  const kept = Number(stdout);
  expect(kept).toBeGreaterThan(1);
  const store = await opened(dir);
  expect((await store.ledger.entries(0, 1_000_000)).length).toBeGreaterThanOrEqual(kept);
  expect(await store.audit()).toEqual([]);
  await store.close();
});
