/**
 * Markup that cannot be broken by what is put into it. Every value in a template is escaped, and its control characters are
 * spelled out, unless it is markup itself: titles, paths and names in a report are chosen by whoever commits.
 */
import { visible } from './terminal.ts';

/** Made only here, so that text is never taken for markup. */
class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

export type { Markup };

export type Part = Markup | string | number | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

const textOf = (part: Part): string => {
  if (part instanceof Markup) return part.toString();
  return typeof part === 'string' || typeof part === 'number' ? escaped(String(part)) : part.map(textOf).join('');
};

/** The template's own text is markup; what is put into it is text. Attributes are written in double quotes. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(strings.map((string, i) => `${string}${i < parts.length ? textOf(parts[i] ?? '') : ''}`).join(''));

/** A style sheet of ours, and its digest for the page's policy: nothing of anybody else's may be in it. */
export const styleOf = (css: string): Markup => new Markup(`<style>${css}</style>`);
