/**
 * Text of others among the words of a forge. Titles, paths and reasons are written by whoever proposes a change and signs it: nothing of
 * theirs may look like words of ours, reach out to people or other issues, or become a link.
 */

/** Nobody sees these, or they turn around what stands beside them. What chooses the look of a picture is left where it is. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;

/** One line where a forge shows text as it is: what cannot be seen is spelled out. */
export const plain = (text: string): string =>
  text
    .replaceAll(/[\t\n\r]+/g, ' ')
    .trim()
    .replace(UNSEEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);

/**
 * The same inside Markdown, cut after so many characters with a sign that it was. A code element, in which every sign but letters, digits and
 * spaces is a number: numbers alone are read back before a forge looks for people, issues, commits and addresses, and it looks for none in code.
 */
export function inert(text: string, most = 300): string {
  const points = [...plain(text)];
  const cut = points.length > most ? [...points.slice(0, most), ...' ...'] : points;
  return `<code>${cut.map((c) => (/[A-Za-z0-9 ]/.test(c) ? c : `&#${c.codePointAt(0)};`)).join('')}</code>`;
}
