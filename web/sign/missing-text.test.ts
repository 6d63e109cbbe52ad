import { expect, it } from 'vitest';
import { missingText } from './missing-text.ts';

const people = { mara: { id: 'mara', name: 'Mara Lindqvist', level: 'L6' }, noor: { id: 'noor', name: 'Noor Haddad', level: 'L6' } };

it.each([
  ['1 more for rule critical: any of mara, noor', '1 more for rule critical: Mara Lindqvist or Noor Haddad.'],
  ['1 more for rule any of mara: any of noor', '1 more for rule any of mara: Noor Haddad.'],
  ['1 more for rule critical: any of nobody', '1 more for rule critical: any of nobody'],
  ['a required human has not signed', 'a required human has not signed'],
])('%s', (said, shown) => expect(missingText(said, people)).toBe(shown));
