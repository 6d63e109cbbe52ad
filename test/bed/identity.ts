/** Identity providers for tests: a real one in this process, and one that lies; and a browser without a screen that keeps cookies. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration, Provider as ProviderType } from 'oidc-provider';

export const CLIENT = { id: 'countersign', secret: 'a secret of the client, which only a test knows' } as const;

export interface Issuer {
  readonly issuer: string;
  close(): Promise<void>;
}

/** A person at the provider: claims beside `sub`. */
export type Directory = { readonly [sub: string]: { readonly [claim: string]: unknown } };

const listening = (handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ server: Server; issuer: string }> =>
  new Promise((resolve) => {
    const server = createServer((request, response) => handle(request, response));
    server.listen(0, '127.0.0.1', () => resolve({ server, issuer: `http://localhost:${(server.address() as AddressInfo).port}` }));
  });

const closing = (server: Server) => (): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** oidc-provider, with its own pages to sign in on: any name and password will do. */
export async function realIssuer(redirectUri: string, people: Directory): Promise<Issuer> {
  const { Provider } = await import('oidc-provider');
  let handle: ReturnType<ProviderType['callback']> | undefined;
  const { server, issuer } = await listening((request, response) => void handle?.(request, response));
  const claims = [...new Set(Object.values(people).flatMap((p) => Object.keys(p)))];
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const configuration: Configuration = {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri], response_types: ['code'], grant_types: ['authorization_code'] }],
    claims: { openid: ['sub', 'auth_time', ...claims] },
    conformIdTokenClaims: false,
    findAccount: (_: unknown, sub: string) => (Object.hasOwn(people, sub) ? { accountId: sub, claims: () => ({ sub, ...people[sub] }) } : undefined),
    cookies: { keys: ['only for this test'] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    pkce: { required: () => true },
  };
  const provider = new Provider(issuer, configuration);
  handle = provider.callback();
  return { issuer, close: closing(server) };
}

/** What a lying provider puts into its ID token; `undefined`: the claim is left out. */
export type Lie = (honest: { readonly [claim: string]: unknown }) => { readonly claims?: { readonly [claim: string]: unknown }; readonly key?: KeyObject; readonly alg?: string };

/** It hands out a code to everybody, and tokens for every code. @param told what it is asked to put into tokens. */
export async function lyingIssuer(): Promise<Issuer & { lie: Lie; readonly asked: URLSearchParams[] }> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let nonce = '';
  const self = { lie: (() => ({})) as Lie, asked: [] as URLSearchParams[] };
  const json = (response: ServerResponse, body: unknown): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const { server, issuer } = await listening(async (request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/.well-known/openid-configuration')
      return json(response, {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    if (url.pathname === '/jwks') return json(response, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] });
    if (url.pathname === '/auth') {
      nonce = url.searchParams.get('nonce') ?? '';
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'a-code');
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      return void response.writeHead(303, { location: back.href }).end();
    }
    const body: Buffer[] = [];
    for await (const part of request) body.push(part as Buffer);
    self.asked.push(new URLSearchParams(Buffer.concat(body).toString()));
    const now = Math.floor(Date.now() / 1000);
    const honest = { iss: issuer, sub: 'mara', aud: CLIENT.id, iat: now, exp: now + 600, nonce, auth_time: now };
    const { claims = {}, key = keys.privateKey, alg = 'RS256' } = self.lie(honest);
    json(response, { access_token: 'x', token_type: 'Bearer', expires_in: 600, id_token: jwt({ ...honest, ...claims }, key, alg) });
  });
  return Object.assign(self, { issuer, close: closing(server) });
}

function jwt(claims: object, key: KeyObject, alg: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg, kid: 'one', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${alg === 'none' ? '' : sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

/** Cookies by name, as `set-cookie` headers left them; attributes are not judged. */
export class Jar {
  readonly cookies = new Map<string, string>();
  take(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
  header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** Signs in at the provider as `sub`, on its own pages. Answers the address it sends the browser back to. */
export async function signInAt(start: string, sub: string, jar = new Jar()): Promise<string> {
  const { origin } = new URL(start);
  let at = start;
  for (let steps = 0; steps < 20; steps++) {
    const isForm = /\/interaction\/[^/]+$/.test(new URL(at).pathname);
    const page = await fetch(at, { headers: { cookie: jar.header() }, redirect: 'manual' });
    jar.take(page.headers);
    const answer = isForm ? await answered(at, await page.text(), sub, jar) : page;
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${answer.status}: ${(await answer.text()).slice(0, 2_000)}`);
    at = new URL(location, at).href;
    if (!at.startsWith(origin)) return at;
  }
  throw new Error(`the provider never sent the browser back from ${at}`);
}

async function answered(at: string, page: string, sub: string, jar: Jar): Promise<Response> {
  const body = page.includes('name="login"') ? new URLSearchParams({ prompt: 'login', login: sub, password: 'any' }) : new URLSearchParams({ prompt: 'consent' });
  const answer = await fetch(at, { method: 'POST', headers: { cookie: jar.header(), 'content-type': 'application/x-www-form-urlencoded' }, body, redirect: 'manual' });
  jar.take(answer.headers);
  return answer;
}
