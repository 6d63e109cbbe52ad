import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { text, utf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/crypto.ts';
import type { Json } from '../base/json.ts';
import { type Entry, formatEntry, MAX_ENTRY, parseEntry } from './entry.ts';

const ENTRY: Entry = { type: 'verdict', at: Date.UTC(2026, 10, 20, 10, 21, 4), envelope: sha256Hex('body'), fields: { verdict: 'deny', codes: ['UNCOVERED'] } };

const written = (entry: Entry): string => {
  const bytes = formatEntry(entry);
  return bytes.ok ? (text(bytes.value) ?? '') : bytes.error.code;
};
const read = (line: string): string => {
  const entry = parseEntry(utf8(line));
  return entry.ok ? 'OK' : entry.error.code;
};

describe('writing', () => {
  it('is one line in fixed order, whole seconds without a fraction', () => {
    expect(written(ENTRY)).toBe(`{"v":1,"type":"verdict","time":"2026-11-20T10:21:04Z","envelope":"${ENTRY.envelope}","verdict":"deny","codes":["UNCOVERED"]}`);
    expect(written({ ...ENTRY, at: ENTRY.at + 5 })).toContain('"time":"2026-11-20T10:21:04.005Z"');
  });

  it.each<[string, Partial<Entry>]>([
    ['a type that is no word', { type: 'Sign Off' }],
    ['a time before 1970', { at: -1 }],
    ['a time past 9999', { at: Date.UTC(10_000, 0) }],
    ['no time', { at: Number.NaN }],
    ['half a millisecond', { at: 0.5 }],
    ['another digest', { envelope: 'ABC' }],
    ['a field that stands already', { fields: { v: 2 } }],
    ['a field named like a number', { fields: { 1: 'x' } }],
    ['a field named __proto__', { fields: Object.fromEntries([['__proto__', 1]]) }],
    ['a fraction', { fields: { x: 0.5 } }],
    ['a number past 2^53', { fields: { x: 2 ** 53 } }],
    ['minus zero', { fields: { x: -0 } }],
    ['not a number', { fields: { x: [Number.NaN] } }],
    ['half a character', { fields: { x: '\ud800' } }],
    ['something deep', { fields: { x: [[[[[[[[[[1]]]]]]]]]] } }],
    ['something long', { fields: { x: 'x'.repeat(MAX_ENTRY) } }],
  ])('refuses %s', (_, wrong) => {
    expect(written({ ...ENTRY, ...wrong })).toBe('LOG_FORMAT');
  });
});

describe('reading', () => {
  const LINE = written(ENTRY);

  it('reads what was written', () => {
    expect(parseEntry(utf8(LINE))).toEqual({ ok: true, value: ENTRY });
  });

  it.each([
    ['white space', LINE.replace(':', ': ')],
    ['a last line feed', `${LINE}\n`],
    ['a byte order mark', `\ufeff${LINE}`],
    ['another order', LINE.replace('"v":1,"type":"verdict"', '"type":"verdict","v":1')],
    ['a doubled key', LINE.replace('"codes"', '"verdict":"allow","codes"')],
    ['another escape', LINE.replace('deny', '\\u0064eny')],
    ['another version', LINE.replace('"v":1', '"v":2')],
    ['another number', LINE.replace('"v":1', '"v":1.0')],
    ['another time zone', LINE.replace('04Z', '04+00:00')],
    ['zero milliseconds', LINE.replace('04Z', '04.000Z')],
    ['a day that is not', LINE.replace('11-20', '02-30')],
    ['a missing envelope', LINE.replace(/"envelope":"[0-9a-f]*",/, '')],
    ['a list', `[${LINE}]`],
    ['null', 'null'],
    ['nothing', ''],
  ])('refuses %s', (_, line) => {
    expect(read(line)).toBe('LOG_FORMAT');
  });

  it('refuses bytes that are not UTF-8, and too many', () => {
    expect(parseEntry(new Uint8Array([0x7b, 0xff, 0x7d])).ok).toBe(false);
    expect(parseEntry(new Uint8Array(MAX_ENTRY + 1)).ok).toBe(false);
  });

  it('whatever is written reads back the same, and whatever reads is written back to the byte', () => {
    const value: fc.Arbitrary<Json> = fc.oneof(
      fc.string({ unit: 'binary' }).filter((s) => s.isWellFormed()),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string({ unit: 'grapheme' })),
    );
    const fields = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9]{4,9}$/), value);
    fc.assert(
      fc.property(fields, fc.integer({ min: 0, max: Date.UTC(9999, 0) }), (given, at) => {
        const entry = { ...ENTRY, at, fields: Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'envelope')) };
        const bytes = formatEntry(entry);
        if (!bytes.ok) return Object.values(entry.fields).some((v) => Object.is(v, -0));
        const back = parseEntry(bytes.value);
        expect(back).toEqual({ ok: true, value: entry });
        return true;
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => !parseEntry(bytes).ok));
    fc.assert(fc.property(fc.json(), (json) => !parseEntry(utf8(json)).ok));
  });
});
