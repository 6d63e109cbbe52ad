/** When rules and forbids hold. */
import type { Window } from './document.ts';
import { momentText } from './time.ts';
import type { Truth } from './truth.ts';

/** Outside its time a rule is silent; where the time is not known it may hold. */
export function inTime({ starts, until }: Window, at: number | null): Truth {
  if (starts === null && until === null) return true;
  if (at === null) return undefined;
  return (starts === null || at >= starts) && (until === null || at < until);
}

export const windowText = ({ starts, until }: Window): string =>
  [starts === null ? '' : `from ${momentText(starts)}`, until === null ? '' : `until ${momentText(until)}`].filter(Boolean).join(' ').replace(/^/, 'holds ');
