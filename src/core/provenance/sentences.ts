/**
 * A message as sentences. People wrap lines where it suits the margin, so what they say of a change starts in one line and ends
 * in the next: marks of prose are looked for in sentences, and a label (`AI disclosure:`) speaks for the paragraph behind it.
 */
export interface Paragraph {
  /** 1-based line of the message it starts at. */
  readonly line: number;
  /** Its lines joined by spaces, marks of emphasis, headings and quotes at their beginnings removed. */
  readonly text: string;
  /** It is a heading or a bare label: what follows belongs to it. */
  readonly heading: boolean;
  /** Somebody is quoted, perhaps themselves. */
  readonly quoted: boolean;
}

/** More are not read: whoever writes a message decides how many there are. */
const MOST = 400;
const LONGEST = 4_000;

/** Begins a paragraph of its own, blank line or none: a list item, a heading, a quote, a label in bold. */
const STARTS = /^\s{0,12}(?:[*+-]\s|#{1,6}\s|\d{1,3}[.)]\s|>|\*\*|__|<)/;
const DECORATION = /^(?:[\s>#*_+~`|-]|<\/?\w{1,10}>){1,24}/;

/** @param lines of the body, as they may carry a mark (quotes and fences already taken out or not, as the caller decides). */
export function paragraphsOf(lines: readonly { readonly line: number; readonly text: string }[]): readonly Paragraph[] {
  const out: Paragraph[] = [];
  let held: string[] = [];
  let from = 0;
  let at = 0;
  const close = (): void => {
    if (held.length > 0 && out.length < MOST) out.push(paragraph(from, held));
    held = [];
  };
  for (const { line, text } of lines) {
    if (text.trim() === '' || STARTS.test(text) || line > at + 1) close();
    at = line;
    if (text.trim() === '') continue;
    if (held.length === 0) from = line;
    held.push(text.trim());
    if (/^#{1,6}\s/.test(text.trim())) close();
  }
  close();
  return out;
}

function paragraph(line: number, held: readonly string[]): Paragraph {
  const raw = held.join(' ').slice(0, LONGEST);
  const text = raw.replace(DECORATION, '').trim();
  return { line, text, quoted: raw.startsWith('>'), heading: held.length === 1 && (raw.startsWith('#') || text.endsWith(':')) };
}

/** Cut behind a full stop, a question or an exclamation mark and a space: a version number and an address are no end. */
export function sentencesOf(text: string): readonly string[] {
  const out: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length - 1; i++) {
    const end = text[i] === '.' || text[i] === '!' || text[i] === '?';
    if (!end || text[i + 1] !== ' ') continue;
    out.push(text.slice(from, i + 1).trim());
    from = i + 1;
  }
  return [...out, text.slice(from).trim()].filter((s) => s !== '');
}
