/** Whoever reaches the hook's socket may say what they like: it is refused with a reason, and the next good push is served. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { exchange, type HookRequest, hookRequest, routine, sendAndLeave } from './server-wire.ts';

const ZERO = '0'.repeat(40);
let stage: Stage;
let socket: string;
let clone: string;
let tip: string;

beforeAll(async () => {
  stage = await openStage();
  socket = join(stage.data, 'hook.sock');
  clone = stage.clone('infra', 'ines');
  tip = stage.must(clone, 'rev-parse', 'HEAD');
});
afterAll(() => stage?.end());

/** After every attempt: an honest push is answered. */
afterEach(() => {
  routine(stage, clone, `Line ${randomBytes(4).toString('hex')}`);
  const pushed = stage.git(clone, 'push', 'origin', 'HEAD:main');
  expect(pushed.text).toContain('countersign: allowed  infra refs/heads/main');
  expect(pushed.code).toBe(0);
});

const said = async (request: HookRequest, code: string, status = 400): Promise<string> => {
  const heard = await exchange(socket, hookRequest(request), false);
  expect(heard, JSON.stringify(request).slice(0, 300)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(heard).toMatch(/\r\nCountersign-Verdict: deny\r\n/);
  expect(heard).toContain(`[${code}]`);
  expect(heard).not.toMatch(/\n\s+at /);
  return heard;
};

it('is not shaken by bytes that are no HTTP', async () => {
  for (const size of [0, 1, 7, 100, 1_000, 20_000]) {
    for (let i = 0; i < 5; i++) expect(await exchange(socket, randomBytes(size))).not.toContain('allow');
  }
});

it('is not shaken by requests cut short', async () => {
  const whole = hookRequest({ body: `${tip} ${ZERO} refs/heads/topic\n` });
  for (const cut of [1, 20, 60, whole.length - 60, whole.length - 1]) {
    await sendAndLeave(socket, whole.subarray(0, cut));
    expect(await exchange(socket, whole.subarray(0, cut))).not.toContain('verdict: allow');
  }
});

it('refuses heads and bodies of any size', async () => {
  expect(await exchange(socket, hookRequest({ push: 'x'.repeat(200_000) }))).not.toContain('allow');
  const lines = `${ZERO} ${tip} refs/heads/topic-with-a-long-name-to-fill-the-body\n`.repeat(50_000);
  expect(await said({ body: lines }, 'GATE_REQUEST_INVALID')).toContain('remedy: ');
});

it('refuses a length that is not the length of the body', async () => {
  const body = `${ZERO} ${tip} refs/heads/topic\n`;
  expect(await exchange(socket, hookRequest({ body, length: body.length + 10 }))).not.toContain('allow');
  expect(await exchange(socket, hookRequest({ body, length: -1 }))).not.toContain('allow');
  expect(await exchange(socket, hookRequest({ body, length: 'many' }))).not.toContain('allow');
  await said({ body, length: body.length - 1 }, 'GATE_REQUEST_INVALID');
});

it.each([
  ['no line end', `${ZERO} ${ZERO} refs/heads/topic`],
  ['upper case ids', `${'A'.repeat(40)} ${'B'.repeat(40)} refs/heads/topic\n`],
  ['a short id', `${'0'.repeat(39)} ${ZERO} refs/heads/topic\n`],
  ['a name outside refs/', `${ZERO} ${ZERO} HEAD\n`],
  ['a name with a space', `${ZERO} ${ZERO} refs/heads/a b\n`],
  ['a name with a NUL', `${ZERO} ${ZERO} refs/heads/a\0b\n`],
  ['a name that is not UTF-8', Buffer.from(`${ZERO} ${ZERO} refs/heads/\xff\n`, 'latin1')],
  ['a carriage return', `${ZERO} ${ZERO} refs/heads/topic\r\n`],
  ['an empty line', `${ZERO} ${ZERO} refs/heads/topic\n\n`],
  ['JSON', '{"old":"","new":"","ref":"refs/heads/topic"}\n'],
  ['no update at all', ''],
])('refuses %s', async (_, body) => {
  await said({ body }, 'GATE_REQUEST_INVALID', body === '' ? 403 : 400);
});

it('refuses other methods and other doors', async () => {
  const body = `${ZERO} ${tip} refs/heads/topic\n`;
  await said({ body, method: 'PUT' }, 'GATE_REQUEST_INVALID');
  await said({ method: 'GET' }, 'GATE_REQUEST_INVALID');
  await said({ body, door: '/' }, 'GATE_REQUEST_INVALID');
  await said({ body, door: '/hook/update' }, 'GATE_REQUEST_INVALID');
  await said({ body, door: '/hook/pre-receive/../post-receive' }, 'GATE_REQUEST_INVALID');
});

it('knows its own repositories and no others', async () => {
  const body = `${ZERO} ${tip} refs/heads/topic\n`;
  for (const repository of ['', 'nope', '../infra', 'infra.git', 'INFRA', '__proto__', 'constructor', 'infra, orders']) {
    expect(await said({ body, repository }, 'REPOSITORY_UNKNOWN', 403)).toContain('remedy: ');
  }
});

it('takes nobody’s word for who pushes', async () => {
  const body = `${tip} ${tip} refs/heads/main\n`;
  for (const push of ['', 'ines', 'x'.repeat(32), '__proto__', '../../etc/passwd']) await said({ body, push }, 'PUSHER_UNKNOWN', 403);
});

it('writes nothing down for a post-receive nobody pushed for', async () => {
  const size = async (): Promise<unknown> => ((await (await fetch(`${stage.url}/api/v1/ledger`)).json()) as { size: number }).size;
  const before = await size();
  const heard = await exchange(socket, hookRequest({ door: '/hook/post-receive', body: `${ZERO} ${'1'.repeat(40)} refs/heads/main\n` }), false);
  expect(heard).toMatch(/^HTTP\/1\.1 200 /);
  expect(await size()).toBe(before);
});

it('accepts the quarantine of this push alone, even from whoever holds its token', async () => {
  const hooks = join(stage.data, 'repositories/infra.git/hooks');
  const objects = join(stage.data, 'repositories/infra.git/objects');
  mkdirSync(join(objects, 'tmp_objdir-incoming-empty'));
  symlinkSync(join(stage.data, 'repositories/orders.git/objects'), join(objects, 'tmp_objdir-incoming-link'));
  mkdirSync(join(stage.data, 'repositories/orders.git/objects/tmp_objdir-incoming-foreign'));
  renameSync(join(hooks, 'pre-receive'), join(hooks, 'real'));
  const copy = stage.clone('infra', 'ines');
  routine(stage, copy, 'What a lying hook says');
  try {
    for (const name of ['..', 'pack', 'tmp_objdir-incoming-', 'tmp_objdir-incoming-gone', 'tmp_objdir-incoming-empty', 'tmp_objdir-incoming-link', 'tmp_objdir-incoming-foreign']) {
      writeFileSync(join(hooks, 'pre-receive'), `#!/bin/sh\nGIT_QUARANTINE_PATH='/x/${name}' exec hooks/real\n`);
      chmodSync(join(hooks, 'pre-receive'), 0o755);
      const pushed = stage.git(copy, 'push', 'origin', 'HEAD:main');
      expect(pushed.code, `${name}: ${pushed.text}`).not.toBe(0);
      expect(pushed.text, name).toMatch(/\[(GATE_REQUEST_INVALID|GIT_FAILED|CONTENT_UNSEEN)\]/);
    }
  } finally {
    renameSync(join(hooks, 'real'), join(hooks, 'pre-receive'));
  }
});
