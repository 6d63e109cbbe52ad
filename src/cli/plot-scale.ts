/** Axes: round numbers to mark, months to name. */
import { html, type Markup, type Part } from './markup.ts';

/** Marks from 0 to at least `most`, by 1, 2 or 5 of a power of ten; of nothing, 0 and 1. */
export function ticks(most: number, about = 4): readonly number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((n) => n * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => i * step);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Every so many months a mark: what divides a year, so that marks stand at the same months of every year. */
const STRIDES = [1, 2, 3, 4, 6, 12, 24, 60, 120, 240];
const WEEKS_OF_MONTH = 365.25 / 12 / 7;

/**
 * Months to write under weeks: the year with the first mark, and wherever a year begins.
 * @param weeks Mondays, `2026-01-05`, ascending. @param apart of two marks, in columns. @param each weeks in a column.
 */
export function monthMarks(weeks: readonly string[], apart: number, each: number): readonly { readonly index: number; readonly text: string }[] {
  const stride = STRIDES.find((months) => (months * WEEKS_OF_MONTH) / each >= apart) ?? 240;
  const begins = weeks.flatMap((week, i) => {
    const before = weeks[i - 1];
    const passed = before === undefined || Math.floor(monthsOf(week) / stride) > Math.floor(monthsOf(before) / stride);
    return passed && (i === 0 || i + apart * 0.8 <= weeks.length + 0.5) ? [i] : [];
  });
  // The window begins wherever it does: its first month gives way to a mark that stands too close.
  const [first = 0, second = Number.POSITIVE_INFINITY] = begins;
  let shown = '';
  return (second - first < apart * 0.8 ? begins.slice(1) : begins).map((index) => {
    const [year = '', month = ''] = (weeks[index] ?? '').split('-');
    const named = MONTHS[Number(month) - 1] ?? month;
    const text = stride >= 12 ? year : shown === year ? named : `${named} ${year}`;
    shown = year;
    return { index, text };
  });
}

const monthsOf = (week: string): number => Number(week.slice(0, 4)) * 12 + Number(week.slice(5, 7)) - 1;

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
