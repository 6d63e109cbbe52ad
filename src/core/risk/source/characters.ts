/**
 * Characters that a reader does not see, or sees as something else. Everything here is by code point and linear: the text comes
 * from whoever wants to be misread.
 */

/** Direction controls (CVE-2021-42574). */
export const BIDI = /[\u202a-\u202e\u2066-\u2069]/u;
/** Tags, the variation supplement, Hangul fillers, invisible operators. */
export const PAYLOAD = /[\u{e0000}-\u{e007f}]|[\u{e0100}-\u{e01ef}]|\u115f|\u1160|\u3164|\uffa0|[\u2060-\u2064]/u;
/** Variation selectors behind one another choose no glyph: each is four bits of something else. */
const SELECTORS = /[\ufe00-\ufe0f]{2}/u;
export const ZERO_WIDTH = /[\u200b-\u200f]|\u061c|\u180e|\u00ad|\ufeff|[\ufe00-\ufe0f]/u;
/** C0 without tab, line ends and form feed; DEL; C1; separators of lines and paragraphs. */
const CONTROLS = '\\u0000-\\u0008\\u000b\\u000e-\\u001f\\u007f-\\u009f\\u2028\\u2029';
export const CONTROL = new RegExp(`[${CONTROLS}]`, 'u');

const UNSEEN = '\\u00a0\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\u{e0000}-\\u{e01ef}';
const HIDDEN = new RegExp(`[${CONTROLS}${UNSEEN}]`, 'u');
/** The same without code points, which is many times faster: surrogates of the tags are one of two. */
export const ANY_HIDDEN = new RegExp(`[${CONTROLS}${UNSEEN.replace('\\u{e0000}-\\u{e01ef}', '')}]|\\udb40[\\udc00-\\uddff]`);
const EVERY_HIDDEN = new RegExp(HIDDEN.source, 'gu');

/** The same text with what cannot be seen written out, as `\u{202E}`. */
export const visible = (text: string): string => (ANY_HIDDEN.test(text) ? text.replace(EVERY_HIDDEN, (c) => `\\u{${hex(c)}}`) : text);

/** `U+202E U+2066`: each once, in order. */
export const codes = (text: string, of: RegExp): string => [...new Set([...text].filter((c) => of.test(c)))].map((c) => `U+${hex(c)}`).join(' ');
const hex = (c: string): string => (c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

/** Flags of England, Scotland and Wales are written with tags; no other tag sequence is recommended for interchange (UTS 51). */
const FLAGS = /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu;
/** A joiner between pictures, and the selector that makes one colourful: a keycap has it too. */
const SKIN = '\\u{1f3fb}-\\u{1f3ff}';
const JOINED = new RegExp(`(?<=\\p{Extended_Pictographic}[\\ufe0f${SKIN}]?)\\u200d(?=\\p{Extended_Pictographic})`, 'gu');
const COLOURED = /(?<=\p{Extended_Pictographic}|\p{Emoji_Component})[\ufe0e\ufe0f](?![\ufe00-\ufe0f])/gu;
/** Scripts that join letters by rule: a joiner or non-joiner between two of them is spelling. */
const JOINING = [
  'Arabic',
  'Syriac',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Khmer',
  'Myanmar',
  'Mongolian',
]
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const SHAPED = new RegExp(`(?<=[${JOINING}])[\\u200c\\u200d\\u180e](?=[${JOINING}])`, 'gu');

/** Without the hidden characters that belong where they stand. */
export const withoutProper = (text: string): string => text.replace(FLAGS, '').replace(SHAPED, '').replace(JOINED, '').replace(COLOURED, '');

export const hasPayload = (text: string): boolean => PAYLOAD.test(text) || SELECTORS.test(text);

/** Every direction that is opened is closed again before the line ends, and none that was not opened. */
export function balanced(text: string): boolean {
  const open: ('embedding' | 'isolate')[] = [];
  for (const c of text) {
    if (/[\u202a\u202b\u202d\u202e]/u.test(c)) open.push('embedding');
    else if (/[\u2066-\u2068]/u.test(c)) open.push('isolate');
    else if (c === '\u202c' && open.pop() !== 'embedding') return false;
    else if (c === '\u2069' && open.pop() !== 'isolate') return false;
  }
  return open.length === 0;
}
