/** A real server, a real push, and a receiver that is told of it: also where it was away, and the server was killed meanwhile. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStageWith, type Stage } from '../../examples/story/stage.ts';
import { routine } from './server-wire.ts';

const got: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
let status = 204;
const receiver = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    got.push({ headers: request.headers, body });
    response.writeHead(status).end();
  });
});
let stage: Stage;
let clone: string;
let address: string;
let secret: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  stage = await openStageWith({ COUNTERSIGN_WEBHOOK_HOSTS: address, COUNTERSIGN_WEBHOOK_NETWORKS: '127.0.0.1/32' });
  clone = stage.clone('infra', 'ines');
});
afterAll(async () => {
  await stage?.end();
  receiver.closeAllConnections();
  receiver.close();
});

async function call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: { readonly [member: string]: unknown } }> {
  const headers = { 'content-type': 'application/json', 'x-countersign': '1' };
  const answer = await fetch(`${stage.url}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: answer.status, body: (await answer.json()) as { readonly [member: string]: unknown } };
}
async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await sleep(20);
}
const types = (from = 0): readonly string[] => got.slice(from).map(({ body }) => JSON.parse(body).type);
const push = (line: string): string => {
  const head = routine(stage, clone, line);
  stage.must(clone, 'push', '-q', 'origin', 'HEAD:main');
  return head;
};
const deadline = 60_000;

it('is told of a push, signed', { timeout: deadline }, async () => {
  const events = ['change.decided', 'signoff.asked', 'change.signed', 'change.landed', 'violation.opened', 'break-glass.used'];
  const made = await call('POST', '/webhooks', { url: `${address}/in`, events });
  expect(made).toMatchObject({ status: 201, body: { secret: expect.stringMatching(/^whsec_/) } });
  secret = String(made.body.secret);
  const head = push('one');
  await until(() => types().includes('change.landed'));
  expect([...types()].sort()).toEqual(['change.decided', 'change.landed']);
  const landed = got.find(({ body }) => JSON.parse(body).type === 'change.landed');
  expect(new Webhook(secret).verify(landed?.body ?? '', landed?.headers as Record<string, string>)).toMatchObject({ data: { repo: 'infra', ref: 'refs/heads/main', new: head } });
  expect(await call('GET', '/jobs')).toMatchObject({ status: 200, body: { counts: { dead: 0 } } });
});

it('is told of it later where it was away, and the server was killed meanwhile', { timeout: deadline }, async () => {
  status = 503;
  const before = got.length;
  const head = push('two');
  await until(() => types(before).includes('change.landed'));
  await stage.stop(true);
  const killed = got.length;
  status = 204;
  await stage.start();
  await until(async () => ((await call('GET', '/jobs')).body.items as readonly unknown[]).length === 0);
  const after = got.slice(killed).filter(({ body }) => JSON.parse(body).data.new === head);
  expect(after.length).toBeGreaterThan(0);
  const ids = (from: number, to?: number) => new Set(got.slice(from, to).map(({ headers }) => headers['webhook-id']));
  expect([...ids(killed)].every((id) => ids(before, killed).has(id))).toBe(true);
  for (const { headers, body } of got.slice(killed)) expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeDefined();
});

it('goes nowhere else, whoever asks', async () => {
  for (const url of ['https://example.com/', 'http://127.0.0.1:1/', 'http://169.254.169.254/', `${address.replace('http', 'https')}/`])
    expect(await call('POST', '/webhooks', { url, events: ['change.landed'] })).toMatchObject({ status: 400, body: { code: 'USAGE', place: 'url' } });
});
