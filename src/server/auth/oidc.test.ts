/** Signing in with an identity provider: a real one in this process, and one that lies in every way its answers can. */
import { generateKeyPairSync } from 'node:crypto';
import type { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { CLIENT, type Issuer, Jar, type Lie, lyingIssuer, realIssuer, signInAt } from '../../../test/bed/identity.ts';
import { openProvider } from '../../adapters/oidc/provider.ts';
import { completeSignoff } from '../../flows/signoff.ts';
import type { Door } from '../door.ts';
import type { ServerWorld } from '../world.ts';
import { entryFrom } from './entry.ts';
import { CALLBACK } from './oidc-routes.ts';
import { newSession } from './sessions.ts';
import { readSiteFile } from './site-file.ts';
import { tokenPusher } from './tokens.ts';

const REDIRECT = `${RP.origin}${CALLBACK}`;
const PEOPLE = {
  mara: { groups: ['seniors'], email: 'mara@example.org', email_verified: true },
  noor: { groups: [], email: 'noor@example.org', email_verified: false },
  eve: { groups: ['auditors'], email: 'eve@example.org', email_verified: true },
  stranger: { groups: ['seniors'] },
  kim: { groups: 'seniors' },
  lee: { groups: ['chiefs', 'unheard of'], grade: 'L5' },
  ben: { grade: 42 },
};

let bed: Bed;
let issuer: Issuer;
let liar: Awaited<ReturnType<typeof lyingIssuer>>;
const logged: string[] = [];

beforeAll(async () => {
  bed = await openBed('production');
  bed.clock.now = Date.now();
  issuer = await realIssuer(REDIRECT, PEOPLE);
  liar = await lyingIssuer();
});
afterAll(async () => {
  await issuer?.close();
  await liar?.close();
  await bed?.close();
});

const ROLES = '    roles: { claim: groups, values: { seniors: [engineer, reviewer], auditors: [auditor] } }\n';

/** @param more lines of `oidc`. */
function doors(at: string, more = '', people = '{}'): { readonly app: Hono<Door>; readonly world: ServerWorld } {
  const file = `version: 1\nrepositories: [{ id: infra, path: x }]\nlogin:\n  oidc:\n    issuer: ${at}\n    client_id: ${CLIENT.id}\n${more}roles: { people: ${people} }\n`;
  const site = readSiteFile(new TextEncoder().encode(file), 'site.yml');
  if (!site.ok) throw new Error(JSON.stringify(site.error));
  const provider = openProvider({ issuer: at, clientId: CLIENT.id, clientSecret: CLIENT.secret, redirectUri: REDIRECT, scope: 'openid' });
  const world = serverWorld(bed, { entry: entryFrom(site.value, provider), log: (line) => void logged.push(line) });
  return { app: strictApp(world), world };
}

async function go(app: Hono<Door>, jar: Jar, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await app.request(path.startsWith('http') ? path : `${RP.origin}${path}`, { headers: { host: new URL(RP.origin).host, cookie: jar.header(), ...headers } });
  jar.take(answer.headers);
  return answer;
}

/** To the provider and back, up to the address the browser comes back with. */
async function away(app: Hono<Door>, jar: Jar, sub: string, query = ''): Promise<string> {
  const begun = await go(app, jar, `/api/v1/session/oidc${query}`);
  expect(begun.status).toBe(303);
  return signInAt(begun.headers.get('location') ?? '', sub);
}

async function signedIn(app: Hono<Door>, sub: string, query = ''): Promise<{ readonly jar: Jar; readonly back: Response; readonly session: Record<string, unknown> }> {
  const jar = new Jar();
  const back = await go(app, jar, await away(app, jar, sub, query));
  return { jar, back, session: (await (await go(app, jar, '/api/v1/session')).json()) as Record<string, unknown> };
}

const SESSION = '__Host-countersign_session';
const nobodyIn = (jar: Jar): void => expect(jar.cookies.has(SESSION)).toBe(false);

describe('a provider that is honest', () => {
  it('says who somebody is, and the session is theirs', async () => {
    const { app } = doors(issuer.issuer);
    const { back, session, jar } = await signedIn(app, 'mara', '?back=/people');
    expect(back.status).toBe(303);
    expect(back.headers.get('location')).toBe('/people');
    const [cookie = ''] = back.headers.getSetCookie().filter((l) => l.startsWith(`${SESSION}=`) && !l.includes('Max-Age=0'));
    for (const word of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(word);
    expect(session).toMatchObject({ person: { id: 'mara', level: 'L6' }, via: 'oidc', roles: ['engineer', 'reviewer'], fresh: expect.any(String) });
    expect(await (await go(app, jar, '/api/v1/changes')).json()).toMatchObject({ items: [] });
    // The binding went with the sign-in.
    expect(jar.cookies.has('__Host-countersign_oidc')).toBe(false);
  });

  it('asks again whoever proved themselves too long ago, where that is asked for', async () => {
    const { app } = doors(issuer.issuer);
    const begun = await go(app, new Jar(), '/api/v1/session/oidc?fresh');
    expect(new URL(begun.headers.get('location') ?? '').searchParams.get('max_age')).toBe('900');
    expect((await signedIn(app, 'mara', '?fresh')).session).toMatchObject({ via: 'oidc', fresh: expect.any(String) });
  });

  it('sends a challenge, and keeps state, nonce and verifier from the page', async () => {
    const jar = new Jar();
    const begun = await go(doors(issuer.issuer).app, jar, '/api/v1/session/oidc');
    const asked = new URL(begun.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', redirect_uri: REDIRECT, scope: 'openid' });
    const cookie = begun.headers.getSetCookie().join();
    for (const word of ['HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(word);
    const plain = Buffer.from(jar.cookies.get('__Host-countersign_oidc') ?? '', 'base64url').toString('latin1');
    for (const secret of [asked.get('nonce'), asked.get('state')]) expect(plain).not.toContain(secret);
  });
});

describe('claims take away, and give nothing', () => {
  it('roles: what groups do not leave is gone, and an own file is asked first', async () => {
    const { app } = doors(issuer.issuer, ROLES, '{ eve: [auditor], kim: [engineer] }');
    expect((await signedIn(app, 'mara')).session).toMatchObject({ roles: ['engineer', 'reviewer'] });
    expect((await signedIn(app, 'noor')).session).toMatchObject({ person: { id: 'noor' }, roles: [] });
    expect((await signedIn(app, 'kim')).session).toMatchObject({ roles: ['engineer'] });
    expect((await signedIn(app, 'eve')).session).toMatchObject({ person: { id: 'eve', level: '' }, roles: ['auditor'] });
  });

  it('nobody becomes an administrator by a group', async () => {
    const { app } = doors(issuer.issuer, '    roles: { claim: groups, values: { seniors: [administrator, auditor, policy-owner] } }\n');
    expect((await signedIn(app, 'mara')).session).toMatchObject({ roles: [] });
  });

  it.each<[string, string, string, string]>([
    ['nobody on a roster', 'stranger', '', 'PERSON_UNKNOWN'],
    ['an address nobody verified', 'noor', '    person: email\n    people: { noor@example.org: noor }\n', 'PERSON_UNKNOWN'],
    ['a value nobody maps', 'mara', '    people: { somebody: mara }\n', 'PERSON_UNKNOWN'],
    ['a name of every object', 'mara', '    person: constructor\n', 'PERSON_UNKNOWN'],
  ])('%s is nobody here', async (_, sub, more, code) => {
    const { app } = doors(issuer.issuer, more);
    const { back, jar, session } = await signedIn(app, sub);
    expect(back.status).toBeGreaterThanOrEqual(400);
    expect(await back.json()).toMatchObject({ code });
    expect(session).toMatchObject({ person: null });
    nobodyIn(jar);
  });

  it('an address that was verified is mapped', async () => {
    const { app } = doors(issuer.issuer, '    person: email\n    people: { mara@example.org: mara }\n');
    expect((await signedIn(app, 'mara')).session).toMatchObject({ person: { id: 'mara' } });
  });
});

describe('roles that a provider took away since', () => {
  const made = async (app: Hono<Door>, jar: Jar, scope: string): Promise<string> => {
    const headers = { host: new URL(RP.origin).host, cookie: jar.header(), 'x-countersign': '1', 'content-type': 'application/json' };
    const answer = await app.request(`${RP.origin}/api/v1/tokens`, { method: 'POST', headers, body: JSON.stringify({ name: scope, scopes: [scope], days: 1 }) });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { secret: string }).secret;
  };
  const reads = async (app: Hono<Door>, secret: string): Promise<number> => (await go(app, new Jar(), '/api/v1/changes', { authorization: `Bearer ${secret}` })).status;
  /** By the provider, in these groups. */
  const as = async (app: Hono<Door>, groups: unknown): Promise<Jar> => {
    liar.lie = () => ({ claims: { groups } });
    const jar = new Jar();
    expect((await go(app, jar, await away(app, jar, 'mara'))).status).toBe(303);
    return jar;
  };
  afterEach(() => bed.store.logins.ceilings.put('mara', { levels: null, teams: null, roles: null }, 0));

  it('are gone for tokens made before, for pushes, and for whoever comes in another way', async () => {
    const { app, world } = doors(liar.issuer, ROLES);
    const jar = await as(app, ['seniors']);
    const [read, push] = [await made(app, jar, 'read'), await made(app, jar, 'push')];
    const passkey = new Jar();
    passkey.cookies.set(SESSION, await newSession(world, { person: 'mara', via: 'passkey', keyid: bed.keys.mara.keyid, proved: world.now() }));
    const roles = async (browser: Jar): Promise<unknown> => ((await (await go(app, browser, '/api/v1/session')).json()) as { roles: unknown }).roles;
    expect([await reads(app, read), await tokenPusher(world, 'mara', push), await roles(passkey)]).toEqual([
      200,
      { account: 'mara', tokenOwner: 'mara' },
      ['engineer', 'reviewer'],
    ]);
    await as(app, ['nothing of ours']);
    expect([await reads(app, read), await tokenPusher(world, 'mara', push), await roles(passkey), await roles(jar)]).toEqual([403, null, [], []]);
    // Given back, they are back; the file that asks no provider for roles asks none that it said before.
    await as(app, ['seniors']);
    expect([await reads(app, read), await roles(passkey)]).toEqual([200, ['engineer', 'reviewer']]);
    await as(app, []);
    expect([await reads(app, read), await reads(doors(liar.issuer).app, read)]).toEqual([403, 200]);
  });

  it('or the file did: what somebody made as an engineer pushes nothing once they are an auditor', async () => {
    const before = doors(issuer.issuer);
    const { jar } = await signedIn(before.app, 'mara');
    const [read, push] = [await made(before.app, jar, 'read'), await made(before.app, jar, 'push')];
    const { app, world } = doors(issuer.issuer, '', '{ mara: [auditor] }');
    expect([await reads(app, read), await tokenPusher(world, 'mara', push)]).toEqual([200, null]);
    const nothing = doors(issuer.issuer, '', '{ mara: [] }');
    expect([await reads(nothing.app, read), await tokenPusher(nothing.world, 'mara', push)]).toEqual([403, null]);
  });
});

describe('levels', () => {
  const GROUPS = '    levels: { claim: groups, values: { seniors: L5, chiefs: L9, "unheard of": L6 } }\n';
  const page = async (app: Hono<Door>, jar: Jar, id: string) => (await (await go(app, jar, `/api/v1/changes/${id}`)).json()) as { mine: { canSign: boolean; why: string } };
  const given = (person: string) => bed.store.logins.ceilings.find(person).then((c) => c?.levels ?? null);

  it('are kept as the provider last gave them: by group, by the claim itself, and none where it is missing or strange', async () => {
    const groups = doors(issuer.issuer, GROUPS).app;
    for (const sub of ['mara', 'noor', 'kim', 'lee', 'ben']) await signedIn(groups, sub);
    expect(await Promise.all(['mara', 'noor', 'kim', 'lee', 'ben', 'pat'].map(given))).toEqual([['L5'], [], ['L5'], ['L9', 'L6'], [], null]);
    const claim = doors(issuer.issuer, '    levels: { claim: grade }\n').app;
    for (const sub of ['mara', 'lee', 'ben']) await signedIn(claim, sub);
    expect(await Promise.all(['mara', 'lee', 'ben'].map(given))).toEqual([[], ['L5'], []]);
  });

  it('of a name of every object are none, and a claim as long as anybody likes is cut', async () => {
    const { app } = doors(liar.issuer, '    levels: { claim: groups, values: { seniors: L5 } }\n');
    liar.lie = () => ({ claims: { groups: ['constructor', '__proto__', 'seniors', 7, null] } });
    const jar = new Jar();
    await go(app, jar, await away(app, jar, 'mara'));
    expect(await given('mara')).toEqual(['L5']);
    const plain = doors(liar.issuer, '    levels: { claim: groups }\n').app;
    liar.lie = () => ({ claims: { groups: Array.from({ length: 2_900 }, (_, i) => `g${i}`) } });
    await go(plain, jar, await away(plain, jar, 'mara'));
    expect(await given('mara')).toHaveLength(1_000);
  });

  it('beside teams are kept with them', async () => {
    const { app } = doors(issuer.issuer, '    levels: { claim: grade }\n    teams: { claim: groups, values: { chiefs: flow, seniors: pump } }\n');
    await signedIn(app, 'lee');
    expect(await bed.store.logins.ceilings.find('lee')).toEqual({ levels: ['L5'], teams: ['flow'], roles: null });
    await signedIn(app, 'mara');
    expect(await bed.store.logins.ceilings.find('mara')).toEqual({ levels: [], teams: ['pump'], roles: null });
  });

  it('are written by no sign-in that was refused', async () => {
    const { app } = doors(issuer.issuer, GROUPS);
    await signedIn(app, 'noor');
    const jar = new Jar();
    const address = new URL(await away(app, jar, 'kim'));
    address.searchParams.set('state', 'A'.repeat(43));
    const before = await given('kim');
    await go(doors(issuer.issuer, '    levels: { claim: grade }\n').app, jar, address.href);
    expect(await given('kim')).toEqual(before);
    await signedIn(app, 'stranger');
    expect(await given('stranger')).toBeNull();
  });

  it('hold for the person, whichever way they come in, until the file asks for none', async () => {
    const head = bed.commit({ 'db/levels.sql': 'drop table orders;\n' });
    const id = (await bed.judged(head)).id ?? '';
    const { app, world } = doors(issuer.issuer, GROUPS);
    const { jar } = await signedIn(app, 'mara');
    const passkey = new Jar();
    passkey.cookies.set(SESSION, await newSession(world, { person: 'mara', via: 'passkey', keyid: bed.keys.mara.keyid, proved: world.now() }));
    expect(await (await go(app, passkey, `/api/v1/changes/${id}`)).json()).toMatchObject({ held: ['kim', 'lee', 'mara', 'noor'] });
    const { items } = (await (await go(app, passkey, '/api/v1/changes')).json()) as { items: { seats: { candidates: { id: string }[] }[] }[] };
    expect(items[0]?.seats.map((s) => s.candidates.map((p) => p.id))).toEqual([['pat']]);
    for (const browser of [jar, passkey])
      expect((await page(app, browser, id)).mine).toMatchObject({ canSign: false, why: expect.stringContaining('identity provider leaves them L5') });
    const envelope = bed.keys.mara.signEnvelope(await bed.statement('mara', id));
    expect(await completeSignoff(world, id, envelope)).toMatchObject({ ok: false, error: [{ code: 'QUAL_LEVEL' }] });
    const without = doors(issuer.issuer);
    expect((await page(without.app, passkey, id)).mine).toMatchObject({ canSign: true });
    expect(await completeSignoff(without.world, id, envelope)).toMatchObject({ ok: true });
  });

  it('that are required stop whoever never came by the provider', async () => {
    const head = bed.commit({ 'db/required.sql': 'drop table orders;\n' });
    const id = (await bed.judged(head)).id ?? '';
    const { app, world } = doors(issuer.issuer, '    levels: { claim: grade, required: true }\n');
    await bed.store.logins.ceilings.put('noor', { levels: ['L6'], teams: null, roles: null }, 0);
    for (const [person, canSign] of [
      ['noor', true],
      ['pat', false],
    ] as const) {
      const jar = new Jar();
      jar.cookies.set(SESSION, await newSession(world, { person, via: 'passkey', keyid: bed.keys[person].keyid, proved: world.now() }));
      expect((await page(app, jar, id)).mine).toMatchObject({ canSign });
    }
  });
});

describe('refused, and nobody is signed in', () => {
  const refused = async (answer: Response, jar: Jar): Promise<void> => {
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'LOGIN_REFUSED' });
    nobodyIn(jar);
  };

  it('a stolen code, in the browser of the thief', async () => {
    const { app } = doors(issuer.issuer);
    const victim = new Jar();
    const address = await away(app, victim, 'mara');
    await refused(await go(app, new Jar(), address), new Jar());
    // Put into a sign-in of the thief's own: the state is theirs, the code was made for another verifier.
    const thief = new Jar();
    const own = new URL(await away(app, thief, 'noor'));
    own.searchParams.set('code', new URL(address).searchParams.get('code') ?? '');
    await refused(await go(app, thief, own.href), thief);
  });

  it('another state', async () => {
    const { app } = doors(issuer.issuer);
    const jar = new Jar();
    const address = new URL(await away(app, jar, 'mara'));
    address.searchParams.set('state', 'A'.repeat(43));
    await refused(await go(app, jar, address.href), jar);
  });

  it('a code that was asked for with another nonce', async () => {
    const { app } = doors(issuer.issuer);
    const jar = new Jar();
    const begun = new URL((await go(app, jar, '/api/v1/session/oidc')).headers.get('location') ?? '');
    begun.searchParams.set('nonce', 'of somebody else');
    await refused(await go(app, jar, await signInAt(begun.href, 'mara')), jar);
  });

  it('the same answer a second time, with the cookie of the first', async () => {
    const { app } = doors(issuer.issuer);
    const jar = new Jar();
    const address = await away(app, jar, 'mara');
    const kept = new Jar();
    for (const [name, value] of jar.cookies) kept.cookies.set(name, value);
    expect((await go(app, jar, address)).status).toBe(303);
    await refused(await go(app, kept, address), kept);
    await refused(await go(app, jar, address), new Jar());
  });

  it('the same answer a second time, of a provider that takes a code twice', async () => {
    const { app } = doors(liar.issuer);
    liar.lie = () => ({});
    const jar = new Jar();
    const address = await away(app, jar, 'mara');
    const kept = jar.header();
    expect((await go(app, jar, address)).status).toBe(303);
    const again = await app.request(address, { headers: { host: new URL(RP.origin).host, cookie: kept } });
    await refused(again, new Jar());
  });

  it('one that took too long', async () => {
    const { app } = doors(issuer.issuer);
    const jar = new Jar();
    const address = await away(app, jar, 'mara');
    bed.clock.now += 11 * 60_000;
    await refused(await go(app, jar, address), jar);
    bed.clock.now = Date.now();
  });

  it('a cookie that somebody wrote', async () => {
    const { app } = doors(issuer.issuer);
    const jar = new Jar();
    const address = await away(app, jar, 'mara');
    const sealed = jar.cookies.get('__Host-countersign_oidc') ?? '';
    for (const other of ['', 'x', sealed.slice(1), `${sealed}A`, Buffer.from('{"ticket":"x","until":9e15,"more":{}}').toString('base64url')]) {
      jar.cookies.set('__Host-countersign_oidc', other);
      await refused(await go(app, jar, address), jar);
    }
    // Sealed for the other way in.
    const begun = await app.request(`${RP.origin}/api/v1/session/passkey/begin`, {
      method: 'POST',
      headers: { host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json' },
      body: '{}',
    });
    const other = new Jar();
    other.take(begun.headers);
    jar.cookies.set('__Host-countersign_oidc', other.cookies.get('__Host-countersign_passkey') ?? '');
    await refused(await go(app, jar, address), jar);
  });

  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const past = Math.floor(Date.now() / 1000) - 3_600;
  it.each<[string, Lie, string]>([
    ['a token for another client', () => ({ claims: { aud: 'somebody-else' } }), '(audience)'],
    ['a token for several, of whom another asked', () => ({ claims: { aud: [CLIENT.id, 'other'], azp: 'other' } }), '(authorized party)'],
    ['a token of another issuer', () => ({ claims: { iss: 'https://evil.example' } }), '(issuer)'],
    ['one that has expired', () => ({ claims: { exp: past, iat: past - 600 } }), '(expiration time)'],
    ['one without an end', () => ({ claims: { exp: undefined } }), '(expiration time) claim missing'],
    ['one without a nonce', () => ({ claims: { nonce: undefined } }), '(nonce) claim missing'],
    ['one with another nonce', () => ({ claims: { nonce: 'x' } }), '"nonce"'],
    ['one without a subject', () => ({ claims: { sub: undefined } }), '(subject) claim missing'],
    ['one that another key signed', () => ({ key: other }), 'signature verification failed'],
    ['one that nobody signed', () => ({ alg: 'none' }), '"alg"'],
  ])('%s', async (_, lie, why) => {
    const { app } = doors(liar.issuer);
    const jar = new Jar();
    const address = await away(app, jar, 'mara');
    liar.lie = lie;
    await refused(await go(app, jar, address), jar);
    expect(logged.at(-1)).toContain(why);
  });

  it('an error of the provider, whose words reach no page', async () => {
    const { app } = doors(issuer.issuer);
    const jar = new Jar();
    await go(app, jar, '/api/v1/session/oidc');
    const state = 'x';
    const answer = await go(app, jar, `${CALLBACK}?error=access_denied&error_description=${encodeURIComponent('<script>alert(1)</script>')}&state=${state}`, {
      accept: 'text/html',
    });
    expect(answer.status).toBe(401);
    const page = await answer.text();
    expect(page).toContain('Not signed in');
    expect(page).not.toContain('alert');
  });

  it('a provider that is not there', async () => {
    const { app } = doors('http://localhost:9');
    expect((await go(app, new Jar(), '/api/v1/session/oidc')).status).toBe(401);
  });
});

it('a provider that does not say when somebody proved who they are opens pages, and nothing to sign on', async () => {
  const { app } = doors(liar.issuer);
  liar.lie = () => ({ claims: { auth_time: undefined } });
  const jar = new Jar();
  await go(app, jar, await away(app, jar, 'mara'));
  expect(await (await go(app, jar, '/api/v1/session')).json()).toMatchObject({ person: { id: 'mara' }, fresh: null });
  liar.lie = ({ auth_time }) => ({ claims: { auth_time: Number(auth_time) + 9_999_999 } });
  const ahead = new Jar();
  await go(app, ahead, await away(app, ahead, 'mara'));
  const { fresh } = (await (await go(app, ahead, '/api/v1/session')).json()) as { fresh: string };
  expect(Date.parse(fresh)).toBeLessThanOrEqual(Date.now() + 15 * 60_000 + 1_000);
});

it('comes back to our own pages only', async () => {
  const { app } = doors(liar.issuer);
  liar.lie = () => ({});
  const away = [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/%2f/evil',
    '/x/../..//evil',
    '/x\r\nset-cookie: a=b',
    '/api/v1/session',
    '/changes?x=//e',
    'javascript:alert(1)',
    '',
  ];
  for (const back of away) {
    const jar = new Jar();
    const begun = await go(app, jar, `/api/v1/session/oidc?back=${encodeURIComponent(back)}`);
    const answer = await go(app, jar, await signInAt(begun.headers.get('location') ?? '', 'mara'));
    expect(answer.headers.get('location'), back).toBe('/');
  }
});
