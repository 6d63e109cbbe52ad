import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Misbehaviour, type SoftAuthenticator, softAuthenticator } from '../../testing/authenticator.ts';
import { RP } from '../../testing/signoffs.ts';
import { concat, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { readCbor } from './cbor.ts';
import { fingerprintOf, fingerprintWords } from './fingerprint.ts';
import { parseRegistration, verifyRegistration } from './registration.ts';
import { parseStrictJson } from './strict-json.ts';
import { WORDS } from './words.ts';

const make = (): SoftAuthenticator => softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });

describe('registration', () => {
  const challenge = utf8('a challenge of ours');
  const key = make();
  const made = key.create(challenge);
  const registered = (change: Misbehaviour): readonly string[] => {
    const answer = verifyRegistration(key.create(challenge, change), challenge, RP);
    return answer.ok ? [] : answer.error.map((p) => p.code);
  };

  it('gives the key that will sign', () => {
    expect(verifyRegistration(made, challenge, RP)).toMatchObject({ ok: true, value: { blob: key.blob, backupEligible: false } });
    expect(parseRegistration(made.authenticatorData)).toMatchObject({
      ok: true,
      value: { point: key.point, credentialId: key.credentialId, aaguid: '00000000-0000-0000-0000-000000000000' },
    });
  });

  it.each([
    ['UP clear', { flags: 0x04 }, ['WA_UP']],
    ['UV clear', { flags: 0x01 }, ['WA_UV']],
    ['BS without BE', { flags: 0x15 }, ['SIG_FORMAT']],
    ['a reserved bit', { flags: 0x25 }, ['SIG_FORMAT']],
    ['another party', { rpId: 'evil.example' }, ['WA_RPID']],
    ['another origin', { origin: 'https://evil.example' }, ['WA_ORIGIN']],
    ['a foreign frame', { crossOrigin: true }, ['WA_CROSS_ORIGIN']],
    ['a frame of another site', { clientData: (c: string) => c.replace(/}$/, ',"topOrigin":"https://evil.example"}') }, ['WA_CROSS_ORIGIN']],
    ['client data that is no object', { clientData: () => '1' }, ['WA_CLIENTDATA']],
    ['client data that cannot be read', { clientData: (c: string) => `${c}}` }, ['WA_CLIENTDATA']],
    ['another type', { clientData: (c: string) => c.replace('create', 'get') }, ['WA_CLIENTDATA']],
    ['another challenge', { clientData: (c: string) => c.replace('"challenge":"Y', '"challenge":"Z') }, ['WA_CHALLENGE']],
    ['extensions without ED', { extensions: Uint8Array.of(0xa0) }, ['SIG_FORMAT']],
  ] as readonly (readonly [string, Misbehaviour, readonly string[]])[])('refuses %s', (_, change, expected) => expect(registered(change)).toEqual(expected));

  it('takes extensions a browser adds unasked', () => {
    expect(registered({ flags: 0xc5, extensions: concat(Uint8Array.of(0xa1, 0x6b), utf8('credProtect'), Uint8Array.of(2)) })).toEqual([]);
  });

  it('cut at any byte, or longer by one, is refused', () => {
    for (let n = 0; n < made.authenticatorData.length; n++) expect(parseRegistration(made.authenticatorData.slice(0, n)).ok).toBe(false);
    expect(parseRegistration(concat(made.authenticatorData, Uint8Array.of(0))).ok).toBe(false);
  });

  it('takes one whole ES256 key in it and nothing else', () => {
    const altered = (at: number, ...values: readonly number[]): Bytes => Uint8Array.from(made.authenticatorData, (b, i) => values[i - at] ?? b);
    expect(parseRegistration(altered(32, 0x05)).ok).toBe(false);
    const key = made.authenticatorData.slice(-77);
    const head = made.authenticatorData.slice(0, -77);
    const more = concat(head, Uint8Array.of(0xa6), key.slice(1), Uint8Array.of(0x23, 0x41, 1));
    const shortY = concat(head, key.slice(0, -34), Uint8Array.of(0x58, 31), key.slice(-31));
    for (const bytes of [more, shortY]) expect(parseRegistration(bytes)).toMatchObject({ ok: false, error: { code: 'SIG_ALG' } });
  });

  it('takes ES256 only', () => {
    const at = made.authenticatorData.length - 77;
    for (const [offset, value] of [
      [2, 1],
      [4, 0x27],
      [6, 2],
    ] as const) {
      const bytes = Uint8Array.from(made.authenticatorData);
      bytes[at + offset] = value;
      expect(parseRegistration(bytes)).toMatchObject({ ok: false, error: { code: 'SIG_ALG' } });
    }
  });
});

describe('CBOR', () => {
  it.each([
    ['an integer not in its shortest form', [0x18, 0x01]],
    ['an indefinite length', [0x5f, 0x41, 1, 0xff]],
    ['a float', [0xf9, 0, 0]],
    ['a tag', [0xc0, 0x00]],
    ['null', [0xf6]],
    ['a 64-bit integer', [0x1b, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['a key twice', [0xa2, 1, 1, 1, 2]],
    ['a list as key', [0xa1, 0x80, 1]],
    ['a length past the end', [0x58, 0xff, 1]],
    ['text that is not UTF-8', [0x61, 0xff]],
    ['deep nesting', [...new Array<number>(20).fill(0x81), 0]],
    ['a huge list', [0x9a, 0xff, 0xff, 0xff, 0xff]],
  ])('refuses %s', (_, bytes) => expect(readCbor(Uint8Array.from(bytes))).toBeUndefined());

  it('never throws', () => fc.assert(fc.property(fc.uint8Array(), (bytes) => (readCbor(bytes)?.end ?? 0) <= bytes.length)));
});

describe('fingerprint words', () => {
  it('are 256 distinct short words', () => {
    expect([WORDS.length, new Set(WORDS).size]).toEqual([256, 256]);
    expect(WORDS.every((w) => /^[a-z]{3,8}$/.test(w))).toBe(true);
  });

  it('are eight, and change with any byte of the PAE', () => {
    expect(fingerprintWords(new Uint8Array(32))).toEqual(new Array(8).fill(WORDS[0]));
    expect(fingerprintOf(utf8('a'))).toHaveLength(8);
    expect(fingerprintOf(utf8('a'))).not.toEqual(fingerprintOf(utf8('b')));
  });
});

describe('strict JSON', () => {
  it('agrees with JSON.parse on what both read', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const read = parseStrictJson(json);
        if (read.ok) expect(read.value).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '1 2',
    '01',
    '1.',
    '+1',
    'nul',
    '"\\x"',
    '"\n"',
    '"\\ud800"',
    '"',
    '\ufeff1',
    '1e999',
    `${'['.repeat(40)}${']'.repeat(40)}`,
    '{"a"}',
    "{'a':1}",
    '[1 2]',
  ])('refuses %j', (json) => expect(parseStrictJson(json).ok).toBe(false));

  it('refuses bytes that are not UTF-8, and never throws', () => {
    expect(parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22)).ok).toBe(false);
    fc.assert(fc.property(fc.string(), (s) => typeof parseStrictJson(s).ok === 'boolean'));
  });

  it('keeps __proto__ a plain member', () => {
    const read = parseStrictJson('{"__proto__":{"a":1}}');
    expect(read.ok && Object.keys(read.value as object)).toEqual(['__proto__']);
  });
});
