import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = async (text: string, size: number, most?: number) => {
  const found: (readonly [number, string | null])[] = [];
  for await (const { number, bytes } of linesOf(cut(Buffer.from(text), size), most)) found.push([number, bytes === null ? null : Buffer.from(bytes).toString()]);
  return found;
};

test('lines are the same however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', ' ', '{', '\r') })), fc.boolean(), fc.integer({ min: 1, max: 9 }), async (lines, ended, size) => {
      const expected = lines.flatMap((line, i) => (/^[ \t\r]*$/.test(line) ? [] : [[i + 1, line]]));
      expect(await read(lines.join('\n') + (ended ? '\n' : ''), size)).toEqual(expected);
    }),
  );
});

test('a line over the cap is passed over, and the next one is read', async () => {
  expect(await read('aaa\nbbbbbbbb\nccc\ndddddddd', 3, 4)).toEqual([
    [1, 'aaa'],
    [2, null],
    [3, 'ccc'],
    [4, null],
  ]);
});
