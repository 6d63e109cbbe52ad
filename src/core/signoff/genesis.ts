/**
 * The first entry's body: what the installation is called, where passkeys are used, and the founders' keys. Its digest is what a
 * verifier pins; nothing after it can change it. Bytes: docs/spec/authority.md.
 */
import { utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { isKeyName } from '../log/note.ts';
import { type EnrolmentSubject, KEY, keyFaults } from './enrolment.ts';
import { filled } from './parse.ts';
import { boolean, count, list, matching, object, oneOf, optional, type Shape, shaped, string } from './shape.ts';
import { parseStrictJson } from './strict-json.ts';

export interface Genesis {
  readonly mode: 'production' | 'demo';
  /** The log's name for ever. */
  readonly origin: string;
  readonly rpId: string;
  /** Exact: scheme, host, port. */
  readonly origins: readonly string[];
  readonly organisation: string;
  /** One founder, who confirms alone, for ever: it cannot be undone, and `verify` says so. */
  readonly solo: boolean;
  /** One a key: a founder may bring several. */
  readonly founders: readonly EnrolmentSubject[];
}

/** Of somebody who lays a log out by hand: what an authenticator says of itself may be left out. */
const FOUNDER = object({
  ...{ person: matching(/^[a-z0-9._-]+$/, 'a person id'), name: filled, level: filled },
  ...{ ...KEY, aaguid: optional(string), counter: optional(count) },
});
export const GENESIS: Shape<
  Omit<Genesis, 'founders'> & { readonly v: 1; readonly founders: readonly (Omit<EnrolmentSubject, 'aaguid' | 'counter'> & { aaguid?: string; counter?: number })[] }
> = object({
  v: oneOf(1),
  mode: oneOf('demo', 'production'),
  origin: filled,
  rpId: matching(/^[a-z0-9.-]+$/, 'a host name'),
  origins: list(matching(/^https?:\/\/[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]+$/, 'an origin (scheme, host, port)'), 1),
  organisation: filled,
  solo: boolean,
  founders: list(FOUNDER, 1),
}) as never;

/** The bytes, made once. Problems: TRUST_FORMAT, for what `parseGenesis` would refuse. */
export function formatGenesis({ mode, origin, rpId, origins, organisation, solo, founders }: Genesis): Result<Bytes> {
  const said = founders.map(({ person, name, level, keyid, blob, kind, credentialId, aaguid, backupEligible, counter, expires, attestation }) => ({
    ...{ person, name, level, keyid, blob, kind, credentialId, aaguid, backupEligible, counter },
    ...(expires === undefined ? {} : { expires }),
    ...(attestation === undefined ? {} : { attestation }),
  }));
  const bytes = utf8(JSON.stringify({ v: 1, mode, origin, rpId, origins, organisation, solo, founders: said }));
  const back = parseGenesis(bytes);
  return back.ok ? ok(bytes) : back;
}

/** Problems: TRUST_FORMAT. */
export function parseGenesis(body: Bytes): Result<Genesis> {
  const json = parseStrictJson(body);
  if (!json.ok) return bad(`not strict JSON: ${json.error}`);
  const said = shaped(GENESIS, json.value);
  if (!said.ok) return bad(said.error.join(', '));
  const { v: _, founders, ...rest } = said.value;
  const genesis: Genesis = { ...rest, founders: founders.map((f) => ({ ...f, aaguid: f.aaguid ?? '', counter: f.counter ?? 0 })) };
  const [wrong] = faults(genesis);
  return wrong === undefined ? ok(genesis) : bad(wrong);
}

function faults({ founders, solo, origin, ...genesis }: Genesis): readonly string[] {
  const people = new Set(founders.map((f) => f.person));
  const keys = new Set(founders.map((f) => f.keyid));
  return [
    ...(isKeyName(origin) ? [] : ['the origin cannot be the name of a log']),
    ...(solo && people.size !== 1 ? ['solo is one founder'] : []),
    ...(!solo && people.size < 2 ? ['fewer than two founders, and it is not solo'] : []),
    ...(keys.size === founders.length ? [] : ['a key is there twice']),
    ...[...people].flatMap((p) => (new Set(founders.filter((f) => f.person === p).map((f) => f.level)).size > 1 ? [`${p} has two levels`] : [])),
    ...founders.flatMap((f) => keyFaults(f, genesis).map((p) => `the key of ${f.person}: ${p.message}`)),
  ];
}

const bad = (why: string): Result<never> => err(problem('TRUST_FORMAT', `the genesis cannot be used: ${why}`));
