/** People sign in by every way there is, and are refused by some: nothing that would let anybody in stands in the log of the server. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { CLIENT, type Issuer, Jar, lyingIssuer, realIssuer, signInAt } from '../../../test/bed/identity.ts';
import { openProvider } from '../../adapters/oidc/provider.ts';
import { base64url, fromBase64 } from '../../core/base/bytes.ts';
import { openLog } from '../logging.ts';
import { openMetrics } from '../metrics.ts';
import { PLAIN_ENTRY } from './entry.ts';
import { CALLBACK } from './oidc-routes.ts';

let bed: Bed;
let honest: Issuer;
let liar: Awaited<ReturnType<typeof lyingIssuer>>;
beforeAll(async () => {
  bed = await openBed('production');
  bed.clock.now = Date.now();
  honest = await realIssuer(`${RP.origin}${CALLBACK}`, { mara: {} });
  liar = await lyingIssuer();
});
afterAll(async () => {
  await honest?.close();
  await liar?.close();
  await bed?.close();
});

/** What the log said, and everything that must not be in it. */
function listening(issuer: string) {
  const lines: string[] = [];
  const secrets = new Set<string>();
  const journal = openLog({ level: 'debug', format: 'json', write: (line) => void lines.push(line) });
  const provider = openProvider({ issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, redirectUri: `${RP.origin}${CALLBACK}`, scope: 'openid' });
  const oidc = { provider, name: 'Bed', person: 'sub' };
  const metrics = openMetrics();
  const world = serverWorld(bed, { journal, metrics, entry: { ...PLAIN_ENTRY, oidc }, log: (line) => journal.say('warn', line) });
  const app = strictApp(world);
  const jar = new Jar();
  const go = async (path: string, init: { method?: string; body?: string; headers?: Record<string, string> } = {}): Promise<Response> => {
    const headers = { host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json', cookie: jar.header(), ...init.headers };
    const answer = await app.request(path.startsWith('http') ? path : `${RP.origin}/api/v1${path}`, { ...init, headers });
    jar.take(answer.headers);
    for (const value of jar.cookies.values()) secrets.add(value);
    return answer;
  };
  /** Words of an address that are worth stealing. */
  const heard = (address: string): string => {
    for (const [name, value] of new URL(address).searchParams) if (['code', 'state', 'nonce', 'code_challenge'].includes(name)) secrets.add(value);
    return address;
  };
  return { lines, secrets, go, heard, metrics };
}

it('by an identity provider, and once more with the same answer', async () => {
  const { lines, secrets, go, heard } = listening(honest.issuer);
  const away = await go('/session/oidc?back=/people');
  const back = heard(await signInAt(heard(away.headers.get('location') ?? ''), 'mara'));
  expect((await go(back)).status).toBe(303);
  expect(await (await go('/session')).json()).toMatchObject({ person: { id: 'mara' } });
  expect((await go(back)).status).toBe(401);
  expect(secrets.size).toBeGreaterThanOrEqual(5);
  expect(lines.length).toBeGreaterThanOrEqual(4);
  expect([...secrets].filter((secret) => lines.some((line) => line.includes(secret)))).toEqual([]);
  expect(lines.map((line) => JSON.parse(line)).find((line) => line.route === '/api/v1/session/oidc/callback' && line.status === 303)).toMatchObject({
    event: 'request',
    door: 'http',
  });
});

it('by a provider that lies, whose words come near it', async () => {
  const { lines, secrets, go, heard } = listening(liar.issuer);
  const token = 'eyJ0aGlzIjoiaXMgYSBzZWNyZXQifQ';
  secrets.add(token);
  for (const lie of [{ iss: token }, { nonce: token }, { aud: [token] }, { exp: 1 }, { sub: undefined }]) {
    liar.lie = () => ({ claims: lie });
    const away = await go('/session/oidc');
    const at = await fetch(heard(away.headers.get('location') ?? ''), { redirect: 'manual' });
    const back = at.headers.get('location') ?? '';
    for (const address of [back.replace('code=a-code', `error=${token}&error_description=${token}`), back]) {
      const answer = await go(address);
      expect(answer.status).toBe(401);
    }
  }
  expect(lines.some((line) => line.includes('sign-in:'))).toBe(true);
  expect([...secrets].filter((secret) => lines.some((line) => line.includes(secret)))).toEqual([]);
});

it('by passkey, with a token made and used, and figures that know of none of it', async () => {
  const { lines, secrets, go, metrics } = listening(honest.issuer);
  const { challenge } = (await (await go('/session/passkey/begin', { method: 'POST', body: '{}' })).json()) as { challenge: string };
  secrets.add(challenge);
  const { credentialId, ...parts } = { credentialId: base64url(bed.keys.mara.credentialId), ...bed.keys.mara.get(fromBase64(challenge) ?? new Uint8Array(0)) };
  const said = Object.fromEntries(Object.entries(parts).filter(([name]) => ['authenticatorData', 'clientDataJSON', 'signature'].includes(name)));
  const body = JSON.stringify({ credentialId, ...Object.fromEntries(Object.entries(said).map(([name, bytes]) => [name, base64url(bytes as Uint8Array)])) });
  expect((await go('/session/passkey', { method: 'POST', body })).status).toBe(200);
  const made = await go('/tokens', { method: 'POST', body: JSON.stringify({ name: 'x', scopes: ['read'], days: 1 }), headers: { 'idempotency-key': 'once-and-no-more' } });
  expect(made.status).toBe(201);
  const { secret } = (await made.json()) as { secret: string };
  secrets.add(secret);
  secrets.add('once-and-no-more');
  expect((await go('/changes', { headers: { authorization: `Bearer ${secret}`, cookie: '' } })).status).toBe(200);
  expect((await go('/changes', { headers: { authorization: `Bearer ${secret.slice(0, -1)}`, cookie: '' } })).status).toBe(401);
  const figures = await metrics.text(null);
  expect([...secrets].filter((s) => lines.some((line) => line.includes(s)) || figures.includes(s))).toEqual([]);
  expect(lines.map((line) => JSON.parse(line).principal)).toContain('mara');
});
