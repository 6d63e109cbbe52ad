import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeOf, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { expectationOf, RP, signedBy, signoffBytes, trustedKey, trustOf } from '../../testing/signoffs.ts';
import { concat, hex, text, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { formatEnvelope, pae, parseEnvelope } from './dsse.ts';
import { derToMpints, mpintsToRaw, rawToMpints } from './ecdsa.ts';
import { keyIdOf, parseKeyBlob, publicKeyLine } from './keys.ts';
import { openSignature } from './open.ts';
import { armor, formatSshSig, parseSshSig, toBeSigned, unarmor } from './sshsig.ts';
import { NAMES } from './statement.ts';
import type { TrustedKey } from './trust.ts';
import { verifySignoff } from './verify.ts';
import { wireReader, wireString, wireUint32 } from './wire.ts';

const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const payload = signoffBytes();
const encoded = pae(NAMES.payloadType, payload);
const blobOf = (armored: Bytes): Bytes => {
  const blob = unarmor(armored);
  if (!blob.ok) throw new Error(blob.error.message);
  return blob.value;
};
const opens = (blob: Bytes, said = payload): boolean => openSignature({ payloadType: NAMES.payloadType, payload: said }, { keyid: '', sig: armor(blob) }, NAMES.namespace).ok;

describe('PAE', () => {
  it('is the example of the DSSE text', () => {
    expect(text(pae('http://example.com/HelloWorld', utf8('hello world')))).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    expect(text(pae('application/vnd.in-toto+json', utf8('{"_type":"https://in-toto.io/Statement/v1"}')))).toBe(
      'DSSEv1 28 application/vnd.in-toto+json 43 {"_type":"https://in-toto.io/Statement/v1"}',
    );
  });

  it('counts bytes, not characters', () => expect(text(pae('é', utf8('ü')))).toBe('DSSEv1 2 é 2 ü'));
});

describe('the envelope', () => {
  const envelope = { payloadType: NAMES.payloadType, payload: Uint8Array.of(251, 255, 254), signatures: [{ keyid: 'k', sig: Uint8Array.of(1, 2) }] };
  const with_ = (members: object): Bytes => utf8(JSON.stringify({ payloadType: 't', payload: '', signatures: [{ sig: '' }], ...members }));

  it('reads what it writes', () => expect(parseEnvelope(formatEnvelope(envelope))).toEqual({ ok: true, value: envelope }));

  it('reads both alphabets, padded or not', () => {
    for (const encodedPayload of ['+/8=', '-_8=', '+/8', '-_8'])
      expect(parseEnvelope(with_({ payload: encodedPayload }))).toMatchObject({ ok: true, value: { payload: Uint8Array.of(251, 255) } });
  });

  it.each(['+_8=', '-/8', 'A', 'AB', 'AA=', 'AAA==', 'A A=', 'AA==\n', '=', 'AAAA='])('refuses %j', (bad) => expect(parseEnvelope(with_({ payload: bad })).ok).toBe(false));

  it('refuses unknown, doubled and missing members, and no signature', () => {
    for (const bytes of [
      with_({ extra: 1 }),
      with_({ signatures: [] }),
      with_({ payload: undefined }),
      utf8('{"payloadType":"t","payload":"","payload":"","signatures":[{"sig":""}]}'),
      utf8('[]'),
    ]) {
      expect(parseEnvelope(bytes)).toMatchObject({ ok: false, error: { code: 'SIG_FORMAT' } });
    }
  });
});

describe('the wire', () => {
  it('refuses a length that runs past the end, and trailing bytes', () => {
    for (const bytes of [concat(wireUint32(0xffffffff), Uint8Array.of(1)), concat(wireUint32(2), Uint8Array.of(1)), concat(wireString('a'), Uint8Array.of(0)), new Uint8Array(3)]) {
      const read = wireReader(bytes);
      read.string();
      expect(read.complete()).toBe(false);
    }
  });

  it('stays failed after the first bad read', () => {
    const read = wireReader(concat(wireUint32(9), Uint8Array.of(1)));
    read.string();
    expect(read.byte()).toBe(0);
    expect(read.complete()).toBe(false);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, n) => {
        const read = wireReader(concat(wireString(bytes), wireUint32(n)));
        return hex(read.string()) === hex(bytes) && read.uint32() === n && read.complete();
      }),
    );
  });
});

describe('the blob', () => {
  const blob = blobOf(key.signPae(encoded, { counter: 7 }, 'signoff@countersign.example'));
  const at = (offset: number): number => new DataView(blob.buffer, blob.byteOffset).getUint32(offset);
  const ascii = (offset: number, length: number): string | undefined => text(blob.slice(offset, offset + length));

  it('has its fields where the format says', () => {
    expect([ascii(0, 6), at(6), at(10)]).toEqual(['SSHSIG', 1, 142]);
    expect([at(14), ascii(18, 34), at(52), ascii(56, 8), at(64), blob[68], at(133), ascii(137, 19)]).toEqual([
      34,
      'sk-ecdsa-sha2-nistp256@openssh.com',
      8,
      'nistp256',
      65,
      4,
      19,
      'countersign.example',
    ]);
    expect([at(156), ascii(160, 27), at(187), at(191), ascii(195, 6)]).toEqual([27, 'signoff@countersign.example', 0, 6, 'sha512']);
    expect([at(201), at(205), ascii(209, 43)]).toEqual([blob.length - 205, 43, 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com']);
    const after = 256 + at(252);
    expect([blob[after], at(after + 1), at(after + 5), ascii(after + 9, 27)]).toEqual([5, 7, 27, 'https://countersign.example']);
    expect([at(after + 36), ascii(after + 40, 44)]).toEqual([256, '{"type":"webauthn.get","challenge":"U1NIU0lH']);
    expect([at(after + 296), after + 300]).toEqual([0, blob.length]);
  });

  it('asks for a challenge of 119 bytes that begins with SSHSIG', () => {
    const tbs = toBeSigned('signoff@countersign.example', 'sha512', encoded);
    expect([tbs.length, text(tbs.slice(0, 6))]).toEqual([119, 'SSHSIG']);
  });

  it('reads what it writes', () => {
    const parsed = parseSshSig(blob);
    expect(parsed.ok && formatSshSig(parsed.value)).toEqual(blob);
  });

  const outer = { keyBlob: key.blob, namespace: 'n', hash: 'sha512', signature: Uint8Array.of(1) } as const;
  const raw = (version: number, namespace: string, reserved: string, hash: string): Bytes =>
    concat(utf8('SSHSIG'), wireUint32(version), wireString(key.blob), wireString(namespace), wireString(reserved), wireString(hash), wireString('x'));
  it.each([
    ['another version', raw(2, 'n', '', 'sha512'), 'SIG_FORMAT'],
    ['an empty namespace', raw(1, '', '', 'sha512'), 'SIG_FORMAT'],
    ['a filled reserved field', raw(1, 'n', 'r', 'sha512'), 'SIG_FORMAT'],
    ['another hash', raw(1, 'n', '', 'sha1'), 'SIG_ALG'],
    ['trailing bytes', concat(formatSshSig(outer), Uint8Array.of(0)), 'SIG_FORMAT'],
    ['another magic', concat(utf8('SSHSIH'), formatSshSig(outer).slice(6)), 'SIG_FORMAT'],
  ])('refuses %s', (_, bytes, code) => expect(parseSshSig(bytes)).toMatchObject({ ok: false, error: { code } }));
});

describe('every byte counts', () => {
  const [ecdsa, ed25519] = [softSshKey('sk-ecdsa'), softSshKey('sk-ssh-ed25519')];
  const kind = (name: string, by: Pick<typeof ecdsa, 'signPae'>, trusted: TrustedKey) => {
    const said = signoffBytes(signedBy(trusted));
    return [name, by.signPae(pae(NAMES.payloadType, said)), trusted, said] as const;
  };
  const kinds = [
    kind('passkey', key, trustedKey(key)),
    kind('sk-ecdsa', ecdsa, trustedKey(ecdsa, { kind: 'sk-ssh' })),
    kind('sk-ed25519', ed25519, trustedKey(ed25519, { kind: 'sk-ssh' })),
  ];

  it.each(kinds)('%s: cut at any length it is refused', (_, armored, _trusted, said) => {
    const blob = blobOf(armored);
    expect(opens(blob, said)).toBe(true);
    for (let n = 0; n < blob.length; n++) expect(opens(blob.slice(0, n), said)).toBe(false);
  });

  it.each(kinds)('%s: with any byte flipped no step accepts it', (_, armored, trusted, said) => {
    const blob = blobOf(armored);
    const verify = (bytes: Bytes) => verifySignoff(envelopeOf(said, [{ keyid: '', sig: armor(bytes) }]), trustOf([trusted]), expectationOf());
    expect(verify(blob).ok).toBe(true);
    for (let n = 0; n < blob.length; n++) {
      const flipped = Uint8Array.from(blob);
      flipped[n] = (flipped[n] ?? 0) ^ (1 << (n % 8));
      // The wire origin is outside the signature: opening may succeed, and the origin rule refuses.
      expect(verify(flipped).ok).toBe(false);
    }
  });

  it.each(kinds)('%s: the armor cut at any length is refused', (_, armored) => {
    for (let n = 0; n < armored.length - 1; n++) expect(unarmor(armored.slice(0, n)).ok).toBe(false);
  });
});

describe('the armor', () => {
  it('is 70 columns, LF, with no empty line where the base64 fills the last one', () => {
    for (const length of [51, 52, 53, 104, 105, 106, 210]) {
      const lines = (text(armor(new Uint8Array(length))) ?? '').split('\n');
      expect(lines.at(-1)).toBe('');
      const body = lines.slice(1, -2);
      expect(body.slice(0, -1).every((l) => l.length === 70)).toBe(true);
      expect(body.every((l) => l.length > 0 && l.length <= 70)).toBe(true);
      expect(unarmor(armor(new Uint8Array(length)))).toEqual({ ok: true, value: new Uint8Array(length) });
    }
  });

  const good = text(armor(Uint8Array.of(1, 2, 3, 4))) ?? '';
  it.each([
    ['CRLF', good.replace(/\n/g, '\r\n')],
    ['text before', `x\n${good}`],
    ['text after', `${good}x\n`],
    ['an empty line after', `${good}\n`],
    ['an empty line inside', good.replace('\n', '\n\n')],
    ['no footer', good.split('\n').slice(0, 2).join('\n')],
    ['the url alphabet', good.replace('AQIDBA==', 'AQID-_==')],
    ['no padding', good.replace('==', '')],
    ['loose bits', good.replace('BA==', 'BB==')],
    ['a space', good.replace('AQ', 'A Q')],
    ['nothing', ''],
  ])('refuses %s', (_, armored) => expect(unarmor(utf8(armored)).ok).toBe(false));

  it('takes any line width', () => expect(unarmor(utf8(good.replace('AQID', 'AQ\nID'))).ok).toBe(true));
});

describe('keys', () => {
  it('says why a plain key is refused', () => {
    for (const type of ['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256'])
      expect(parseKeyBlob(concat(wireString(type), wireString('x')))).toMatchObject({ ok: false, error: { code: 'KEY_PLAIN' } });
    expect(parseKeyBlob(wireString('ssh-new'))).toMatchObject({ ok: false, error: { code: 'SIG_ALG' } });
    expect(parseKeyBlob(new Uint8Array(0)).ok).toBe(false);
  });

  it('names itself as OpenSSH does', () => {
    expect(keyIdOf(key.blob)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(publicKeyLine(key.blob)).toMatch(/^sk-ecdsa-sha2-nistp256@openssh.com AAAA/);
    expect(publicKeyLine(new Uint8Array(1))).toBe('');
  });
});

describe('ECDSA integers', () => {
  const ones = new Uint8Array(32).fill(1);

  it('carry over from any dress to any other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (raw) => {
        fc.pre(raw.slice(0, 32).some((b) => b > 0) && raw.slice(32).some((b) => b > 0));
        return hex(mpintsToRaw(rawToMpints(raw)) ?? new Uint8Array(0)) === hex(raw);
      }),
    );
  });

  it.each([
    ['zero', concat(wireString(new Uint8Array(0)), wireString(ones))],
    ['negative', concat(wireString(new Uint8Array(32).fill(255)), wireString(ones))],
    ['padded', concat(wireString(concat(Uint8Array.of(0), ones)), wireString(ones))],
    ['too long', concat(wireString(new Uint8Array(33).fill(1)), wireString(ones))],
    ['trailing', concat(wireString(ones), wireString(ones), Uint8Array.of(0))],
  ])('refuse %s', (_, bytes) => expect(mpintsToRaw(bytes)).toBeUndefined());

  it.each([
    [[]],
    [[0x30]],
    [[0x30, 6, 2, 1, 1, 2, 1]],
    [[0x30, 7, 2, 1, 1, 2, 1, 1, 0]],
    [[0x30, 6, 2, 1, 1, 2, 1, 1, 0]],
    [[0x31, 6, 2, 1, 1, 2, 1, 1]],
    [[0x30, 6, 2, 1, 0, 2, 1, 1]],
    [[0x30, 7, 2, 2, 0, 1, 2, 1, 1]],
  ])('refuse DER %j', (der) => expect(derToMpints(Uint8Array.from(der))).toBeUndefined());

  it('read DER', () => expect(derToMpints(Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 2))).toEqual(concat(wireString(Uint8Array.of(1)), wireString(Uint8Array.of(2)))));
});
