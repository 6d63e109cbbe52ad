/**
 * What an attestation certificate says of itself, before anybody asks who signed it: version, validity, subject, whether it
 * is a CA, and the model it was made for. Source: RFC 5280; W3C Web Authentication Level 3, section 8.2.1.
 */
import { text } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { type Der, derTime, oidOf, partsOf, readDer } from './der.ts';

export interface Certificate {
  readonly der: Bytes;
  /** 1, 2 or 3. */
  readonly version: number;
  /** Milliseconds since 1970, both ends included. */
  readonly from: number;
  readonly to: number;
  /** By object identifier, in the order of the name. */
  readonly subject: readonly (readonly [string, string])[];
  /** null: it has no basic constraints, and may issue nothing. */
  readonly constraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
  readonly extensions: ReadonlyMap<string, Extension>;
}

export interface Extension {
  readonly critical: boolean;
  readonly value: Bytes;
}

export const OU = '2.5.4.11';
export const COUNTRY = '2.5.4.6';
export const ORGANISATION = '2.5.4.10';
export const COMMON_NAME = '2.5.4.3';
/** id-fido-gen-ce-aaguid. */
export const AAGUID_EXTENSION = '1.3.6.1.4.1.45724.1.1.4';
const BASIC_CONSTRAINTS = '2.5.29.19';

/** Undefined for anything that is no X.509 certificate, whole and in DER. */
export function parseCertificate(der: Bytes): Certificate | undefined {
  const outer = readDer(der);
  const [tbs, , , ...more] = outer?.tag === 0x30 ? (partsOf(outer) ?? []) : [];
  const fields = tbs?.tag === 0x30 && more.length === 0 ? partsOf(tbs) : undefined;
  if (fields === undefined) return undefined;
  const versioned = fields[0]?.tag === 0xa0;
  const version = versioned ? versionOf(fields[0]) : 1;
  // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, and what only later versions have
  const [, , , validity, subject, key, ...rest] = versioned ? fields.slice(1) : fields;
  const times = validity?.tag === 0x30 ? partsOf(validity)?.map(derTime) : undefined;
  const [from, to] = times?.length === 2 ? times : [];
  const names = subject?.tag === 0x30 ? namesOf(subject) : undefined;
  const extensions = extensionsOf(rest.find((f) => f.tag === 0xa3));
  if (version === undefined || from === undefined || to === undefined || names === undefined || key === undefined || extensions === undefined) return undefined;
  const said = extensions.get(BASIC_CONSTRAINTS);
  const constraints = said === undefined ? null : constraintsOf(said.value);
  return constraints === undefined ? undefined : { der, version, from, to, subject: names, constraints, extensions };
}

function versionOf(tagged: Der | undefined): number | undefined {
  const number = tagged === undefined ? undefined : readDer(tagged.content);
  const [value = 255] = number?.content ?? [];
  return number?.tag === 0x02 && number.content.length === 1 && value <= 2 ? value + 1 : undefined;
}

function namesOf(name: Der): Certificate['subject'] | undefined {
  const pairs = (partsOf(name) ?? []).flatMap((set) => partsOf(set) ?? []).map((pair) => partsOf(pair) ?? []);
  const read = pairs.map(([oid, value]) => [oid === undefined ? undefined : oidOf(oid), value === undefined ? undefined : text(value.content)] as const);
  return read.every((pair): pair is readonly [string, string] => pair[0] !== undefined && pair[1] !== undefined) ? read : undefined;
}

/** None is an empty map; one that is there twice makes the certificate unreadable: RFC 5280 forbids it, and readers would differ. */
function extensionsOf(tagged: Der | undefined): Certificate['extensions'] | undefined {
  const found = new Map<string, Extension>();
  if (tagged === undefined) return found;
  const list = readDer(tagged.content);
  for (const one of (list?.tag === 0x30 ? partsOf(list) : undefined) ?? [BROKEN]) {
    const parts = partsOf(one) ?? [];
    const [name, value] = [parts[0], parts.at(-1)];
    const critical = parts.length === 3 && parts[1]?.tag === 0x01 && parts[1].content[0] === 0xff;
    const oid = name === undefined ? undefined : oidOf(name);
    if (oid === undefined || value?.tag !== 0x04 || parts.length < 2 || parts.length > 3 || found.has(oid)) return undefined;
    found.set(oid, { critical, value: value.content });
  }
  return found;
}

const BROKEN: Der = { tag: 0, content: new Uint8Array(0) };

function constraintsOf(value: Bytes): NonNullable<Certificate['constraints']> | undefined {
  const sequence = readDer(value);
  const parts = sequence?.tag === 0x30 ? partsOf(sequence) : undefined;
  if (parts === undefined) return undefined;
  const ca = parts[0]?.tag === 0x01 && parts[0].content[0] === 0xff;
  const length = parts.find((p) => p.tag === 0x02)?.content;
  return { ca, pathLength: length === undefined ? null : length.reduce((n, b) => n * 256 + b, 0) };
}
