/** Versions and the ranges that npm's tools write. What is not understood answers undefined: nothing follows from it. */

export type Version = readonly [major: number, minor: number, patch: number];

/** `1.2.3-beta+x` is 1.2.3; `v1.2` is 1.2.0. */
export function versionOf(text: string): Version | undefined {
  const found = /^[^\d]{0,3}(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?/.exec(text.trim());
  return found === null ? undefined : [Number(found[1]), Number(found[2] ?? 0), Number(found[3] ?? 0)];
}

export const compareVersions = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

/** Ranges joined by `||` and spaces, of `^ ~ >= > <= < =` and x. undefined: not known. */
export function within(range: string, version: string): boolean | undefined {
  const v = versionOf(version);
  if (v === undefined || /[:/@]|\s-\s/.test(range) || range.length > 200) return undefined;
  const answers = range.split('||').map((part) => all(part.trim().split(/\s+/), v));
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
}

function all(comparators: readonly string[], v: Version): boolean | undefined {
  const answers = comparators.map((c) => one(c, v));
  return answers.includes(undefined) ? undefined : !answers.includes(false);
}

function one(comparator: string, v: Version): boolean | undefined {
  if (comparator === '' || comparator === '*' || comparator === 'x' || comparator === 'latest') return comparator === 'latest' ? undefined : true;
  const found = /^(\^|~|>=|>|<=|<|=|v)?(\d{1,9})(?:\.(\d{1,9}|[x*]))?(?:\.(\d{1,9}|[x*]))?(?:[-+][\w.+-]*)?$/.exec(comparator);
  if (found === null) return undefined;
  const [, sign = '', major = '0', minor, patch] = found;
  const open = (part: string | undefined): boolean => part === undefined || part === 'x' || part === '*';
  const low: Version = [Number(major), open(minor) ? 0 : Number(minor), open(patch) ? 0 : Number(patch)];
  const order = compareVersions(v, low);
  if (sign === '>=') return order >= 0;
  if (sign === '>') return order > 0;
  if (sign === '<=') return order <= 0;
  if (sign === '<') return order < 0;
  if (order < 0) return false;
  if (sign === '^') return low[0] > 0 || open(minor) ? v[0] === low[0] : v[0] === 0 && v[1] === low[1] && (low[1] > 0 || open(patch) || v[2] === low[2]);
  if (sign === '~') return v[0] === low[0] && (open(minor) || v[1] === low[1]);
  return v[0] === low[0] && (open(minor) || v[1] === low[1]) && (open(patch) || v[2] === low[2]);
}
