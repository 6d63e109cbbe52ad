/** Values with units: `30s`, `512Mi`, `5 %`, `PT1M`, or a number whose key says its unit. */

export interface Quantity {
  /** Milliseconds, bytes, percent, or as it is. */
  readonly amount: number;
  readonly kind: 'time' | 'size' | 'percent' | 'plain';
}

const MS: { readonly [unit: string]: number } = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  msec: 1,
  millis: 1,
  milliseconds: 1,
  s: 1e3,
  sec: 1e3,
  secs: 1e3,
  second: 1e3,
  seconds: 1e3,
  m: 6e4,
  min: 6e4,
  mins: 6e4,
  minute: 6e4,
  minutes: 6e4,
  h: 36e5,
  hr: 36e5,
  hour: 36e5,
  hours: 36e5,
  d: 864e5,
  day: 864e5,
  days: 864e5,
  w: 6048e5,
  week: 6048e5,
  weeks: 6048e5,
  months: 2592e6,
  y: 31536e6,
  years: 31536e6,
};
const BYTES: { readonly [unit: string]: number } = {
  b: 1,
  bytes: 1,
  k: 1e3,
  kb: 1e3,
  ki: 1024,
  kib: 1024,
  mb: 1e6,
  mi: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gi: 1024 ** 3,
  gib: 1024 ** 3,
  t: 1e12,
  tb: 1e12,
  ti: 1024 ** 4,
  tib: 1024 ** 4,
};

/** @param words of the key: they say the unit of a bare number, and what an `m` is. */
export function quantityOf(value: string | number | boolean | null | undefined, words: readonly string[]): Quantity | undefined {
  if (typeof value === 'number') return bare(value, words);
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const text = value.trim().toLowerCase();
  const one = /^(-?\d{1,15}(?:\.\d{1,9})?)\s*([a-z%]{0,12})$/.exec(text);
  if (one !== null) return unit(Number(one[1]), one[2] ?? '', words);
  const parts = [...text.replace(/^pt?/, '').matchAll(/(\d{1,12}(?:\.\d{1,6})?)(ms|us|ns|[smhdw])/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join('') !== text.replace(/^pt?|\s/g, '')) return undefined;
  return { kind: 'time', amount: parts.reduce((sum, [, n, u]) => sum + Number(n) * (MS[u ?? ''] ?? 0), 0) };
}

function unit(amount: number, name: string, words: readonly string[]): Quantity | undefined {
  if (name === '') return bare(amount, words);
  if (name === '%') return { amount, kind: 'percent' };
  // a minute for a timeout, a megabyte for memory
  const sized = words.some((w) => /^(?:memory|mem|heap|size|disk|storage|body|buffer|bytes)$/.test(w));
  if (name === 'm' && sized) return { amount: amount * 1e6, kind: 'size' };
  const time = MS[name];
  if (time !== undefined) return { amount: amount * time, kind: 'time' };
  const size = BYTES[name];
  return size === undefined ? undefined : { amount: amount * size, kind: 'size' };
}

const BY_WORD: { readonly [word: string]: number } = {
  ms: 1,
  millis: 1,
  milliseconds: 1,
  sec: 1e3,
  secs: 1e3,
  seconds: 1e3,
  second: 1e3,
  minutes: 6e4,
  mins: 6e4,
  hours: 36e5,
  days: 864e5,
};

function bare(amount: number, words: readonly string[]): Quantity {
  const time = words.map((w) => BY_WORD[w]).find((u) => u !== undefined);
  return time === undefined ? { amount, kind: 'plain' } : { amount: amount * time, kind: 'time' };
}

/** head / base of two amounts of a kind; undefined where they do not compare. */
export function ratio(was: Quantity | undefined, is: Quantity | undefined): number | undefined {
  return was === undefined || is === undefined || was.kind !== is.kind || was.amount <= 0 || is.amount < 0 ? undefined : is.amount / was.amount;
}

/** Whatever a key limits, these take the limit away. */
export const isEndless = (value: string | number | boolean | null | undefined): boolean =>
  value === -1 ||
  value === null ||
  value === false ||
  (typeof value === 'string' && /^(?:-1|unlimited|infinit[ey]|inf|none|never|no|off|disabled?|unbounded|max)$/i.test(value.trim()));
