/** Conditions of statements: whether one set lets through no less than another. What is not understood must be equal. */
import { covers } from './pattern.ts';
import type { Condition } from './statement.ts';

/** Whatever passes `inner` passes `outer`: each condition of `outer` is one that `inner` asks at least as strictly. */
export const conditionsCover = (outer: readonly Condition[], inner: readonly Condition[]): boolean =>
  outer.length <= MOST && inner.length <= MOST && outer.every((o) => inner.some((i) => i.key === o.key && asStrict(i, o)));

/** More than anybody writes in one statement. */
const MOST = 64;

interface Operator {
  readonly quantifier: string;
  readonly name: string;
  readonly ifExists: boolean;
}

function operator(text: string): Operator {
  const [quantifier, rest] = text.includes(':') ? [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)] : ['', text];
  return { quantifier, name: rest.replace(/ifexists$/, ''), ifExists: rest.endsWith('ifexists') };
}

function asStrict(inner: Condition, outer: Condition): boolean {
  const [i, o] = [operator(inner.operator), operator(outer.operator)];
  // where the key is absent, "if it exists" lets through, and so does "all of none"
  if (i.quantifier !== o.quantifier || (i.ifExists && !o.ifExists)) return false;
  if (i.name !== o.name && !(i.name === o.name.replace('like', 'equals') && /^(?:string|arn)like$/.test(o.name))) return false;
  if (/not/.test(o.name)) return outer.values.every((v) => inner.values.some((w) => covers(w, v)));
  if (/(?:less|greater)than/.test(o.name)) return bounds(o.name, inner.values, outer.values);
  const among = o.name === 'ipaddress' ? within : /like$|^arnequals$/.test(o.name) ? covers : (a: string, b: string): boolean => a === b;
  return inner.values.every((v) => outer.values.some((w) => among(w, v)));
}

function bounds(name: string, inner: readonly string[], outer: readonly string[]): boolean {
  const value = (values: readonly string[]): number => (values.length !== 1 ? Number.NaN : /^date/.test(name) ? Date.parse(values[0] ?? '') : Number(values[0]));
  const [i, o] = [value(inner), value(outer)];
  return Number.isNaN(i) || Number.isNaN(o) ? inner.join() === outer.join() : /less/.test(name) ? i <= o : i >= o;
}

/** Of IPv4; other ranges only equal themselves. */
function within(range: string, part: string): boolean {
  if (range === part || /^0\.0\.0\.0\/0$/.test(range)) return true;
  const [r, p] = [cidr(range), cidr(part)];
  return r !== undefined && p !== undefined && r.bits <= p.bits && r.address >> BigInt(32 - r.bits) === p.address >> BigInt(32 - r.bits);
}

function cidr(text: string): { readonly address: bigint; readonly bits: number } | undefined {
  const [, a, b, c, d, bits] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  if (d === undefined) return undefined;
  const address = [a, b, c, d].reduce((sum, n) => sum * 256n + BigInt(n ?? 0), 0n);
  return { address, bits: Math.min(32, Number(bits ?? 32)) };
}
