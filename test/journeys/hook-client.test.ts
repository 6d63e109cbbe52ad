/**
 * The hook by itself, under real git, against doors that answer badly or not at all: it refuses. Once with perl, once on
 * a PATH that has curl and no perl; both PATHs hold a `node` that must never be started.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installHooks } from '../../src/server/hooks/install.ts';
import { gitEnvironment, gitRoom, type TestRepository } from '../../src/testing/git.ts';

const GATE = join(import.meta.dirname, '../../src/server/hooks/gate.sh');
const COMMON = ['git', 'mktemp', 'wc', 'sed', 'tr', 'head', 'grep', 'cat', 'rm'];
const room = gitRoom();
const started = join(room.root, 'node-was-started');

/** A PATH of exactly these programs, and a `node` that leaves a mark. */
function programs(...names: readonly string[]): string {
  const folder = room.folder();
  for (const name of names) symlinkSync(spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim(), join(folder, name));
  writeFileSync(join(folder, 'node'), `#!/bin/sh\necho started >'${started}'\n`);
  chmodSync(join(folder, 'node'), 0o755);
  return folder;
}

const answer = (head: string, body: string): string => `${head.replaceAll('\n', '\r\n')}\r\n\r\n${body}`;
const ALLOW = answer('HTTP/1.1 200 OK\nContent-Length: 3\nCountersign-Verdict: allow\nConnection: close', 'ok\n');
const DENY = answer('HTTP/1.1 403 Forbidden\nContent-Length: 9\nCountersign-Verdict: deny\nConnection: close', 'not this\n');

/** What each bad door sends before it closes. */
const BAD: Readonly<Record<string, string>> = {
  'says nothing and closes': '',
  'stops in the middle of the head': 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nCountersign-Verdict: allow\r\n',
  'stops in the middle of the body': answer('HTTP/1.1 200 OK\nContent-Length: 10\nCountersign-Verdict: allow', 'half'),
  'says 200 without a verdict': answer('HTTP/1.1 200 OK\nContent-Length: 3', 'ok\n'),
  'allows with a length that is too short': answer('HTTP/1.1 200 OK\nContent-Length: 1\nCountersign-Verdict: allow', 'ok\n'),
  'allows with a length that is too long': answer('HTTP/1.1 200 OK\nContent-Length: 30\nCountersign-Verdict: allow', 'ok\n'),
  'allows with no length': answer('HTTP/1.1 200 OK\nCountersign-Verdict: allow', 'ok\n'),
  'allows with a length that is no number': answer('HTTP/1.1 200 OK\nContent-Length: three\nCountersign-Verdict: allow', 'ok\n'),
  'allows with status 500': answer('HTTP/1.1 500 Oh\nContent-Length: 3\nCountersign-Verdict: allow', 'ok\n'),
  'has a verdict that only begins with allow': answer('HTTP/1.1 200 OK\nContent-Length: 3\nCountersign-Verdict: allowance', 'ok\n'),
  'has its verdict in the body': answer('HTTP/1.1 200 OK\nContent-Length: 28', 'Countersign-Verdict: allow\r\n'),
  'has its verdict in the status line': answer('HTTP/1.1 200 Countersign-Verdict: allow\nContent-Length: 3', 'ok\n'),
  'promises more with a 100 and allows with a 403': `HTTP/1.1 100 HTTP/1.1 200 OK\r\n\r\n${answer('HTTP/1.1 403 No\nContent-Length: 3\nCountersign-Verdict: allow', 'ok\n')}`,
  'speaks another protocol': 'SSH-2.0-OpenSSH_9.2\r\nCountersign-Verdict: allow\r\nContent-Length: 0\r\n\r\n',
};

let bare: TestRepository;
let clone: TestRepository;
let folder: string;
let door: Server | undefined;
const connections = new Set<Socket>();

beforeAll(async () => {
  bare = room.init('--bare');
  folder = join(room.root, "it's data: $HOME `x`");
  mkdirSync(folder);
  clone = room.init();
  clone.commit({ 'a.txt': 'a\n' });
  await installHooks(bare.gitDir, GATE, { repository: 'infra', folder, seconds: 1 });
});

afterAll(() => room.remove());

beforeEach(() => {
  rmSync(started, { force: true });
  return async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => (door === undefined ? resolve(undefined) : door.close(resolve)));
    door = undefined;
    rmSync(join(folder, 'hook.sock'), { force: true });
  };
});

/** Listens where the server would. */
function listen(answered: (socket: Socket, request: string) => void): Promise<void> {
  door = createServer((socket) => {
    connections.add(socket);
    let request = '';
    socket.on('error', () => undefined);
    socket.on('data', (part) => {
      request += part.toString();
      // A body is there when the head is, in these small requests; refs end in a line feed.
      if (/\r\n\r\n.*\n$/s.test(request)) answered(socket, request);
    });
  });
  return new Promise((resolve) => door?.listen(join(folder, 'hook.sock'), resolve));
}

interface Pushed {
  readonly code: number;
  readonly text: string;
  readonly moved: boolean;
}

/** Pushes to a branch of its own, so that one case cannot spoil the next. */
function push(path: string, env: { readonly [name: string]: string } = {}): Promise<Pushed> {
  const branch = `refs/heads/b${Math.random().toString(36).slice(2)}`;
  const child = spawn('git', ['push', bare.gitDir, `HEAD:${branch}`], { cwd: clone.dir, env: { ...gitEnvironment(room.root), PATH: path, ...env } });
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  child.stderr.on('data', (part) => {
    text += part;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, text, moved: bare.git('for-each-ref', branch) !== '' })));
}

const refused = (pushed: Pushed, code: string): void => {
  expect(pushed).toMatchObject({ moved: false });
  expect(pushed.code).not.toBe(0);
  expect(pushed.text).toContain(code);
  expect(existsSync(started)).toBe(false);
};

describe.each([
  ['perl', programs(...COMMON, 'perl')],
  ['curl', programs(...COMMON, 'curl')],
])('with %s', (_, path) => {
  it('passes on an allow, and says what the gate said', async () => {
    let asked = '';
    await listen((socket, request) => {
      if (asked === '') asked = request;
      socket.end(ALLOW);
    });
    const pushed = await push(path, { COUNTERSIGN_PUSH: 'token_-9' });
    expect(pushed).toMatchObject({ code: 0, moved: true });
    expect(pushed.text).toContain('ok');
    expect(asked).toMatch(/^POST \/hook\/pre-receive HTTP\/1\.1\r\n/);
    expect(asked).toContain('Countersign-Repository: infra\r\n');
    expect(asked).toContain('Countersign-Push: token_-9\r\n');
    expect(asked).toMatch(/Countersign-Quarantine: tmp_objdir-incoming-\w+\r\n/);
    expect(asked).toMatch(/\r\n\r\n0{40} [0-9a-f]{40} refs\/heads\/b\w+\n$/);
    expect(existsSync(started)).toBe(false);
  });

  it('refuses on a deny, and says why', async () => {
    await listen((socket) => socket.end(DENY));
    refused(await push(path), 'not this');
  });

  it.each(Object.keys(BAD))('refuses where the gate %s', async (name) => {
    await listen((socket) => socket.end(BAD[name] ?? ''));
    refused(await push(path), name === 'allows with status 500' || name.startsWith('promises') ? '' : 'GATE_UNAVAILABLE');
  });

  it('refuses where nobody listens, where a socket was left behind, and where the folder is gone', async () => {
    refused(await push(path), 'GATE_UNAVAILABLE');
    writeFileSync(join(folder, 'hook.sock'), '');
    refused(await push(path), 'GATE_UNAVAILABLE');
  });

  it('waits as long as it was installed to, for a gate that hangs and for one that drips, and no longer', async () => {
    await listen(() => undefined);
    refused(await push(path), 'GATE_UNAVAILABLE');
    door?.removeAllListeners('connection');
    door?.on('connection', (socket: Socket) => {
      connections.add(socket);
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\nCountersign-Verdict: allow\r\nX: ');
      const drip = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(drip));
    });
    refused(await push(path), 'GATE_UNAVAILABLE');
  });

  it('does not carry a line break from the environment into its request', async () => {
    let asked = 0;
    await listen((socket) => {
      asked++;
      socket.end(ALLOW);
    });
    refused(await push(path, { COUNTERSIGN_PUSH: 'x\r\nContent-Length: 0\r\n\r\n' }), 'GATE_REQUEST_INVALID');
    expect(asked).toBe(0);
  });

  it('leaves a push alone that git took, when only the telling afterwards fails', async () => {
    await listen((socket, request) => socket.end(request.startsWith('POST /hook/pre-receive') ? ALLOW : ''));
    expect(await push(path)).toMatchObject({ code: 0, moved: true });
  });
});

it('refuses where there is neither perl nor curl', async () => {
  await listen((socket) => socket.end(ALLOW));
  refused(await push(programs(...COMMON)), 'GATE_UNAVAILABLE');
});
