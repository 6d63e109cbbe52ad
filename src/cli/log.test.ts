/** The commands about the log, as somebody runs them: over a real data folder, an exported folder, a server on loopback, a git repository. */
import { createPrivateKey } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { getRequestListener } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../test/bed/bed.ts';
import { serverWorld } from '../../test/bed/doors.ts';
import { utf8 } from '../core/base/bytes.ts';
import { ok } from '../core/base/result.ts';
import { createApp } from '../server/app.ts';
import { decisionDraft, genesisDraft, ORIGIN } from '../store/sample-drafts.ts';
import { DATABASE_FILE, openStore } from '../store/store.ts';
import { gitRoom } from '../testing/git.ts';
import { logKey, testLog } from '../testing/log-files.ts';
import { type AuditFlags, audit as auditCommand } from './audit.ts';
import type { Answer } from './exit.ts';
import { logAnchor } from './log-anchor.ts';
import { logExport } from './log-export.ts';
import { logRotate } from './log-rotate.ts';
import { logVerify } from './log-verify.ts';

const REF = 'refs/heads/log';
const room = gitRoom();
afterAll(() => room.remove());

const audit = (flags: Partial<AuditFlags>): Promise<Answer> => auditCommand({ ref: REF, ...flags });
const jsonOf = (answer: Answer): { readonly [member: string]: unknown } => JSON.parse(answer.stdout);

/** A data folder of an installation whose server has stopped. */
async function installation(entries: number) {
  const folder = room.folder();
  const at = (name: string): string => join(folder, name);
  const opened = async () => {
    const store = await openStore({ dir: at('data'), clock: () => Date.UTC(2026, 10, 20) });
    if (!store.ok) throw new Error(store.error.message);
    return store.value;
  };
  const append = async (count: number, before: number): Promise<string> => {
    const store = await opened();
    const drafts = Array.from({ length: count }, (_, i) => (before + i === 0 ? genesisDraft() : decisionDraft({ content: `${before + i}` })));
    const done = await store.ledger.append(() => ok(drafts));
    if (!done.ok) throw new Error(done.error.message);
    const key = store.logVerifierKey ?? '';
    await store.close();
    return key;
  };
  const vkey = [await append(entries, 0)];
  /** What somebody who holds the log's key could show: the same name and signature, other entries. */
  const fork = (): string => {
    const log = testLog(ORIGIN, logKey(ORIGIN, createPrivateKey(readFileSync(join(at('data'), 'keys', 'log.pem')))));
    log.append(Array.from({ length: 700 }, (_, i) => utf8(`other ${i}`)));
    const dir = room.folder();
    for (const [path, bytes] of log.all) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), bytes);
    }
    return dir;
  };
  const exported = (more: object = {}): Promise<Answer> => logExport({ data: at('data'), out: at('out'), ...more });
  return { data: at('data'), out: at('out'), kept: at('kept'), vkey, append, opened, fork, exported };
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  chmodSync(file, 0o600);
  writeFileSync(file, bytes);
}

describe('the log of a data folder', () => {
  it('is exported, checked, grown and watched', async () => {
    const { out, kept, vkey, append, exported } = await installation(300);
    expect(await exported()).toMatchObject({ code: 0, stdout: expect.stringContaining('300 entries, 300 of them new') });
    expect(await logVerify(out, { vkey, entries: true, keep: kept })).toMatchObject({ code: 0, stdout: expect.stringContaining('300 entries and 3 tiles compared') });
    expect(readFileSync(kept, 'utf8')).toBe(readFileSync(join(out, 'checkpoint'), 'utf8'));
    await append(250, 300);
    expect(jsonOf(await exported({ json: true }))).toMatchObject({ version: 1, exit: 0, origin: ORIGIN, from: 300, size: 550 });
    expect(await logVerify(out, { vkey, from: kept })).toMatchObject({ code: 0, stdout: expect.stringContaining('goes on from the 300') });
    const seen = jsonOf(await audit({ since: kept, log: out, vkey, json: true }));
    expect(seen).toMatchObject({ exit: 0, from: 300, size: 550 });
    expect(seen.entries).toHaveLength(250);
    expect((seen.entries as readonly object[])[0]).toMatchObject({ index: 300, type: 'decision', time: '2026-11-20T00:00:00.000Z', fields: { tier: 'high' } });
    expect(readFileSync(kept, 'utf8')).toBe(readFileSync(join(out, 'checkpoint'), 'utf8'));
    expect(await audit({ since: kept, log: out, vkey })).toMatchObject({ code: 0, stdout: expect.stringContaining('0 new') });
  });

  it('goes on over a change of its key, for whoever knows one that came before it', async () => {
    const { data, out, kept, vkey, append, opened, exported } = await installation(5);
    await exported();
    await logVerify(out, { vkey, keep: kept });
    const store = await opened();
    const turned = await store.rotateLogKey();
    await store.close();
    if (!turned.ok) throw new Error(turned.error.message);
    await append(3, 5);
    const both = [...vkey, turned.value];
    const grown = await exported();
    expect(grown).toMatchObject({ code: 0, stdout: expect.stringContaining('9 entries, 4 of them new') });
    for (const key of both) expect(grown.stdout).toContain(key);
    expect(jsonOf(await exported({ json: true }))).toMatchObject({ vkeys: both.toReversed() });
    expect(await logVerify(out, { vkey, entries: true, from: kept })).toMatchObject({ code: 0, stdout: expect.stringContaining(`sworn in by the one you know: ${turned.value}`) });
    expect(jsonOf(await logVerify(out, { vkey, json: true }))).toMatchObject({ exit: 0, followed: [turned.value] });
    expect(readFileSync(join(out, 'log-key', '0'), 'utf8')).toMatch(/^5\n/);
    expect(await logVerify(out, { vkey: [logKey(ORIGIN).vkey] })).toMatchObject({ code: 1, stderr: expect.stringContaining('[LOG_SIG]') });
    expect(await logVerify(out, { vkey: both, entries: true, from: kept })).toMatchObject({ code: 0 });
    chmodSync(join(out, 'log-key/0'), 0o600);
    const oath = readFileSync(join(out, 'log-key/0'), 'utf8');
    writeFileSync(join(out, 'log-key/0'), oath.replace(/^5/, '6'));
    expect(await logVerify(out, { vkey })).toMatchObject({ code: 1, stderr: expect.stringContaining('log-key/0') });
    writeFileSync(join(out, 'log-key/0'), oath);
    expect(await audit({ since: kept, log: out, vkey })).toMatchObject({ code: 0, stdout: expect.stringContaining('log-key') });
    expect(await audit({ full: true, data })).toMatchObject({ code: 0 });
  });

  it('gets a new key by a command, beside no server and in no folder that is an older copy', async () => {
    const { data, out, kept, vkey, append, opened, exported } = await installation(5);
    cpSync(data, `${data}-old`, { recursive: true });
    await append(2, 5);
    await exported();
    await logVerify(out, { vkey, keep: kept });
    const running = await opened();
    expect(await logRotate({ data })).toMatchObject({ code: 2, stderr: expect.stringContaining('stop the server') });
    await running.close();
    expect(await logRotate({ data: `${data}-typo` })).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT_FOUND') });
    expect(await logRotate({ data: `${data}-old`, known: [kept] })).toMatchObject({ code: 1, stderr: expect.stringContaining('LOG_FORK') });
    expect(await logRotate({ data, known: [`${kept}-typo`] })).toMatchObject({ code: 2, stderr: expect.stringContaining('--known') });
    const turned = jsonOf(await logRotate({ data, known: [kept], json: true }));
    expect(turned).toMatchObject({ exit: 0, origin: ORIGIN, old: vkey[0], vkey: expect.stringContaining(ORIGIN) });
    const again = await logRotate({ data });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(String(turned.vkey)) });
    expect(await audit({ full: true, data, vkey: [...vkey, String(turned.vkey)], known: [kept] })).toMatchObject({ code: 0 });
  });

  it('goes to folders, and comes from folders and the web', async () => {
    const { data, vkey } = await installation(1);
    for (const out of ['gs://bucket/log', 'https://example.org/log'])
      expect(await logExport({ data, out })).toMatchObject({ code: 2, stderr: expect.stringContaining('export to a folder, then copy') });
    expect([existsSync('gs:'), existsSync('https:')]).toEqual([false, false]);
    for (const log of ['s3://bucket/log', 'file:///etc', 'GS://bucket/log'])
      expect(await logVerify(log, { vkey })).toMatchObject({ code: 2, stderr: expect.stringMatching(/into a folder/) });
    expect(await audit({ since: 'x', log: 's3://bucket/log', vkey })).toMatchObject({ code: 2, stderr: expect.stringContaining('into a folder') });
  });

  it('is audited by a key that the auditor brought, and by what somebody else kept', async () => {
    const [mine, theirs] = [await installation(5), await installation(5)];
    await mine.exported();
    await logVerify(mine.out, { vkey: mine.vkey, keep: mine.kept });
    expect(await audit({ full: true, data: mine.data, vkey: mine.vkey, known: [mine.kept] })).toMatchObject({ code: 0 });
    expect(await audit({ full: true, data: theirs.data })).toMatchObject({ code: 0 });
    expect(await audit({ full: true, data: theirs.data, vkey: mine.vkey })).toMatchObject({ code: 1, stderr: expect.stringMatching(/--vkey .*LOG_SIG/) });
    expect(await audit({ full: true, data: theirs.data, known: [mine.kept] })).toMatchObject({ code: 1, stderr: expect.stringContaining('LOG_SIG') });
    expect(await audit({ full: true, data: mine.data, vkey: ['no key'] })).toMatchObject({ code: 2, stderr: expect.stringContaining('USAGE') });
    cpSync(mine.data, `${mine.data}-old`, { recursive: true });
    await mine.append(1, 5);
    await mine.exported();
    await logVerify(mine.out, { vkey: mine.vkey, keep: mine.kept });
    expect(await audit({ full: true, data: `${mine.data}-old`, known: [mine.kept] })).toMatchObject({ code: 1, stderr: expect.stringMatching(/older copy.*LOG_FORK/) });
  });

  it('brings its bodies along where it is asked to, for their owner alone', async () => {
    const { out, exported } = await installation(5);
    expect(jsonOf(await exported({ envelopes: true, json: true }))).toMatchObject({ bodies: { written: 5, dropped: 0, missing: 0 } });
    expect(statSync(join(out, 'envelopes')).mode & 0o077).toBe(0);
    expect(await logExport({ from: out, out: `${out}2`, envelopes: true })).toMatchObject({ code: 2, stderr: expect.stringContaining('--data') });
  });

  it('is read while a server has it, and not made where there is none', async () => {
    const { data, opened, exported } = await installation(3);
    const store = await opened();
    expect(await exported()).toMatchObject({ code: 0, stdout: expect.stringContaining('3 entries') });
    expect(await audit({ full: true, data })).toMatchObject({ code: 0 });
    await store.close();
    expect(await logExport({ data: `${data}-typo`, out: `${data}-out` })).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT_FOUND') });
    expect(existsSync(`${data}-typo`)).toBe(false);
  });

  it('is audited whole, and what is found is named', async () => {
    const { data } = await installation(20);
    expect(await audit({ full: true, data })).toMatchObject({ code: 0, stdout: expect.stringContaining('audited') });
    const db = new DatabaseSync(join(data, DATABASE_FILE));
    db.exec("update bodies set bytes = 'x' where idx = 7");
    db.close();
    const found = jsonOf(await audit({ full: true, data, json: true }));
    expect(found).toMatchObject({ exit: 1 });
    expect(found.problems).toEqual(expect.arrayContaining([expect.objectContaining({ place: expect.stringMatching(/^body /), message: expect.stringContaining('entry 7') })]));
    expect(await audit({ full: true, data })).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('entry 7') });
  });
});

describe('a log that is not what it was', () => {
  it('is not verified, not watched, and what was kept stays', async () => {
    const { out, kept, vkey, fork, exported } = await installation(300);
    await exported();
    await logVerify(out, { vkey, keep: kept });
    const before = readFileSync(kept, 'utf8');
    const other = fork();
    expect(await logVerify(other, { vkey })).toMatchObject({ code: 0 });
    expect(await logVerify(other, { vkey, from: kept, keep: kept })).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[LOG_FORK]') });
    expect(await audit({ since: kept, log: other, vkey })).toMatchObject({ code: 1, stderr: expect.stringContaining('[LOG_FORK]') });
    expect(jsonOf(await logVerify(other, { vkey, entries: true, json: true }))).toMatchObject({
      exit: 1,
      more: 0,
      problems: expect.arrayContaining([expect.objectContaining({ place: 'entry 699' })]),
    });
    const strange = logKey(ORIGIN).vkey;
    expect(await audit({ since: kept, log: out, vkey: [strange] })).toMatchObject({ code: 1, stderr: expect.stringContaining('[LOG_SIG]') });
    expect(readFileSync(kept, 'utf8')).toBe(before);
  });

  it('is told with the file that is wrong', async () => {
    const { out, vkey, exported } = await installation(300);
    await exported();
    flip(join(out, 'tile/entries/000'), 5_000);
    expect(await logVerify(out, { vkey })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^countersign: tile\/entries\/000: entry \d+ is not the one the log signed \[LOG_INCLUSION\]\n$/),
    });
    rmSync(join(out, 'tile/0/000'));
    expect(jsonOf(await logVerify(out, { vkey, json: true }))).toMatchObject({
      exit: 1,
      problems: expect.arrayContaining([expect.objectContaining({ code: 'NOT_FOUND', place: 'tile/0/000' })]),
    });
  });

  it.each([
    ['no log', { log: '/nowhere' }, 'NOT_FOUND'],
    ['nobody there', { log: 'http://127.0.0.1:1/' }, 'LOG_UNREACHABLE'],
    ['a file of no kind', { log: 'ftp://example.org' }, 'USAGE'],
  ])('is not decided about where there is %s', async (_, where, code) => {
    const { vkey } = await installation(1);
    expect(await logVerify(where.log, { vkey })).toMatchObject({ code: 2, stderr: expect.stringContaining(`[${code}]`) });
  });

  it('is not asked about by half', async () => {
    const { out, kept, vkey } = await installation(1);
    for (const flags of [
      {},
      { full: true },
      { full: true, since: kept },
      { since: kept },
      { since: kept, log: out },
      { since: kept, log: out, data: out },
      { since: kept, log: out, vkey: ['x'] },
    ])
      expect(await audit({ ...flags, json: true })).toMatchObject({ code: 2, stderr: '', stdout: expect.stringContaining('USAGE') });
    expect(await audit({ since: `${kept}-none`, log: out, vkey })).toMatchObject({ code: 2, stderr: expect.stringContaining('--keep') });
  });
});

describe('a log that is served', () => {
  const servers: Server[] = [];
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  afterAll(() => bed?.close());

  /** The application itself; only the name it answers to is another on loopback. */
  async function serve(): Promise<string> {
    const app = createApp(serverWorld(bed));
    const server = createServer(getRequestListener((request) => app.fetch(new Request(request.url, { method: request.method, headers: { host: new URL(RP.origin).host } }))));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/`;
  }

  it('is checked, mirrored, watched and anchored over HTTP', async () => {
    const url = await serve();
    const vkey = [bed.store.logVerifierKey ?? ''];
    const folder = room.folder();
    const [out, kept] = [join(folder, 'out'), join(folder, 'kept')];
    expect(await logVerify(url, { vkey, entries: true, keep: kept })).toMatchObject({ code: 0, stdout: expect.stringContaining('verified: countersign.example/log') });
    const repo = room.init('--bare').dir;
    expect(await logAnchor({ log: url, vkey, repo, ref: REF })).toMatchObject({ code: 0, stdout: expect.stringContaining('anchored countersign.example/log at') });
    await bed.judged(bed.commit({ 'db/a.sql': 'drop table orders;\n' }));
    const seen = jsonOf(await audit({ anchor: repo, log: url, vkey, json: true }));
    expect((seen.entries as readonly { readonly type: string }[]).map((e) => e.type)).toEqual(['decision', 'verdict']);
    expect(jsonOf(await audit({ since: kept, log: url, vkey, json: true })).entries).toEqual(seen.entries);
    expect(await logExport({ from: url, vkey, out })).toMatchObject({ code: 0 });
    expect(await logVerify(out, { vkey, entries: true, from: kept })).toMatchObject({ code: 0 });
    expect(readFileSync(join(out, 'checkpoint'), 'utf8')).toBe(await (await fetch(`${url}checkpoint`)).text());
  });
});

describe('a log that is anchored', () => {
  it('from its data folder, and seen when it forks afterwards', async () => {
    const { data, vkey, fork } = await installation(300);
    const repo = room.init('--bare');
    expect(await audit({ anchor: repo.dir, log: fork(), vkey })).toMatchObject({ code: 2, stderr: expect.stringContaining('log anchor begins it') });
    expect(await logAnchor({ data, repo: repo.dir, ref: REF })).toMatchObject({ code: 0 });
    expect(await logAnchor({ data, repo: repo.dir, ref: REF, json: true })).toMatchObject({ code: 0, stdout: expect.stringContaining('"commit":null') });
    expect(await logAnchor({ log: fork(), vkey, repo: repo.dir, ref: REF })).toMatchObject({ code: 1, stderr: expect.stringContaining('[LOG_FORK]') });
    expect(await audit({ anchor: repo.dir, log: fork(), vkey })).toMatchObject({ code: 1, stderr: expect.stringContaining('[LOG_FORK]') });
    expect(repo.git('rev-list', '--count', REF)).toBe('1');
    expect(await logAnchor({ data, repo: join(room.root, 'nowhere'), ref: REF })).toMatchObject({ code: 2 });
  });
});
