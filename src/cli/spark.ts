/** Small bars of text: one character a value, in blocks or, where a terminal shows none, in ASCII. */
const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII = ['_', '.', ':', '-', '=', '+', '*', '#'];

/** At most `width` characters: neighbours are put together by their mean where there are more values. */
export function spark(values: readonly number[], { width, ascii }: { readonly width: number; readonly ascii: boolean }): string {
  const marks = ascii ? ASCII : BLOCKS;
  const columns = gathered(values, Math.min(width, values.length));
  const most = Math.max(0, ...columns);
  return columns.map((value) => marks[step(value, most)] ?? '').join('');
}

/** The lowest mark for nothing, and the one above it for the least that is something. */
const step = (value: number, most: number): number => (value > 0 ? Math.max(1, Math.ceil((value / most) * 8) - 1) : 0);

export const gathered = (values: readonly number[], columns: number): readonly number[] =>
  Array.from({ length: columns }, (_, i) => mean(values.slice(Math.floor((i * values.length) / columns), Math.floor(((i + 1) * values.length) / columns))));

const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);
