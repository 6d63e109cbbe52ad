/**
 * JSON that has one meaning. `JSON.parse` keeps the last of two equal keys, so a signed text could say one thing to us and
 * another to the next reader; here a duplicate key, a byte order mark, bytes that are not UTF-8, a lone surrogate, trailing
 * bytes and deep nesting are refused. Source: RFC 8259, I-JSON (RFC 7493).
 */
import { text } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';

const MAX_DEPTH = 32;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SPACE = /[ \t\n\r]*/y;
const LITERALS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** The value, or one sentence saying what is wrong and at which character. */
export function parseStrictJson(input: Bytes | string): Result<Json, string> {
  const source = typeof input === 'string' ? input : text(input);
  if (source === undefined) return err('not UTF-8');
  const scan = scanner(source);
  const value = scan.value(0);
  scan.space();
  if (scan.fault() !== undefined) return err(scan.fault() ?? '');
  return scan.at() === source.length && value !== undefined ? ok(value) : err(`unexpected text at character ${scan.at()}`);
}

function scanner(source: string) {
  let at = 0;
  let fault: string | undefined;
  const fail = (why: string): undefined => {
    fault ??= `${why} at character ${at}`;
    return undefined;
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const space = (): void => void take(SPACE);
  const eat = (char: string): boolean => {
    space();
    if (source[at] !== char) return false;
    at += 1;
    return true;
  };
  /** Walks to the closing quote by hand: a pattern would need a stack as long as the string. */
  const stringEnd = (): number | undefined => {
    const start = at;
    for (at += 1; at < source.length; ) {
      const code = source.charCodeAt(at);
      if (code === 0x22) return start;
      if (code < 0x20 || (code === 0x5c && take(ESCAPE) === undefined)) return fail('bad character in a string');
      if (code !== 0x5c) at += 1;
    }
    return fail('a string without an end');
  };
  const string = (): string | undefined => {
    space();
    if (source[at] !== '"') return fail('expected a string');
    const start = stringEnd();
    if (start === undefined) return undefined;
    at += 1;
    const decoded: unknown = JSON.parse(source.slice(start, at));
    return typeof decoded === 'string' && decoded.isWellFormed() ? decoded : fail('lone surrogate');
  };
  const literal = (): Json | undefined => {
    for (const [word, value] of LITERALS) {
      if (!source.startsWith(word, at)) continue;
      at += word.length;
      return value;
    }
    const digits = take(NUMBER);
    if (digits === undefined) return fail('expected a value');
    return Number.isFinite(Number(digits)) ? Number(digits) : fail('number out of range');
  };
  const list = (depth: number): Json | undefined => {
    const items: Json[] = [];
    if (eat(']')) return items;
    do {
      const item = value(depth);
      if (item === undefined) return undefined;
      items.push(item);
    } while (eat(','));
    return eat(']') ? items : fail('expected , or ]');
  };
  const member = (into: Map<string, Json>, depth: number): boolean => {
    const key = string();
    if (key === undefined) return false;
    if (into.has(key)) return fail(`duplicate key ${JSON.stringify(key)}`) ?? false;
    if (!eat(':')) return fail('expected :') ?? false;
    const item = value(depth);
    if (item === undefined) return false;
    into.set(key, item);
    return true;
  };
  const object = (depth: number): Json | undefined => {
    const members = new Map<string, Json>();
    if (!eat('}')) {
      do {
        if (!member(members, depth)) return undefined;
      } while (eat(','));
      if (!eat('}')) return fail('expected , or }');
    }
    // fromEntries defines own properties, so a member called __proto__ stays a plain member.
    return Object.fromEntries(members);
  };
  const value = (depth: number): Json | undefined => {
    if (depth > MAX_DEPTH) return fail('nested too deeply');
    if (eat('{')) return object(depth + 1);
    if (eat('[')) return list(depth + 1);
    return source[at] === '"' ? string() : literal();
  };
  return { value, space, at: () => at, fault: () => fault };
}
