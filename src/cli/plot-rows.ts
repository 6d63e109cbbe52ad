/** Plots of rows: shares of a whole, figures with their intervals, load against a limit. */
import { html, type Markup, type Part } from './markup.ts';
import { picture, px, ticks } from './plot-scale.ts';
import { number } from './simulate-words.ts';

interface Words {
  readonly name: string;
  readonly description: string;
}

const ROW = 30;
const AXIS = 22;
const AFTER = 6;

/** How much room names take: a third of a narrow picture, less of a wide one. */
const namesOf = (width: number): number => Math.min(150, width * 0.34);

/** About how many characters of 12 units fit. */
const shortened = (text: string, room: number): string => {
  const characters = [...text];
  const most = Math.max(4, Math.floor(room / 6.6));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
};

const label = (text: string, row: number, room: number): Part => html`<text class="name" x="0" y="${px(row * ROW + 19)}">${shortened(text, room - 8)}<title>${text}</title></text>`;

export interface ShareRow {
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly ink: string; readonly value: number }[];
  readonly after: string;
}

/** Each row is a whole of its own, split in parts. */
export function sharePlot(words: Words, rows: readonly ShareRow[], width: number, key: string): Markup {
  const left = namesOf(width) * 0.6;
  const room = width - left - 96;
  const bars = rows.map((row, i) => {
    const whole = row.parts.reduce((n, p) => n + p.value, 0);
    let x = left;
    const parts = row.parts.map((p) => {
      const wide = whole === 0 ? 0 : (p.value / whole) * room;
      const rect = html`<rect class="${p.ink}" x="${px(x)}" y="${px(i * ROW + 7)}" width="${px(wide)}" height="16"><title>${`${row.name}: ${p.name} ${number(p.value)}`}</title></rect>`;
      x += wide;
      return p.value === 0 ? '' : rect;
    });
    return html`<g>${label(row.name, i, left)}<rect class="empty" x="${px(left)}" y="${px(i * ROW + 7)}" width="${px(room)}" height="16"/>${parts}<text class="axis end" x="${width}" y="${px(i * ROW + 19)}">${row.after}</text></g>`;
  });
  return picture(key, { width, height: rows.length * ROW + AFTER }, words, bars);
}

export interface DotRow {
  readonly name: string;
  readonly ink: string;
  readonly value: number;
  readonly interval: readonly [number, number] | null;
}

/** A dot for each figure, a line for what chance would make of it. */
export function dotPlot(words: Words, rows: readonly DotRow[], most: number, width: number, key: string): Markup {
  const left = namesOf(width);
  const marks = ticks(most, width > 500 ? 6 : 3);
  const x = (value: number): number => left + 6 + (value / (marks.at(-1) || 1)) * (width - left - 30);
  const height = rows.length * ROW + AXIS;
  const drawn = rows.map((row, i) => {
    const y = px(i * ROW + 15);
    const line = row.interval === null ? '' : html`<line class="span ${row.ink}" x1="${px(x(row.interval[0]))}" x2="${px(x(row.interval[1]))}" y1="${y}" y2="${y}"/>`;
    return html`<g>${label(row.name, i, left)}${line}<circle class="${row.ink}" cx="${px(x(row.value))}" cy="${y}" r="5.5"><title>${`${row.name}: ${number(row.value)}`}</title></circle></g>`;
  });
  return picture(key, { width, height }, words, [axis(marks, x, height), drawn]);
}

const axis = (marks: readonly number[], x: (value: number) => number, height: number, unit = ''): Part =>
  marks.map(
    (mark) =>
      html`<line class="grid" x1="${px(x(mark))}" x2="${px(x(mark))}" y1="0" y2="${height - AXIS}"/><text class="axis middle" x="${px(x(mark))}" y="${height - 6}">${number(mark)}${unit}</text>`,
  );

export interface LoadRow {
  readonly name: string;
  readonly mean: number;
  readonly worst: number;
}

/** Bars of a mean week, a mark at the worst one, a line at the limit. */
export function loadPlot(words: Words, rows: readonly LoadRow[], limit: number, width: number, key: string): Markup {
  const left = namesOf(width);
  const marks = ticks(Math.max(limit, ...rows.map((r) => r.worst)), width > 500 ? 6 : 3);
  const x = (value: number): number => left + 2 + (value / (marks.at(-1) || 1)) * (width - left - 24);
  const height = rows.length * ROW + AXIS;
  const drawn = rows.map((row, i) => {
    const top = i * ROW + 7;
    const ink = row.worst > limit ? 'over' : 'lead';
    return html`<g><title>${`${row.name}: ${number(row.mean)} h in a mean week, ${number(row.worst)} h in the worst`}</title>${label(row.name, i, left)}<line class="reach ${ink}" x1="${px(x(0))}" x2="${px(x(row.worst))}" y1="${px(top + 8)}" y2="${px(top + 8)}"/><rect class="${ink}" x="${px(x(0))}" y="${px(top)}" width="${px(Math.max(1, x(row.mean) - x(0)))}" height="16"/><line class="tip ${ink}" x1="${px(x(row.worst))}" x2="${px(x(row.worst))}" y1="${px(top + 2)}" y2="${px(top + 14)}"/></g>`;
  });
  const line = html`<line class="limit" x1="${px(x(limit))}" x2="${px(x(limit))}" y1="0" y2="${height - AXIS}"/>`;
  return picture(key, { width, height }, words, [axis(marks, x, height), drawn, line]);
}
