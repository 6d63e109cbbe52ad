/**
 * The lines of the log. Each is JSON that names the digest of the line before, and ends in a signature over everything in front
 * of it: nothing that was signed is ever written again.
 */
import { base64, fromBase64, utf8 } from '../../core/base/bytes.ts';
import { sha256Hex, verifyEd25519 } from '../../core/base/crypto.ts';
import { type Draft, type Entry, NO_LINE } from '../../core/provenance/session/entry.ts';
import type { RecorderKey } from './signer.ts';

/** Where a chain stands: what the next line goes on from. */
export interface Tip {
  readonly seq: number;
  /** SHA-256 of the last line. */
  readonly line: string;
}

export const START: Tip = { seq: 0, line: NO_LINE };

const SIGNATURE = ',"sig":"';

/** Without its line feed. */
export function lineOf(draft: Draft, tip: Tip, at: number, key: Pick<RecorderKey, 'sign'>): string {
  const signed = JSON.stringify({ seq: tip.seq + 1, prev: tip.line, at, ...draft }).slice(0, -1);
  return `${signed}${SIGNATURE}${base64(key.sign(utf8(signed)))}"}`;
}

export const tipAfter = (line: string, seq: number): Tip => ({ seq, line: sha256Hex(line) });

/** Several, one after another. */
export function chained(drafts: readonly Draft[], from: Tip, at: number, key: Pick<RecorderKey, 'sign'>): { readonly lines: readonly string[]; readonly tip: Tip } {
  let tip = from;
  const lines = drafts.map((draft) => {
    const line = lineOf(draft, tip, at, key);
    tip = tipAfter(line, tip.seq + 1);
    return line;
  });
  return { lines, tip };
}

/** undefined where it is no whole entry. Nothing of it is believed for that. */
export function parseLine(line: string): Entry | undefined {
  if (!line.endsWith('}')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, prev, at, what } = value as { readonly [key: string]: unknown };
  return typeof seq === 'number' && typeof at === 'number' && typeof prev === 'string' && typeof what === 'string';
}

const TORN = 'torn line of';

export const tornWords = (torn: string): string => `${TORN} ${utf8(torn).length} bytes, ${sha256Hex(torn)}`;

/** What is wrong with a log, in words, by line; nothing where it holds. Torn lines that the next writer said are no fault. */
export function faultsOf(lines: readonly string[], publicKey: Uint8Array): readonly string[] {
  const faults: string[] = [];
  let tip = START;
  let torn: string | undefined;
  lines.forEach((line, i) => {
    const entry = parseLine(line);
    const say = (what: string): unknown => faults.push(`line ${i + 1}: ${what}`);
    if (entry === undefined) {
      if (torn !== undefined) say('two damaged lines one behind the other');
      torn = line;
      return;
    }
    if (!isSigned(line, publicKey)) say('its signature is not of this recorder');
    const start = i === 0 && entry.what === 'pruned';
    if (!start && (entry.prev !== tip.line || entry.seq !== tip.seq + 1)) say(`it does not follow entry ${tip.seq}`);
    const saidTorn = entry.what === 'gap' && entry.why.startsWith(TORN) ? entry.why : undefined;
    if (saidTorn !== undefined && torn === undefined) say('the damaged line it speaks of is gone');
    if (torn !== undefined && saidTorn !== tornWords(torn)) say('the damaged line before it was said by nobody');
    torn = undefined;
    tip = start ? { seq: entry.seq, line: entry.prev } : tipAfter(line, entry.seq);
  });
  if (torn !== undefined && lines.length > 0) faults.push(`line ${lines.length}: it is damaged, and nothing was written since`);
  return faults;
}

function isSigned(line: string, publicKey: Uint8Array): boolean {
  const at = line.lastIndexOf(SIGNATURE);
  const signature = at < 0 ? undefined : fromBase64(line.slice(at + SIGNATURE.length, -2));
  return signature !== undefined && verifyEd25519(publicKey, utf8(line.slice(0, at)), signature);
}
