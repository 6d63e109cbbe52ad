/** Where a JSON object ends in a text that goes on behind it: counted, not parsed, so that damage inside it costs nothing. */

/** The index behind the object that begins at the first brace from `at`; the end of the text where it never closes. */
export function objectEnd(text: string, at: number): number {
  const token = /["{}]/g;
  token.lastIndex = at;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '"') token.lastIndex = stringEnd(text, found.index + 1);
    else depth += found[0] === '{' ? 1 : -1;
    if (depth === 0 && found[0] === '}') return token.lastIndex;
    if (depth < 0) break;
  }
  return text.length;
}

/** Behind the quote that closes it. */
function stringEnd(text: string, at: number): number {
  for (let i = text.indexOf('"', at); i >= 0; i = text.indexOf('"', i + 1)) {
    let slashes = 0;
    while (i - slashes - 1 >= at && text[i - slashes - 1] === '\\') slashes += 1;
    if (slashes % 2 === 0) return i + 1;
  }
  return text.length;
}
