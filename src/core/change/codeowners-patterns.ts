/**
 * What a pattern of a CODEOWNERS file means at GitHub and at GitLab, as parts of a wildcard (wildcard.ts). Neither is
 * gitignore: docs/spec/owners.md has the table of where each differs. Whoever edits the file chooses the text.
 */
import { err, ok, type Result } from '../base/result.ts';
import { ANY_CHAR, type CharSet, NO_CHAR, type Part, SLASH } from './wildcard.ts';

/** What is wrong with a pattern: where in it, counted in UTF-16 units, and what to do. */
export interface PatternProblem {
  readonly at: number;
  readonly message: string;
  readonly remedy: string;
}

const anyChar: Part = { set: ANY_CHAR };
const withinSegment: Part = { run: 'segment' };
const slash: Part = { char: SLASH };
const dirs: Part = { dirs: true };
const anything: Part = { run: 'path' };
const point = (char: string): number => char.codePointAt(0) ?? 0;

/**
 * GitHub: a pattern of one segment is found at any depth, others from the root; what it names is matched with all below
 * it, but a last segment of one `*` stays in its folder. No `!`, no third `*`: such lines GitHub skips.
 */
export function githubParts(pattern: string): Result<readonly Part[], PatternProblem> {
  const wrong = githubProblem(pattern);
  if (wrong !== undefined) return err(wrong);
  const segments = pattern.split('/');
  const slashed = segments.length > 1 && segments.at(-1) === '';
  if (slashed) segments.pop();
  if (segments[0] === '' && segments.length > 1) segments.shift();
  else if (segments.length === 1 && segments[0] !== '**') segments.unshift('**');
  return ok(githubSegments(segments, slashed && segments.at(-1) !== '**'));
}

function githubProblem(pattern: string): PatternProblem | undefined {
  if (pattern.startsWith('!'))
    return { at: 0, message: '`!` takes nothing out at GitHub, which skips the line', remedy: 'put a later line with the same path and no owners, or with other owners' };
  if (/^\/+$/.test(pattern)) return { at: 0, message: 'matches no file, at GitHub or anywhere', remedy: 'write * for all files' };
  const stars = pattern.indexOf('***');
  if (stars >= 0) return { at: stars, message: 'has three `*` in a row, so GitHub skips the line', remedy: 'write ** for any depth' };
  return dangling(pattern) ? { at: pattern.length - 1, message: 'ends in a `\\` that escapes nothing (not # either), so GitHub skips the line', remedy: 'remove it' } : undefined;
}

/** Ends in a `\` that is not itself escaped. */
function dangling(pattern: string): boolean {
  let count = 0;
  while (pattern[pattern.length - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

/** A pattern that counts, and not as it looks: a range of characters stands for its own characters. */
export function githubDoubt(pattern: string): PatternProblem | undefined {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === '[')
      return {
        at: i,
        message: '`[ ]` is no range of characters at GitHub, but the characters themselves',
        remedy: 'write one line for each, or ? or *; or \\[ where the characters are meant',
      };
  }
  return undefined;
}

/** @param below only what is below the last segment. */
function githubSegments(segments: readonly string[], below: boolean): readonly Part[] {
  const parts: Part[] = [];
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment === '**') parts.push(last ? anything : dirs);
    else parts.push(...githubSegment(segment), ...(last && !below && segment !== '*' ? [{ below: true } as const] : []));
    if (last ? below : segment !== '**') parts.push(slash);
  }
  return below ? [...parts, anything] : parts;
}

function githubSegment(segment: string): readonly Part[] {
  const parts: Part[] = [];
  const points = Array.from(segment);
  for (let i = 0; i < points.length; i++) {
    const char = points[i] ?? '';
    if (char === '*') parts.push(withinSegment);
    else if (char === '?') parts.push(anyChar);
    else if (char !== '\\') parts.push({ char: point(char) });
    // A lone `\` at the end of a segment escapes the slash, which means the same.
    else if (points[++i] !== undefined) parts.push({ char: point(points[i] ?? '') });
  }
  return parts;
}

/**
 * GitLab: `*` alone is everything, a pattern without a leading slash is found at any depth, a trailing slash is all below,
 * and the rest is Ruby's File.fnmatch with FNM_PATHNAME and FNM_DOTMATCH: a name matches itself and nothing below it.
 * @param pattern without the `!` of an exclusion.
 */
export function gitlabParts(pattern: string): readonly Part[] {
  const spaced = pattern.replace(/^\\#/, '#').replace(/\\\s+/g, ' ');
  if (spaced === '*') return [dirs, withinSegment];
  const rooted = spaced.startsWith('/') ? spaced.slice(1) : `**/${spaced}`;
  return new Fnmatch(rooted.endsWith('/') || spaced === '/' ? `${rooted}**/*` : rooted).parts();
}

class Fnmatch {
  private readonly text: readonly string[];
  private at = 0;

  constructor(pattern: string) {
    this.text = Array.from(pattern);
  }

  parts(): readonly Part[] {
    const parts: Part[] = [];
    let opens = true;
    while (this.at < this.text.length) {
      const part: Part = opens && this.folders() ? dirs : this.next();
      opens = part === dirs || ('char' in part && part.char === SLASH);
      parts.push(part);
    }
    return parts;
  }

  /** `**` and a slash, where a segment starts; several are one. */
  private folders(): boolean {
    const start = this.at;
    while (this.text[this.at] === '*' && this.text[this.at + 1] === '*' && this.text[this.at + 2] === '/') this.at += 3;
    return this.at > start;
  }

  private next(): Part {
    const char = this.text[this.at++] ?? '';
    if (char === '?') return anyChar;
    if (char === '[') return { set: this.set() };
    if (char !== '*') return { char: point(char === '\\' ? (this.text[this.at++] ?? char) : char) };
    while (this.text[this.at] === '*') this.at++;
    return withinSegment;
  }

  /** The members of a `[ ]`; an unclosed one matches nothing, and so does the pattern it stands in. */
  private set(): CharSet {
    const negated = this.text[this.at] === '!' || this.text[this.at] === '^';
    if (negated) this.at++;
    const ranges: [number, number][] = [];
    while (this.at < this.text.length) {
      if (this.text[this.at] === ']') {
        this.at++;
        return { negated, ranges };
      }
      ranges.push(...this.member());
    }
    return NO_CHAR;
  }

  private member(): readonly [number, number][] {
    const low = this.escaped();
    if (this.text[this.at] !== '-' || this.text[this.at + 1] === ']' || this.at + 1 >= this.text.length) return [[low, low]];
    this.at++;
    const high = this.escaped();
    // Ruby compares with both ends before it compares their order.
    return low <= high
      ? [[low, high]]
      : [
          [low, low],
          [high, high],
        ];
  }

  private escaped(): number {
    if (this.text[this.at] === '\\') this.at++;
    return point(this.text[this.at++] ?? '');
  }
}

/** Characters as both of them count: code points. */
export function pointsOf(path: string): readonly number[] {
  const points: number[] = [];
  for (const char of path) points.push(point(char));
  return points;
}
