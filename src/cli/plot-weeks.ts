/** Bars by week, one series stacked on another. */
import { html, type Markup, type Part } from './markup.ts';
import { monthMarks, picture, px, ticks } from './plot-scale.ts';
import { number } from './simulate-words.ts';
import { gathered } from './spark.ts';

export interface Series {
  readonly name: string;
  /** Class of its colour. */
  readonly ink: string;
  readonly values: readonly number[];
}

export interface WeekPlot {
  readonly name: string;
  readonly description: string;
  /** Mondays. */
  readonly weeks: readonly string[];
  /** The first stands at the bottom. */
  readonly series: readonly Series[];
  /** Of one value, for the words under the pointer: ` h`. */
  readonly unit: string;
}

const HEIGHT = 190;
const LEFT = 38;
const TOP = 10;
const BOTTOM = 22;
/** A bar and its gap are no narrower than this; more weeks than that are put together by their mean. */
const NARROWEST = 4;

export function weekPlot(plot: WeekPlot, width: number, key: string): Markup {
  const room = width - LEFT - 4;
  const together = Math.max(1, Math.ceil((plot.weeks.length * NARROWEST) / room));
  const columns = Math.ceil(plot.weeks.length / together);
  const weeks = plot.weeks.filter((_, i) => i % together === 0);
  const series = plot.series.map((s) => ({ ...s, values: columns === plot.weeks.length ? s.values : gathered(s.values, columns) }));
  const tops = Array.from({ length: columns }, (_, i) => series.reduce((n, s) => n + (s.values[i] ?? 0), 0));
  const marks = ticks(Math.max(0, ...tops));
  const most = marks.at(-1) ?? 1;
  const y = (value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / (most === 0 ? 1 : most));
  const step = room / Math.max(columns, 1);
  const scale: Scale = { y, x: (i) => LEFT + i * step, step, bar: Math.min(Math.max(1, step - (step > 8 ? 3 : 1)), 34) };
  return picture(key, { width, height: HEIGHT }, plot, [
    marks.map(
      (mark) =>
        html`<line class="grid" x1="${LEFT}" x2="${width}" y1="${px(y(mark))}" y2="${px(y(mark))}"/><text class="axis end" x="${LEFT - 6}" y="${px(y(mark) + 4)}">${number(mark)}</text>`,
    ),
    monthMarks(weeks, 58 / step, together).map((m) => html`<text class="axis" x="${px(scale.x(m.index))}" y="${HEIGHT - 5}">${m.text}</text>`),
    weeks.map((week, i) => column(week, i, series, scale, plot.unit)),
  ]);
}

interface Scale {
  readonly x: (i: number) => number;
  readonly y: (value: number) => number;
  readonly step: number;
  readonly bar: number;
}

function column(week: string, i: number, series: readonly Series[], { x, y, bar }: Scale, unit: string): Part {
  let base = 0;
  const parts = series.map((s) => {
    const value = s.values[i] ?? 0;
    const [bottom, top] = [y(base), y(base + value)];
    base += value;
    return value <= 0 ? '' : html`<rect class="${s.ink}" x="${px(x(i))}" width="${px(bar)}" y="${px(top)}" height="${px(Math.max(bottom - top, 0.5))}"/>`;
  });
  const said = series.filter((s) => (s.values[i] ?? 0) > 0).map((s) => `${s.name} ${number(s.values[i] ?? 0)}${unit}`);
  return base === 0 ? '' : html`<g><title>${`week of ${week}: ${said.join(', ')}`}</title>${parts}</g>`;
}
