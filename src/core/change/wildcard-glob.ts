/** A wildcard of another dialect in the language of our own globs (glob-syntax.ts). */
import { type CharSet, type Part, SLASH } from './wildcard.ts';

/**
 * The same paths, exactly; undefined where no path can match. Where it starts with a slash, or `validGlob` refuses its
 * shape, no path of a repository matches either: such a path has no empty, `.` or `..` segment.
 */
export function globOf(parts: readonly Part[]): string | undefined {
  if (parts.some((part) => 'set' in part && !part.set.negated && part.set.ranges.flatMap(trimmed).length === 0)) return undefined;
  const [first, second] = parts;
  if (parts.length === 2 && first !== undefined && 'dirs' in first && second !== undefined && 'run' in second) return '**';
  const text = parts.map((part, i) => textOf(part, parts[i - 1], i === parts.length - 1)).join('');
  return text.startsWith('!') ? `\\${text}` : text;
}

function textOf(part: Part, before: Part | undefined, last: boolean): string {
  if ('char' in part) return escaped(part.char);
  if ('set' in part) return setText(part.set);
  if ('dirs' in part) return '**/';
  if ('below' in part) return '/**';
  // `a/**` would match `a` too, and `**` is no two `*`.
  if (part.run === 'path') return last && before !== undefined && 'char' in before ? '**/*' : '**';
  return before !== undefined && 'run' in before ? '' : '*';
}

const escaped = (char: number): string => {
  const text = String.fromCodePoint(char);
  return '\\*?[{}'.includes(text) ? `\\${text}` : text;
};

/** Members that mean something else where they stand: they go where they do not, or out of the ranges. */
const AWKWARD = new Set(Array.from(']!^-\\', (char) => char.codePointAt(0) ?? 0));

function setText({ negated, ranges }: CharSet): string {
  const plain = ranges.flatMap(trimmed);
  if (plain.length === 0) return '?';
  const singles = [...new Set(plain.flatMap(([low, high]) => (low === high ? [low] : [])))];
  const [only, ...others] = singles;
  if (!negated && only !== undefined && others.length === 0 && plain.every(([low, high]) => low === high)) return escaped(only);
  const has = (char: string): boolean => singles.includes(char.codePointAt(0) ?? 0);
  const wide = plain.filter(([low, high]) => low < high).map(([low, high]) => `${String.fromCodePoint(low)}-${String.fromCodePoint(high)}`);
  const calm = singles.filter((char) => !AWKWARD.has(char)).map((char) => String.fromCodePoint(char));
  const body = [has(']') ? ']' : '', ...wide, ...calm, has('\\') ? '\\' : '', has('^') ? '^' : '', has('!') ? '!' : '', has('-') ? '-' : ''].join('');
  // `^` and `!` would negate where nothing stands before them.
  if (!negated && /^[!^]/.test(body)) return `{${Array.from(body, (char) => `\\${char}`).join(',')}}`;
  return `[${negated ? '!' : ''}${body}]`;
}

/** Without slashes, which no set matches, and with ends that a range can be written with. */
function trimmed([low, high]: readonly [number, number]): readonly (readonly [number, number])[] {
  const awkward = (char: number): boolean => AWKWARD.has(char) || char === SLASH;
  const out: (readonly [number, number])[] = [];
  let [from, to] = [low, high];
  for (; from < to && awkward(from); from++) out.push([from, from]);
  for (; to > from && awkward(to); to--) out.push([to, to]);
  return [...out, [from, to] as const].filter(([one, other]) => one < other || one !== SLASH);
}

/** What every path it matches starts and ends with, as far as it is known. */
export interface Ends {
  readonly head: readonly Part[];
  readonly tail: readonly Part[];
}

export function endsOf(parts: readonly Part[]): Ends {
  const first = parts.findIndex((part) => !('char' in part));
  const last = parts.findLastIndex((part) => !('char' in part));
  return { head: first < 0 ? parts : parts.slice(0, first), tail: parts.slice(last + 1).reverse() };
}

/** Can no path match both? Said only where their first or last characters show it. */
export const apart = (one: Ends, other: Ends): boolean => differ(one.head, other.head) || differ(one.tail, other.tail);

function differ(one: readonly Part[], other: readonly Part[]): boolean {
  for (let i = 0; i < one.length && i < other.length; i++) {
    const [a, b] = [one[i], other[i]];
    if (a === undefined || b === undefined || !('char' in a) || !('char' in b)) return false;
    if (a.char !== b.char) return true;
  }
  return false;
}
