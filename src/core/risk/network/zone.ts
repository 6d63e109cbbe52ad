/** Zone files (RFC 1035, section 5) and what keeps records as data: octoDNS, DNSEndpoint. A zone file may be a template: lines that are none stay out. */
import { type DataNode, dig, entries, items, number, oneOrMore, scalar, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { objectsOf } from '../kubernetes/objects.ts';
import { textOf } from '../lines.ts';
import type { Finding } from '../risk.ts';
import { compared, type DnsRecord } from './records.ts';

const TYPES = 'A|AAAA|CNAME|MX|NS|TXT|SRV|CAA|DS|DNSKEY|PTR|SOA|TLSA|SSHFP|NAPTR|ALIAS|ANAME|SVCB|HTTPS|SPF|LOC|CDS|CDNSKEY|RP|HINFO';
const TYPE = new RegExp(`^(?:${TYPES})$`, 'i');

export function zones(files: readonly FileEvidence[]): readonly Finding[] {
  const of = (side: 'base' | 'head'): readonly DnsRecord[] => files.flatMap((f) => recordsOf(f.path, f[side]));
  // what cannot be read any more is not known to be gone
  const unseen = new Set(files.filter((f) => f.head !== undefined && (f.base?.kind === 'data') !== (f.head.kind === 'data')).map((f) => f.path));
  return compared(
    of('base').filter((r) => !unseen.has(r.path)),
    of('head'),
  );
}

/** Whether there are records in it. */
export const isZone = ({ path, base, head }: FileEvidence): boolean => [base, head].some((side) => isZoneText(path, side) || recordsOf(path, side).length > 0);

/** By its name, or by how it begins. */
const isZoneText = (path: string, side: Parsed | undefined): boolean =>
  side?.kind === 'text' && (/\.zone(?:\.\w+)?$|(?:^|\/)db\.[\w.-]+$/i.test(path) || /^\s*(?:\$(?:ORIGIN|TTL)\s|@\s+(?:\d+\s+)?(?:IN\s+)?SOA\s)/m.test(side.text.slice(0, 4_000)));

function recordsOf(path: string, side: Parsed | undefined): readonly DnsRecord[] {
  if (isZoneText(path, side)) return zoneRecords(path, textOf(side));
  if (side?.kind !== 'data') return [];
  const endpoints = objectsOf(path, side)
    .filter((o) => o.kind === 'DNSEndpoint')
    .flatMap((o) => items(dig(o.node, 'spec', 'endpoints')).map((e) => endpoint(path, e)));
  return [...endpoints, ...side.documents.flatMap((d) => octo(path, d))];
}

const endpoint = (path: string, node: DataNode): DnsRecord => ({
  scope: '',
  name: text(dig(node, 'dnsName')) ?? '',
  type: text(dig(node, 'recordType')) ?? 'A',
  values: items(dig(node, 'targets')).map((t) => text(t) ?? ''),
  ttl: number(dig(node, 'recordTTL')),
  path,
  line: node.line,
});

/** A map of names to records, each with a type and values, and nothing else in the document. */
function octo(path: string, document: DataNode): readonly DnsRecord[] {
  const all = entries(document).flatMap((e) => oneOrMore(e.value).map((node) => ({ name: e.key, node })));
  const isRecord = (n: DataNode): boolean => TYPE.test(text(dig(n, 'type')) ?? '') && (dig(n, 'value') ?? dig(n, 'values')) !== undefined;
  if (all.length === 0 || !all.every((r) => isRecord(r.node))) return [];
  return all.map(({ name, node }) => ({
    scope: path,
    name: name === '' ? '@' : name,
    type: (text(dig(node, 'type')) ?? '').toUpperCase(),
    values: oneOrMore(dig(node, 'values') ?? dig(node, 'value')).map(
      (v) =>
        text(v) ??
        entries(v)
          .map((e) => `${e.key}=${scalar(e.value)}`)
          .join(' '),
    ),
    ttl: number(dig(node, 'ttl')),
    path,
    line: node.line,
  }));
}

const MAX_LINE = 4_000;

/** Owner, time to live and class may be left out, and are then those of the line before. */
export function zoneRecords(path: string, source: string): readonly DnsRecord[] {
  const out: DnsRecord[] = [];
  let [owner, origin, standard]: [string, string, number | undefined] = ['@', '', undefined];
  for (const { line, text: raw } of logical(source)) {
    const words = raw.trim().split(/\s+/);
    if (/^\$ORIGIN$/i.test(words[0] ?? '')) origin = words[1] ?? '';
    else if (/^\$TTL$/i.test(words[0] ?? '')) standard = duration(words[1] ?? '');
    else {
      if (!/^\s/.test(raw)) owner = words.shift() ?? owner;
      const at = words.slice(0, 3).findIndex((w) => TYPE.test(w));
      if (at < 0 || words.slice(0, at).some((w) => !/^(?:IN|CH|HS|\d+\w*)$/i.test(w))) continue;
      const ttl = words
        .slice(0, at)
        .map(duration)
        .find((t) => t !== undefined);
      out.push({ scope: path, name: named(owner, origin), type: (words[at] ?? '').toUpperCase(), values: [words.slice(at + 1).join(' ')], ttl: ttl ?? standard, path, line });
    }
  }
  return out;
}

const named = (owner: string, origin: string): string => (owner.endsWith('.') || origin === '' ? owner : owner === '@' ? origin : `${owner}.${origin}`);

function duration(word: string): number | undefined {
  if (!/^\d{1,10}(?:[smhdw]\d{0,10}){0,5}$/i.test(word)) return undefined;
  if (/^\d+$/.test(word)) return Number(word);
  const each: { readonly [unit: string]: number } = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
  return [...word.matchAll(/(\d+)([smhdw])/gi)].reduce((sum, [, n, unit = 's']) => sum + Number(n) * (each[unit.toLowerCase()] ?? 1), 0);
}

/** Without comments, what stands in parentheses on one line. */
function logical(source: string): readonly { readonly line: number; readonly text: string }[] {
  const out: { line: number; text: string }[] = [];
  let open: { line: number; parts: string[] } | undefined;
  for (const [i, raw] of source.split('\n').entries()) {
    const text = uncommented(raw.slice(0, MAX_LINE));
    const opens = text.includes('(');
    if (open === undefined && !opens) {
      if (text.trim() !== '') out.push({ line: i + 1, text });
      continue;
    }
    open ??= { line: i + 1, parts: [] };
    open.parts.push(text.replace(/[()]/g, ' '));
    if (!text.includes(')')) continue;
    out.push({ line: open.line, text: open.parts.join(' ') });
    open = undefined;
  }
  return out;
}

/** A semicolon in quotes is text. */
function uncommented(line: string): string {
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"' && line[i - 1] !== '\\') quoted = !quoted;
    if (line[i] === ';' && !quoted) return line.slice(0, i).trimEnd();
  }
  return line.trimEnd();
}
