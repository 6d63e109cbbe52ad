import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, fromBase64, utf8 } from '../base/bytes.ts';
import { openAnyCheckpoint } from './any-checkpoint.ts';
import { openCheckpoint } from './checkpoint.ts';
import { formatNote, type NoteKey, noteKey } from './note.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = noteKey('example.org/log', fromBase64(publicKey.export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(0)) as NoteKey;
const ROOT = base64(new Uint8Array(32).fill(3));
const signed = (text: string): string => {
  const note = formatNote(text, [
    { name: 'stranger.example/w', id: Uint8Array.of(1, 2, 3, 4), signature: new Uint8Array(76) },
    { name: key.name, id: key.id, signature: new Uint8Array(sign(null, utf8(text), privateKey)) },
  ]);
  if (!note.ok) throw new Error(note.error.message);
  return note.value;
};

describe('a checkpoint of another log', () => {
  it('may carry extension lines and lines of strangers; ours may not', () => {
    const note = signed(`example.org/log\n7\n${ROOT}\nextension one\ntwo\n`);
    expect(openAnyCheckpoint(note, [key])).toMatchObject({ ok: true, value: { origin: 'example.org/log', size: 7 } });
    expect(openCheckpoint(note, [key])).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });

  it.each([
    ['another origin', `other.org/log\n7\n${ROOT}\n`, 'LOG_ORIGIN'],
    ['a size that is none', `example.org/log\n07\n${ROOT}\n`, 'LOG_FORMAT'],
    ['a root that is none', 'example.org/log\n7\nAAAA\n', 'LOG_FORMAT'],
    ['an empty extension line', `example.org/log\n7\n${ROOT}\n\nmore\n`, 'LOG_FORMAT'],
  ])('of %s is refused', (_, text, code) => expect(openAnyCheckpoint(signed(text), [key])).toMatchObject({ ok: false, error: { code } }));

  it('changed after signing is refused', () => {
    expect(openAnyCheckpoint(signed(`example.org/log\n7\n${ROOT}\nextension\n`).replace('extension', 'Extension'), [key])).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
  });
});
