import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeOf } from './route.ts';

describe('routeOf', () => {
  it.each([
    ['/', '', { page: 'queue', state: 'open' }],
    ['/', '?state=landed', { page: 'queue', state: 'landed' }],
    ['/', '?state=%3Cscript%3E', { page: 'queue', state: 'open' }],
    ['/changes/00c0ffee00c0ffee', '', { page: 'change', id: '00c0ffee00c0ffee' }],
    ['/changes/00c0ffee00c0ffee/', '', { page: 'change', id: '00c0ffee00c0ffee' }],
    ['/ledger', '', { page: 'ledger' }],
    ['/people/', '', { page: 'people' }],
    ['/tokens', '', { page: 'tokens' }],
    ['/changes/', '', { page: 'missing' }],
    ['/changes/a/b', '', { page: 'missing' }],
    ['/changes/%2e%2e', '', { page: 'missing' }],
    ['/nothing', '', { page: 'missing' }],
  ])('%s%s', (path, search, expected) => {
    expect(routeOf(path, search)).toEqual(expected);
  });

  it('answers any address, and never hands on an id that could leave its place in a path', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        const route = routeOf(path === '' ? '/' : path, `?${query}`);
        if (route.page === 'change') expect(route.id).toMatch(/^[\w.-]+$/);
      }),
    );
  });
});
