/**
 * A pattern as git itself reads it in `.gitignore`: byte by byte, with git's own account of `**` and of character classes.
 * `src/testing/gitignore.test.ts` holds it against `git check-ignore`.
 */
import { utf8 } from '../base/bytes.ts';
import { ANY_CHAR, type CharSet, NO_CHAR, type Part, SLASH } from './wildcard.ts';

export interface GitignorePattern {
  /** `!`: what it matches is not ignored after all. */
  readonly negated: boolean;
  /** A trailing slash: folders alone. */
  readonly folder: boolean;
  /** No slash inside: compared with the last segment alone. */
  readonly name: boolean;
  readonly parts: readonly Part[];
}

/** Git compares bytes, so `?` is one byte of a path. */
export const bytesOf = (path: string): Uint8Array => utf8(path);

/** @param line a pattern without the end of its line and without trailing spaces. */
export function gitignorePattern(line: string): GitignorePattern {
  const negated = line.startsWith('!');
  const body = negated ? line.slice(1) : line;
  const folder = body.endsWith('/');
  const bare = folder ? body.slice(0, -1) : body;
  const name = !bare.includes('/');
  const text = bytesOf(bare.startsWith('/') ? bare.slice(1) : bare);
  return { negated, folder, name, parts: new Wildmatch(text, name).parts() };
}

const [STAR, QUESTION, OPEN, CLOSE, BACKSLASH, BANG, CARET, DASH, COLON] = [...bytesOf('*?[]\\!^-:')] as [number, number, number, number, number, number, number, number, number];
const SPECIAL = new Set([STAR, QUESTION, OPEN, BACKSLASH]);

/** git's wildmatch.c; @see https://git-scm.com/docs/gitignore */
class Wildmatch {
  private readonly text: Uint8Array;
  private readonly name: boolean;
  /** Git strips the part before the first wildcard, and then takes what follows for the start of the pattern. */
  private readonly start: number;
  private at = 0;

  constructor(text: Uint8Array, name: boolean) {
    this.text = text;
    this.name = name;
    const special = text.findIndex((byte) => SPECIAL.has(byte));
    this.start = special < 0 ? text.length : special;
  }

  parts(): readonly Part[] {
    const parts: Part[] = [];
    while (this.at < this.text.length) parts.push(this.next());
    return parts;
  }

  private next(): Part {
    const byte = this.text[this.at++] ?? 0;
    if (byte === STAR) return this.stars();
    if (byte === QUESTION) return { set: ANY_CHAR };
    if (byte === OPEN) return { set: this.set() };
    if (byte !== BACKSLASH) return { char: byte };
    const escaped = this.text[this.at++];
    return escaped === undefined ? { set: NO_CHAR } : { char: escaped };
  }

  private stars(): Part {
    const first = this.at - 1;
    while (this.text[this.at] === STAR) this.at++;
    if (this.at - first === 1 || this.name) return { run: 'segment' };
    const opens = first === this.start || this.text[first - 1] === SLASH;
    const [next, after] = [this.text[this.at], this.text[this.at + 1]];
    if (!opens || !(next === undefined || next === SLASH || (next === BACKSLASH && after === SLASH))) return { run: 'segment' };
    if (next !== SLASH) return { run: 'path' };
    this.at++;
    return { dirs: true };
  }

  /** Unclosed, or with a class nobody knows, it matches nothing, and so does the pattern. A first `]` is a member. */
  private set(): CharSet {
    const negated = this.text[this.at] === BANG || this.text[this.at] === CARET;
    if (negated) this.at++;
    const ranges: (readonly [number, number])[] = [];
    let previous = 0;
    for (let first = true; first || this.text[this.at] !== CLOSE; first = false) {
      const found = this.member(previous);
      if (found === undefined) {
        this.at = this.text.length;
        return NO_CHAR;
      }
      ranges.push(...found.ranges);
      previous = found.previous;
    }
    this.at++;
    return { negated, ranges };
  }

  /** @param previous the member before, 0 where a range may not start with it. */
  private member(previous: number): Member | undefined {
    const byte = this.text[this.at++];
    if (byte === undefined) return undefined;
    if (byte === BACKSLASH) return single(this.text[this.at++]);
    const next = this.text[this.at];
    if (byte === DASH && previous !== 0 && next !== undefined && next !== CLOSE) return this.range(previous);
    if (byte === OPEN && next === COLON) return this.named();
    return single(byte);
  }

  private range(low: number): Member | undefined {
    let high = this.text[this.at++];
    if (high === BACKSLASH) high = this.text[this.at++];
    return high === undefined ? undefined : { ranges: low <= high ? [[low, high]] : [], previous: 0 };
  }

  /** `[:alpha:]` and its like. Without `:]` at its end the `[` is a member like others. */
  private named(): Member | undefined {
    const start = this.at + 1;
    const end = this.text.indexOf(CLOSE, start);
    if (end < 0) return undefined;
    if (end === start || this.text[end - 1] !== COLON) return single(OPEN);
    const ranges = CLASSES[String.fromCharCode(...this.text.slice(start, end - 1))];
    this.at = end + 1;
    return ranges === undefined ? undefined : { ranges, previous: 0 };
  }
}

interface Member {
  readonly ranges: readonly (readonly [number, number])[];
  readonly previous: number;
}

const single = (byte: number | undefined): Member | undefined => (byte === undefined ? undefined : { ranges: [[byte, byte]], previous: byte });

const UPPER = [65, 90] as const;
const LOWER = [97, 122] as const;
const DIGIT = [48, 57] as const;
const CLASSES: { readonly [name: string]: readonly (readonly [number, number])[] } = {
  __proto__: null as never,
  alnum: [UPPER, LOWER, DIGIT],
  alpha: [UPPER, LOWER],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit: [DIGIT],
  graph: [[33, 126]],
  lower: [LOWER],
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 10],
    [13, 13],
    [32, 32],
  ],
  upper: [UPPER],
  xdigit: [DIGIT, [65, 70], [97, 102]],
};
