/** What of a mirror's remote is taken: objects that git refuses, that are too large or never come, names that are none. Behind git's own server. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Mirror } from '../../flows/ports-forge.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { handleGit } from './http.ts';
import { type MirrorOptions, mirror, mirrorFolder } from './mirror.ts';
import { openRepository } from './repository.ts';

const room = gitRoom();
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  room.remove();
});

let projects: string;
let remote: TestRepository;
let root: string;
/** What was asked of servers, in order. */
let asked: string[];

beforeEach(() => {
  projects = room.folder();
  remote = room.init();
  root = room.folder();
  asked = [];
});

/** Publishes what the repository holds, all refs of it. */
function publish(): void {
  const served = join(projects, 'pay.git');
  if (!existsSync(served)) remote.git('clone', '-q', '--bare', remote.dir, served);
  remote.git('push', '-q', '--mirror', served);
}

type Handler = (req: IncomingMessage, res: ServerResponse) => void;
const serve: Handler = (req, res) => void handleGit(req, res, { projectRoot: projects, remoteUser: undefined, env: {} });

async function listen(handler: Handler = serve): Promise<string> {
  const server = createServer((req, res) => {
    asked.push(`${req.method} ${req.url}`);
    handler(req, res);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/pay.git`;
}

const from = (url: string) => ({ url, user: 'x', password: 'y' });
const made = (more: Partial<MirrorOptions> = {}): Mirror => mirror({ root, ...more });
const folder = (): string => mirrorFolder(root, 'pay');
const all = async (m: Mirror): Promise<object> => Object.fromEntries(await m.refs('pay', 'refs/'));

describe('what is fetched', () => {
  /** A commit whose tree git would not make: a folder called `.git`. */
  const spoiled = (): string => {
    const blob = Buffer.from(remote.raw(['hash-object', '-w', '--stdin'], 'x'))
      .toString()
      .trim();
    const inner = Buffer.from(remote.raw(['mktree'], `100644 blob ${blob}\tconfig\n`))
      .toString()
      .trim();
    const raw = Buffer.concat([Buffer.from('40000 .git\0'), Buffer.from(inner, 'hex')]);
    const tree = Buffer.from(remote.raw(['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], raw))
      .toString()
      .trim();
    return remote.git('commit-tree', '-m', 'spoiled', '-p', 'HEAD', tree);
  };

  test('a proposal that git will not take is left out, and spoils no other', async () => {
    const base = remote.commit({ a: '1\n' });
    const bad = spoiled();
    const refs: Record<string, string> = { 'refs/heads/main': base };
    for (let i = 1; i <= 9; i++) {
      const ref = `refs/pull/${i}/head`;
      remote.git('checkout', '-q', '--detach', base);
      const head = i === 4 ? bad : remote.commit({ [`f${i}`]: `${i}\n` });
      remote.git('update-ref', ref, head);
      if (i !== 4) refs[ref] = head;
    }
    remote.git('checkout', '-q', 'main');
    publish();
    const [m, url] = [made(), await listen()];
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(await all(m)).toEqual(refs);
    const tries = asked.length;
    await m.fetch('pay', from(url));
    // It is known by its id, and not asked for again.
    expect(asked.length - tries).toBeLessThan(4);
    remote.git('update-ref', 'refs/heads/bad', bad);
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', message: expect.stringMatching(/cannot be taken.*\.git/i) } });
    expect(await all(m)).toEqual(refs);
  });

  test('a branch that need not be here is left out where git will not take it, and keeps no other back', async () => {
    const base = remote.commit({ a: '1\n' });
    remote.git('branch', 'release', base);
    remote.git('branch', 'topic', base);
    publish();
    const lines: string[] = [];
    const needed: string[][] = [];
    const must: MirrorOptions['must'] = async (repo, branches) => {
      expect(repo).toBe('pay');
      needed.push([...branches]);
      return branches.filter((ref) => ref === 'refs/heads/release');
    };
    const [m, url] = [made({ must, log: (line) => lines.push(line) }), await listen()];
    await m.fetch('pay', from(url));
    const bad = spoiled();
    const next = remote.commit({ a: '2\n' });
    remote.git('update-ref', 'refs/heads/topic', bad);
    remote.git('update-ref', 'refs/heads/other', bad);
    remote.git('update-ref', 'refs/heads/good', remote.git('commit-tree', '-m', 'good', '-p', base, `${base}^{tree}`));
    remote.git('update-ref', 'refs/heads/release', next);
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    const good = remote.git('rev-parse', 'refs/heads/good');
    const here = { 'refs/heads/good': good, 'refs/heads/main': next, 'refs/heads/release': next };
    expect(await all(m)).toEqual(here);
    expect(lines).toEqual([expect.stringMatching(/^pay: refs\/heads\/other is left out.*\.git/i), expect.stringMatching(/^pay: refs\/heads\/topic is left out/)]);
    const before = asked.length;
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    // It is known by its id, not asked for again, and said once.
    expect([asked.length - before < 4, lines.length]).toEqual([true, 2]);

    // The default branch must be here whatever anybody says of it; so must what is said to, and the others go on meanwhile.
    for (const lost of ['refs/heads/release', 'refs/heads/main']) {
      const at = remote.git('rev-parse', lost);
      remote.git('update-ref', lost, bad);
      remote.git('update-ref', 'refs/heads/good', base);
      publish();
      const said = await m.fetch('pay', from(url));
      expect(said).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', message: expect.stringMatching(new RegExp(`^${lost}: .*cannot be taken.*\\.git`, 'i')) } });
      expect(await all(m)).toEqual({ ...here, 'refs/heads/good': base });
      remote.git('update-ref', lost, at);
    }
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(needed.flat()).toContain('refs/heads/release');
  });

  test('the first time, nothing says yet what must be here: what cannot be taken is in no other’s way', async () => {
    const tip = remote.commit({ a: '1\n' });
    const bad = spoiled();
    remote.git('update-ref', 'refs/heads/bad', bad);
    publish();
    let protectedRefs: readonly string[] = [];
    const m = made({ must: async (_, branches) => branches.filter((ref) => protectedRefs.includes(ref)) });
    const url = await listen();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect([await all(m), await openRepository({ gitDir: folder() }).resolve('HEAD')]).toEqual([{ 'refs/heads/main': tip }, tip]);
    // Another policy, another answer.
    protectedRefs = ['refs/heads/bad'];
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: false, error: { message: expect.stringMatching(/^refs\/heads\/bad: /) } });
    const strict = mirror({ root: room.folder() });
    expect(await strict.fetch('pay', from(url))).toMatchObject({ ok: false, error: { message: expect.stringMatching(/^refs\/heads\/bad: /) } });
  });

  test('a name that git would read for another stands, and none is read for it', async () => {
    const tip = remote.commit({ a: '1\n' });
    const other = remote.git('commit-tree', '-m', 'other', `${tip}^{tree}`);
    for (const decoy of ['refs/heads/refs/heads/main', 'refs/heads/refs/heads/gone', 'refs/heads/HEAD', `refs/heads/${tip}`]) remote.git('update-ref', decoy, other);
    publish();
    const [m, url] = [made(), await listen()];
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    const { resolve } = openRepository({ gitDir: folder() });
    expect([await resolve('refs/heads/main'), await resolve('refs/heads/gone'), await resolve('HEAD'), await resolve(tip)]).toEqual([tip, null, tip, tip]);
  });

  /** A remote that says what git says, changed. @param change null: it never answers. */
  const changed = async (change: (asked: string, answer: Buffer) => Buffer | null): Promise<string> => {
    const inner = new URL(await listen()).origin;
    return listen(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk);
      const headers = Object.fromEntries(['authorization', 'content-type', 'accept', 'git-protocol'].flatMap((name) => [[name, String(req.headers[name] ?? '')]]));
      const [body, method] = [Buffer.concat(chunks), req.method ?? 'GET'];
      const answer = await fetch(`${inner}${req.url}`, { method, headers, ...(method === 'POST' ? { body } : {}) });
      const said = change(body.toString('latin1'), Buffer.from(await answer.arrayBuffer()));
      res.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '', 'www-authenticate': 'Basic realm="x"' });
      if (said === null) res.write('0');
      else res.end(said);
    });
  };
  const listing = (...lines: readonly string[]): Promise<string> => {
    const more = Buffer.from(lines.map((line) => `${(line.length + 5).toString(16).padStart(4, '0')}${line}\n`).join(''), 'latin1');
    return changed((asked, answer) => (asked.includes('command=ls-refs') ? Buffer.concat([more, answer]) : answer));
  };

  test('what a remote lists and does not have, and a name that no git takes, are left out; not where they must be here', async () => {
    const tip = remote.commit({ a: '1\n' });
    publish();
    const ghost = '1'.repeat(40);
    const url = await listing(`${ghost} refs/heads/ghost`, `${tip} refs/heads/main/inner`, `${tip} refs/heads/two..dots\x1b[31m`, `${tip} refs/heads/x.lock`);
    const lines: string[] = [];
    const lenient = made({ must: async () => [], log: (line) => lines.push(line) });
    expect(await lenient.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(await all(lenient)).toEqual({ 'refs/heads/main': tip, 'refs/heads/main/inner': tip });
    const repository = openRepository({ gitDir: folder() });
    expect([await repository.resolve('refs/heads/main'), await repository.resolve('refs/heads/main/inner')]).toEqual([tip, tip]);
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['refs/heads/ghost', 'refs/heads/two..dots?[31m', 'refs/heads/x.lock']);
    for (const lost of ['refs/heads/ghost', 'refs/heads/x.lock']) {
      const strict = made({ must: async (_, branches) => branches.filter((ref) => ref === lost) });
      expect(await strict.fetch('pay', from(url))).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', message: expect.stringContaining(lost) } });
    }
  });

  test('one that the remote packs for ever is left, and what must be here is here', async () => {
    const base = remote.commit({ a: '1\n' });
    publish();
    let slow = 'none';
    const url = await changed((asked, answer) => (asked.includes(`want ${slow}`) ? null : answer));
    const m = made({ must: async () => [], caps: { seconds: 6 } });
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    remote.git('checkout', '-q', '--detach', base);
    slow = remote.commit({ huge: 'x' });
    remote.git('update-ref', 'refs/pull/1/head', slow);
    remote.git('checkout', '-q', 'main');
    const next = remote.commit({ a: '2\n' });
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(await all(m)).toEqual({ 'refs/heads/main': next });
    const before = asked.length;
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    // Not asked for again so soon: what is listed is asked alone, of the one and by it of the other.
    expect(asked.slice(before).filter((line) => line.startsWith('POST')).length).toBe(2);
  });

  test('over the cap of bytes it is refused; a proposal that is, is left out', async () => {
    const base = remote.commit({ a: '1\n' });
    remote.git('checkout', '-q', '--detach');
    remote.git('update-ref', 'refs/pull/1/head', remote.commit({ big: randomBytes(3_000_000) }));
    remote.git('checkout', '-q', '--detach', base);
    const small = remote.commit({ small: 'x' });
    remote.git('update-ref', 'refs/pull/2/head', small);
    remote.git('checkout', '-q', 'main');
    publish();
    const [m, url] = [made({ caps: { bytes: 1_000_000 } }), await listen()];
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: true });
    expect(await all(m)).toEqual({ 'refs/heads/main': base, 'refs/pull/2/head': small });
    remote.commit({ big: randomBytes(2_000_000) });
    publish();
    expect(await m.fetch('pay', from(url))).toMatchObject({ ok: false, error: { code: 'PUSH_TOO_LARGE' } });
    expect(await all(m)).toEqual({ 'refs/heads/main': base, 'refs/pull/2/head': small });
    expect(readdirSync(join(folder(), 'objects', 'pack')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });
});
