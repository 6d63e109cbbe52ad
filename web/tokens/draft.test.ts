import { expect, it } from 'vitest';
import { GIVEN } from '../../src/server/auth/access.ts';
import { newTokenWords } from '../../src/server/schema.ts';
import { bodyOf, EMPTY, missing, SCOPES, type Scope, SPANS, type TokenDraft, toggled } from './draft.ts';

it('offers the scopes that are given, and no other', () => expect(Object.keys(SCOPES).sort()).toEqual([...GIVEN].sort()));

it('says what is missing, and sends what the server reads once nothing is', () => {
  expect(missing(EMPTY)).toEqual(['a name', 'what it may do']);
  expect(missing({ ...EMPTY, name: '  ', scopes: ['read'] })).toEqual(['a name']);
  for (const [days] of SPANS)
    for (const scope of Object.keys(SCOPES) as Scope[]) {
      const draft: TokenDraft = { name: ' ci ', scopes: [scope], days, account: 'build-7' };
      expect(missing(draft)).toEqual([]);
      const body = newTokenWords.parse(bodyOf(draft));
      expect(body).toMatchObject({ name: 'ci', scopes: [scope], days });
      // An account says whose pushes they are: what does not push has none.
      expect(body.account).toBe(scope === 'push' ? 'build-7' : undefined);
    }
});

it('a scope is on or off', () => {
  expect(toggled([], 'read')).toEqual(['read']);
  expect(toggled(['read', 'push'], 'read')).toEqual(['push']);
});
