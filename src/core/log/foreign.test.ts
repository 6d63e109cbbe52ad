/**
 * What other people's programs wrote, read by ours. Each vector names where it was published; keys, notes and roots are quoted as they
 * stand there, and trees are made again from the rule their source gives.
 */
import { describe, expect, it } from 'vitest';
import { base64, fromHex, hex, utf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/crypto.ts';
import { parseAddCheckpoint } from './add-checkpoint.ts';
import { openAnyCheckpoint } from './any-checkpoint.ts';
import { openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { cosignaturesOf, parseWitnessVkey } from './cosignature.ts';
import { leafHash, verifyConsistency } from './merkle.ts';
import { formatVkey, noteKey, openNote, parseNote, parseVkey } from './note.ts';
import { parseProof } from './proof.ts';
import { tileBuilder } from './tile-check.ts';
import { tilePath } from './tiles.ts';

const sure = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly message: string } }): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

describe('signed notes of golang.org/x/mod/sumdb/note (note_test.go)', () => {
  const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
  const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const BY_PETER = '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
  const BY_ENOCH = '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
  const [peter, enoch] = [PETER, ENOCH].map((vkey) => sure(parseVkey(vkey)));
  const keys = [peter, enoch].filter((key) => key !== undefined);

  it('are opened by the keys that signed them', () => {
    expect(keys.map(formatVkey)).toEqual([PETER, ENOCH]);
    expect(openNote(`${TEXT}\n${BY_PETER}${BY_ENOCH}`, keys)).toMatchObject({ ok: true, value: { text: TEXT, by: keys } });
    expect(openNote(`${TEXT}\n${BY_PETER}${BY_ENOCH}`, keys.slice(1))).toMatchObject({ ok: true, value: { by: [enoch] } });
  });

  it('are refused as they refuse them', () => {
    const spoiled = BY_ENOCH.replace('/5n2t', '/5nABCD2t');
    for (const note of [`${TEXT}\n${BY_PETER}${spoiled}`, `${TEXT}\n${BY_PETER.replaceAll('PeterNeumann', 'CarmenSandiego')}`, `x${TEXT}\n${BY_PETER}`])
      expect(openNote(note, keys).ok).toBe(false);
    for (const note of [TEXT, `${TEXT}${BY_PETER}`, `${TEXT}\n${BY_PETER.slice(0, -1)}`, `${TEXT}\n${BY_PETER.replace('PeterNeumann', 'Bad Name')}`, `${TEXT}\n${BY_PETER}x`])
      expect(parseNote(note)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });

  it('have keys of one spelling: no part of one is a key, nor is one of a wrong length or an unknown kind', () => {
    for (let i = 0; i <= PETER.length; i++)
      for (let j = i + 1; j <= PETER.length; j++) if (i !== 0 || j !== PETER.length) expect(parseVkey(PETER.slice(i, j)).ok, PETER.slice(i, j)).toBe(false);
    for (let i = 0; i < PETER.length; i++) expect(parseVkey(PETER.slice(0, i) + String.fromCharCode(PETER.charCodeAt(i) + 1) + PETER.slice(i + 1)).ok, `${i}`).toBe(false);
    for (const vkey of ['PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'])
      expect(parseVkey(vkey).ok).toBe(false);
  });
});

describe('examples in the specifications of C2SP', () => {
  it('signed-note.md: a text with an empty line in it', () => {
    const text = 'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n';
    const line = '— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';
    expect(parseNote(`${text}\n${line}`)).toMatchObject({ ok: true, value: { text, signatures: [{ name: 'quasimodo.example/salvatore', id: fromHex('367ba04b') }] } });
  });

  it('tlog-cosignature.md: a checkpoint, its log and a witness', () => {
    const note = sure(
      parseNote(`example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`),
    );
    expect(parseCheckpoint(note.text)).toMatchObject({ ok: true, value: { origin: 'example.com/behind-the-sofa', size: 20_852_163 } });
    expect(note.signatures.map((s) => [hex(s.id), s.signature.length])).toEqual([
      ['033de0ae', 64],
      ['8d66cf3f', 72],
    ]);
  });

  it('tlog-proof.md: the frame of a proof; its signatures are shortened there and are no base64', () => {
    const proof = `c2sp.org/tlog-proof@v1
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/fancylog hI2DJw[...]1roloI=
`;
    const read = sure(parseProof(proof));
    expect([read.index, read.hashes.length]).toEqual([73_894, 2]);
    expect(parseNote(read.checkpoint)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });
});

describe('checkpoints in the tests of filippo.io/torchwood (cmd/litewitness/testdata)', () => {
  it('of the Go checksum database verify, and are not taken for a log of the name of their key', () => {
    const key = sure(parseVkey('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'));
    const note = `go.sum database tree
35225469
vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=

— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=
`;
    const signed = sure(openNote(note, [key]));
    expect(signed).toMatchObject({ by: [key], text: expect.stringContaining('\n35225469\n') });
    // Older than the rule that a log's key is called after the log: no key can have a name with spaces in it.
    expect(openAnyCheckpoint(note, [key])).toMatchObject({ ok: false, error: { code: 'LOG_ORIGIN' } });
    expect(parseCheckpoint(signed.text)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });

  it('of a sigsum log verify, and so does the proof between them', () => {
    const name = 'sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562';
    const key = noteKey(name, fromHex('ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f') ?? new Uint8Array(0));
    if (key === undefined) throw new Error('no key');
    const one = `${name}\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— ${name} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n`;
    const three = `${name}\n3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n\n— ${name} UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n`;
    const request = `old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nKgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n${three}`;
    const { old, proof, checkpoint } = sure(parseAddCheckpoint(request));
    const [from, to] = [sure(openCheckpoint(one, [key])), sure(openCheckpoint(checkpoint, [key]))];
    expect([old, from.size, to.size]).toEqual([1, 1, 3]);
    expect(verifyConsistency(1, 3, proof, from.root, to.root)).toBe(true);
    const wrong = sure(parseAddCheckpoint(request.replace('AAAAAAAAAA=\n\n', 'AAAAAAAABA=\n\n')));
    expect(verifyConsistency(1, 3, wrong.proof, from.root, to.root)).toBe(false);
    expect(openCheckpoint(three.replace('6go=', '6gx='), [key]).ok).toBe(false);
  });
});

describe('a mirror in the tests of filippo.io/sunlight (cmd/skylight/testdata)', () => {
  const builder = tileBuilder();
  const tiles = Array.from({ length: 300 }, (_, i) => builder.add(utf8(`record ${i}`))).flat();

  it('has the tree we make of its 300 records, tile for tile', () => {
    expect(base64(builder.root())).toBe('gw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU=');
    expect(Object.fromEntries([...tiles, ...builder.partial()].map((t) => [tilePath(t.level, t.index, t.width), sha256Hex(t.hashes)]))).toEqual({
      'tile/0/000': '66a1d43136a854a5776d5bce14bf101c925fc7d4b32f1be23b658f636ebfcddb',
      'tile/0/001.p/44': '699f078d937f13343d71ad39321757de3ecf391e8d7a1b2015ad38bd36f5d60a',
      'tile/1/000.p/1': 'dcef9e571841bfe2defd16306f8a7d69f5054092fb8b7f983970c646f7f5fd85',
    });
  });

  it('cosigns it, with a key and a line that we read', () => {
    const mirror = sure(parseWitnessVkey('mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O'));
    const text = `rome2026h1.example.org\n300\n${base64(builder.root())}\n`;
    const line = '— mirror.example.org P7FI7wAAAABpVGeAjA1S4pJm6MbcXjX7UUImu4azZtrfcVW2uyr/LXIYlwEJzXC0N0EiZkbqfLdXt/4gVEEuGmxJjAfXKMCISpsJAg==\n';
    expect(cosignaturesOf(sure(parseNote(`${text}\n${line}`)), [mirror])).toMatchObject({ ok: true, value: [{ time: 1_767_139_200 }] });
    expect(cosignaturesOf(sure(parseNote(`${text.replace('300', '301')}\n${line}`)), [mirror]).ok).toBe(false);
  });
});

it('hashes a record as golang.org/x/mod/sumdb/tlog does (note_test.go)', () => {
  expect(base64(leafHash(utf8('hello world')))).toBe('TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=');
});
