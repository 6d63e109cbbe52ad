/** How text reaches a terminal: in colour where somebody looks, and never with control characters of somebody else's. */

export interface Ink {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
}

const paint =
  (on: boolean, code: number) =>
  (text: string): string =>
    on && text !== '' ? `\u001b[${code}m${text}\u001b[${code < 3 ? 22 : 39}m` : text;

export const ink = (on: boolean): Ink => ({ bold: paint(on, 1), dim: paint(on, 2), red: paint(on, 31), yellow: paint(on, 33), green: paint(on, 32) });

/** Colour only for eyes: a terminal, and nobody who asked for none (https://no-color.org). */
export const wantsColour = (stream: { readonly isTTY?: boolean }, env: { readonly [name: string]: string | undefined }): boolean =>
  stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';

/** Control, format and bidirectional characters, spelled out: titles, paths and tools' names are chosen by whoever commits. */
export const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);

/** The same for text of several lines. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');

/** The same for every string of a plain value. */
export function visibleWithin<T>(value: T): T;
export function visibleWithin(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map((item) => visibleWithin(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visibleWithin(item)]));
}
