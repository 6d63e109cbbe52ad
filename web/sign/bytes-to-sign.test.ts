import { describe, expect, it } from 'vitest';
import { levelIn, readable } from './bytes-to-sign.ts';

const bytes = (said: unknown): string => btoa(JSON.stringify(said));

describe('the bytes to sign', () => {
  it('say the level of the signer', () => expect(levelIn(bytes({ predicate: { signer: { qualification: { level: 'L6' } } } }))).toBe('L6'));
  it.each([bytes(null), bytes({ predicate: { signer: { qualification: { level: 6 } } } }), btoa('{'), '%'])('say none where they are something else: %s', (statement) => {
    expect(levelIn(statement)).toBeUndefined();
  });
  it('are shown as they are, or not at all', () => expect([readable(btoa('{"a":1}')), readable('%')]).toEqual(['{"a":1}', expect.stringContaining('Do not sign')]));
});
