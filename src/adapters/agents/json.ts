/**
 * What an agent's hook sends, before anybody knows whose it is: one JSON object of any shape. Read leniently and by name, for
 * the same key is spelled in camel and in snake case by versions of the same agent.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';

export type Fields = { readonly [key: string]: unknown };

/** Bytes of one event. A tool call that writes a file carries the file. */
export const MOST_INPUT = 32 << 20;

const lenient = new TextDecoder('utf-8');

/** Problem: USAGE where it is no JSON object, in words that hold nothing of it. */
export function parseInput(bytes: Uint8Array): Result<Fields> {
  if (bytes.length > MOST_INPUT) return err(problem('USAGE', `the event is over ${MOST_INPUT >> 20} MiB`, { place: 'standard input' }));
  const said = lenient.decode(bytes);
  const value = parsed(said) ?? parsed(escaped(said));
  return isFields(value) ? ok(value) : err(problem('USAGE', value === undefined ? 'the event is no JSON' : 'the event is no JSON object', { place: 'standard input' }));
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Windsurf sends raw control characters inside strings: they are spelled out, those between values left as they are. */
function escaped(text: string): string {
  const parts: string[] = [];
  let [from, inside] = [0, false];
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) inside = !inside;
    else if (inside && char === BACKSLASH) i++;
    else if (inside && char < 0x20) {
      parts.push(text.slice(from, i), `\\u${char.toString(16).padStart(4, '0')}`);
      from = i + 1;
    }
  }
  return parts.join('') + text.slice(from);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first of these that is a string with something in it. */
export function word(fields: Fields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The first of these that is an object; `{}` where none is. Some agents send it as a string of JSON. */
export function object(fields: Fields, ...names: readonly string[]): Fields {
  for (const name of names) {
    const value = fields[name];
    const read = typeof value === 'string' ? parsed(value) : value;
    if (isFields(read)) return read;
  }
  return {};
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const words = (value: unknown): readonly string[] => list(value).filter((item): item is string => typeof item === 'string' && item !== '');
