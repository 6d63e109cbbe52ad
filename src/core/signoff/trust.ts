/**
 * What a verifier trusts: trust.json, carried out of band and never inside a bundle. Every key in it was signed in by
 * humans; a reader refuses the whole file rather than half of it. Bytes: docs/spec/bundle.md.
 */
import { base64, fromBase64 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { parseVkey } from '../log/note.ts';
import type { PersonId } from '../roster/roster.ts';
import { keyIdOf, parseKeyBlob, SK_ECDSA } from './keys.ts';
import { boolean, count, list, matching, object, oneOf, optional, shaped } from './shape.ts';
import { NAMES } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';
import type { RelyingParty } from './webauthn.ts';

/** An enrolled key. Only these count: a key inside a signature or a bundle is looked up among them and nowhere else. */
export interface TrustedKey {
  readonly person: PersonId;
  /** Level the enrolment vouches for; a roster may say less, never more. */
  readonly level: string;
  readonly keyid: string;
  /** base64 of the OpenSSH public key blob. */
  readonly blob: string;
  readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
  readonly backupEligible: boolean;
  /** The last one seen. */
  readonly counter: number;
  /** Milliseconds since 1970; the key counts from then on. */
  readonly since: number;
  /** Milliseconds since 1970; signatures from then on are void. */
  readonly revokedAt?: number;
}

export interface SignoffTrust extends RelyingParty {
  readonly keys: readonly TrustedKey[];
  readonly namespace: string;
  readonly mode: 'production' | 'demo';
  /** Names of levels, lowest first. */
  readonly ladder: readonly string[];
}

export interface TrustedPerson {
  readonly id: PersonId;
  readonly name: string;
  readonly level: string;
  readonly keys: readonly Omit<TrustedKey, 'person' | 'level'>[];
}

export interface TrustBundle extends RelyingParty {
  readonly version: 1;
  readonly mode: SignoffTrust['mode'];
  /** The log's origin, the name in its key. */
  readonly origin: string;
  /** C2SP vkey. */
  readonly logKey: string;
  readonly namespace: string;
  readonly ladder: SignoffTrust['ladder'];
  readonly people: readonly TrustedPerson[];
}

const filled = matching(/\S/, 'filled in');
const KEY = object({
  keyid: filled,
  blob: filled,
  kind: oneOf('webauthn', 'sk-ssh', 'demo'),
  backupEligible: boolean,
  counter: count,
  since: count,
  revokedAt: optional(count),
});
const TRUST = object({
  version: oneOf(1),
  mode: oneOf('production', 'demo'),
  origin: filled,
  logKey: filled,
  rpId: matching(/^[a-z0-9.-]+$/, 'a host name'),
  origins: list(matching(/^https?:\/\/[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]+$/, 'an origin (scheme, host, port)'), 1),
  namespace: oneOf(NAMES.namespace),
  ladder: list(filled, 1),
  people: list(object({ id: matching(/^[a-z0-9._-]+$/, 'a person id'), name: filled, level: filled, keys: list(KEY) }), 1),
});

/** Problems: TRUST_FORMAT, all that is wrong. */
export function parseTrust(bytes: Bytes): Result<TrustBundle, readonly Problem[]> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return err([bad(`not strict JSON: ${json.error}`)]);
  const trust = shaped(TRUST, json.value);
  if (!trust.ok) return err(trust.error.map(bad));
  const wrong = contradictions(trust.value);
  return wrong.length === 0 ? ok(trust.value) : err(wrong);
}

/** Two spaces, fixed member order, LF at the end: a file people read and keep in git. */
export function formatTrust(trust: TrustBundle): string {
  const { version, mode, origin, logKey, rpId, origins, namespace, ladder } = trust;
  const people = trust.people.map(({ id, name, level, keys }) => ({ id, name, level, keys: keys.map(keyMembers) }));
  return `${JSON.stringify({ version, mode, origin, logKey, rpId, origins, namespace, ladder, people }, null, 2)}\n`;
}

/** Keys by person, for a trust file. @param names of people, by id. */
export function trustedPeople(keys: readonly TrustedKey[], names: ReadonlyMap<PersonId, string>): readonly TrustedPerson[] {
  const ids = [...new Set(keys.map((k) => k.person))];
  return ids.map((id) => {
    const own = keys.filter((k) => k.person === id);
    return { id, name: names.get(id) ?? id, level: own[0]?.level ?? '', keys: own.map(keyMembers) };
  });
}

/** The part that verifies signatures. */
export function signoffTrust(trust: TrustBundle): SignoffTrust {
  const { rpId, origins, namespace, mode, ladder } = trust;
  return { rpId, origins, namespace, mode, ladder, keys: trust.people.flatMap((p) => p.keys.map((k) => ({ ...k, person: p.id, level: p.level }))) };
}

const keyMembers = (key: TrustedPerson['keys'][number]): TrustedPerson['keys'][number] => {
  const { keyid, blob, kind, backupEligible, counter, since, revokedAt } = key;
  return { keyid, blob, kind, backupEligible, counter, since, ...(revokedAt === undefined ? {} : { revokedAt }) };
};

function contradictions(trust: TrustBundle): readonly Problem[] {
  const { people, ladder, logKey, origin } = trust;
  const vkey = parseVkey(logKey);
  return [
    ...(vkey.ok ? [] : [bad(vkey.error.message)]),
    ...(vkey.ok && vkey.value.name !== origin ? [bad(`the log key is of ${vkey.value.name}, and the origin is ${origin}`)] : []),
    ...twice(ladder, 'level'),
    ...twice(
      people.map((p) => p.id),
      'person',
    ),
    ...twice(
      people.flatMap((p) => p.keys.map((k) => k.keyid)),
      'key',
    ),
    ...people.flatMap((p) => (ladder.includes(p.level) ? [] : [bad(`the level ${p.level} of ${p.id} is not on the ladder`)])),
    ...people.flatMap((p) => p.keys.flatMap((k) => keyContradictions(k, trust))),
  ];
}

/** The blob is what counts; everything said of it must agree. */
function keyContradictions(entry: TrustedPerson['keys'][number], trust: TrustBundle): readonly Problem[] {
  const blob = fromBase64(entry.blob);
  const key = blob === undefined || base64(blob) !== entry.blob ? undefined : parseKeyBlob(blob);
  if (blob === undefined || key?.ok !== true) return [bad(`the key ${entry.keyid} cannot be read`)];
  const isPasskey = entry.kind !== 'sk-ssh';
  return [
    ...(keyIdOf(blob) === entry.keyid ? [] : [bad(`the key ${entry.keyid} is really ${keyIdOf(blob)}`)]),
    ...(isPasskey && key.value.type !== SK_ECDSA ? [bad(`the passkey ${entry.keyid} is not an ES256 key`)] : []),
    ...(isPasskey && key.value.application !== trust.rpId ? [bad(`the passkey ${entry.keyid} belongs to another relying party`)] : []),
    ...(entry.kind === 'demo' && trust.mode !== 'demo' ? [bad(`the demo key ${entry.keyid} has no place in production trust`)] : []),
  ];
}

const twice = (values: readonly string[], what: string): readonly Problem[] =>
  [...new Set(values.filter((v, i) => values.indexOf(v) !== i))].map((v) => bad(`the ${what} ${v} appears twice`));

const bad = (why: string): Problem => problem('TRUST_FORMAT', `the trust file cannot be used: ${why}`, { remedy: 'export it again on the server' });
