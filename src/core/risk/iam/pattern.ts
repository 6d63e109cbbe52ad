/**
 * Names with `*` (any letters) and `?` (one letter). Whether one covers another is asked for as many pairs as an author cares to
 * write, so it costs the product of two short texts at most, and long ones only equal themselves.
 */
const LONG = 512;

/** Everything that `pattern` may name `text` may name too; `*` inside of `text` is itself a pattern, and only `*` covers it. */
export function covers(pattern: string, text: string): boolean {
  if (pattern === '*' || pattern === text) return true;
  if (pattern.length > LONG || text.length > LONG || !/[*?]/.test(pattern)) return false;
  let [p, t, star, from] = [0, 0, -1, 0];
  while (t < text.length) {
    const c = pattern[p];
    if (c === '*') [star, from, p] = [p, t, p + 1];
    else if (c === text[t] || (c === '?' && text[t] !== '*')) [p, t] = [p + 1, t + 1];
    else if (star < 0) return false;
    else [from, t, p] = [from + 1, from + 1, star + 1];
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether some name may be meant by both; yes where that cannot be ruled out. */
export function meet(a: string, b: string): boolean {
  if (covers(a, b) || covers(b, a)) return true;
  const [x, y] = [fixed(a), fixed(b)];
  return (x.length < a.length && y.startsWith(x)) || (y.length < b.length && x.startsWith(y));
}

/** What stands before the first wildcard or reference. */
const fixed = (pattern: string): string => /^(?:(?!\$\{)[^*?])*/.exec(pattern.slice(0, LONG))?.[0] ?? '';
