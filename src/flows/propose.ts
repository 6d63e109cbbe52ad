/** Proposes a key for enrolment: the statement founders sign. */
import { base64 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { type EnrolmentSubject, enrolmentStatement } from '../core/signoff/enrolment.ts';
import { keyIdOf, skEcdsaBlob } from '../core/signoff/keys.ts';
import { readRegistration } from '../core/signoff/registration.ts';
import { directory } from './directory.ts';
import type { SigningWorld } from './signoff.ts';

export interface NewPasskey {
  readonly person: string;
  readonly credentialId: string;
  readonly clientDataJSON: Uint8Array;
  readonly authenticatorData: Uint8Array;
}

export interface Proposal {
  readonly subject: EnrolmentSubject;
  /** The statement's bytes, for founders to sign. */
  readonly statement: Uint8Array;
}

/** Problems: WA_*, SIG_FORMAT, KEY_MODEL, PERSON_UNKNOWN. */
export async function proposePasskey(world: SigningWorld, passkey: NewPasskey, challenge: Uint8Array): Promise<Result<Proposal, readonly Problem[]>> {
  const read = readRegistration({ clientDataJSON: passkey.clientDataJSON, authenticatorData: passkey.authenticatorData }, challenge, world.site);
  if (!read.ok) return read;
  const person = (await directory(world)).people.find((p) => p.id === passkey.person);
  if (person === undefined) return err([problem('PERSON_UNKNOWN', `${passkey.person} is not on any roster`)]);
  const blob = skEcdsaBlob(read.value.point, world.site.rpId);
  const subject: EnrolmentSubject = {
    person: person.id,
    name: person.name,
    level: person.level,
    keyid: keyIdOf(blob),
    blob: base64(blob),
    kind: 'webauthn',
    credentialId: read.value.credentialId,
    backupEligible: read.value.backupEligible,
  };
  return ok({ subject, statement: statementBytes(enrolmentStatement(subject, new Date(world.now()).toISOString())) });
}
