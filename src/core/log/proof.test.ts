import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, fromBase64, utf8 } from '../base/bytes.ts';
import { sha256 } from '../base/crypto.ts';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { formatEntry, parseEntry } from './entry.ts';
import { leafHash } from './merkle.ts';
import { formatNote, formatVkey, isKeyName, keyId, type NoteKey, noteKey, openNote, parseNote, parseVkey } from './note.ts';
import { formatProof, parseProof, verifyProof } from './proof.ts';
import { decimal } from './strict.ts';

/** A log of three entries with a log signature and two witness lines; all of it verifies together. */
const VKEY = 'countersign.example/audit+f949b01f+Afmc7nzpY7w8m9hT/aVApB98zFmTzfQ85lWeha/IxU1G';
const ENTRY =
  '{"v":1,"type":"signoff","time":"2026-11-20T10:21:04Z","envelope":"b77349bf1fa9b26d45d545d7d64dad96737e9cfbb3cbb5f5d10fb77b0fcc44ad","stage":"implementation","decision":"approve","tier":"critical"}';
const BODY = 'countersign.example/audit\n3\nnzQalbi3nnNCn3se2dxxBBMbkDKYcckB7n8gLTEv6oY=\n';
const SIGNATURES = `— countersign.example/audit +UmwHwtVqW/0EtIh8oxMs5ZQ6FbV/Ow74Gp5aKFqMcasgfxMVE2Xzq18bkcnX6ZNMF47gamW5jQsBtIrzwoohdvreg8=
— witness.example/ci 4VM8awAAAABrAB8SL64zB6z7PTAmzr14FCdLnmxX38kWarkdag7x6AHHFEY/6x9L7/574kECLjG6cVfL33HDFVh8RofMNq/xPiokCQ==
— witness.example/auditor c9CaFwAAAABrAB8SvvtHoZzlbTkrsDkh2QRb0weysQIeoXrjTb0VhtLMdfYWvpkeXHWuAgeS9rSoGQnLDcfEVF1UZheyDLciIdrcDg==
`;
const PROOF = `c2sp.org/tlog-proof@v1
index 1
LTSf3DzcL3ltCcnkcUEeo61yzjWvpdFCheANDP1NkHM=
mhS8cZ8pARos3IJhRzOUkv74JD19eq7gLfTGj5H+jzU=

${BODY}
${SIGNATURES}`;

function keyOf(vkey: string): NoteKey {
  const parsed = parseVkey(vkey);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

/** A key that signs, made for the test. */
function signer(name: string): { readonly key: NoteKey; note(text: string): string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = noteKey(name, fromBase64(String(publicKey.export({ format: 'jwk' }).x)) ?? new Uint8Array(0));
  if (key === undefined) throw new Error('no key');
  const note = (text: string): string => {
    const made = formatNote(text, [{ name, id: key.id, signature: new Uint8Array(sign(null, utf8(text), privateKey)) }]);
    if (!made.ok) throw new Error(made.error.message);
    return made.value;
  };
  return { key, note };
}

const codeOf = (file: string, entry = ENTRY, keys = [keyOf(VKEY)]): string => {
  const verified = verifyProof(file, utf8(entry), keys);
  return verified.ok ? 'OK' : verified.error.code;
};

describe('the worked example', () => {
  it('verifies: entry, leaf, proof, checkpoint, log signature', () => {
    expect(utf8(ENTRY).length).toBe(196);
    expect(base64(leafHash(utf8(ENTRY)))).toBe('hJs3TVYo+GRcHx9xCKzkTiRdsSYvy4qzIvGJYhxFxjk=');
    expect(verifyProof(PROOF, utf8(ENTRY), [keyOf(VKEY)])).toMatchObject({ ok: true, value: { index: 1, checkpoint: { origin: 'countersign.example/audit', size: 3 } } });
  });

  it('is written back to the byte', () => {
    const parsed = parseProof(PROOF);
    expect(parsed.ok && formatProof(parsed.value)).toBe(PROOF);
    const note = parseNote(`${BODY}\n${SIGNATURES}`);
    expect(note.ok && formatNote(note.value.text, note.value.signatures)).toEqual({ ok: true, value: `${BODY}\n${SIGNATURES}` });
    const checkpoint = parseCheckpoint(BODY);
    expect(checkpoint.ok && formatCheckpoint(checkpoint.value)).toBe(BODY);
    const entry = parseEntry(utf8(ENTRY));
    expect(entry.ok && formatEntry(entry.value)).toEqual({ ok: true, value: utf8(ENTRY) });
    expect(formatVkey(keyOf(VKEY))).toBe(VKEY);
  });
});

describe('verifying a proof', () => {
  it('says which step failed', () => {
    expect(codeOf(PROOF.replace('index 1', 'index 2'))).toBe('LOG_INCLUSION');
    expect(codeOf(PROOF.replace('index 1', 'index 3'))).toBe('LOG_INCLUSION');
    expect(codeOf(PROOF, ENTRY.replace('approve', 'refusal'))).toBe('LOG_INCLUSION');
    expect(codeOf(PROOF.replace('+UmwHwtV', '+UmwHwtW'))).toBe('LOG_SIG');
    expect(codeOf(PROOF.replace('\n3\n', '\n4\n'))).toBe('LOG_SIG');
    expect(codeOf(PROOF.replace('countersign.example/audit\n3', 'elsewhere.example/audit\n3'))).toBe('LOG_ORIGIN');
    expect(codeOf(PROOF, ENTRY, [])).toBe('LOG_ORIGIN');
    expect(codeOf(PROOF, ENTRY, [signer('countersign.example/audit').key])).toBe('LOG_SIG');
  });

  it.each([
    ['another magic', (p: string) => p.replace('@v1', '@v2')],
    ['a leading zero', (p: string) => p.replace('index 1', 'index 01')],
    ['a sign', (p: string) => p.replace('index 1', 'index +1')],
    ['an index past 2^53', (p: string) => p.replace('index 1', 'index 9007199254740993')],
    ['a short hash', (p: string) => p.replace('LTSf3Dzc', 'LTSf')],
    ['unpadded base64', (p: string) => p.replace('kHM=', 'kHM')],
    ['another alphabet', (p: string) => p.replace('H+jzU=', 'H-jzU=')],
    ['carriage returns', (p: string) => p.replaceAll('\n', '\r\n')],
    ['no empty line', (p: string) => p.replace('\n\n', '\n')],
    ['an extra that is not base64', (p: string) => p.replace('\nindex', '\nextra ***\nindex')],
    ['two extras', (p: string) => p.replace('\nindex', '\nextra AAAA\nextra AAAA\nindex')],
    ['64 hashes', (p: string) => p.replace(/LTSf.*\n/, (line) => line.repeat(63))],
    ['an extension line', (p: string) => p.replace('6oY=\n', '6oY=\nextension\n')],
    ['no last line feed', (p: string) => p.slice(0, -1)],
    ['nothing', () => ''],
  ])('refuses %s', (_, spoil) => {
    expect(codeOf(spoil(PROOF))).toBe('LOG_FORMAT');
  });

  it('takes an extra line and trusts nothing in it', () => {
    expect(codeOf(PROOF.replace('\nindex', '\nextra AAAA\nindex'))).toBe('OK');
  });

  it('survives being cut at any byte, and any bit flipped before the witness lines', () => {
    for (let i = 0; i < PROOF.length; i++) if (codeOf(PROOF.slice(0, i)) === 'OK') expect(PROOF.slice(0, i).endsWith('\n')).toBe(true);
    const bytes = utf8(PROOF);
    const end = utf8(PROOF.slice(0, PROOF.indexOf('— witness'))).length;
    for (let i = 0; i < end * 8; i++) {
      const flipped = bytes.map((b, j) => (j === i >> 3 ? b ^ (1 << (i & 7)) : b));
      if (codeOf(new TextDecoder().decode(flipped)) === 'OK') expect.fail(`bit ${i & 7} of byte ${i >> 3}`);
    }
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.nat(PROOF.length), (junk, at) => typeof codeOf(PROOF.slice(0, at) + junk + PROOF.slice(at)) === 'string'));
  });
});

describe('notes', () => {
  it('ignores unknown keys and is spoiled by one bad signature of a known key', () => {
    const [a, b, stranger] = [signer('a'), signer('b'), signer('c')];
    const note = a.note('text\n') + b.note('text\n').split('\n\n')[1];
    expect(openNote(note, [a.key])).toMatchObject({ ok: true, value: { by: [a.key] } });
    expect(openNote(note, [a.key, b.key])).toMatchObject({ ok: true, value: { by: [a.key, b.key] } });
    expect(openNote(note, [stranger.key])).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
    const spoiled = a.note('text\n') + b.note('other\n').split('\n\n')[1];
    expect(openNote(spoiled, [a.key])).toMatchObject({ ok: true });
    expect(openNote(spoiled, [a.key, b.key])).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
  });

  it('names a key that signed twice once', () => {
    const a = signer('a');
    const twice = a.note('text\n') + a.note('text\n').split('\n\n')[1];
    expect(openNote(twice, [a.key])).toMatchObject({ ok: true, value: { by: [a.key] } });
  });

  it('parts text from signatures at the last empty line', () => {
    const a = signer('a');
    expect(openNote(a.note('one\n\ntwo\n'), [a.key])).toMatchObject({ ok: true, value: { text: 'one\n\ntwo\n' } });
  });

  it('takes 100 signatures and no more', () => {
    const a = signer('a');
    const [text, line] = a.note('text\n').split('\n\n');
    expect(parseNote(`${text}\n\n${line?.repeat(100)}`).ok).toBe(true);
    expect(parseNote(`${text}\n\n${line?.repeat(101)}`).ok).toBe(false);
  });

  it.each([
    '',
    '\n',
    'text',
    'text\n\n',
    'text\n\n\n',
    'text\n\n- a AAAAAAAA\n',
    'text\n\n— a AAAA\n',
    'text\n\n— a  AAAAAAAA\n',
    'text\n\n— a+b AAAAAAAA\n',
    'te\txt\n\n— a AAAAAAAA\n',
    'text\n\n— a AAAAAAAA',
  ])('refuses %j', (note) => {
    expect(parseNote(note)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });

  it('formats only what parses back', () => {
    const signature = { name: 'a', id: new Uint8Array(4), signature: new Uint8Array(64) };
    expect(formatNote('text', [signature]).ok).toBe(false);
    expect(formatNote('text\n', []).ok).toBe(false);
    expect(formatNote('a\n\n— a AAAAAAAA\n', [signature])).toMatchObject({ ok: true });
    expect(formatNote('text\n', [{ ...signature, name: 'a b' }]).ok).toBe(false);
  });
});

describe('keys', () => {
  it('knows the id of the worked example', () => {
    const { name, key, id } = keyOf(VKEY);
    expect(keyId(name, key)).toEqual(id);
  });

  it.each([
    ['another id', VKEY.replace('f949b01f', 'f949b01e')],
    ['another name', VKEY.replace('audit', 'other')],
    ['another type', 'witness.example/ci+e1533c6b+BFF7VeAUZ1/YvgQUwxnhq1YmVhYQ+Xb/Mc53Sm/XRai1'],
    ['a short key', `a+00000000+${base64(new Uint8Array([1, 2, 3]))}`],
    ['no key', 'a+00000000+'],
    ['nothing', ''],
  ])('refuses %s', (_, vkey) => {
    expect(parseVkey(vkey)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });

  it('refuses names that would not stand alone in a line', () => {
    for (const name of ['', ' ', 'a b', 'a+b', 'a\nb', 'a\u2003b', 'a\u0085b', 'a\u0000', '\ud800']) expect(isKeyName(name)).toBe(false);
    expect(isKeyName('countersign.example/audit')).toBe(true);
  });
});

describe('checkpoints', () => {
  it.each([
    ['a leading zero', BODY.replace('\n3\n', '\n03\n')],
    ['a size past 2^53', BODY.replace('\n3\n', '\n9007199254740992\n')],
    ['a negative size', BODY.replace('\n3\n', '\n-3\n')],
    ['no origin', BODY.replace('countersign.example/audit', '')],
    ['a long root', BODY.replace('nzQa', 'nzQanzQa')],
    ['an extension', `${BODY}more\n`],
    ['an empty line', `${BODY}\n`],
    ['nothing', ''],
  ])('refuses %s', (_, body) => {
    expect(parseCheckpoint(body)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });

  it('reads back every size it writes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (size, root) => {
        const back = parseCheckpoint(formatCheckpoint({ origin: 'log', size, root }));
        return back.ok && back.value.size === size && base64(back.value.root) === base64(root);
      }),
    );
  });

  it('is opened by the key of its own origin and by no other that is trusted', () => {
    const [mine, other] = [signer('mine'), signer('other')];
    const body = formatCheckpoint({ origin: 'mine', size: 1, root: sha256('x') });
    expect(openCheckpoint(mine.note(body), [mine.key, other.key]).ok).toBe(true);
    expect(openCheckpoint(other.note(body), [mine.key, other.key])).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
    expect(openCheckpoint(other.note(body), [other.key])).toMatchObject({ ok: false, error: { code: 'LOG_ORIGIN' } });
  });

  it('takes either of two keys of one origin, for the days of a rotation', () => {
    const [old, next] = [signer('mine'), signer('mine')];
    const body = formatCheckpoint({ origin: 'mine', size: 1, root: sha256('x') });
    for (const s of [old, next]) expect(openCheckpoint(s.note(body), [old.key, next.key]).ok).toBe(true);
  });
});

it('reads decimals one way', () => {
  for (const bad of ['', '00', '01', '+1', '-0', ' 1', '1 ', '1e3', '0x1', '1.0', '٣', '9007199254740992', '1'.repeat(30)]) expect(decimal(bad)).toBeUndefined();
  expect([decimal('0'), decimal('10'), decimal('9007199254740991')]).toEqual([0, 10, Number.MAX_SAFE_INTEGER]);
});
