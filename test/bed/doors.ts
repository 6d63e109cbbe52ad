/** The doors of a bed: the server's application over its world, and somebody who asks it, signed in. */
import type { Hono } from 'hono';
import type * as z from 'zod';
import { base64url, fromBase64 } from '../../src/core/base/bytes.ts';
import { ceilingsBy } from '../../src/flows/ceiling.ts';
import { createApp } from '../../src/server/app.ts';
import { PLAIN_ENTRY } from '../../src/server/auth/entry.ts';
import { newSession, type Proof, sessionCookie } from '../../src/server/auth/sessions.ts';
import type { Door } from '../../src/server/door.ts';
import { OPERATIONS, type Operation } from '../../src/server/openapi.ts';
import type { ServerWorld } from '../../src/server/world.ts';
import type { SoftAuthenticator } from '../../src/testing/authenticator.ts';
import { type Bed, RP } from './bed.ts';

/** Whatever the server logs is a failure: it throws. */
export const serverWorld = (bed: Bed, more: Partial<ServerWorld> = {}): ServerWorld => ({
  ...bed.world,
  logKeys: bed.store.past.keys,
  files: bed.store.files,
  cookieSecret: new Uint8Array(32).fill(7),
  logins: bed.store.logins,
  ceilings: ceilingsBy(bed.store.logins.ceilings, more.entry?.oidc),
  entry: PLAIN_ENTRY,
  demo: null,
  webRoot: '/nowhere',
  account: () => null,
  serveGit: () => Promise.reject(new Error('nobody pushes here')),
  log: (line) => {
    throw new Error(`the server logged: ${line}`);
  },
  ...more,
});

/** The cookie of somebody who signed in just now. */
export const cookieOf = async (world: ServerWorld, person: string, more: Partial<Proof> = {}): Promise<string> =>
  `${sessionCookie(world)}=${await newSession(world, { person, via: 'passkey', proved: world.now(), ...more })}`;

/** What a browser sends back of a challenge to sign in. */
export function passkeyAnswer(key: SoftAuthenticator, challenge: unknown): Readonly<Record<string, string>> {
  const { authenticatorData, clientDataJSON, signature } = key.get(fromBase64(String(challenge)) ?? new Uint8Array(0));
  return { credentialId: base64url(key.credentialId), authenticatorData: base64url(authenticatorData), clientDataJSON: base64url(clientDataJSON), signature: base64url(signature) };
}

/** @param path behind `/api/v1`. @param person null: nobody is signed in. */
export async function ask(app: Hono<Door>, world: ServerWorld, path: string, person: string | null = 'ada'): Promise<Response> {
  const cookie: Record<string, string> = person === null ? {} : { cookie: await cookieOf(world, person) };
  return app.request(`${RP.origin}/api/v1${path}`, { headers: { host: new URL(RP.origin).host, ...cookie } });
}

/** Of the operation a request is for. The first that fits: hono asks in the same order. */
const operationOf = (method: string, path: string): Operation | undefined =>
  OPERATIONS.find((op) => op.method === method && new RegExp(`^/api/v1${op.path.replace(/\./g, '\\.').replace(/:\w+/g, '[^/]+')}$`).test(path));

/** What the document says of a successful answer of this status and type; undefined: nothing. */
export function shapeOf(op: Operation, status: number, type: string): z.ZodType | undefined {
  if (status === op.status && type === 'application/json' && op.answer !== null && typeof op.answer !== 'string') return op.answer;
  return op.also?.find((a) => a.status === status && a.media === type)?.shape;
}

/** What is wrong with an answer by the document, to the member; empty: nothing. A refusal, and plain text, are nobody's business here. */
export async function strayed(method: string, path: string, answer: Response): Promise<readonly string[]> {
  const op = operationOf(method, path);
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
  if (op === undefined || answer.status >= 300 || (typeof op.answer === 'string' && type === op.answer)) return [];
  const shape = shapeOf(op, answer.status, type);
  if (shape === undefined) return [`${method} ${path}: the document knows no ${answer.status} of ${type}`];
  return (shape.safeParse(await answer.clone().json()).error?.issues ?? []).map((i) => `${method} ${path} ${i.path.join('.')}: ${i.message}`);
}

/** No answer goes out without what tells a browser what it may do with it, and who asked what. */
export const bare = ({ headers }: Response): readonly string[] =>
  ['content-security-policy', 'x-frame-options', 'x-content-type-options', 'x-request-id'].filter((name) => !headers.has(name)).map((name) => `the answer has no ${name}`);

/** The application, every answer of which is held against the document as it goes out. @param seen is told of each operation that answered. */
export function strictApp(world: ServerWorld, seen: (op: Operation, status: number) => void = () => undefined): Hono<Door> {
  const app = createApp(world);
  const request = app.request;
  app.request = async (input, init, env, ctx) => {
    const answer = await request(input, init, env, ctx);
    const { pathname } = new URL(String(input instanceof Request ? input.url : input), RP.origin);
    const method = (input instanceof Request ? input.method : init?.method) ?? 'GET';
    const wrong = [...(await strayed(method, pathname, answer)), ...bare(answer)];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    const op = operationOf(method, pathname);
    if (op !== undefined) seen(op, answer.status);
    return answer;
  };
  return app;
}
