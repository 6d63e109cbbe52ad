/** Real git clients against a real server; a raw socket where a client would never ask such a thing. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { gitEnvironment, gitRoom } from '../../testing/git.ts';
import { gitRoute, handleGit } from './http.ts';

const room = gitRoom();
const origin = room.init();
const head = origin.commit({ a: 'one\n' });
const projects = room.folder();
const served = join(projects, 'pay.git');
origin.git('clone', '-q', '--bare', origin.dir, served);
writeFileSync(join(served, 'hooks', 'pre-receive'), '#!/bin/sh\necho "by $REMOTE_USER through $COUNTERSIGN_TEST" >&2\n', { mode: 0o755 });

let user: string | undefined = 'bob';
const server = createServer((req, res) => void handleGit(req, res, { projectRoot: projects, remoteUser: user, env: { COUNTERSIGN_TEST: 'the hook' } }));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => {
  server.close();
  room.remove();
});

async function git(...args: readonly string[]): Promise<{ code?: number; stdout: string; stderr: string }> {
  try {
    return await promisify(execFile)('git', [...args], { env: { ...gitEnvironment(room.root), GIT_AUTHOR_NAME: 'x' } });
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

test('clone, ls-remote under protocol 0 and 2, a deep fetch', async () => {
  const target = join(room.folder(), 'c');
  expect((await git('clone', '-q', `${at}/pay.git`, target)).code).toBeUndefined();
  for (const version of ['0', '2']) expect((await git('-c', `protocol.version=${version}`, 'ls-remote', `${at}/pay.git`, 'HEAD')).stdout).toBe(`${head}\tHEAD\n`);
});

test('a push names its user to the hook, compressed or in chunks', async () => {
  origin.commit({ big: randomBytes(3_000_000) });
  const pushed = await git('-C', origin.dir, '-c', 'http.postBuffer=65536', 'push', `${at}/pay.git`, 'HEAD:main');
  expect(pushed.stderr).toContain('remote: by bob through the hook');
  expect(origin.git('--git-dir', served, 'rev-parse', 'main')).toBe(origin.git('rev-parse', 'HEAD'));
});

test('the hooks that are named run, whatever a repository is configured to; where there are none nothing is pushed', async () => {
  const hooks = room.folder();
  const gated = createServer((req, res) => void handleGit(req, res, { projectRoot: projects, remoteUser: 'bob', env: { COUNTERSIGN_TEST: 'ours' }, hooks: () => hooks }));
  await new Promise<void>((resolve) => gated.listen(0, '127.0.0.1', resolve));
  const push = (ref: string) => git('-C', origin.dir, 'push', `http://127.0.0.1:${(gated.address() as AddressInfo).port}/pay.git`, `HEAD:refs/heads/${ref}`);
  try {
    const none = await push('ungated');
    expect(none.code).not.toBe(0);
    expect(origin.git('--git-dir', served, 'for-each-ref', 'refs/heads/ungated')).toBe('');
    writeFileSync(join(hooks, 'pre-receive'), '#!/bin/sh\necho "gate of $COUNTERSIGN_TEST" >&2\nexit 1\n', { mode: 0o755 });
    origin.git('--git-dir', served, 'config', 'core.hooksPath', room.folder());
    const refused = await push('elsewhere');
    expect(refused.stderr).toContain('gate of ours');
    expect(origin.git('--git-dir', served, 'for-each-ref', 'refs/heads/elsewhere')).toBe('');
  } finally {
    origin.git('--git-dir', served, 'config', '--unset', 'core.hooksPath');
    gated.close();
  }
});

test('without an authenticated principal nothing is pushed, whatever the request says', async () => {
  user = undefined;
  const refused = await git('-C', origin.dir, '-c', 'http.extraHeader=Remote-User: eve', 'push', `${at}/pay.git`, 'HEAD:refs/heads/x');
  user = 'bob';
  expect(refused.code).not.toBe(0);
  expect(origin.git('--git-dir', served, 'for-each-ref', 'refs/heads/x')).toBe('');
});

test('a push whose body ends early ends git: a server that dies leaves nothing spinning', async () => {
  const half = '00a40000000000000000000000000000000000000000 ';
  const request = Object.assign(Readable.from([half]), {
    method: 'POST',
    url: '/pay.git/git-receive-pack',
    headers: { 'content-type': 'application/x-git-receive-pack-request', 'content-length': '469' },
  });
  const answer = Object.assign(new PassThrough(), { writeHead: () => undefined });
  answer.resume();
  await handleGit(request as unknown as IncomingMessage, answer as unknown as ServerResponse, { projectRoot: projects, remoteUser: 'bob', env: {} });
  expect(answer.writableEnded).toBe(true);
});

test('a gzipped request is understood', async () => {
  const want = `0032want ${head}\n00000009done\n`;
  const answer = await fetch(`${at}/pay.git/git-upload-pack`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-git-upload-pack-request', 'content-encoding': 'gzip' },
    body: gzipSync(want),
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-git-upload-pack-result');
  expect((await answer.text()).slice(0, 20)).toContain('NAK');
});

test.each([
  ['/pay.git/config', 404],
  ['/pay.git/hooks/pre-receive', 404],
  ['/pay.git/objects/tmp_objdir-incoming-a/pack/x', 404],
  ['/pay.git/objects/../config', 404],
  ['/pay.git/%2e%2e/pay.git/HEAD', 404],
  ['/../pay.git/HEAD', 404],
  ['/none.git/info/refs?service=git-upload-pack', 404],
  ['/a/pay.git/HEAD', 404],
  ['/.git/HEAD', 404],
  ['/pay.git/HEAD', 200],
])('GET %s: %i', async (path, status) => {
  const { request } = await import('node:http');
  const got = await new Promise<number | undefined>((resolve, reject) => {
    request(`${at}`, { path }, (res) => resolve(res.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(got).toBe(status);
});

test('other methods are refused', async () => {
  expect((await fetch(`${at}/pay.git/HEAD`, { method: 'DELETE' })).status).toBe(405);
});

test('a request says which repository it is about and whether it pushes', () => {
  expect(gitRoute({ path: '/pay.git/info/refs', query: 'service=git-receive-pack' })).toEqual({ repo: 'pay', push: true });
  expect(gitRoute({ path: '/pay.git/git-receive-pack', query: '' })).toEqual({ repo: 'pay', push: true });
  expect(gitRoute({ path: '/pay.git/git-upload-pack', query: 'service=git-receive-pack' })).toEqual({ repo: 'pay', push: false });
  expect(gitRoute({ path: '/pay.git/info/refs', query: 'service=git%2Dreceive-pack' })).toEqual({ repo: 'pay', push: true });
  expect(gitRoute({ path: '/pay.git/info/refs\n', query: '' })).toBeUndefined();
});
