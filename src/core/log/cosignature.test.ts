import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testLog, testWitness } from '../../testing/witnesses.ts';
import { base64, concat, fromBase64, utf8 } from '../base/bytes.ts';
import { cosignaturesOf, cosignedMessage, formatWitnessVkey, parseAnyVkey, parseWitnessVkey, type WitnessKey, witnessKey } from './cosignature.ts';
import { keyId, parseNote } from './note.ts';

const CI = 'witness.example/ci+e1533c6b+BFF7VeAUZ1/YvgQUwxnhq1YmVhYQ+Xb/Mc53Sm/XRai1';
const LOG = 'countersign.example/audit+f949b01f+Afmc7nzpY7w8m9hT/aVApB98zFmTzfQ85lWeha/IxU1G';
const BODY = 'countersign.example/audit\n3\nnzQalbi3nnNCn3se2dxxBBMbkDKYcckB7n8gLTEv6oY=\n';
const CI_LINE = '— witness.example/ci 4VM8awAAAABrAB8SL64zB6z7PTAmzr14FCdLnmxX38kWarkdag7x6AHHFEY/6x9L7/574kECLjG6cVfL33HDFVh8RofMNq/xPiokCQ==\n';

const log = testLog('log.example');
log.append('one');
const note = log.checkpoint();

const open = (text: string, ...keys: readonly WitnessKey[]): string | readonly (readonly [string, number])[] => {
  const parsed = parseNote(text);
  if (!parsed.ok) return parsed.error.code;
  const found = cosignaturesOf(parsed.value, keys);
  return found.ok ? found.value.map((c) => [c.by.name, c.time] as const) : found.error.code;
};
const keyOf = (vkey: string): WitnessKey => {
  const parsed = parseWitnessVkey(vkey);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
};

describe('a cosignature', () => {
  it('covers magic, time and the whole text, as the worked example has it', () => {
    expect(new TextDecoder().decode(cosignedMessage(1_795_170_066, BODY))).toBe(`cosignature/v1\ntime 1795170066\n${BODY}`);
    expect(open(`${BODY}\n${CI_LINE}`, keyOf(CI))).toEqual([['witness.example/ci', 1_795_170_066]]);
  });

  it('is spoiled by every flipped bit of text and line', () => {
    const whole = utf8(`${BODY}\n${CI_LINE}`);
    for (let i = 0; i < whole.length * 8; i++) {
      const flipped = whole.map((b, j) => (j === i >> 3 ? b ^ (1 << (i & 7)) : b));
      const answer = open(new TextDecoder().decode(flipped), keyOf(CI));
      if (typeof answer !== 'string' && answer.length > 0) expect.fail(`bit ${i & 7} of byte ${i >> 3}`);
    }
  });

  it('carries its time in the signature: another time is another message', () => {
    const w = testWitness('w');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 253_402_300_799 }), fc.integer({ min: 1, max: 253_402_300_799 }), (time, other) => {
        const line = w.line(note, time);
        expect(open(note + line, w.key)).toEqual([['w', time]]);
        if (time === other) return;
        const bytes = fromBase64(line.split(' ')[2]?.trim() ?? '') ?? new Uint8Array(0);
        const moved = fromBase64(w.line(note, other).split(' ')[2]?.trim() ?? '') ?? new Uint8Array(0);
        const forged = `— w ${base64(concat(moved.slice(0, 12), bytes.slice(12)))}\n`;
        expect(open(note + forged, w.key)).toBe('LOG_SIG');
      }),
    );
  });

  it.each([0, 253_402_300_800, Number.MAX_SAFE_INTEGER])('is refused with the time %i', (time) => {
    const w = testWitness('w');
    expect(open(note + w.line(note, time), w.key)).toBe('LOG_SIG');
  });

  it('of an unknown key is ignored, a bad one of a known key spoils the note', () => {
    const [a, b] = [testWitness('a'), testWitness('b')];
    const elsewhere = testLog('log.example');
    elsewhere.append('two');
    const bad = b.line(elsewhere.checkpoint());
    expect(open(note + a.line(note, 5) + bad, a.key)).toEqual([['a', 5]]);
    expect(open(note + a.line(note, 5) + bad, a.key, b.key)).toBe('LOG_SIG');
    expect(open(note, a.key)).toEqual([]);
  });

  it('of another type is the line of an unknown key', () => {
    const material = new Uint8Array(1312).fill(9);
    const line = `— w ${base64(concat(keyId('w', material, 6), new Uint8Array(8 + 2420)))}\n`;
    const w = testWitness('w');
    expect(open(note + line + w.line(note, 7), w.key)).toEqual([['w', 7]]);
  });

  it('is not what a log signs with the same key', () => {
    const same = witnessKey(log.key.name, log.key.key);
    expect(same?.id).not.toEqual(log.key.id);
    expect(open(note, same as WitnessKey)).toEqual([]);
  });
});

describe('the vkey of a witness', () => {
  it('reads back to the byte', () => {
    expect(formatWitnessVkey(keyOf(CI))).toBe(CI);
    expect(parseAnyVkey(LOG)).toMatchObject({ ok: true, value: { name: 'countersign.example/audit', type: 1 } });
  });

  it.each([
    ['a log', LOG],
    ['another id', CI.replace('e1533c6b', 'e1533c6c')],
    ['another name', CI.replace('/ci', '/cj')],
    ['nothing', ''],
    ['no key', 'w+00000000+'],
    ['a type alone', 'w+00000000+BA=='],
    ['a short key', `w+${Buffer.from(keyId('w', new Uint8Array(31), 4)).toString('hex')}+${base64(concat(new Uint8Array([4]), new Uint8Array(31)))}`],
  ])('is not that of %s', (_, vkey) => {
    expect(parseWitnessVkey(vkey)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.nat(CI.length), (junk, at) => typeof parseWitnessVkey(CI.slice(0, at) + junk).ok === 'boolean'));
  });
});
