/** Mirrors of real repositories behind git's own server, with a password; remotes that hang, send elsewhere, lie and hold what nobody should take. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Mirror } from '../../flows/ports-forge.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { handleGit } from './http.ts';
import { objectStore } from './keep.ts';
import { type MirrorOptions, mirror, mirrorFolder } from './mirror.ts';
import { openRepository } from './repository.ts';

const PASSWORD = 'ghs_pass/word+with:signs';
const room = gitRoom();
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  room.remove();
});

type Handler = (req: IncomingMessage, res: ServerResponse, pass: () => void) => void;

let projects: string;
let remote: TestRepository;
let root: string;
/** What was asked of the server, in order. */
let asked: string[];

beforeEach(() => {
  projects = room.folder();
  remote = room.init();
  root = room.folder();
  asked = [];
});

/** Publishes what the repository holds, all refs of it. */
const publish = (): string => {
  const served = join(projects, 'pay.git');
  if (!existsSync(served)) remote.git('clone', '-q', '--bare', remote.dir, served);
  remote.git('push', '-q', '--mirror', served);
  return served;
};

async function listen(handler: Handler = (_req, _res, pass) => pass()): Promise<string> {
  const server = createServer((req, res) => {
    asked.push(`${req.method} ${req.url}`);
    const known = req.headers.authorization === `Basic ${Buffer.from(`x-access-token:${PASSWORD}`).toString('base64')}`;
    handler(req, res, () => {
      if (known) return void handleGit(req, res, { projectRoot: projects, remoteUser: undefined, env: {} });
      res.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(`who are you, ${req.headers.authorization}?`);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/pay.git`;
}

const from = (url: string, password = PASSWORD) => ({ url, user: 'x-access-token', password });
const made = (more: Partial<MirrorOptions> = {}): Mirror => mirror({ root, ...more });
const folder = (): string => mirrorFolder(root, 'pay');
const all = async (m: Mirror): Promise<object> => Object.fromEntries(await m.refs('pay', 'refs/'));
const git = (...args: readonly string[]): string => spawnSync('git', ['--git-dir', folder(), ...args], { encoding: 'utf8' }).stdout.trim();
/** Processes of this machine with this in their arguments. */
const running = (word: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(word));

describe('a mirror', () => {
  test('is made of branches, proposals and queues, and of nothing else; HEAD is the default branch of the remote', async () => {
    const first = remote.commit({ a: '1\n' });
    remote.git('branch', 'gh-readonly-queue/main/pr-7-abc');
    const second = remote.commit({ a: '2\n' });
    remote.git('update-ref', 'refs/pull/7/head', first);
    for (const other of ['refs/pull/7/merge', 'refs/tags/v1', 'refs/notes/ai', 'refs/countersign/x', 'refs/pull/x/head']) remote.git('update-ref', other, second);
    remote.git('branch', 'trunk', first);
    const served = publish();
    spawnSync('git', ['--git-dir', served, 'symbolic-ref', 'HEAD', 'refs/heads/trunk']);
    const [m, url] = [made(), await listen()];
    expect(await m.refs('pay', 'refs/')).toEqual(new Map());
    expect(await m.fetch('pay', from(url))).toEqual({ ok: true, value: undefined });
    expect(await all(m)).toEqual({ 'refs/heads/gh-readonly-queue/main/pr-7-abc': first, 'refs/heads/main': second, 'refs/heads/trunk': first, 'refs/pull/7/head': first });
    expect(Object.fromEntries(await m.refs('pay', 'refs/heads/t'))).toEqual({ 'refs/heads/trunk': first });
    expect(await openRepository({ gitDir: folder() }).resolve('HEAD')).toBe(first);
    expect(git('for-each-ref', '--format=%(refname)').split('\n')).toEqual([...(await m.refs('pay', 'refs/')).keys()]);
    expect(git('fsck', '--strict')).toBe('');
    const before = asked.length;
    await m.fetch('pay', from(url));
    // Nothing new: it is listed, and that is all.
    expect(asked.slice(before).every((line) => line.includes('info/refs') || line.endsWith('POST /pay.git/git-upload-pack'))).toBe(true);
    expect(readdirSync(join(folder(), 'objects', 'pack')).filter((name) => name.endsWith('.pack')).length).toBe(1);
  });

  test('takes forced pushes and deletions as they are, and a name that became a folder', async () => {
    remote.commit({ a: '1\n' });
    remote.git('branch', 'deep');
    remote.git('branch', 'wide/open');
    remote.git('update-ref', 'refs/pull/1/head', 'HEAD');
    publish();
    const [m, url] = [made(), await listen()];
    await m.fetch('pay', from(url));
    const repository = openRepository({ gitDir: folder() });
    expect(await repository.resolve('refs/heads/deep')).not.toBeNull();
    remote.git('commit', '-q', '--amend', '--allow-empty', '-m', 'rewritten');
    const rewritten = remote.git('rev-parse', 'HEAD');
    remote.git('branch', '-D', 'deep', 'wide/open');
    remote.git('branch', 'deep/er');
    remote.git('branch', 'wide');
    remote.git('update-ref', '-d', 'refs/pull/1/head');
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(await all(m)).toEqual({ 'refs/heads/deep/er': rewritten, 'refs/heads/main': rewritten, 'refs/heads/wide': rewritten });
    expect([await repository.resolve('refs/heads/deep'), await repository.resolve('refs/heads/deep/er')]).toEqual([null, rewritten]);
  });

  test('names no default branch where the remote names none that may decide', async () => {
    remote.commit({ a: '1\n' });
    remote.git('branch', 'master');
    remote.git('branch', 'gh-readonly-queue/main/pr-1');
    const served = publish();
    const [m, url] = [made(), await listen()];
    const head = async (to: string): Promise<string | null> => {
      writeFileSync(join(served, 'HEAD'), `${to}\n`);
      expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
      return openRepository({ gitDir: folder() }).resolve('HEAD');
    };
    const tip = remote.git('rev-parse', 'HEAD');
    expect(await head(tip)).toBeNull();
    expect(await head('ref: refs/heads/main')).toBe(tip);
    expect(await head('ref: refs/heads/gh-readonly-queue/main/pr-1')).toBeNull();
    expect(await head('ref: refs/heads/master')).toBe(tip);
    expect(await head('ref: refs/heads/gone')).toBeNull();
  });

  test('of an empty repository is empty', async () => {
    remote.git('clone', '-q', '--bare', remote.dir, join(projects, 'pay.git'));
    const m = made();
    expect(await m.fetch('pay', from(await listen()))).toMatchObject({ ok: true });
    expect(await all(m)).toEqual({});
  });

  test('of five thousand refs, and of one more', async () => {
    const tip = remote.commit({ a: '1\n' });
    remote.raw(['update-ref', '--stdin'], Array.from({ length: 5_000 }, (_, i) => `create refs/pull/${i + 1}/head ${tip}\n`).join(''));
    publish();
    const [m, url] = [made(), await listen()];
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect((await m.refs('pay', 'refs/pull/')).size).toBe(5_000);
    const next = remote.commit({ a: '2\n' });
    remote.git('update-ref', 'refs/pull/5001/head', next);
    publish();
    await m.fetch('pay', from(url));
    expect([(await m.refs('pay', 'refs/pull/')).size, (await m.refs('pay', 'refs/pull/5001/')).get('refs/pull/5001/head')]).toEqual([5_001, next]);
  });

  test('keeps what it kept of a change when the forge has forgotten it', async () => {
    remote.commit({ a: '1\n' });
    remote.git('checkout', '-q', '-b', 'proposal');
    const head = remote.commit({ a: '2\n', b: 'evidence\n' });
    remote.git('update-ref', 'refs/pull/1/head', head);
    const other = remote.commit({ c: 'nobody asked for this one\n' });
    remote.git('update-ref', 'refs/pull/2/head', other);
    remote.git('reset', '-q', '--hard', head);
    remote.git('checkout', '-q', 'main');
    publish();
    const [m, url] = [made(), await listen()];
    await m.fetch('pay', from(url));
    const store = objectStore({ root: room.folder(), gitDirOf: () => folder() });
    expect(await store.keep('pay', [head], undefined)).toMatchObject({ ok: true });
    expect(await store.open('pay').steps(head, other)).toBeUndefined();
    expect(await store.keep('pay', [other], undefined)).toMatchObject({ ok: true });
    expect((await store.open('pay').steps(head, other))?.length).toBe(1);
    for (const ref of ['refs/pull/1/head', 'refs/pull/2/head']) remote.git('update-ref', '-d', ref);
    remote.git('branch', '-D', 'proposal');
    publish();
    await m.fetch('pay', from(url));
    git('gc', '-q', '--prune=now');
    expect(await openRepository({ gitDir: folder() }).resolve(head)).toBeNull();
    expect(Buffer.from((await store.open('pay').file(head, 'b')) ?? []).toString()).toBe('evidence\n');
  });

  test('does not grow by a pack with every fetch', async () => {
    remote.commit({ a: 'first\n' });
    publish();
    const [m, url] = [made(), await listen()];
    await m.fetch('pay', from(url));
    const packs = join(folder(), 'objects', 'pack', 'pack');
    const tips = Array.from({ length: 50 }, (_, i) => {
      const tip = remote.commit({ a: `${i}\n` });
      spawnSync('sh', ['-c', `printf '${tip}\n^${tip}~1\n' | git pack-objects -q --revs --thin ${packs}`], { cwd: remote.dir });
      return tip;
    });
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(readdirSync(join(folder(), 'objects', 'pack')).filter((name) => name.endsWith('.pack')).length).toBeLessThan(50);
    for (const tip of tips) expect(await openRepository({ gitDir: folder() }).resolve(tip)).toBe(tip);
  });
});

describe('the password', () => {
  test('is in no argument and no file, and no redirect carries it away', async () => {
    remote.commit({ a: '1\n' });
    publish();
    const seen: string[] = [];
    const url = await listen((_req, _res, pass) => {
      seen.push(...running(folder().slice(0, -8)), ...running('upload-pack'), ...running('remote-http'));
      pass();
    });
    expect(await made().fetch('pay', from(url))).toMatchObject({ ok: true });
    const base64 = Buffer.from(`x-access-token:${PASSWORD}`).toString('base64');
    expect(seen.some((line) => line.includes('remote-http'))).toBe(true);
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), base64]) {
      expect(seen.filter((line) => line.includes(secret))).toEqual([]);
      expect(spawnSync('grep', ['-rlaF', '--', secret, root], { encoding: 'utf8' }).stdout).toBe('');
    }
    expect(readFileSync(join(folder(), 'config'), 'utf8')).not.toContain('127.0.0.1');
    expect(existsSync(join(folder(), 'FETCH_HEAD'))).toBe(false);
  });

  test('goes nowhere else: a redirect is not followed, to the same host or another', async () => {
    remote.commit({ a: '1\n' });
    publish();
    let told = '';
    const other = await listen((req, res) => {
      told += `${req.headers.authorization}`;
      res.writeHead(404).end();
    });
    for (const to of [other, '/elsewhere.git']) {
      const url = await listen((req, res) => res.writeHead(302, { location: `${to}${(req.url ?? '').slice('/pay.git'.length)}` }).end());
      expect(await made().fetch('pay', from(url))).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', message: expect.stringContaining('elsewhere'), place: url } });
    }
    expect(told).toBe('');
  });

  test('is in no message, though the remote says it back', async () => {
    remote.commit({ a: '1\n' });
    publish();
    const url = await listen((req, res) => {
      const basic = req.headers.authorization ?? '';
      const words = `${basic} ${Buffer.from(basic.slice(6), 'base64').toString()}`;
      if ((req.url ?? '').startsWith('/pay.git')) {
        const line = `ERR ${words}`;
        const pkt = `001e# service=git-upload-pack\n0000${(line.length + 4).toString(16).padStart(4, '0')}${line}`;
        res.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' }).end(pkt);
      } else res.writeHead(500, { 'content-type': 'text/plain' }).end(words);
    });
    for (const at of [url, url.replace('pay', 'web')]) {
      const said = JSON.stringify(await made().fetch('pay', from(at)));
      expect(said).toContain('GIT_FAILED');
      for (const secret of [PASSWORD, Buffer.from(`x-access-token:${PASSWORD}`).toString('base64'), 'ghs_']) expect(said).not.toContain(secret);
    }
  });

  test.each([
    'file:///etc',
    'ssh://git@host/x.git',
    'ext::sh -c x',
    '--upload-pack=x',
    '/srv/x.git',
    'https://user:secret@host.invalid/x.git',
    'http://127.0.0.1:1/x.git?token=secret',
  ])('no address like %s is fetched from, or repeated', async (url) => {
    const said = await made().fetch('pay', from(url));
    expect(said).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', message: expect.stringContaining('http or https') } });
    expect(JSON.stringify(said)).not.toContain('secret');
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('what goes wrong is named', () => {
  const failing = async (handler: Handler, more: Partial<MirrorOptions> = {}) => {
    remote.commit({ a: '1\n' });
    publish();
    const url = await listen(handler);
    return made(more).fetch('pay', from(url));
  };
  const status = (code: number) => (_req: IncomingMessage, res: ServerResponse) => void res.writeHead(code).end('no');

  test('a wrong password', async () => {
    remote.commit({ a: '1\n' });
    publish();
    const url = await listen();
    expect(await made().fetch('pay', from(url, 'wrong'))).toMatchObject({
      ok: false,
      error: { code: 'GIT_FAILED', message: expect.stringContaining('refused'), place: url, remedy: expect.stringContaining('right') },
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test.each([
    [403, 'refused'],
    [404, 'knows no such repository'],
    [500, 'not reached'],
    [429, 'not reached'],
  ])('status %i', async (code, words) => {
    expect(await failing(status(code))).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', message: expect.stringContaining(words), remedy: expect.any(String) } });
  });

  test('nobody there', async () => {
    expect(await made().fetch('pay', from('http://127.0.0.1:1/pay.git'))).toMatchObject({
      ok: false,
      error: { code: 'GIT_FAILED', message: expect.stringContaining('not reached') },
    });
  });

  test('a remote that hangs is left, with all that was started', async () => {
    const seen: string[] = [];
    const said = await failing(
      (req, res, pass) => {
        if (req.method === 'GET') return pass();
        seen.push('hung');
        res.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' }).write('0');
      },
      { caps: { seconds: 2 } },
    );
    expect(said).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', message: expect.stringContaining('too long') } });
    expect(seen.length).toBeGreaterThan(0);
    const port = new URL(said.ok ? '' : (said.error.place ?? '')).port;
    expect(running(`127.0.0.1:${port}`)).toEqual([]);
  });

  test('whoever waits no more ends it; others who wait do not lose it', async () => {
    remote.commit({ a: '1\n' });
    publish();
    let hang = true;
    const url = await listen((_req, _res, pass) => (hang ? undefined : pass()));
    const m = made();
    const [stop, leave] = [new AbortController(), new AbortController()];
    const first = m.fetch('pay', from(url), stop.signal);
    const [left, stays] = [m.fetch('pay', from(url), leave.signal), m.fetch('pay', from(url))];
    while (asked.length === 0) await pause(5);
    leave.abort();
    expect(await left).toMatchObject({ ok: false });
    hang = false;
    stop.abort();
    expect([(await first).ok, (await stays).ok]).toEqual([false, true]);
    expect((await m.refs('pay', 'refs/heads/')).size).toBe(1);
  });
});

describe('what is fetched', () => {
  test('what a killed process left is in nobody’s way', async () => {
    remote.commit({ a: '1\n' });
    publish();
    const [m, url] = [made(), await listen()];
    await m.fetch('pay', from(url));
    writeFileSync(join(folder(), 'packed-refs.lock'), '');
    writeFileSync(join(folder(), 'packed-refs.new'), 'half');
    writeFileSync(join(folder(), 'objects', 'pack', 'tmp_pack_x'), 'half');
    const next = remote.commit({ a: '2\n' });
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(await all(m)).toEqual({ 'refs/heads/main': next });
    expect(readdirSync(join(folder(), 'objects', 'pack'))).not.toContain('tmp_pack_x');
  });

  test('no hook and no filter of anybody’s runs', async () => {
    remote.commit({ a: '1\n' });
    publish();
    const [m, url] = [made(), await listen()];
    await m.fetch('pay', from(url));
    mkdirSync(join(folder(), 'hooks'), { recursive: true });
    const trace = join(room.folder(), 'ran');
    for (const hook of ['reference-transaction', 'post-merge', 'pre-auto-gc'])
      writeFileSync(join(folder(), 'hooks', hook), `#!/bin/sh\necho ${hook} >> ${trace}\n`, { mode: 0o755 });
    remote.commit({ a: '2\n' });
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(existsSync(trace)).toBe(false);
  });
});

test('a hundred who ask at once cost two fetches, and all see what was there when they asked', async () => {
  remote.commit({ a: '1\n' });
  publish();
  const [m, url] = [made(), await listen()];
  const first = m.fetch('pay', from(url, 'of before'));
  const next = remote.commit({ a: '2\n' });
  publish();
  const rest = Array.from({ length: 99 }, (_, i) => m.fetch('pay', from(url, i === 98 ? PASSWORD : 'of before')));
  expect((await first).ok).toBe(false);
  // The latest password is the one that counts.
  expect((await Promise.all(rest)).every((answer) => answer.ok)).toBe(true);
  expect(await all(m)).toEqual({ 'refs/heads/main': next });
  expect(asked.filter((line) => line.includes('info/refs')).length).toBeLessThanOrEqual(6);
});

test('no name leads out of the folder', async () => {
  for (const name of ['../x', '.', 'A', 'a/b', '']) {
    expect(await made().fetch(name, from('http://127.0.0.1:1/x.git'))).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNKNOWN' } });
    expect(await made().refs(name, 'refs/')).toEqual(new Map());
  }
});
