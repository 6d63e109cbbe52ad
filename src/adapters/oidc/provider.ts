/**
 * An OpenID Connect provider over openid-client: authorization code with PKCE, state and nonce, and the ID token's signature checked
 * although it came over TLS. What it says is who somebody is to that provider; whose person that is here, the caller decides.
 */
import * as client from 'openid-client';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { IdentityClaims, IdentityProvider, LoginBinding } from '../../flows/ports-login.ts';

export interface ProviderSettings {
  /** https, but on loopback. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret?: string;
  /** Exactly as registered there. */
  readonly redirectUri: string;
  readonly scope: string;
}

/** A provider that hangs keeps a sign-in waiting no longer than this, in seconds. */
const PATIENCE_S = 10;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Asked at the first sign-in and not at the start: a provider that is down keeps nobody from signing in by passkey. */
export function openProvider(settings: ProviderSettings): IdentityProvider {
  let found: Promise<client.Configuration> | undefined;
  const configuration = (): Promise<client.Configuration> => {
    const asked = found ?? discovered(settings);
    found = asked;
    // What was not there may be there at the next sign-in.
    asked.catch(() => {
      if (found === asked) found = undefined;
    });
    return asked;
  };
  return {
    begin: (binding, maxAge) => refused('begin', async () => addressOf(await configuration(), settings, binding, maxAge)),
    finish: (url, binding, maxAge) => refused('finish', async () => claimsOf(await configuration(), url, binding, maxAge)),
  };
}

async function discovered({ issuer, clientId, clientSecret }: ProviderSettings): Promise<client.Configuration> {
  const at = new URL(issuer);
  const plain = at.protocol === 'http:' && LOOPBACK.has(at.hostname);
  const found = await client.discovery(at, clientId, {}, clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret), {
    timeout: PATIENCE_S,
    execute: [client.enableNonRepudiationChecks, ...(plain ? [client.allowInsecureRequests] : [])],
  });
  return found;
}

async function addressOf(config: client.Configuration, { redirectUri, scope }: ProviderSettings, { state, nonce, verifier }: LoginBinding, maxAge: number | null): Promise<string> {
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(maxAge === null ? {} : { max_age: String(maxAge) }),
  });
  return address.href;
}

async function claimsOf(config: client.Configuration, url: string, { state, nonce, verifier }: LoginBinding, maxAge: number | null): Promise<IdentityClaims> {
  const tokens = await client.authorizationCodeGrant(config, new URL(url), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
    ...(maxAge === null ? {} : { maxAge }),
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new Error('there is no ID token in the answer');
  return { sub: claims.sub, provedAt: typeof claims.auth_time === 'number' ? claims.auth_time * 1000 : null, claims };
}

/** Whatever went wrong, nobody is signed in. What the provider said is a stranger's text: one short line of it is kept, and of what is no JSON nothing, for those words quote an answer that may hold tokens. */
async function refused<T>(beat: 'begin' | 'finish', work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    const said =
      error instanceof Error
        ? [error.message, error.cause instanceof Error && !(error.cause instanceof SyntaxError) ? error.cause.message : ''].filter((m) => m !== '').join(': ')
        : 'no reason given';
    const what = beat === 'begin' ? 'the identity provider cannot be asked' : 'the answer of the identity provider does not hold';
    return err(problem('LOGIN_REFUSED', `${what}: ${oneLine(said)}`, { remedy: 'sign in again; if that does not help, whoever runs this server finds more in its log' }));
  }
}

const oneLine = (said: string): string => said.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 200);
