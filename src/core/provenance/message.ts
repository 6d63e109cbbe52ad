/**
 * Which lines of a commit message may carry a marker. The message is written by whoever may push: it may bury trailers
 * under a squash log, indent them, use CRLF or a literal backslash-n, or hide letters. All of that is read; what is
 * quoted, fenced or shown as an example is not.
 */
import { fold } from './fold.ts';

export interface MessageLine {
  /** 1-based line of the message. */
  readonly line: number;
  /** Folded (NFKC, no zero-width characters), outer white space and a list bullet removed. */
  readonly text: string;
  /** Key folded (`Assisted By` is `assisted-by`); absent where the line is not `Key: value`. */
  readonly trailer?: { readonly key: string; readonly value: string };
}

export interface Message {
  readonly subject: string;
  readonly lines: readonly MessageLine[];
  /** Caps that were hit, in words: what was cut may have held a marker. */
  readonly unread: readonly string[];
}

export const MAX_CHARS = 64 * 1024;
export const MAX_LINE = 2_000;
export const MAX_TRAILERS = 200;

interface Raw {
  readonly line: number;
  readonly text: string;
  readonly blank: boolean;
  readonly indented: boolean;
  readonly fence: boolean;
}

/**
 * @param wanted says of a line as it is written whether it can be of use; all are, where it is not given. The rest of the lines
 * still tell quotes from text.
 */
export function readMessage(message: string, wanted?: (line: string) => boolean): Message {
  const unread: string[] = [];
  const [first, ...body] = split(message, unread);
  const eligible = select(body.map(classify), wanted);
  const lines = eligible.filter((r) => wanted?.(r.text) !== false).map(toLine);
  // fewer lines than trailers may be are not counted
  const trailers = eligible.length > MAX_TRAILERS ? eligible.filter((r) => trailerOf(bare(r.text)) !== undefined) : [];
  if (trailers.length > MAX_TRAILERS) unread.push(`more than ${MAX_TRAILERS} trailers`);
  const last = trailers[MAX_TRAILERS - 1]?.line ?? Number.POSITIVE_INFINITY;
  return { subject: fold(first?.text ?? ''), lines: lines.filter((l) => l.trailer === undefined || l.line <= last), unread };
}

/** Physical lines, then the extra lines a literal `\n` makes (tools pass `-m 'a\n\nCo-authored-by: ...'`). */
function split(message: string, unread: string[]): readonly { line: number; text: string }[] {
  if (message.length > MAX_CHARS) unread.push(`a message of more than ${MAX_CHARS / 1024} KiB`);
  const out: { line: number; text: string }[] = [];
  for (const [i, whole] of message.slice(0, MAX_CHARS).split('\n').entries()) {
    if (whole.length > MAX_LINE) unread.push(`line ${i + 1} is longer than ${MAX_LINE} characters`);
    const text = whole.slice(0, MAX_LINE).replace(/\r$/, '');
    out.push({ line: i + 1, text });
    if (text.includes('\\n'))
      out.push(
        ...text
          .split('\\n')
          .slice(1)
          .map((extra) => ({ line: i + 1, text: extra })),
      );
  }
  return out;
}

const classify = ({ line, text }: { line: number; text: string }): Raw => ({
  line,
  text,
  blank: text === '' || text.trim() === '',
  indented: text.startsWith('    ') || text.startsWith('\t'),
  fence: /^\s{0,3}(?:```|~~~)/.test(text),
});

/** Rule 4: no quotes, fences or indented blocks, except a squash log, a message wholly so, and a tail of trailers. */
function select(raws: readonly Raw[], wanted: ((line: string) => boolean) | undefined): readonly Raw[] {
  // quotes only matter around lines that say something
  if (wanted !== undefined && raws.length <= MAX_TRAILERS && !raws.some((r) => !r.blank && wanted(r.text))) return [];
  const quoted = (r: Raw): boolean => r.blank || r.fence || /^\s*(?:>|[-*+]\s+\[ \])/.test(r.text);
  // most messages indent and fence nothing
  if (!raws.some((r) => r.fence || (r.indented && !r.blank))) return raws.filter((r) => !quoted(r));
  const open = fenced(raws);
  const wholly = whollyIndented(raws) || whollyFenced(raws);
  const example = examples(raws, open);
  const log = raws.some((r) => !r.blank && LOG.test(r.text));
  const tail = tailStart(raws);
  return raws.filter((r, i) => {
    if (quoted(r)) return false;
    if (wholly || (!r.indented && !open[i])) return true;
    if (log && r.indented && !open[i]) return true;
    return i >= tail && looksDeliberate(r.text) && example[i] !== true;
  });
}

/** A body that reads as the output of `git log`. */
const LOG = /^squashed commit of the following|^\s*commit [0-9a-f]{40,64}\s*$|^\s*Author: .*</i;

/** Inside a fence, by line. An unclosed fence counts to the end. */
function fenced(raws: readonly Raw[]): readonly boolean[] {
  let inside = false;
  return raws.map((r) => {
    if (r.fence) inside = !inside;
    return inside && !r.fence;
  });
}

const filled = (raws: readonly Raw[]): readonly Raw[] => raws.filter((r) => !r.blank);

function whollyIndented(raws: readonly Raw[]): boolean {
  const body = filled(raws);
  return body.length > 0 && body.every((r) => r.indented);
}

function whollyFenced(raws: readonly Raw[]): boolean {
  const body = filled(raws);
  return body.length > 2 && body[0]?.fence === true && body.at(-1)?.fence === true && body.filter((r) => r.fence).length === 2;
}

/** Index of the first line of the last three paragraphs. */
function tailStart(raws: readonly Raw[]): number {
  let seen = 0;
  let within = false;
  for (let i = raws.length - 1; i >= 0; i--) {
    const blank = raws[i]?.blank === true;
    if (!blank && !within && ++seen > 3) return i + 1;
    within = !blank;
  }
  return 0;
}

const looksDeliberate = (text: string): boolean =>
  trailerOf(fold(text)) !== undefined || /^\W{0,14}(?:generated|made|created|written|co-?authored|implemented|built|coded|developed)\s+(?:with|by|using|via)\b/i.test(text);

/**
 * Which blocks hang under a line ending in `:`: somebody shows what a trailer looks like. One walk for the whole message,
 * for whoever writes it decides how many lines there are. A fence that is never closed shows nothing.
 */
export function examples(raws: readonly Raw[], open: readonly boolean[]): readonly boolean[] {
  const lastFence = raws.findLastIndex((r) => r.fence);
  // the last filled line, and the last one outside an indented block
  let [line, above] = ['', ''];
  let shown = false;
  return raws.map((r, i) => {
    if (r.fence && open[i + 1] === true) shown = endsInColon(line);
    if (!r.blank) line = r.text;
    if (!r.blank && !r.indented) above = r.text;
    return open[i] === true ? shown && i < lastFence : endsInColon(above);
  });
}

const endsInColon = (text: string): boolean => text.trimEnd().endsWith(':');

const bare = (text: string): string => fold(text).replace(/^[*+-]\s+/, '');

function toLine(r: Raw): MessageLine {
  const text = bare(r.text);
  const trailer = trailerOf(text);
  return { line: r.line, text, ...(trailer === undefined ? {} : { trailer }) };
}

function trailerOf(text: string): { key: string; value: string } | undefined {
  const m = /^(?:[*+-]\s+)?([A-Za-z][A-Za-z0-9 _-]{0,40}):\s*(\S.*)$/.exec(text);
  if (m?.[1] === undefined || m[2] === undefined) return undefined;
  return { key: m[1].trim().toLowerCase().replace(/[ _]+/g, '-'), value: m[2].trim() };
}
