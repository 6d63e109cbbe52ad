/** A line of source without its strings and comments, by eye: one line is all it sees. Linear. */

const HASH_COMMENTS =
  /\.(?:py|pyi|rb|rake|sh|bash|zsh|ya?ml|toml|tf|pp|pl|pm|r|jl|exs?|cfg|ini|conf|properties|env)$|(?:^|\/)(?:makefile|dockerfile|gemfile|rakefile|\.env)[^/]*$/i;
const DASH_COMMENTS = /\.(?:sql|lua|hs|elm)$/i;
const DATA = /\.(?:json[c5]?|xml|csv|svg)$/i;

/** Text of data stands for itself: all of it may be a name somewhere. A block comment that begins above is not seen as one. */
export function codeOnly(path: string, text: string): string {
  if (DATA.test(path) || /^\s*(?:\*|\/\*|<!--)/.test(text)) return '';
  const marks = HASH_COMMENTS.test(path) ? ['#'] : DASH_COMMENTS.test(path) ? ['--'] : ['//', '/*'];
  let out = '';
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
      continue;
    }
    if (marks.some((m) => text.startsWith(m, i))) return out;
    if (c === '"' || c === "'" || c === '`') {
      quote = c;
      out += ' ';
    } else out += c;
  }
  return out;
}
