/**
 * Verifying what people signed about break-glass. The attacker controls every byte of the envelope; trust, roster and time are
 * ours. Presence, origin, key and roster are judged as they are for sign-offs; what the words are good for is `break-glass.ts`.
 */
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { PersonId, Roster } from '../roster/roster.ts';
import { checkAuthenticator, checkKey, findKey, type KeyExpectation } from '../signoff/authenticator.ts';
import { personUrn } from '../signoff/build.ts';
import { checkName } from '../signoff/credential.ts';
import { openEnvelope } from '../signoff/open.ts';
import type { SignoffTrust, TrustedKey } from '../signoff/trust.ts';
import { GLASS_SENTENCES, parseWord, type Word } from './break-glass-words.ts';

export interface WordExpectation extends KeyExpectation {
  /** Who is not on it signs nothing, and a level it says bounds the one enrolled; absent: enrolment alone. */
  readonly roster?: Pick<Roster, 'people'>;
}

export type VerifiedWord = Word & {
  readonly person: PersonId;
  /** The lower of enrolment and roster; empty where one of them is not on the ladder. */
  readonly level: string;
  readonly keyid: string;
  /** Lowercase hex SHA-256 of the envelope bytes. */
  readonly digest: string;
};

/** Problems: SIG_*, WA_*, KEY_*, TRUST_DEMO, ST_TYPE, PERSON_UNKNOWN, BG_REASON. */
export function verifyWord(envelope: Bytes, trust: SignoffTrust, expect: WordExpectation): Result<VerifiedWord, readonly Problem[]> {
  const opened = openEnvelope(envelope, trust.namespace);
  if (!opened.ok) return err([opened.error]);
  const key = findKey(opened.value, trust.keys);
  const word = parseWord(opened.value.payload);
  const problems = [
    ...(key.ok ? checkKey(opened.value, key.value, trust, expect) : [key.error]),
    ...checkAuthenticator(opened.value, trust),
    ...(word.ok ? checkWords(word.value) : [word.error]),
    ...(word.ok && key.ok ? checkSigner(word.value, key.value, expect) : []),
  ];
  if (problems.length > 0 || !key.ok || !word.ok) return err(problems);
  return ok({ ...word.value, person: key.value.person, level: levelOf(key.value, trust.ladder, expect), keyid: opened.value.keyid, digest: sha256Hex(envelope) });
}

function checkWords({ kind, predicate }: Word): readonly Problem[] {
  const owed = kind === 'use' ? [predicate.reason, predicate.incident] : [kind === 'review' ? predicate.note : predicate.reason];
  return [
    ...(owed.every((words) => words.trim() !== '') ? [] : [problem('BG_REASON', WORDS_OWED[kind], { remedy: 'say it in a few words' })]),
    ...(predicate.statement === GLASS_SENTENCES[kind] ? [] : [problem('ST_TYPE', 'the sentence signed is not the one of this kind of statement')]),
  ];
}

/** What a statement of this kind says nothing without. */
export const WORDS_OWED: { readonly [kind in Word['kind']]: string } = {
  use: 'a break-glass names its reason and its incident',
  cancel: 'whoever takes a break-glass back says why',
  review: 'a review says what was found',
};

function checkSigner({ predicate }: Word, key: TrustedKey, { roster }: WordExpectation): readonly Problem[] {
  const unlisted = roster !== undefined && !roster.people.some((p) => p.id === key.person);
  return [
    ...checkName(predicate.signer.credential, key),
    ...(predicate.signer.id === personUrn(key.person) ? [] : [problem('KEY_UNKNOWN', `the key is not one of ${predicate.signer.id}`)]),
    ...(unlisted ? [problem('PERSON_UNKNOWN', `${key.person} is not on the roster`)] : []),
  ];
}

function levelOf(key: TrustedKey, ladder: readonly string[], { roster }: WordExpectation): string {
  const levels = [key.level, ...(roster?.people.filter((p) => p.id === key.person).map((p) => p.level) ?? [])];
  return levels.every((l) => ladder.includes(l)) ? (ladder.find((l) => levels.includes(l)) ?? '') : '';
}
