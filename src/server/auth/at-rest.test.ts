/** Whoever copies the files of a store opens nothing with them: real sign-ins and real tokens, and every byte of every file there is. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { passkeyAnswer, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { Jar } from '../../../test/bed/identity.ts';
import { digestOf } from './sessions.ts';

let bed: Bed;
let app: ReturnType<typeof strictApp>;
beforeAll(async () => {
  bed = await openBed('production');
  app = strictApp(serverWorld(bed));
});
afterAll(() => bed?.close());

async function call(jar: Jar, method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const answer = await app.request(`${RP.origin}/api/v1${path}`, {
    method,
    headers: { host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json', cookie: jar.header(), ...headers },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.status, path).toBeLessThan(300);
  jar.take(answer.headers);
  return (await answer.json()) as Record<string, unknown>;
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => statSync(name).isFile());

/** As it may stand there: as text, as the bytes it is text of, as hex of either, as its plain digest. */
const forms = (secret: string): readonly Buffer[] => {
  const [text, bytes] = [Buffer.from(secret), Buffer.from(secret.replace(/^cst_/, ''), 'base64url')];
  const plain = createHash('sha256').update(secret).digest();
  return [text, bytes, plain, ...[text, bytes, plain].map((b) => Buffer.from(b.toString('hex')))];
};

it('no file of the store holds a secret of a session, a token or what waits for a signature', async () => {
  const jar = new Jar();
  const { challenge } = await call(jar, 'POST', '/session/passkey/begin', {});
  const secrets = [...jar.cookies.values()];
  await call(jar, 'POST', '/session/passkey', passkeyAnswer(bed.keys.mara, challenge));
  const session = jar.cookies.get('__Host-countersign_session') ?? '';
  const tokens = await Promise.all(['read', 'push'].map(async (scope) => String((await call(jar, 'POST', '/tokens', { name: scope, scopes: [scope], days: 1 })).secret)));
  await call(new Jar(), 'GET', '/changes', undefined, { authorization: `Bearer ${tokens[0]}` });
  const id = (await bed.judged(bed.commit({ 'db/rest.sql': 'drop table rest;\n' }))).id ?? '';
  const prepared = await call(jar, 'POST', `/changes/${id}/signoffs/prepare`, await bed.answers(id));
  const signed = { ticket: prepared.ticket, assertion: passkeyAnswer(bed.keys.mara, prepared.challenge) };
  await call(jar, 'POST', `/changes/${id}/signoffs`, signed);
  secrets.push(session, ...tokens, String(prepared.ticket));
  expect(secrets.every((s) => s.length >= 43)).toBe(true);

  const files = filesIn(bed.data).map((name) => ({ name, bytes: readFileSync(name) }));
  const database = files.filter(({ name }) => /countersign\.db(-wal)?$/.test(name));
  expect(database.length).toBeGreaterThan(0);
  // They are looked for where they would be: what the store does keep of them is found.
  expect(database.some(({ bytes }) => bytes.includes(digestOf(session)))).toBe(true);
  for (const secret of secrets) for (const form of forms(secret)) expect(files.filter(({ bytes }) => bytes.includes(form)).map((f) => f.name)).toEqual([]);
});
