/**
 * What a statement says of the key that signs it. The signer wrote it, so it is worth nothing alone: each word is held against the
 * enrolment, and so, through the rules on the key itself (authenticator.ts), against the flags that the authenticator signed.
 */
import { fromBase64 } from '../base/bytes.ts';
import { type Problem, problem } from '../base/result.ts';
import type { Attested } from './attestation.ts';
import { parseKeyBlob } from './keys.ts';
import type { OpenedSignature } from './open.ts';
import type { Credential, KeyName } from './statement.ts';
import type { TrustedKey } from './trust.ts';

type KnownKey = Pick<TrustedKey, 'kind' | 'credentialId' | 'keyid' | 'blob' | 'aaguid' | 'backupEligible'>;

/**
 * The words for a statement that any of these keys may sign, all of one kind: where they differ nobody knows yet which one will, and
 * the signature says it. `uv` is always asked for.
 */
export function credentialFor(keys: readonly KnownKey[]): Credential {
  const id = keys.length === 1 ? same(keys, nameOf) : null;
  const application = same(keys, applicationOf);
  const kind = keys[0]?.kind ?? 'webauthn';
  if (kind === 'sk-ssh') return { id: id ?? '', type: kind, application, uv: true };
  const aaguid = same(keys, (k) => k.aaguid) || null;
  return { id: id ?? '', type: kind, rpId: application ?? '', aaguid, uv: true, backupEligible: same(keys, (k) => k.backupEligible) };
}

/**
 * What does not hold of them. @param used problems of the key and its signature: seen from there, what is wrong is not said again.
 * Problems: KEY_MODEL, WA_RPID, WA_UV, WA_BACKUP.
 */
export function checkCredential(said: Credential, opened: Pick<OpenedSignature, 'key'>, key: KnownKey, used: readonly Problem[] = []): readonly Problem[] {
  const another = checkName(said, key);
  const wrong = another.length === 0 ? wrongWords(said, opened.key.application, key) : another;
  return wrong.filter((p) => !used.some((u) => u.code === p.code));
}

/** The statement says which key was to sign it: another one, even of the same person, makes the record a lie. Problems: KEY_MODEL. */
export const checkName = ({ id, type }: KeyName, key: KnownKey): readonly Problem[] =>
  type === key.kind && (id === '' || id === nameOf(key))
    ? []
    : [problem('KEY_MODEL', `the statement names another key than ${key.keyid}, which signed it`, { remedy: 'prepare again, and say which key will sign' })];

function wrongWords(said: Credential, application: string, key: KnownKey): readonly Problem[] {
  // What could not be said of one of several may be left open; of the one key that is named nothing is.
  const holds = <T>(word: T | null, known: T | null): boolean => word === known || (said.id === '' && word === null);
  // A signature without verification never counts, so the one true word is that there was one.
  const verified: Rule = [said.uv, problem('WA_UV', 'the statement says that the key does not verify the person')];
  if (said.type === 'sk-ssh')
    return broken([[holds(said.application, application), problem('KEY_MODEL', `the statement says the key is for ${said.application}, and it is for ${application}`)], verified]);
  const { aaguid, backupEligible } = key;
  return broken([
    [said.rpId === application, problem('WA_RPID', `the statement says the passkey is of ${said.rpId}, and it is of ${application}`)],
    [holds(said.aaguid, aaguid || null), problem('KEY_MODEL', `the statement says the key is of model ${said.aaguid}, and it was enrolled as ${aaguid || 'no model'}`)],
    [holds(said.backupEligible, backupEligible), problem('WA_BACKUP', 'the statement says otherwise than enrolment whether the key can be copied')],
    verified,
  ]);
}

type Rule = readonly [holds: boolean, Problem];
const broken = (rules: readonly Rule[]): readonly Problem[] => rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]));

/** Where its maker says what it is, the statement says no other. Problems: KEY_MODEL. */
export function checkModel(said: Credential, attested: Attested | null): readonly Problem[] {
  if (attested === null || said.type === 'sk-ssh' || said.aaguid === null || said.aaguid === attested.aaguid) return [];
  return [problem('KEY_MODEL', `the statement says the key is of model ${said.aaguid}, and its maker says ${attested.aaguid}`)];
}

const nameOf = (key: KnownKey): string => key.credentialId || key.keyid;

function applicationOf({ blob }: KnownKey): string {
  const key = parseKeyBlob(fromBase64(blob) ?? new Uint8Array(0));
  return key.ok ? key.value.application : '';
}

/** null: they differ, or there are none. */
function same<T>(keys: readonly KnownKey[], of: (key: KnownKey) => T): T | null {
  const [first, ...rest] = new Set(keys.map(of));
  return first === undefined || rest.length > 0 ? null : first;
}
