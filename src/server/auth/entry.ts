/** How people come in: whom the file names, for how long, and by which identity provider. */
import type { IdentityProvider } from '../../flows/ports-login.ts';
import type { Granting } from './access.ts';
import { type SiteFile, spanMs } from './site-file.ts';

export interface Entry extends Granting {
  /** Signing needs a proof this fresh. */
  readonly freshMs: number;
  readonly idleMs: number;
  readonly longestMs: number;
  readonly oidc?: OidcEntry;
}

export interface OidcEntry extends Pick<NonNullable<SiteFile['login']['oidc']>, 'name' | 'person' | 'people' | 'roles' | 'levels' | 'teams'> {
  readonly provider: IdentityProvider;
}

/** Where no file says anything: everybody on a roster, by passkey alone. */
export const PLAIN_ENTRY: Entry = { everybody: ['engineer', 'reviewer'], people: new Map(), freshMs: 15 * 60_000, idleMs: 8 * 3_600_000, longestMs: 12 * 3_600_000 };

/** @param provider of the file's `oidc`, opened. */
export function entryFrom({ login, roles }: Pick<SiteFile, 'login' | 'roles'>, provider?: IdentityProvider): Entry {
  const { oidc } = login;
  return {
    everybody: roles.everybody,
    people: new Map(Object.entries(roles.people)),
    freshMs: spanMs(login.fresh),
    idleMs: spanMs(login.idle),
    longestMs: spanMs(login.longest),
    ...(oidc === undefined || provider === undefined ? {} : { oidc: { ...oidc, provider } }),
  };
}
