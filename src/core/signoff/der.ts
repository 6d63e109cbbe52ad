/**
 * DER, as far as certificates need it: definite lengths in their shortest form, one-byte tags, nothing left over. The attacker
 * wrote every byte. Source: ITU-T X.690 section 10.
 */
import type { Bytes } from '../base/crypto.ts';

export interface Der {
  /** The identifier octet: 0x30 SEQUENCE, 0x06 OBJECT IDENTIFIER, 0xa0 the context tag 0 with parts of its own. */
  readonly tag: number;
  readonly content: Bytes;
}

/** One item that fills the bytes; undefined for anything else. */
export function readDer(bytes: Bytes): Der | undefined {
  const items = readAll(bytes);
  return items?.length === 1 ? items[0] : undefined;
}

/** The parts of a SEQUENCE, SET or context tag; undefined where they do not fill it. */
export const partsOf = ({ content }: Der): readonly Der[] | undefined => readAll(content);

function readAll(bytes: Bytes): readonly Der[] | undefined {
  const items: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = headAt(bytes, at);
    if (head === undefined || head.length > bytes.length - head.start) return undefined;
    items.push({ tag: head.tag, content: bytes.slice(head.start, head.start + head.length) });
    at = head.start + head.length;
  }
  return items;
}

function headAt(bytes: Bytes, at: number): { readonly tag: number; readonly start: number; readonly length: number } | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || (tag & 31) === 31) return undefined;
  if (first < 128) return { tag, start: at + 2, length: first };
  const size = first & 127;
  const digits = bytes.slice(at + 2, at + 2 + size);
  const length = digits.reduce((n, b) => n * 256 + b, 0);
  const shortest = size >= 1 && size <= 3 && digits.length === size && digits[0] !== 0 && length >= 128;
  return shortest ? { tag, start: at + 2 + size, length } : undefined;
}

/** `1.2.840.10045.4.3.2`; undefined for what is no object identifier. */
export function oidOf({ tag, content }: Der): string | undefined {
  const last = content.at(-1);
  if (tag !== 0x06 || last === undefined || last > 127) return undefined;
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    if (arc === 0 && byte === 0x80) return undefined;
    arc = arc * 128 + (byte & 127);
    if (!Number.isSafeInteger(arc)) return undefined;
    if (byte > 127) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join('.');
}

/** UTCTime or GeneralizedTime in the forms RFC 5280 section 4.1.2.5 allows, to milliseconds since 1970. */
export function derTime({ tag, content }: Der): number | undefined {
  const said = String.fromCharCode(...content);
  const [, years = '', rest = ''] = (tag === 0x17 ? /^(\d{2})(\d{10})Z$/ : /^(\d{4})(\d{10})Z$/).exec(said) ?? [];
  if (rest === '' || (tag !== 0x17 && tag !== 0x18)) return undefined;
  const year = tag === 0x17 ? Number(years) + (Number(years) < 50 ? 2000 : 1900) : Number(years);
  const at = Date.parse(`${String(year).padStart(4, '0')}-${rest.replace(/^(..)(..)(..)(..)(..)$/, '$1-$2T$3:$4:$5Z')}`);
  return Number.isNaN(at) ? undefined : at;
}
