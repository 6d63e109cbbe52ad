/** Proposes a key for enrolment: the statement founders sign. */
import { base64, hex } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { type EnrolmentSubject, enrolmentStatement } from '../core/signoff/enrolment.ts';
import { keyIdOf } from '../core/signoff/keys.ts';
import { verifyRegistration } from '../core/signoff/registration.ts';
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
  const made = verifyRegistration(passkey, challenge, world.site);
  if (!made.ok) return made;
  const person = (await directory(world)).people.find((p) => p.id === passkey.person);
  if (person === undefined) return err([problem('PERSON_UNKNOWN', `${passkey.person} is not on any roster`)]);
  const { blob, ...key } = made.value;
  const subject: EnrolmentSubject = {
    person: person.id,
    name: person.name,
    level: person.level,
    keyid: keyIdOf(blob),
    blob: base64(blob),
    kind: 'webauthn',
    ...key,
  };
  return ok({ subject, statement: statementBytes(enrolmentStatement(subject, world.site.rpId, hex(world.random()))) });
}
