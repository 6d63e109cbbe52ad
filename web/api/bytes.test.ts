import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64url, textOf, toBase64url } from './bytes.ts';

describe('base64url', () => {
  it('round-trips any bytes, without padding or the characters of plain base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/);
        expect([...fromBase64url(text)]).toEqual([...bytes]);
      }),
    );
  });

  it('agrees with the encoder of the platform', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => toBase64url(bytes) === Buffer.from(bytes).toString('base64url')));
  });

  it('takes padded and plain base64 too', () => {
    expect([...fromBase64url('+/8=')]).toEqual([0xfb, 0xff]);
    expect([...fromBase64url('-_8')]).toEqual([0xfb, 0xff]);
  });

  it.each(['a', 'ab c', 'a=b=', 'é', '====='])('refuses %j', (text) => {
    expect(() => fromBase64url(text)).toThrow(TypeError);
  });

  it('reads the text of a statement', () => {
    expect(textOf(Buffer.from('{"a":"ü"}').toString('base64'))).toBe('{"a":"ü"}');
  });
});
