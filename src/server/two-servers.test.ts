/** What is begun at one server ends at another of the same store, once: whatever stands before them sends each request where it likes. */
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, GLASS_TERMS, openBed, type PersonName, POLICY, RP } from '../../test/bed/bed.ts';
import { cookieOf, passkeyAnswer, serverWorld, strictApp } from '../../test/bed/doors.ts';
import { Jar } from '../../test/bed/identity.ts';
import { base64url, fromBase64 } from '../core/base/bytes.ts';
import { softAuthenticator } from '../testing/authenticator.ts';
import type { Door } from './door.ts';
import type { ServerWorld } from './world.ts';

let bed: Bed;
let worlds: readonly [ServerWorld, ServerWorld];
let one: Hono<Door>;
let other: Hono<Door>;
beforeAll(async () => {
  bed = await openBed('production', `${POLICY}ownership: { from_tier: critical }\n${GLASS_TERMS}`);
  worlds = [serverWorld(bed), serverWorld(bed)];
  one = strictApp(worlds[0]);
  other = strictApp(worlds[1]);
});
afterAll(() => bed?.close());

type Said = Record<string, unknown>;
async function call(on: Hono<Door>, path: string, body: unknown, jar: Jar): Promise<{ readonly status: number; readonly body: Said }> {
  const headers = { host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json', cookie: jar.header() };
  const answer = await on.request(`${RP.origin}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  jar.take(answer.headers);
  return { status: answer.status, body: (await answer.json()) as Said };
}
async function browserOf(person: PersonName): Promise<Jar> {
  const jar = new Jar();
  const [name = '', value = ''] = (await cookieOf(worlds[0], person, { keyid: bed.keys[person].keyid })).split('=');
  jar.cookies.set(name, value);
  return jar;
}
const asserted = (person: PersonName, prepared: Said) => ({ ticket: prepared.ticket, assertion: passkeyAnswer(bed.keys[person], prepared.challenge) });

let count = 0;
async function changed(): Promise<string> {
  const judged = await bed.judged(bed.commit({ 'db/two.sql': `drop table t${++count};\n` }));
  return judged.id ?? '';
}
const NOTHING = { filesRead: 1, ran: ['nothing'], notUnderstood: ['nothing'], assumptions: [] };
const owned = async (): Promise<string> => {
  const [id, ada] = [await changed(), await browserOf('ada')];
  const { body } = await call(one, `/changes/${id}/ownership/prepare`, NOTHING, ada);
  expect(await call(other, `/changes/${id}/ownership`, asserted('ada', body), ada)).toMatchObject({ status: 201 });
  return id;
};

describe('a statement prepared at one server', () => {
  it('is signed at another: a sign-off, an ownership and a break-glass, each once', async () => {
    const id = await owned();
    const mara = await browserOf('mara');
    const glass = await call(one, `/changes/${id}/break-glass/prepare`, { kind: 'use', reason: 'on fire', incident: 'INC-1' }, mara);
    expect(await call(other, `/changes/${id}/break-glass`, asserted('mara', glass.body), mara)).toMatchObject({ status: 201 });
    const { body } = await call(one, `/changes/${id}/signoffs/prepare`, await bed.answers(id), mara);
    const signed = asserted('mara', body);
    expect(await call(other, `/changes/${id}/signoffs`, signed, mara)).toMatchObject({ status: 201 });
    for (const on of [one, other]) expect(await call(on, `/changes/${id}/signoffs`, signed, mara)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('is signed once where it comes to both at the same moment', async () => {
    const id = await owned();
    const noor = await browserOf('noor');
    const { body } = await call(one, `/changes/${id}/signoffs/prepare`, await bed.answers(id), noor);
    const answers = await Promise.all([one, other, one, other].map((on) => call(on, `/changes/${id}/signoffs`, asserted('noor', body), noor)));
    expect(answers.map((a) => a.status).sort()).toEqual([201, 404, 404, 404]);
  });

  it('is for its change and its purpose, for a quarter of an hour, and whole', async () => {
    const [id, elsewhere] = [await owned(), await owned()];
    const mara = await browserOf('mara');
    const { body } = await call(one, `/changes/${id}/signoffs/prepare`, await bed.answers(id), mara);
    const signed = asserted('mara', body);
    const no = { status: 404, body: { code: 'NOT_FOUND' } };
    expect(await call(other, `/changes/${elsewhere}/signoffs`, signed, mara)).toMatchObject(no);
    expect(await call(other, `/changes/${id}/break-glass`, signed, mara)).toMatchObject(no);
    const ticket = String(signed.ticket);
    for (const made of ['', 'x', '__proto__', ticket.slice(1), `${ticket}A`, `${ticket.slice(0, 40)}${ticket[40] === 'A' ? 'B' : 'A'}${ticket.slice(41)}`])
      expect(await call(other, `/changes/${id}/signoffs`, { ...signed, ticket: made }, mara), made.slice(0, 50)).toMatchObject(no);
    // Signed in anew, so that it is the ticket that is too old.
    bed.clock.now += 15 * 60_000;
    const again = await browserOf('mara');
    expect(await call(other, `/changes/${id}/signoffs`, signed, again)).toMatchObject(no);
    bed.clock.now -= 1;
    expect(await call(other, `/changes/${id}/signoffs`, signed, again)).toMatchObject({ status: 201 });
  });

  it('is not spent by an answer of a key that is none of the signer’s', async () => {
    const id = await owned();
    const mara = await browserOf('mara');
    const { body } = await call(one, `/changes/${id}/signoffs/prepare`, await bed.answers(id), mara);
    const stranger = passkeyAnswer(softAuthenticator(RP), body.challenge);
    expect(await call(other, `/changes/${id}/signoffs`, { ticket: body.ticket, assertion: stranger }, mara)).toMatchObject({ body: { code: 'KEY_UNKNOWN' } });
    expect(await call(one, `/changes/${id}/signoffs`, asserted('mara', body), mara)).toMatchObject({ status: 201 });
  });

  it('says nothing to whoever carries it', async () => {
    const id = await owned();
    const { body } = await call(one, `/changes/${id}/signoffs/prepare`, await bed.answers(id), await browserOf('mara'));
    expect(Buffer.from(String(body.ticket), 'base64url').toString('latin1')).not.toMatch(/mara|human-signoff/);
  });
});

describe('an enrolment begun at one server', () => {
  const registered = (challenge: unknown) => {
    const passkey = softAuthenticator(RP);
    const made = passkey.create(fromBase64(String(challenge)) ?? new Uint8Array(0));
    const { clientDataJSON, authenticatorData } = made;
    const sent = { credentialId: base64url(passkey.credentialId), clientDataJSON: base64url(clientDataJSON), authenticatorData: base64url(authenticatorData) };
    return { ...sent, attestationObject: '', transports: ['internal'] };
  };

  it('ends at another, once, in the browser that began it, for whoever began it', async () => {
    const [jar, thief] = [await browserOf('mara'), await browserOf('mara')];
    const sent = registered((await call(one, '/enrolments/begin', {}, jar)).body.challenge);
    expect(await call(other, '/enrolments', sent, thief)).toMatchObject({ body: { code: 'WA_CHALLENGE' } });
    const [kept, ben] = [new Jar(), await browserOf('ben')];
    for (const [name, value] of jar.cookies) kept.cookies.set(name, value);
    for (const [name, value] of jar.cookies) if (!ben.cookies.has(name)) ben.cookies.set(name, value);
    expect(await call(other, '/enrolments', sent, ben)).toMatchObject({ body: { code: 'WA_CHALLENGE' } });
    expect(await call(other, '/enrolments', sent, jar)).toMatchObject({ status: 202, body: { person: 'mara' } });
    for (const on of [one, other]) expect(await call(on, '/enrolments', sent, kept)).toMatchObject({ body: { code: 'WA_CHALLENGE' } });
  });
});
