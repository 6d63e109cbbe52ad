/** Lines of a stream, one at a time, in bounded memory: a line over the cap is passed over and said to be. */

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end; null: it is longer than the cap. */
  readonly bytes: Uint8Array | null;
}

export const MOST_LINE = 4_000_000;
const NEWLINE = 0x0a;
const BLANK = /^[ \t\r]*$/;

/** Lines of nothing but white space are no lines. The last one needs no end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, most: number = MOST_LINE): AsyncGenerator<Line> {
  let number = 0;
  let parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array): void => {
    length += part.length;
    if (length <= most) parts.push(part);
    else parts = [];
  };
  const end = (): Line | undefined => {
    number += 1;
    const line = length > most ? null : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line !== null && line.length < 1_000 && BLANK.test(line.toString('latin1')) ? undefined : { number, bytes: line };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      const line = end();
      if (line !== undefined) yield line;
    }
    add(chunk.subarray(from));
  }
  if (length > 0) {
    const line = end();
    if (line !== undefined) yield line;
  }
}
