/** Addresses and pages. The address bar is input like any other: what is no page is `missing`. */

export type Route =
  | { readonly page: 'queue'; readonly state: string }
  | { readonly page: 'change'; readonly id: string }
  | { readonly page: 'ledger' }
  | { readonly page: 'people' }
  | { readonly page: 'tokens' }
  | { readonly page: 'missing' };

export const QUEUE_STATES = ['open', 'signed', 'landed', 'passed', 'refused', 'all'] as const;

export function routeOf(pathname: string, search = ''): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  if (path === '/') return { page: 'queue', state: stateOf(search) };
  if (path === '/ledger') return { page: 'ledger' };
  if (path === '/people') return { page: 'people' };
  if (path === '/tokens') return { page: 'tokens' };
  const id = /^\/changes\/([A-Za-z0-9._-]{1,128})$/.exec(path)?.[1];
  return id === undefined ? { page: 'missing' } : { page: 'change', id };
}

function stateOf(search: string): string {
  const asked = new URLSearchParams(search).get('state') ?? 'open';
  return (QUEUE_STATES as readonly string[]).includes(asked) ? asked : 'open';
}
