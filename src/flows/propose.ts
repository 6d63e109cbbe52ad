/** Proposes a key for enrolment: the statement founders sign. */
import { base64, hex } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { evidenceOf, sshEvidenceOf } from '../core/signoff/attestation.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { type EnrolmentSubject, enrolmentStatement, isVirtual, termFrom } from '../core/signoff/enrolment.ts';
import { keyIdOf, parseKeyLine } from '../core/signoff/keys.ts';
import { verifyRegistration } from '../core/signoff/registration.ts';
import { directory } from './directory.ts';
import type { SigningWorld } from './prepare.ts';

export interface NewPasskey {
  readonly person: string;
  readonly credentialId: string;
  readonly clientDataJSON: Uint8Array;
  readonly authenticatorData: Uint8Array;
  /** Absent or empty: nothing is kept of who made it. */
  readonly attestationObject?: Uint8Array;
  /** RFC 3339, UTC; absent: the key does not expire. */
  readonly expires?: string | undefined;
}

export interface Proposal {
  readonly subject: EnrolmentSubject;
  /** The statement's bytes, for founders to sign. */
  readonly statement: Uint8Array;
}

export interface NewSshKey {
  readonly person: string;
  /** `<type> <base64> [comment]`, as in a .pub file. */
  readonly publicKey: string;
  /** What `ssh-keygen -O challenge= -O write-attestation=` read and left. */
  readonly attestation?: { readonly record: Uint8Array; readonly challenge: Uint8Array } | undefined;
  readonly expires?: string | undefined;
}

/** Problems: WA_*, SIG_FORMAT, KEY_MODEL, PERSON_UNKNOWN. */
export async function proposePasskey(world: SigningWorld, passkey: NewPasskey, challenge: Uint8Array): Promise<Result<Proposal, readonly Problem[]>> {
  const made = verifyRegistration(passkey, challenge, world.site);
  if (!made.ok) return made;
  const { blob, ...key } = made.value;
  if (isVirtual(key, world.site.mode)) return err([problem('KEY_MODEL', 'this is the virtual authenticator of a browser', { remedy: 'enrol a passkey or a security key' })]);
  const attestation = evidenceOf(passkey.attestationObject ?? new Uint8Array(0), passkey.clientDataJSON, passkey.authenticatorData);
  return proposed(world, passkey.person, blob, { kind: 'webauthn', ...key, attestation, expires: passkey.expires });
}

/**
 * A security key for the terminal. Its line proves no possession and its maker nothing at all: that is why people confirm
 * it, and why every signature of it must say that a human was present and verified.
 * Problems: KEY_PLAIN, SIG_FORMAT, SIG_ALG, KEY_MODEL, PERSON_UNKNOWN.
 */
export async function proposeSshKey(world: SigningWorld, { person, publicKey, attestation, expires }: NewSshKey): Promise<Result<Proposal, readonly Problem[]>> {
  const key = parseKeyLine(publicKey);
  if (!key.ok) return err([{ place: 'publicKey', ...key.error }]);
  const { blob, application } = key.value;
  if (!application.startsWith('ssh:'))
    return err([
      problem('KEY_MODEL', `the key is for ${JSON.stringify(application)}, not for ssh:`, {
        place: 'publicKey',
        remedy: 'make it with ssh-keygen -t ed25519-sk -O verify-required',
      }),
    ]);
  const kept = attestation === undefined ? undefined : sshEvidenceOf(attestation.record, attestation.challenge);
  if (attestation !== undefined && kept === undefined)
    return err([problem('SIG_FORMAT', 'this is no enrolment record', { place: 'attestation', remedy: 'give the file that ssh-keygen -O write-attestation= wrote' })]);
  return proposed(world, person, blob, { kind: 'sk-ssh', credentialId: '', aaguid: '', backupEligible: false, counter: 0, attestation: kept, expires });
}

/** Name and level are the roster's: nobody proposes a level for themselves. */
async function proposed(
  world: SigningWorld,
  id: string,
  blob: Uint8Array,
  key: Pick<EnrolmentSubject, 'kind' | 'credentialId' | 'aaguid' | 'backupEligible' | 'counter' | 'attestation' | 'expires'>,
): Promise<Result<Proposal, readonly Problem[]>> {
  const person = (await directory(world)).people.find((p) => p.id === id);
  if (person === undefined) return err([problem('PERSON_UNKNOWN', `${id} is not on any roster`)]);
  const subject: EnrolmentSubject = { person: person.id, name: person.name, level: person.level, keyid: keyIdOf(blob), blob: base64(blob), ...key };
  return ok({ subject, statement: statementBytes(enrolmentStatement(subject, world.site.rpId, hex(world.random()), termFrom(world.now()))) });
}
