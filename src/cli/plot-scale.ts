/** Axes: round numbers to mark, months to name. */
import { html, type Markup, type Part } from './markup.ts';

/** Marks from 0 to at least `most`, by 1, 2 or 5 of a power of ten; of nothing, 0 and 1. */
export function ticks(most: number, about = 4): readonly number[] {
  const rough = Math.max(most, 1e-6) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((n) => n * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => i * step);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Months to write under weeks, no two closer than `apart` columns. @param weeks Mondays, `2026-01-05`, ascending. */
export function monthMarks(weeks: readonly string[], apart: number): readonly { readonly index: number; readonly text: string }[] {
  const marks: { index: number; text: string }[] = [];
  for (const [index, week] of weeks.entries()) {
    const last = marks.at(-1);
    if (index > 0 && week.slice(0, 7) === weeks[index - 1]?.slice(0, 7)) continue;
    if (last !== undefined && index - last.index < apart) continue;
    const [year = '', month = ''] = week.split('-');
    const named = MONTHS[Number(month) - 1] ?? month;
    const sameYear = last !== undefined && weeks[last.index]?.startsWith(`${year}-`) === true;
    marks.push({ index, text: sameYear ? named : `${named} ${year}` });
  }
  return marks;
}

/** To two decimals: a drawing needs no more. */
export const px = (n: number): string => (Math.round(n * 100) / 100).toString();

/** A picture with a name and a description for whoever does not see it. `key`: unique in the page. */
export const picture = (
  key: string,
  size: { readonly width: number; readonly height: number },
  words: { readonly name: string; readonly description: string },
  content: Part,
): Markup =>
  html`<svg viewBox="0 0 ${px(size.width)} ${px(size.height)}" role="img" aria-labelledby="${key}-t ${key}-d"><title id="${key}-t">${words.name}</title><desc id="${key}-d">${words.description}</desc>${content}</svg>`;

/** Drawn twice, for wide and for narrow pages, since text in a picture shrinks with it; one of them is shown. */
export const forWidths = (key: string, draw: (width: number, key: string) => Markup): Markup =>
  html`<div class="wide">${draw(760, `${key}w`)}</div><div class="narrow">${draw(360, `${key}n`)}</div>`;
