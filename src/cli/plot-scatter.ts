/** Rules by what they catch and what they hold that hurts nobody; the area of a circle is what the rule costs. */
import { html, type Markup, type Part } from './markup.ts';
import { picture, px, ticks } from './plot-scale.ts';
import { number, percent } from './simulate-words.ts';

export interface Spot {
  readonly name: string;
  /** 0 to 1. */
  readonly friction: number;
  readonly catches: number;
  readonly hours: number;
}

const HEIGHT = 270;
const LEFT = 38;
const BOTTOM = 40;
const TOP = 24;
const LARGEST = 17;

export function scatterPlot(words: { readonly name: string; readonly description: string }, spots: readonly Spot[], width: number, key: string): Markup {
  const least = Math.floor(Math.min(0.9, ...spots.map((s) => s.friction)) * 10) / 10;
  const marks = ticks(Math.max(1, ...spots.map((s) => s.catches)));
  const right = width - 20;
  const x = (share: number): number => LEFT + 14 + ((share - least) / (1 - least || 1)) * (right - LEFT - 14);
  const y = (n: number): number => TOP + (1 - n / (marks.at(-1) || 1)) * (HEIGHT - TOP - BOTTOM);
  const most = Math.max(...spots.map((s) => s.hours), 1e-9);
  const placed = spots.map((spot): Placed => ({ spot, x: x(spot.friction), y: y(spot.catches), r: 3 + (LARGEST - 3) * Math.sqrt(spot.hours / most) }));
  const shares = [least, (least + 1) / 2, 1];
  return picture(key, { width, height: HEIGHT }, words, [
    marks.map(
      (m) => html`<line class="grid" x1="${LEFT}" x2="${width}" y1="${px(y(m))}" y2="${px(y(m))}"/><text class="axis end" x="${LEFT - 6}" y="${px(y(m) + 4)}">${number(m)}</text>`,
    ),
    shares.map((s, i) => html`<text class="axis ${i === 2 ? 'end' : 'middle'}" x="${px(i === 2 ? width : x(s))}" y="${HEIGHT - 22}">${`${Math.round(s * 100)} %`}</text>`),
    html`<text class="axis" x="0" y="11">catches</text><text class="axis end" x="${width}" y="${HEIGHT - 5}">held, and hurt nobody afterwards</text>`,
    placed.map(circle),
    labels(placed, width),
  ]);
}

interface Placed {
  readonly spot: Spot;
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

const circle = ({ spot, x, y, r }: Placed): Part =>
  html`<circle class="spot" cx="${px(x)}" cy="${px(y)}" r="${px(r)}"><title>${`${spot.name}: ${number(spot.catches)} caught, ${percent(spot.friction)} friction, ${number(spot.hours)} h`}</title></circle>`;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** The costly first; a name that would lie on another is left to the table below. */
function labels(placed: readonly Placed[], width: number): readonly Part[] {
  const taken: Box[] = [];
  return [...placed]
    .sort((a, b) => b.spot.hours - a.spot.hours)
    .flatMap(({ spot, x, y, r }) => {
      const long = [...spot.name].length * 6.6;
      const fitsRight = x + r + 5 + long < width;
      const box = fitsRight ? { left: x + r + 5, right: x + r + 5 + long, y } : { left: x - r - 5 - long, right: x - r - 5, y };
      if (box.left < LEFT || taken.some((t) => Math.abs(t.y - y) < 14 && t.left < box.right && box.left < t.right)) return [];
      taken.push(box);
      return [html`<text class="name ${fitsRight ? '' : 'end'}" x="${px(fitsRight ? box.left : box.right)}" y="${px(y + 4)}">${spot.name}</text>`];
    });
}
