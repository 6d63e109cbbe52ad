/** Both crypto ports give the same answer to everything: honest, malformed, and made to be answered differently. */
import { createECDH, generateKeyPairSync, sign } from 'node:crypto';
import { ed25519 as curve } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromHex, hex, utf8 } from '../../core/base/bytes.ts';
import * as node from '../../core/base/crypto.ts';
import { Buffer as BrowserBuffer } from './buffer.ts';
import * as browser from './crypto.ts';

type Bytes = node.Bytes;
const bytes = (text: string): Bytes => fromHex(text) ?? new Uint8Array(0);
const message = utf8('what was signed');

function ed25519() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { key: fromBase64(publicKey.export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(0), signature: new Uint8Array(sign(null, message, privateKey)) };
}
function p256() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Uint8Array.of(4, ...(fromBase64(x) ?? []), ...(fromBase64(y) ?? []));
  return { point, signature: new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })) };
}

const bothEd = (key: Bytes, m: Bytes, signature: Bytes): boolean => {
  const [ours, theirs] = [browser.verifyEd25519(key, m, signature), node.verifyEd25519(key, m, signature)];
  if (ours !== theirs) expect.fail(`Ed25519 ${hex(key)} ${hex(m)} ${hex(signature)}: ${ours} here, ${theirs} by OpenSSL`);
  return ours;
};
const bothP = (point: Bytes, m: Bytes, signature: Bytes): boolean => {
  const [ours, theirs] = [browser.verifyP256(point, m, signature), node.verifyP256(point, m, signature)];
  if (ours !== theirs) expect.fail(`P-256 ${hex(point)} ${hex(m)} ${hex(signature)}: ${ours} here, ${theirs} by OpenSSL`);
  return ours;
};
const flip = (b: Bytes, bit: number): Bytes => b.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
const bigEndian = (n: bigint): Bytes => bytes(n.toString(16).padStart(64, '0'));

it('exports what the file exports that it replaces', () => {
  expect(Object.keys(browser)).toEqual(expect.arrayContaining(Object.keys(node)));
});

it('hashes the same', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string()), (data) => {
      expect([hex(browser.sha256(data)), hex(browser.sha512(data)), browser.sha256Hex(data)]).toEqual([hex(node.sha256(data)), hex(node.sha512(data)), node.sha256Hex(data)]);
    }),
  );
});

describe('Ed25519', () => {
  const { key, signature } = ed25519();

  it('takes an honest signature and no other', () => {
    expect(bothEd(key, message, signature)).toBe(true);
    for (let bit = 0; bit < 512; bit += 11) expect(bothEd(key, message, flip(signature, bit))).toBe(false);
    for (let bit = 0; bit < 256; bit += 11) expect(bothEd(flip(key, bit), message, signature)).toBe(false);
    expect(bothEd(key, utf8('another'), signature)).toBe(false);
    for (const n of [0, 31, 33, 64]) expect(bothEd(new Uint8Array(n), message, signature)).toBe(false);
    for (const n of [0, 63, 65]) expect(bothEd(key, message, new Uint8Array(n))).toBe(false);
  });

  const EIGHTH = ['26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03'] as const;
  const whole = (first: string, last: string): string => `${first}${'ff'.repeat(30)}${last}`;
  /** Every point of small order, in every spelling. */
  const small = [
    ...[`01${'00'.repeat(31)}`, '00'.repeat(32), `01${'00'.repeat(30)}80`, `${'00'.repeat(31)}80`],
    ...['ec', 'ed', 'ee'].flatMap((first) => [whole(first, '7f'), whole(first, 'ff')]),
    ...[`${EIGHTH[0]}05`, `${EIGHTH[0]}85`, `${EIGHTH[1]}7a`, `${EIGHTH[1]}fa`],
  ].map(bytes);

  it('takes no key of small order, under which anything would be signed', () => {
    for (const a of small) for (const r of small) for (const m of ['a', 'b']) expect(bothEd(a, utf8(m), Uint8Array.from([...r, ...new Uint8Array(32)]))).toBe(false);
  });

  it('takes the same signatures by a key that is not of the prime order, where verifiers with and without the cofactor part', () => {
    const { Point } = curve;
    const [secret, torsion] = [12_345n, Point.fromBytes(small[10] ?? new Uint8Array(0), true)];
    const mixed = Point.BASE.multiply(secret).add(torsion).toBytes();
    const answers = Array.from({ length: 64 }, (_, i) => {
      const r = Point.BASE.multiply(BigInt(i + 1)).toBytes();
      const k = BigInt(`0x${hex(node.sha512(Uint8Array.from([...r, ...mixed, ...message])).reverse())}`) % Point.Fn.ORDER;
      const s = (BigInt(i + 1) + k * secret) % Point.Fn.ORDER;
      return bothEd(mixed, message, Uint8Array.from([...r, ...bigEndian(s).reverse()]));
    });
    expect(new Set(answers)).toEqual(new Set([true, false]));
  });

  it('refuses an s beyond the order', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${hex(signature.slice(32).reverse())}`) + order;
    expect(bothEd(key, message, Uint8Array.from([...signature.slice(0, 32), ...bigEndian(s).reverse()]))).toBe(false);
  });
});

describe('P-256', () => {
  const { point, signature } = p256();
  const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
  const [r, s] = [signature.slice(0, 32), signature.slice(32)];

  it('takes an honest signature, the other s too, and no other', () => {
    expect(bothP(point, message, signature)).toBe(true);
    expect(bothP(point, message, Uint8Array.from([...r, ...bigEndian(ORDER - BigInt(`0x${hex(s)}`))]))).toBe(true);
    for (let bit = 0; bit < 512; bit += 23) expect(bothP(point, message, flip(signature, bit))).toBe(false);
    for (let bit = 0; bit < 520; bit += 23) expect(bothP(flip(point, bit), message, signature)).toBe(false);
    expect(bothP(point, utf8('another'), signature)).toBe(false);
  });

  it.each([
    ['r of zero', [...bigEndian(0n), ...s]],
    ['s of zero', [...r, ...bigEndian(0n)]],
    ['r of the order', [...bigEndian(ORDER), ...s]],
    ['s of the order', [...r, ...bigEndian(ORDER)]],
    ['r of all ones', [...bigEndian(2n ** 256n - 1n), ...s]],
    ['a byte more', [...signature, 0]],
    ['a byte less', [...signature.slice(1)]],
  ])('refuses %s', (_, of) => expect(bothP(point, message, Uint8Array.from(of))).toBe(false));

  it.each([
    ['at infinity', [4, ...new Uint8Array(64)]],
    ['off the curve', [4, ...bigEndian(5n), ...bigEndian(7n)]],
    ['beyond the field', [4, ...bigEndian(FIELD), ...bigEndian(FIELD)]],
    ['compressed', [2, ...point.slice(1, 33)]],
    ['hybrid', [6, ...point.slice(1)]],
    ['of another curve', [4, ...createECDH('secp256k1').generateKeys().subarray(1)]],
  ])('refuses a point %s', (_, of) => expect(bothP(Uint8Array.from(of), message, signature)).toBe(false));

  it('agrees on arbitrary bytes', () => {
    const any = fc.uint8Array({ minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(any, any, (a, b) => !bothP(Uint8Array.of(4, ...a), message, b) && !bothP(point, message, b)),
      { numRuns: 20 },
    );
  });
});

describe('the stand-in for Buffer', () => {
  const both = <T>(of: (B: typeof Buffer) => T): readonly [T, T] => [of(BrowserBuffer as unknown as typeof Buffer), of(Buffer)];
  const any = fc.uint8Array({ maxLength: 70 });

  it('writes and reads the same text', () => {
    fc.assert(
      fc.property(any, fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const), (data, encoding) => {
        const [ours, theirs] = both((B) => B.from(data.buffer, data.byteOffset, data.length).toString(encoding));
        expect(ours).toBe(theirs);
        const [read, same] = both((B) => hex(new Uint8Array(B.from(theirs.replace(/=+$/, ''), encoding))));
        expect([read, same]).toEqual([hex(data), hex(data)]);
      }),
    );
  });

  it('orders the same', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [ours, theirs] = both((B) => B.compare(a, b));
        return ours === theirs && both((B) => B.compare(a, a.slice(0, -1))).every((n) => n === (a.length === 0 ? 0 : 1));
      }),
    );
  });
});
