/**
 * The closed set of entry types, version 1, and the public fields each has. A type that is not here is refused by every reader: a
 * verifier that skipped what it does not know could be told anything. What the body of each type is: docs/spec/log.md.
 */
import type { Json } from '../base/json.ts';

/** `?` behind a kind: the field may be absent. A `salted` one names nobody without what lies in the body. */
type Kind = 'text' | 'digest' | 'salted' | 'flag' | 'count' | 'texts' | 'digests';
type Field = Kind | `${Kind}?`;

const MOVE = { repo: 'text', ref: 'text', old: 'text', new: 'text' } as const;

/** In the order a change walks through them, then what governs them. */
const ENTRY_KINDS = {
  genesis: { mode: 'text', origin: 'text' },
  decision: { change: 'text', tier: 'text', outcome: 'text' },
  request: { change: 'text', stage: 'text', state: 'text' },
  ownership: { change: 'text', author: 'salted' },
  signoff: { change: 'text', stage: 'text', decision: 'text', tier: 'text', signer: 'salted', complete: 'flag?' },
  carry: { change: 'text', signoff: 'digest', from: 'text', to: 'text' },
  verdict: { change: 'text?', ...MOVE, verdict: 'text', codes: 'texts', mode: 'text?', would: 'text?', unattended: 'flag?' },
  landed: { change: 'text?', ...MOVE, breakGlass: 'flag?' },
  vsa: { change: 'text?', ...MOVE, result: 'text' },
  violation: { repo: 'text', ref: 'text', new: 'text', change: 'text?' },
  deployment: { repo: 'text', commit: 'text', environment: 'text', run: 'text', answer: 'text' },
  'break-glass': { change: 'text', repo: 'text', ref: 'text', signer: 'salted', tier: 'text' },
  'break-glass-cancel': { change: 'text', repo: 'text', ref: 'text', signer: 'salted' },
  'break-glass-review': { change: 'text', repo: 'text', ref: 'text', signer: 'salted', outcome: 'text' },
  enrolment: { person: 'text', keyid: 'text' },
  roster: { person: 'text', action: 'text' },
  revocation: { of: 'text' },
  policy: { repo: 'text', ref: 'text', commit: 'text', from: 'text', to: 'text' },
  incident: { incident: 'text', state: 'text' },
  erasure: { bodies: 'digests' },
  witness: { policy: 'digest' },
  'log-key': { vkey: 'text' },
} as const satisfies { readonly [type: string]: { readonly [field: string]: Field } };

export type EntryType = keyof typeof ENTRY_KINDS;

export const isEntryType = (type: string): type is EntryType => Object.hasOwn(ENTRY_KINDS, type);

/** What is wrong with the fields of this type, in one sentence; undefined where nothing is. Fields nobody declared are refused. */
export function fieldFault(type: string, fields: { readonly [name: string]: Json | undefined }): string | undefined {
  if (!isEntryType(type)) return `no entry is of type ${JSON.stringify(type.slice(0, 40))}`;
  const known: { readonly [name: string]: Field } = ENTRY_KINDS[type];
  const strange = Object.keys(fields).find((name) => !Object.hasOwn(known, name));
  if (strange !== undefined) return `${strange.slice(0, 40)} is no field of an entry of type ${type}`;
  const wrong = Object.entries(known).find(([name, field]) => !holds(field, fields[name]));
  return wrong === undefined ? undefined : `the field ${wrong[0]} is not ${WORDS[wrong[1].replace('?', '') as Kind]}`;
}

const WORDS: { readonly [kind in Kind]: string } = {
  text: 'a text',
  digest: 'a SHA-256 in lowercase hex',
  salted: 'a salted SHA-256 in lowercase hex',
  flag: 'true or false',
  count: 'a whole number',
  texts: 'a list of texts',
  digests: 'a list of SHA-256 in lowercase hex',
};

const isDigest = (value: Json | undefined): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const HOLDS: { readonly [kind in Kind]: (value: Json | undefined) => boolean } = {
  text: (value) => typeof value === 'string',
  digest: isDigest,
  salted: isDigest,
  flag: (value) => typeof value === 'boolean',
  count: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
  texts: (value) => Array.isArray(value) && value.every((v) => typeof v === 'string'),
  digests: (value) => Array.isArray(value) && value.length > 0 && value.every(isDigest),
};

const holds = (field: Field, value: Json | undefined): boolean => (value === undefined ? field.endsWith('?') : HOLDS[field.replace('?', '') as Kind](value));
