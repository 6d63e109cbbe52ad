/**
 * What every route of the API needs, in one table: a route that is not here is not there. It opens doors and fills no seat: whose
 * signature counts, the log says, whatever a session may.
 */
import type { Role, Scope } from '../../flows/ports-login.ts';
import { ROLES, SCOPES } from '../../flows/ports-login.ts';

/** Where the API is. */
export const API = '/api/v1';

export interface Need {
  /** One of these; null: nobody has to be signed in. */
  readonly roles: readonly Role[] | null;
  /** The scope with which an API token may come; absent: none may. */
  readonly scope?: Scope;
  /** The person proved who they are a short while ago. */
  readonly fresh?: true;
}

const anybody: Need = { roles: null };
/** An auditor changes nothing, by a program of their own included. */
const acting: readonly Role[] = ['engineer', 'reviewer', 'policy-owner', 'administrator'];

const reads: Need = { roles: ROLES, scope: 'read' };
const own: Need = { roles: ROLES };
const owns: Need = { roles: ['engineer'], fresh: true };
const signs: Need = { roles: ['reviewer', 'policy-owner'], fresh: true };
/** Whoever is called at night; policy says who may. */
const breaks: Need = { roles: ['engineer', 'reviewer', 'policy-owner'], fresh: true };
const enrols: Need = { roles: ['engineer', 'reviewer', 'policy-owner'], fresh: true };
const makesTokens: Need = { roles: acting, fresh: true };
/** A gate's question is written down with its answer, so an auditor asks none. */
const asks: Need = { roles: acting, scope: 'gate' };
const oversees: Need = { roles: ['auditor', 'administrator'], scope: 'read' };
const administers: Need = { roles: ['administrator'], fresh: true };

/** With a token, at the door of git, which is no route of the API. */
export const PUSHES: Need = { roles: acting, scope: 'push' };

/** Method, path behind `/api/v1` as hono writes it, what it needs. */
export const ACCESS: readonly (readonly ['GET' | 'POST' | 'DELETE', string, Need])[] = [
  ['GET', '/session', anybody],
  ['DELETE', '/session', anybody],
  ['POST', '/session/act-as', anybody],
  ['POST', '/session/passkey/begin', anybody],
  ['POST', '/session/passkey', anybody],
  ['POST', '/session/key/begin', anybody],
  ['POST', '/session/key', anybody],
  ['GET', '/session/oidc', anybody],
  ['GET', '/session/oidc/callback', anybody],
  ['POST', '/session/end-all', administers],
  ['GET', '/tokens', own],
  ['POST', '/tokens', makesTokens],
  ['DELETE', '/tokens/:id', own],
  ['POST', '/enrolments/begin', enrols],
  ['POST', '/enrolments', enrols],
  ['POST', '/enrolments/ssh-key', enrols],
  ['GET', '/changes', reads],
  ['GET', '/changes/events', reads],
  ['GET', '/changes/:id', reads],
  ['GET', '/changes/:id/bundle', reads],
  ['GET', '/changes/:id/vsa', reads],
  ['GET', '/changes/:id/reader', reads],
  ['GET', '/changes/:id/break-glass', reads],
  ['POST', '/changes/:id/signoffs/prepare', signs],
  ['POST', '/changes/:id/signoffs', signs],
  ['POST', '/changes/:id/ownership/prepare', owns],
  ['POST', '/changes/:id/ownership', owns],
  ['POST', '/changes/:id/break-glass/prepare', breaks],
  ['POST', '/changes/:id/break-glass', breaks],
  ['GET', '/violations', reads],
  ['GET', '/people', reads],
  ['GET', '/modes/watched', reads],
  ['GET', '/jobs', oversees],
  ['POST', '/jobs/:id/retry', administers],
  ['DELETE', '/jobs/:id', administers],
  // Some addresses are secrets themselves: no token reads them.
  ['GET', '/webhooks', { roles: ['auditor', 'administrator'] }],
  ['POST', '/webhooks', administers],
  ['DELETE', '/webhooks/:id', administers],
  ['POST', '/webhooks/:id/rotate', administers],
  ['POST', '/webhooks/:id/replay', administers],
  // What trustees signed counts by their signatures, whoever brings it.
  ['POST', '/authority', anybody],
  ['POST', '/gate/check', asks],
  ['GET', '/openapi.json', anybody],
  // The log is public by design.
  ['GET', '/ledger', anybody],
  ['GET', '/ledger/checkpoint', anybody],
  ['GET', '/ledger/sizes/:size', anybody],
  ['GET', '/ledger/proof/:index', anybody],
  ['GET', '/trust', anybody],
];

/** Scopes that are good for something: the others are made for nobody. */
export const GIVEN: readonly Scope[] = SCOPES.filter((scope) => scope === PUSHES.scope || ACCESS.some(([, , need]) => need.scope === scope));

const TABLE = ACCESS.map(([method, path, need]) => ({ method, path: new RegExp(`^${API}${path.replaceAll(/:\w+/g, '[^/]+')}$`), need }));

/** @param path as the router sees it. Undefined: there is no such route. */
export const needOf = (method: string, path: string): Need | undefined => TABLE.find((row) => row.method === (method === 'HEAD' ? 'GET' : method) && row.path.test(path))?.need;

/** Which roles a person has, by the installation's own file. */
export interface Granting {
  /** Roles of whoever is not named. */
  readonly everybody: readonly Role[];
  /** Exactly these. */
  readonly people: ReadonlyMap<string, readonly Role[]>;
}

/** @param left what an identity provider left of them; null: it had no say. It takes away, and gives nothing. */
export const rolesOf = ({ everybody, people }: Granting, person: string, left: readonly Role[] | null): readonly Role[] =>
  (people.get(person) ?? everybody).filter((role) => left === null || left.includes(role));
