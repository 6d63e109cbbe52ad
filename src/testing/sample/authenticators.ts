/**
 * The labelled software authenticators of a demo log: one per sample engineer, kept in a file. Their signatures carry the
 * demo marker inside the signed bytes, and nothing outside demo data accepts them.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { base64, base64url, fromBase64 } from '../../core/base/bytes.ts';
import { pae } from '../../core/signoff/dsse.ts';
import { keyIdOf } from '../../core/signoff/keys.ts';
import { NAMES } from '../../core/signoff/statement.ts';
import { envelopeOf, type SoftAuthenticator, softAuthenticator } from '../authenticator.ts';
import { PEOPLE, type SamplePerson } from './organisation.ts';

export interface SampleKey extends SamplePerson {
  readonly authenticator: SoftAuthenticator;
}

interface Stored {
  readonly [person: string]: { readonly privateKey: string; readonly credentialId: string };
}

/** Makes the file (0600) where it is absent. Counters stay zero, as a synced passkey's: the keys are files. */
export function sampleKeys(file: string, rp: { rpId: string; origin: string }): readonly SampleKey[] {
  if (!existsSync(file)) make(file, rp);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Stored;
  return PEOPLE.flatMap((person) => {
    const key = stored[person.id];
    const credentialId = fromBase64(key?.credentialId ?? '');
    if (key === undefined || credentialId === undefined) return [];
    return [{ ...person, authenticator: softAuthenticator({ ...rp, demo: true, counter: null, privateKey: key.privateKey, credentialId }) }];
  });
}

function make(file: string, rp: { rpId: string; origin: string }): void {
  const stored = Object.fromEntries(
    PEOPLE.map((p) => {
      const made = softAuthenticator({ ...rp, demo: true, counter: null });
      return [p.id, { privateKey: made.privateKey, credentialId: base64(made.credentialId) }];
    }),
  );
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Renamed into place: a start that is killed here leaves no half of a file.
  writeFileSync(`${file}.new`, JSON.stringify(stored), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What genesis and enrolments say of a sample key. */
export const subjectOf = (key: SampleKey) => ({
  person: key.id,
  name: key.name,
  level: key.level,
  keyid: keyIdOf(key.authenticator.blob),
  blob: base64(key.authenticator.blob),
  kind: 'demo' as const,
  credentialId: base64url(key.authenticator.credentialId),
  aaguid: '',
  backupEligible: false,
  counter: 0,
});

/** The envelope over an enrolment, signed by every founder but the person enrolled. */
export function cosign(keys: readonly SampleKey[], statement: Uint8Array, person: string): Uint8Array {
  const signed = pae(NAMES.payloadType, statement);
  const founders = keys.filter((k) => k.founder && k.id !== person);
  return envelopeOf(
    statement,
    founders.map((k) => ({ keyid: keyIdOf(k.authenticator.blob), sig: k.authenticator.signPae(signed) })),
  );
}

/** As the server's doors ask for them. */
export const demoAuthenticators = (keys: readonly SampleKey[]) => ({
  people: keys.map((k) => k.id),
  founders: (person: string) => keys.filter((k) => k.founder && k.id !== person).map((k) => k.name),
  cosign: (statement: Uint8Array, person: string) => cosign(keys, statement, person),
  sign: (person: string, challenge: Uint8Array) => {
    const key = keys.find((k) => k.id === person);
    if (key === undefined) throw new Error(`no demo authenticator for ${person}`);
    return { credentialId: base64url(key.authenticator.credentialId), ...key.authenticator.get(challenge) };
  },
});
