import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUpdates } from './hook-door.ts';

const A = 'a'.repeat(40);
const B = '0'.repeat(40);
const parse = (text: string) => parseUpdates(Buffer.from(text));

describe('ref updates', () => {
  it('are read as git writes them', () => {
    expect(parse(`${B} ${A} refs/heads/main\n${A} ${B} refs/tags/v1\n`)).toEqual([
      { old: B, new: A, ref: 'refs/heads/main' },
      { old: A, new: B, ref: 'refs/tags/v1' },
    ]);
    const long = 'f'.repeat(64);
    expect(parse(`${long} ${long} refs/heads/ünïcode-🦊\n`)).toEqual([{ old: long, new: long, ref: 'refs/heads/ünïcode-🦊' }]);
    expect(parse('')).toEqual([]);
  });

  it.each([
    ['no line end', `${A} ${B} refs/heads/main`],
    ['a line too many', `${A} ${B} refs/heads/main\n\n`],
    ['capitals', `${A.toUpperCase()} ${B} refs/heads/main\n`],
    ['ids of 39, 41, 63 digits', `${A.slice(1)} ${B} refs/heads/main\n`],
    ['41 digits', `${A}a ${B} refs/heads/main\n`],
    ['two spaces', `${A}  ${B} refs/heads/main\n`],
    ['a tab', `${A}\t${B}\trefs/heads/main\n`],
    ['a space in the name', `${A} ${B} refs/heads/main x\n`],
    ['a name outside refs/', `${A} ${B} HEAD\n`],
    ['an empty name', `${A} ${B} refs/\n`],
    ['a control character', `${A} ${B} refs/heads/\u007fmain\n`],
    ['a carriage return', `${A} ${B} refs/heads/main\r\n`],
    ['a NUL', `${A} ${B} refs/heads/\0main\n`],
    ['a byte order mark', `\ufeff${A} ${B} refs/heads/main\n`],
    ['one good line and one bad', `${A} ${B} refs/heads/main\nx\n`],
  ])('with %s are nothing', (_, text) => expect(parse(text)).toBeUndefined());

  it('are nothing where a name is not UTF-8: two such names would read the same', () => {
    const named = (byte: number) => Buffer.concat([Buffer.from(`${A} ${B} refs/heads/`), Buffer.from([byte, 0x0a])]);
    expect(parseUpdates(named(0xff))).toBeUndefined();
    expect(parseUpdates(named(0xfe))).toBeUndefined();
  });

  it('are at most so many', () => {
    expect(parse(`${A} ${B} refs/heads/x\n`.repeat(100_001))).toBeUndefined();
  });

  it('of any bytes are read whole, or not at all', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => [undefined, 0].includes(parseUpdates(bytes)?.length)));
    const line = fc.tuple(fc.stringMatching(/^[0-9a-f]{40}$/), fc.stringMatching(/^[0-9a-f]{40}$/), fc.stringMatching(/^refs\/[a-z0-9/._-]{1,20}$/));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        expect(parse(lines.map((l) => `${l.join(' ')}\n`).join(''))).toEqual(lines.map(([old, next, ref]) => ({ old, new: next, ref })));
      }),
    );
  });
});
