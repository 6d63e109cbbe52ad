/**
 * Signing in with an OpenID Connect provider. It says who somebody is; who they are here, and what they may, our own files say. Its claims take
 * roles away and give none, lower the level somebody signs at and raise none, and nothing it says lets anybody sign: that takes a key the log
 * trusts.
 */
import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Ceiling, IdentityClaims, LoginBinding, Role } from '../../flows/ports-login.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';
import { API } from './access.ts';
import { beginAttempt, spend, takeAttempt } from './attempt.ts';
import { backTo } from './back.ts';
import type { OidcEntry } from './entry.ts';
import { isKnown } from './known.ts';
import { beginSession } from './sessions.ts';

export const CALLBACK = `${API}/session/oidc/callback`;

const random = (): string => randomBytes(32).toString('base64url');

export function oidc(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();

  app.get('/', async (c) => {
    const { oidc: entry } = world.entry;
    if (entry === undefined) return refuse(c, [noProvider]);
    const maxAge = c.req.query('fresh') === undefined ? '' : String(Math.floor(world.entry.freshMs / 1000));
    const binding: LoginBinding = { state: random(), nonce: random(), verifier: random() };
    const address = await entry.provider.begin(binding, maxAge === '' ? null : Number(maxAge));
    if (!address.ok) return unwell(c, address.error);
    beginAttempt(c, world, 'oidc', { ...binding, maxAge, back: backTo(c.req.query('back')) });
    return c.redirect(address.value, 303);
  });

  app.get('/callback', async (c) => {
    const { oidc: entry } = world.entry;
    if (entry === undefined) return refuse(c, [noProvider]);
    const attempt = takeAttempt(c, world, 'oidc');
    if (attempt === null) return refused(c, problem('LOGIN_REFUSED', 'this sign-in was not begun in this browser, or took too long', { remedy: 'sign in again' }));
    const { state = '', nonce = '', verifier = '', maxAge = '', back = '/' } = attempt.more;
    // Under our own origin, whatever address the request says it came to.
    const url = `${world.site.url}${CALLBACK}${new URL(c.req.url).search}`;
    const claims = await entry.provider.finish(url, { state, nonce, verifier }, maxAge === '' ? null : Number(maxAge));
    if (!claims.ok) return unwell(c, claims.error);
    const who = personIn(entry, claims.value);
    if (!who.ok) return refused(c, who.error);
    if (!(await isKnown(world, who.value)))
      return refused(
        c,
        problem('PERSON_UNKNOWN', 'the identity provider knows you, and no roster here does', { remedy: 'ask whoever keeps the roster, or whoever runs this server' }),
      );
    if (!(await spend(world, attempt))) return refused(c, problem('LOGIN_REFUSED', 'this sign-in was used before', { remedy: 'sign in again' }));
    // Before the session: nobody is in by this sign-in of whom what is left was not written down.
    const left = { ...ceilingIn(entry, claims.value), roles: rolesIn(entry, claims.value) };
    if (left.levels !== null || left.teams !== null || left.roles !== null) await world.logins.ceilings.put(who.value, left, world.now());
    await beginSession(c, world, { person: who.value, via: 'oidc', roles: left.roles, proved: Math.min(claims.value.provedAt ?? 0, world.now()) });
    return c.redirect(back, 303);
  });

  /** The provider's words go to the log of the server; the browser is told what happened. */
  const unwell = (c: Context<Door>, wrong: Problem): Response => {
    world.log(`${c.get('requestId')} sign-in: ${wrong.message}`);
    return refused(c, problem('LOGIN_REFUSED', 'the identity provider did not vouch for this sign-in', { remedy: 'sign in again; the log of the server says why it was refused' }));
  };
  return app;
}

/** A person in a browser gets a page; everybody else what every refusal is. */
function refused(c: Context<Door>, wrong: Problem): Response {
  if (!(c.req.header('accept') ?? '').includes('text/html')) return refuse(c, [wrong]);
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Not signed in</title><h1>Not signed in</h1><p>${escaped(wrong.message)}: ${escaped(wrong.remedy ?? '')}. [${wrong.code}]</p><p><a href="/">Back to Countersign</a></p></html>\n`;
  return c.html(page, 401);
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const noProvider = problem('NOT_FOUND', 'no identity provider is configured here', { remedy: 'sign in with a passkey' });

/** Whose person the provider's is here. What anybody may write into a profile of their own proves nothing: an address has to be verified. */
function personIn(entry: Pick<OidcEntry, 'person' | 'people'>, { claims }: IdentityClaims): Result<string> {
  const unknown = (why: string): Result<never> => err(problem('PERSON_UNKNOWN', why, { remedy: 'ask whoever runs this server' }));
  const value = own(claims, entry.person);
  if (typeof value !== 'string' || value === '') return unknown(`the identity provider does not say your ${entry.person}`);
  if (entry.person === 'email' && own(claims, 'email_verified') !== true) return unknown('the identity provider has not verified your address');
  const person = entry.people === undefined ? value : own(entry.people, value);
  return typeof person === 'string' && /^[a-z0-9._-]{1,100}$/.test(person) ? ok(person) : unknown('nobody here goes by what the identity provider calls you');
}

/** Roles its groups leave; null where it has no say. A claim that is missing or strange leaves none. */
function rolesIn({ roles }: Pick<OidcEntry, 'roles'>, { claims }: IdentityClaims): readonly Role[] | null {
  if (roles === undefined) return null;
  return [...new Set(groupsIn(claims, roles.claim).flatMap((group) => own(roles.values, group) ?? []))];
}

/** Levels and teams it leaves. A claim that is missing or strange leaves the least. */
const ceilingIn = ({ levels, teams }: Pick<OidcEntry, 'levels' | 'teams'>, { claims }: IdentityClaims): Ceiling => ({
  levels: leftIn(levels, claims),
  teams: leftIn(teams, claims),
});

function leftIn(terms: OidcEntry['levels'], claims: IdentityClaims['claims']): readonly string[] | null {
  if (terms === undefined) return null;
  const { claim, values } = terms;
  return [...new Set(groupsIn(claims, claim).flatMap((group) => (values === undefined ? group : (own(values, group) ?? []))))].slice(0, MOST_WORDS);
}

/** More than anybody has of either; a claim may be as long as a stranger likes. */
const MOST_WORDS = 1_000;

function groupsIn(claims: IdentityClaims['claims'], claim: string): readonly string[] {
  const said = own(claims, claim);
  return typeof said === 'string' ? [said] : Array.isArray(said) ? said.filter((g) => typeof g === 'string') : [];
}

const own = <T>(of: { readonly [name: string]: T }, name: string): T | undefined => (Object.hasOwn(of, name) ? of[name] : undefined);
