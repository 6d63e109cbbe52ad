/** Tables, keys and facts of the page: what every picture stands on, readable without it. */
import { html, type Markup, type Part } from './markup.ts';

export interface Column<T> {
  readonly head: string;
  readonly of: (row: T) => Part;
  /** Words are set left and may break; `code` is an id; figures are set right. */
  readonly as?: 'words' | 'code';
}

/** The first column names its row. Wide tables scroll by themselves and can be reached by keyboard. */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): Markup {
  const look = (c: Column<T>): string => (c.as === 'code' ? 'words code' : (c.as ?? ''));
  const cell = (c: Column<T>, i: number, row: T): Markup => (i === 0 ? html`<th scope="row" class="${look(c)}">${c.of(row)}</th>` : html`<td class="${look(c)}">${c.of(row)}</td>`);
  const head = columns.map((c) => html`<th scope="col" class="${look(c)}">${c.head}</th>`);
  return html`<div class="table${columns.length < 6 && columns.filter((c) => c.as !== undefined).length < 2 ? ' slim' : ''}" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows.map((row) => html`<tr>${columns.map((c, i) => cell(c, i, row))}</tr>`)}</tbody></table></div>`;
}

/** Closed, to be opened by whoever wants the figures. */
export const folded = (summary: string, content: Part): Markup => html`<details><summary>${summary}</summary>${content}</details>`;

export const legend = (entries: readonly { readonly name: string; readonly ink: string }[]): Markup =>
  html`<ul class="key">${entries.map((e) => html`<li><svg viewBox="0 0 11 11" aria-hidden="true"><rect class="${e.ink}" width="11" height="11" rx="2"/></svg>${e.name}</li>`)}</ul>`;

/** A figure and its unit stay on one line. */
export const unbroken = (text: string): string => text.replace(/(\d) (%|h)(?![\w])/g, '$1\u00a0$2');

export interface Fact {
  readonly name: string;
  readonly big: string;
  readonly small: string;
}

export const facts = (all: readonly Fact[]): Markup =>
  html`<dl class="facts">${all.map((f) => html`<div><dt>${f.name}</dt><dd class="big">${unbroken(f.big)}</dd><dd class="small">${unbroken(f.small)}</dd></div>`)}</dl>`;

/** `anchor`: of our own, never somebody's words. */
export const section = (anchor: string, heading: string, say: string, content: Part): Markup =>
  html`<section aria-labelledby="${anchor}"><h2 id="${anchor}">${heading}</h2><p class="say">${unbroken(say)}</p>${content}</section>`;
