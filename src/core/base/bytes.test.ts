import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64, base64url, compare, concat, equal, fromBase64, fromHex, hex, text, utf8 } from './bytes.ts';
import { digest } from './json.ts';

const anyBytes = fc.uint8Array({ maxLength: 80 });

describe('decoders', () => {
  test('take back what encoders made, in either alphabet, padded or not', () => {
    fc.assert(
      fc.property(anyBytes, (b) => {
        for (const encoded of [base64(b), base64url(b), base64(b).replace(/=+$/, '')]) expect(fromBase64(encoded)).toEqual(b);
        expect(fromHex(hex(b))).toEqual(b);
      }),
    );
  });
  test('give one spelling to one value: whatever decodes encodes to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgwB/_-+9='), maxLength: 12 }), (s) => {
        const decoded = fromBase64(s);
        if (decoded !== undefined) expect(base64(decoded).replace(/=+$/, '')).toBe(s.replace(/=+$/, '').replace(/-/g, '+').replace(/_/g, '/'));
      }),
    );
  });
  test.each(['A', 'AB=C', 'A A=', 'AB\n', 'é', 'AAAA====', 'AB'])('%j is refused where bits are lost or strange', (s) => expect(fromBase64(s)).toBeUndefined());
  test.each(['0', 'AB', '0x00', ' 00', '00\n'])('%j is no lowercase hex', (s) => expect(fromHex(s)).toBeUndefined());
  test.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]]])('bytes %j are not UTF-8', (b) => expect(text(Uint8Array.from(b))).toBeUndefined());
  test('a byte order mark is content', () => expect(text(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]))).toBe('\ufeffa'));
});

test('comparison is bytewise, as git sorts, and not by UTF-16', () => {
  expect(compare(utf8('\u{1f600}'), utf8('\uff5e'))).toBeGreaterThan(0);
  expect('\u{1f600}' < '\uff5e').toBe(true);
  fc.assert(fc.property(anyBytes, anyBytes, (a, b) => equal(a, b) === (compare(a, b) === 0) && hex(concat(a, b)) === hex(a) + hex(b)));
});

describe('a digest', () => {
  test('does not depend on the order of members and does on everything else', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null))), (members) => {
        const reversed = Object.fromEntries(Object.entries(members).reverse());
        expect(digest(reversed)).toBe(digest(members));
        expect(digest({ ...members, extra: 1 })).not.toBe(digest({ ...members, extra: '1' }));
      }),
    );
  });
  test('is of the canonical form: members by UTF-16 code unit, RFC 8785 section 3.2.3', () => {
    // printf '{"€":1,"😀":2,"דּ":3}' | sha256sum
    expect(digest({ '\ufb33': 3, '\u20ac': 1, '\u{1f600}': 2 })).toBe('1cc660cd5172089959778cbdc132675f077acd2c356d97dde33b2bfe98864272');
  });
  test('leaves out what is undefined and refuses what is no number', () => {
    expect(digest({ a: 1, b: undefined })).toBe(digest({ a: 1 }));
    for (const n of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => digest(n)).toThrow(RangeError);
  });
});
