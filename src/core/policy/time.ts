/** Times in policy files: dates, moments and lengths of time, as people write them. */
import * as z from 'zod';

const UNITS: { readonly [unit: string]: number } = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const LENGTH = /^([1-9][0-9]{0,4})(m|h|d|w)$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/;

/** `90m`, `4h`, `14d`, `2w` to milliseconds. */
export const length = z
  .string()
  .regex(LENGTH, 'must be a length of time such as 90m, 4h, 14d or 2w')
  .transform((text) => {
    const [, count = '0', unit = ''] = LENGTH.exec(text) ?? [];
    return Number(count) * (UNITS[unit] ?? 0);
  });

/** The same of a command line: undefined where it is no length of time. */
export const lengthOf = (text: string): number | undefined => length.safeParse(text).data;

/** `2027-01-31` (its first moment, UTC) or `2027-01-31T18:00Z` to milliseconds since 1970. A day no calendar has is refused. */
export const moment = z
  .string()
  .superRefine((text, context) => {
    if (momentOf(text) === undefined) context.addIssue({ code: 'custom', message: 'must be a date such as 2027-01-31, or a moment in UTC such as 2027-01-31T18:00Z' });
  })
  .transform((text) => momentOf(text) ?? 0);

function momentOf(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const at = Date.parse(text);
  // 2027-02-30 is read as 2 March by some parsers: what comes back must say the same day.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 10)) ? undefined : at;
}

/** `4h`, `14d`: the shortest way to say a length that `length` reads. */
export function lengthText(ms: number): string {
  const [unit = 'm', size = 60_000] = Object.entries(UNITS).findLast(([, u]) => ms % u === 0 && ms >= u) ?? [];
  return `${Math.round(ms / size)}${unit}`;
}

/** `2027-01-31`, or with the time of day where it is not midnight. */
export const momentText = (at: number): string =>
  new Date(at)
    .toISOString()
    .replace(/T00:00:00\.000Z$/, '')
    .replace(/:00\.000Z$/, 'Z');
