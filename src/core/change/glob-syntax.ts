/**
 * The grammar of path globs: text to a tree of nodes, or the reason the text is not a glob.
 *
 *   *      any run of characters within a segment, a leading dot included      ?       one character within a segment
 *   **     any run of characters, slashes included                            [a-z]   one of a class, [!a-z] one of the rest, never a slash
 *   a/**   a itself and all below it                                          {a,b}   either, nested if need be
 *   **\/a  a at any depth, the root included                                  \x      the character x itself
 *
 * A path is anchored at the root of the repository; one leading slash is allowed, a trailing slash means all below.
 */
import { err, ok, type Result } from '../base/result.ts';
import { ANYTHING, NO_SLASH, only, type Ranges, type Spans, spanning, without } from './glob-ranges.ts';

export type Node = { readonly one: Ranges } | { readonly many: Ranges } | { readonly either: readonly (readonly Node[])[] };

/** Characters (UTF-16 units) in one pattern: policy text is untrusted until it is signed. */
const LONGEST = 1_000;
const literal = (wanted: string): Node => ({ one: only(point(wanted)) });

interface Cursor {
  readonly chars: readonly string[];
  at: number;
}

export const bare = (pattern: string): string => (pattern.startsWith('!') ? pattern.slice(1) : pattern);

/** The nodes of a pattern of a list, its leading `!` aside; null where it is no glob. */
export function parsePattern(pattern: string): readonly Node[] | null {
  const parsed = parseGlob(bare(pattern));
  return parsed.ok ? parsed.value : null;
}

/** The nodes of a pattern without its leading `!`. */
export function parseGlob(pattern: string): Result<readonly Node[], string> {
  const body = pattern.replace(/^\//, '').replace(/\/$/, '/**');
  const wrong = shapeProblem(pattern, body);
  if (wrong !== undefined) return err(wrong);
  const cursor: Cursor = { chars: Array.from(body), at: 0 };
  const nodes = sequence(cursor, 0);
  if (nodes.ok && cursor.at < cursor.chars.length) return err('`}` closes nothing; write `\\}` for the character');
  return nodes;
}

function shapeProblem(pattern: string, body: string): string | undefined {
  if (pattern.length > LONGEST) return `longer than ${LONGEST} characters`;
  if (body === '' || pattern === '/') return 'empty';
  if (body.includes('\0')) return 'holds a NUL, which no path does';
  if (body.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) return 'has an empty, `.` or `..` segment, which no path in git has';
  return undefined;
}

function sequence(cursor: Cursor, depth: number): Result<readonly Node[], string> {
  const nodes: Node[] = [];
  while (cursor.at < cursor.chars.length) {
    const char = cursor.chars[cursor.at] ?? '';
    if (char === '}' || (char === ',' && depth > 0)) break;
    const next = node(cursor, char, depth);
    if (!next.ok) return next;
    nodes.push(next.value);
  }
  return ok(nodes);
}

function node(cursor: Cursor, char: string, depth: number): Result<Node, string> {
  if (char === '{') return braces(cursor, depth);
  if (char === '[') return classOf(cursor);
  const trailing = depth === 0 && char === '/' && cursor.chars.length === cursor.at + 3 && cursor.chars[cursor.at + 1] === '*' && cursor.chars[cursor.at + 2] === '*';
  if (trailing) return take(cursor, 3, { either: [[], [literal('/'), { many: ANYTHING }]] });
  if (char === '*') return stars(cursor);
  if (char === '?') return take(cursor, 1, { one: NO_SLASH });
  if (char !== '\\') return take(cursor, 1, literal(char));
  const escaped = cursor.chars[cursor.at + 1];
  return escaped === undefined ? err('ends in a lone `\\`') : take(cursor, 2, literal(escaped));
}

function take(cursor: Cursor, count: number, found: Node): Result<Node, string> {
  cursor.at += count;
  return ok(found);
}

function stars(cursor: Cursor): Result<Node, string> {
  let end = cursor.at;
  while (cursor.chars[end] === '*') end++;
  const run = end - cursor.at;
  if (run === 1) return take(cursor, 1, { many: NO_SLASH });
  const opens = cursor.at === 0 || cursor.chars[cursor.at - 1] === '/';
  if (opens && cursor.chars[end] === '/') return take(cursor, run + 1, { either: [[], [{ many: ANYTHING }, literal('/')]] });
  return take(cursor, run, { many: ANYTHING });
}

function braces(cursor: Cursor, depth: number): Result<Node, string> {
  const either: (readonly Node[])[] = [];
  do {
    cursor.at++;
    const branch = sequence(cursor, depth + 1);
    if (!branch.ok) return branch;
    either.push(branch.value);
  } while (cursor.chars[cursor.at] === ',');
  if (cursor.chars[cursor.at] !== '}') return err('`{` is not closed');
  return take(cursor, 1, { either });
}

function classOf(cursor: Cursor): Result<Node, string> {
  const negated = cursor.chars[cursor.at + 1] === '!' || cursor.chars[cursor.at + 1] === '^';
  const start = cursor.at + (negated ? 2 : 1);
  // A `]` right after the opening is a member, as in git and in sh.
  const end = cursor.chars.indexOf(']', start + 1);
  if (end < 0) return err('`[` is not closed');
  const ranges = rangesOf(cursor.chars.slice(start, end));
  if (!ranges.ok) return ranges;
  const members = spanning(ranges.value);
  return take(cursor, end + 1 - cursor.at, { one: without(NO_SLASH, negated ? members : without(ANYTHING, members)) });
}

function rangesOf(members: readonly string[]): Result<Spans, string> {
  const ranges: [number, number][] = [];
  for (let i = 0; i < members.length; i++) {
    const low = members[i] ?? '';
    const high = members[i + 2];
    if (members[i + 1] !== '-' || high === undefined) {
      ranges.push([point(low), point(low)]);
      continue;
    }
    if (point(low) > point(high)) return err(`range \`${low}-${high}\` is upside down`);
    ranges.push([point(low), point(high)]);
    i += 2;
  }
  return ok(ranges);
}

const point = (char: string): number => char.codePointAt(0) ?? 0;
