/**
 * The signer's security key, by way of stock OpenSSH: its public line is read here, `ssh-keygen` asks for touch and PIN.
 * A plain key file is refused before anything is signed; whether a touch was enough is for the verifier to say.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { sshEvidenceOf } from '../core/signoff/attestation.ts';
import type { EnrolmentSubject } from '../core/signoff/enrolment.ts';
import { keyIdOf, parseKeyLine, publicKeyLine } from '../core/signoff/keys.ts';
import { NAMES } from '../core/signoff/statement.ts';
import type { AttestationEvidence } from '../core/signoff/trust.ts';

const MAKE_ONE = 'use a key made with ssh-keygen -t ed25519-sk -O verify-required';

export interface SecurityKey {
  /** The file to sign with, as `ssh-keygen -f` takes it. */
  readonly file: string;
  readonly keyid: string;
  /** What it was made for, `ssh:` or like it. */
  readonly application: string;
  /** `<type> <base64>`. */
  readonly line: string;
  readonly blob: string;
}

/** The names ssh-keygen gives security keys, in its own order of preference. */
const USUAL = ['id_ed25519_sk', 'id_ecdsa_sk'];

/** The signer's own security key, where ssh would look for it. */
export const usualSecurityKey = (): string | undefined => USUAL.map((name) => join(homedir(), '.ssh', name)).find((file) => existsSync(`${file}.pub`));

/** @param file the key or its `.pub`. Problems: USAGE, KEY_PLAIN, SIG_ALG, SIG_FORMAT. */
export function readSecurityKey(file: string): Result<SecurityKey, readonly Problem[]> {
  const published = file.endsWith('.pub') ? file : `${file}.pub`;
  let line: string;
  try {
    line = readFileSync(published, 'utf8');
  } catch {
    return err([problem('USAGE', 'the public key cannot be read', { place: published, remedy: `write it beside the key: ssh-keygen -y -f ${file} > ${published}` })]);
  }
  const key = parseKeyLine(line);
  if (!key.ok) return err([{ remedy: MAKE_ONE, ...key.error, place: published }]);
  const { blob, application } = key.value;
  return ok({ file, keyid: keyIdOf(blob), application, line: publicKeyLine(blob), blob: base64(blob) });
}

/**
 * What the maker of a key said of it, where it lies beside the public line: `kim.attestation` and `kim.challenge` beside `kim.pub`, the
 * files `ssh-keygen -O write-attestation=` and `-O challenge=` name. Problems: SIG_FORMAT, USAGE.
 */
export function attestationBeside(file: string): Result<AttestationEvidence | undefined> {
  const stem = file.replace(/\.pub$/, '');
  const [record, challenge] = [`${stem}.attestation`, `${stem}.challenge`];
  if (!existsSync(record)) return ok(undefined);
  const make = `ssh-keygen -t ed25519-sk -O verify-required -O challenge=${challenge} -O write-attestation=${record} -f ${stem}`;
  if (!existsSync(challenge))
    return err(problem('USAGE', 'the challenge it was made with is missing', { place: challenge, remedy: `keep the file you gave to -O challenge=: ${make}` }));
  const kept = sshEvidenceOf(new Uint8Array(readFileSync(record)), new Uint8Array(readFileSync(challenge)));
  return kept === undefined ? err(problem('SIG_FORMAT', 'this is no enrolment record', { place: record, remedy: make })) : ok(kept);
}

/** What an enrolment says of a key. @param file the key or its `.pub`. Problems: those of `readSecurityKey` and `attestationBeside`. */
export function subjectOf(file: string): Result<Omit<EnrolmentSubject, 'person' | 'name' | 'level'>, readonly Problem[]> {
  const key = readSecurityKey(file);
  if (!key.ok) return key;
  const made = attestationBeside(file);
  if (!made.ok) return err([made.error]);
  const { keyid, blob } = key.value;
  return ok({ keyid, blob, kind: 'sk-ssh', credentialId: '', aaguid: '', backupEligible: false, counter: 0, attestation: made.value });
}

/** The armored signature over a PAE. @param namespace of sign-offs unless told. Problems: SIG_INVALID. */
export function signWithKey(key: SecurityKey, message: Uint8Array, namespace: string = NAMES.namespace): Result<string, readonly Problem[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sign-'));
  try {
    const file = join(folder, 'pae');
    writeFileSync(file, message, { mode: 0o600 });
    const done = spawnSync('ssh-keygen', ['-Y', 'sign', '-f', key.file, '-n', namespace, file], { stdio: ['inherit', 'ignore', 'pipe'], encoding: 'utf8' });
    if (done.status === 0) return ok(readFileSync(`${file}.sig`, 'utf8'));
    const why = done.error?.message ?? done.stderr.trim();
    return err([problem('SIG_INVALID', `ssh-keygen did not sign: ${why}`, { place: key.file, remedy: `plug the key in, touch it when it blinks, and ${MAKE_ONE}` })]);
  } catch (error) {
    return err([problem('SIG_INVALID', `ssh-keygen left no signature: ${error instanceof Error ? error.message : String(error)}`, { place: key.file })]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
