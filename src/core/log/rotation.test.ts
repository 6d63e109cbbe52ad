import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, text, utf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/crypto.ts';
import { formatCheckpoint, openBySize } from './checkpoint.ts';
import { formatEntry } from './entry.ts';
import { formatNote, formatVkey, type NoteKey, noteKey } from './note.ts';
import { followRotations, openRotation, type RotationEntry, rotationBody, rotationText, signersOf } from './rotation.ts';

const ORIGIN = 'countersign.example/audit';

function keyPair(name = ORIGIN) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = noteKey(name, fromBase64(publicKey.export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(0));
  if (key === undefined) throw new Error('no key');
  return { key, sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)) };
}
type Pair = ReturnType<typeof keyPair>;

const [a, b, c] = [keyPair(), keyPair(), keyPair()];

function said(index: number, body: Uint8Array, vkey: string, type = 'log-key'): RotationEntry {
  const entry = formatEntry({ type, at: 0, envelope: sha256Hex(body), fields: { vkey } });
  if (!entry.ok) throw new Error(entry.error.message);
  return { index, entry: entry.value, body };
}

/** @param by the key that swears; the old one where nobody cheats. */
function rotated(index: number, old: NoteKey, next: NoteKey, by: Pair, signedFor = index): RotationEntry {
  const body = rotationBody({ old, new: next, size: index }, by.sign(rotationText({ old, new: next, size: signedFor })));
  return said(index, body, formatVkey(next));
}

const first = rotated(41, a.key, b.key, a);

it('says which key follows which, in words of its own', () => {
  expect(openRotation(first)).toEqual({ ok: true, value: { old: a.key, new: b.key, size: 41 } });
  expect(text(rotationText({ old: a.key, new: b.key, size: 41 }))).toBe(`countersign log key rotation v1\nold ${formatVkey(a.key)}\nnew ${formatVkey(b.key)}\nsize 41\n`);
});

describe('whoever trusts the old key', () => {
  it('learns the new one, and the one after that', () => {
    expect(followRotations(a.key, [])).toEqual({ ok: true, value: [a.key] });
    expect(followRotations(a.key, [first, rotated(90, b.key, c.key, b)])).toEqual({ ok: true, value: [a.key, b.key, c.key] });
  });

  it('learns nothing from a chain that begins or goes on elsewhere', () => {
    expect(followRotations(b.key, [first])).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
    expect(followRotations(a.key, [first, rotated(90, a.key, c.key, a)])).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
  });
});

describe('a key signs from the rotation that brought it to the one that ended it', () => {
  const keys = [a.key, b.key, c.key].map(formatVkey);

  it('both included: the checkpoint of a rotation two sign', () => {
    const at = (size: number): readonly number[] => signersOf(size, keys, [42, 91]).map((k) => keys.indexOf(k));
    expect([1, 41, 42, 43, 90, 91, 92].map(at)).toEqual([[0], [0], [0, 1], [1], [1], [1, 2], [2]]);
    expect(signersOf(7, keys.slice(0, 1), [])).toEqual(keys.slice(0, 1));
    expect(signersOf(7, [], [])).toEqual([]);
  });

  it('each size has one signer, or the two of its rotation', () => {
    const ends = fc.uniqueArray(fc.integer({ min: 2, max: 60 }), { maxLength: 5 }).map((sizes) => sizes.sort((x, y) => x - y));
    fc.assert(
      fc.property(ends, fc.integer({ min: 1, max: 70 }), (sizes, size) => {
        const by = signersOf(size, [...sizes.keys(), sizes.length], sizes);
        const turn = sizes.indexOf(size);
        expect(by).toEqual(turn < 0 ? [sizes.filter((end) => end < size).length] : [turn, turn + 1]);
      }),
    );
  });

  it('and speaks for a log of no other size', () => {
    const signing = [b.key, { ...a.key, until: 42 }];
    const note = (size: number, by: Pair): string => {
      const body = formatCheckpoint({ origin: ORIGIN, size, root: new Uint8Array(32) });
      const made = formatNote(body, [{ name: ORIGIN, id: by.key.id, signature: by.sign(utf8(body)) }]);
      if (!made.ok) throw new Error(made.error.message);
      return made.value;
    };
    for (const [size, by] of [
      [41, a],
      [42, a],
      [42, b],
      [43, b],
    ] as const)
      expect(openBySize(note(size, by), signing)).toMatchObject({ ok: true, value: { size } });
    expect(openBySize(note(43, a), signing)).toMatchObject({ ok: false });
    expect(openBySize(note(41, b), signing)).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
  });
});

describe('is refused', () => {
  const other = keyPair('countersign.example/other');
  it.each<[string, RotationEntry, string]>([
    ['sworn by the new key', rotated(41, a.key, b.key, b), 'LOG_SIG'],
    ['sworn for another place', rotated(41, a.key, b.key, a, 40), 'LOG_SIG'],
    ['at another place', { ...first, index: 40 }, 'LOG_SIG'],
    ['to a key of another log', rotated(41, a.key, other.key, a), 'LOG_ORIGIN'],
    ['to itself', rotated(41, a.key, a.key, a), 'LOG_ORIGIN'],
    ['with another body', { ...first, body: rotated(42, a.key, b.key, a).body }, 'LOG_FORMAT'],
    ['with another key in its field', said(41, first.body, formatVkey(c.key)), 'LOG_FORMAT'],
    ['that is an entry of another type', said(41, first.body, formatVkey(b.key), 'witness'), 'LOG_FORMAT'],
    ['with a word more', said(41, utf8((text(first.body) ?? '').replace('{', '{"x":1,')), formatVkey(b.key)), 'LOG_FORMAT'],
    ['of garbage', said(41, utf8('garbage'), formatVkey(b.key)), 'LOG_FORMAT'],
    ['nowhere', { ...first, index: -1 }, 'LOG_FORMAT'],
  ])('a rotation %s', (_, entry, code) => {
    expect(openRotation(entry)).toMatchObject({ ok: false, error: { code } });
  });

  it('every flipped bit of its body, though the entry names the flipped one', () => {
    fc.assert(
      fc.property(fc.nat(first.body.length * 8 - 1), (bit) => {
        const body = new Uint8Array(first.body);
        body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return !openRotation(said(41, body, formatVkey(b.key))).ok;
      }),
      { numRuns: 400 },
    );
  });

  it('whatever else stands there, without a throw', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.oneof(fc.json(), fc.string()), fc.integer(), (entry, body, index) => !openRotation({ entry, body: utf8(body), index }).ok));
  });
});
