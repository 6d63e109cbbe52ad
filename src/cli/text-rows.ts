/** Rows of a summary in a terminal: a name, then text in a column of its own that is broken between words. */

const NAME = 10;
const WIDTH = 100;

/** `  name      text`, its lines under each other; at most 100 columns. */
export const row = (name: string, text: string): readonly string[] => wrapped(text, WIDTH - NAME - 2).map((line, i) => `  ${(i === 0 ? name : '').padEnd(NAME)}${line}`);

/** A figure and its unit are one word. */
const BETWEEN = / (?!(?:%|h)(?:\W|$))/;

/** Lines of at most `width`; a word that is longer is cut. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BETWEEN).map((w) => clip(w, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Cut to a width, and seen to be. Whole characters only. */
export function clip(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 3)).join('')}...`;
}
