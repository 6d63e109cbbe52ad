/**
 * Text of others inside Markdown that a forge renders. Titles, paths and messages are written by whoever proposes a change: nothing of
 * theirs may look like words of ours, reach out to people or other issues, or become a link.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
/** What starts a mark, a tag, a mention, a reference (`#1`, `GH-1`) or an address by itself (`www.`, `http:`). */
const MARKS = /[&<>\\`*_{}[\]()#+\-.!|~@:^$=]/g;

/** One line of plain words, whatever it holds; cut after so many characters, with a sign that it was. */
export function plainWords(text: string, most = 500): string {
  const line = text
    .replaceAll(/[\t\n]+/g, ' ')
    .replace(UNSEEN, '\ufffd')
    .trim();
  const points = [...line.slice(0, most * 2)];
  const cut = points.length > most ? `${points.slice(0, most).join('')}…` : points.join('');
  return cut.replace(MARKS, (char) => `&#${char.charCodeAt(0)};`);
}
