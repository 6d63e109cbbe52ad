/**
 * NET109: names, in every format that is read: zone files, Terraform, DNSEndpoint, octoDNS. Each becomes records of a name and a
 * type, so that what is said does not depend on who wrote them down. Beside what a file says, resolvers keep the old answer for
 * as long as its time to live, and the way back takes that long too.
 */
import type { Finding, Place } from '../risk.ts';
import { NET109 } from './rules.ts';

export interface DnsRecord {
  /** Zone or folder: the same name in two of them is two names. */
  readonly scope: string;
  readonly name: string;
  readonly type: string;
  readonly values: readonly string[];
  /** Seconds; undefined where it is not said. */
  readonly ttl: number | undefined;
  readonly path: string;
  readonly line: number;
}

/** Loss of one of these loses more than a name: a zone below, mail, or who may sign. */
const LOAD_BEARING = /^(?:NS|DS|MX|CAA|SOA|DNSKEY)$/;

export function compared(base: readonly DnsRecord[], head: readonly DnsRecord[]): readonly Finding[] {
  const [was, is] = [grouped(base), grouped(head)];
  const types = new Map<string, Set<string>>();
  for (const r of is.values()) types.set(nameKey(r), (types.get(nameKey(r)) ?? new Set()).add(r.type));
  return [...was].flatMap(([key, before]) => {
    const after = is.get(key);
    return after === undefined ? recordGone(before, types.get(nameKey(before))) : changed(before, after);
  });
}

const nameKey = (r: DnsRecord): string => `${r.scope}\0${r.name}`;

/** One entry a name and type, with all of its values. */
function grouped(records: readonly DnsRecord[]): ReadonlyMap<string, DnsRecord> {
  const out = new Map<string, { record: DnsRecord; values: string[] }>();
  for (const r of records) {
    const key = `${nameKey(r)}\0${r.type}`;
    const known = out.get(key);
    if (known === undefined) out.set(key, { record: r, values: [...r.values] });
    else known.values.push(...r.values);
  }
  return new Map([...out].map(([key, { record, values }]) => [key, { ...record, values: [...new Set(values)].sort() }]));
}

const place = (r: DnsRecord, side: 'base' | 'head'): Place => ({ path: r.path, side, line: r.line, object: `${r.name} ${r.type}` });

function recordGone(r: DnsRecord, others: ReadonlySet<string> | undefined): readonly Finding[] {
  const became = others === undefined ? [] : [...others].filter((t) => pointsLike(t, r.type));
  const how = became.length > 0 ? `becomes ${became.join(', ')}` : 'is removed';
  return [
    NET109({
      place: place(r, 'base'),
      because: [['values', r.values.join(' ')], ...ttl(r)],
      what: `the ${r.type} record of ${r.name} ${how}: ${consequence(r.type, became.length > 0)}`,
    }),
  ];
}

const ADDRESS = /^(?:A|AAAA|CNAME|ALIAS|ANAME)$/;
const pointsLike = (a: string, b: string): boolean => ADDRESS.test(a) && ADDRESS.test(b);

function consequence(type: string, became: boolean): string {
  if (became) return 'whoever asks gets another kind of answer';
  if (type === 'NS') return 'every name below it is gone';
  if (type === 'MX') return 'mail to it is returned';
  return type === 'CAA' ? 'any authority may sign for it' : 'whoever asks for it finds nothing';
}

const LONG = 3_600;
const ttl = (r: DnsRecord): readonly (readonly [string, string])[] => (r.ttl === undefined ? [] : [['time to live', `${r.ttl} s`]]);

function changed(before: DnsRecord, after: DnsRecord): readonly Finding[] {
  // the number of a zone file goes up with every edit
  if (after.type === 'SOA' || before.values.join('\n') === after.values.join('\n')) return [];
  const has = new Set(after.values);
  const lost = before.values.filter((v) => !has.has(v));
  if (lost.length === 0) return [];
  const grave = LOAD_BEARING.test(after.type) && after.values.length < before.values.length;
  const slow = (before.ttl ?? 0) >= LONG || (after.ttl ?? 0) >= LONG;
  const wait = Math.max(before.ttl ?? 0, after.ttl ?? 0);
  return [
    NET109({
      place: place(after, 'head'),
      ...(grave ? {} : { severity: 'high' as const }),
      because: [['values', `${before.values.join(' ')} -> ${after.values.join(' ')}`], ...ttl(after)],
      what: `the ${after.type} record of ${after.name} points elsewhere${slow ? `, and the way back takes ${wait} s: resolvers keep the answer that long` : ''}`,
    }),
  ];
}
