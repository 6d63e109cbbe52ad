/**
 * Whose keys count, as the log says it: genesis pins founders, and everything later is a statement that people signed
 * (core/signoff/authority.ts). What the server, or an administrator with its database, appended alone is passed over; rows of
 * projections are never asked. Where a statement has lost its bytes nobody's key counts: it may be the one that took a key back.
 */
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Result } from '../core/base/result.ts';
import type { PersonId } from '../core/roster/roster.ts';
import { type Authority, type Said, takenBack } from '../core/signoff/authority.ts';
import { latest } from '../core/signoff/fold.ts';
import { heedLog, loggedWord, lostWord } from '../core/signoff/heed-log.ts';
import type { TrustedKey } from '../core/signoff/trust.ts';
import type { KeyRow, LoggedBody, Projections } from './ports.ts';

export interface Known {
  readonly authority: Authority;
  /** What holds, oldest first. */
  readonly said: readonly Said[];
}

/** Problems: DATA_INVALID, where the log does not say it whole. */
export async function knownAuthority(state: Pick<Projections, 'authority'>): Promise<Result<Known>> {
  const logged = await state.authority();
  const same = seen.get(logged);
  if (same !== undefined) return same;
  const answer = byName(logged);
  seen.set(logged, answer);
  return answer;
}

/** Nobody changes a list that was handed out, and the store hands out the same one until somebody says more: thousands of statements are not hashed for every question. */
const seen = new WeakMap<readonly LoggedBody[], Result<Known>>();

function byName(logged: readonly LoggedBody[]): Result<Known> {
  const name = sha256Hex(logged.map(({ index, bytes, body }) => `${index} ${sha256Hex(bytes)} ${body === null ? '' : sha256Hex(body)}`).join('\n'));
  const before = worked.get(name);
  if (before !== undefined) return before;
  const answer = workOut(logged);
  if (worked.size >= KEPT) worked.delete([...worked.keys()][0] ?? '');
  worked.set(name, answer);
  return answer;
}

/** Statements never change, so what follows from them holds for ever: by the digest of them all. */
const worked = new Map<string, Result<Known>>();
const KEPT = 32;

function workOut(logged: readonly LoggedBody[]): Result<Known> {
  const answer = heedLog(logged.map(loggedWord));
  if (!answer.ok) return answer;
  const { heeded, lost } = answer.value;
  return lost[0] === undefined ? ok({ authority: latest(heeded.states), said: heeded.held }) : err(lostWord(lost[0]));
}

/** Every key that may sign now, in the order of the log, each with the last counter seen; none where the log cannot say. */
export async function trustedKeys(state: Pick<Projections, 'authority' | 'keys'>): Promise<readonly TrustedKey[]> {
  const known = await knownAuthority(state);
  if (!known.ok) return [];
  const counters = new Map((await state.keys({})).map((row) => [row.keyid, row.counter]));
  return known.value.authority.keys.map((key) => ({ ...key, counter: counters.get(key.keyid) ?? key.counter }));
}

/** Whether a sign-off was taken back; all of them are where the log cannot say. */
export async function backOf(state: Pick<Projections, 'authority'>): Promise<(digest: string, signer: PersonId) => boolean> {
  const known = await knownAuthority(state);
  return known.ok ? (digest, signer) => takenBack(known.value.authority, digest, signer) : () => true;
}

/** Whether trustees took it back, of one whose bytes are gone: whose it was no row proves. Not where the log cannot say: an objection stays then. */
export async function freedOf(state: Pick<Projections, 'authority'>): Promise<(digest: string) => boolean> {
  const known = await knownAuthority(state);
  return (digest) => known.ok && known.value.authority.revoked.get(digest)?.some((word) => word.atQuorum) === true;
}

/** A key that may sign now. */
export type EnrolledKey = KeyRow & Pick<TrustedKey, 'aaguid'>;

/** Rows of keys that may sign now, with the level the log gives. A row says what the key is called; whether it counts, the log does. */
export async function enrolledKeys(state: Pick<Projections, 'authority' | 'keys'>, where: { person?: string; keyid?: string } = {}): Promise<readonly EnrolledKey[]> {
  const known = await knownAuthority(state);
  if (!known.ok) return [];
  const trusted = new Map(known.value.authority.keys.map((k) => [k.keyid, k]));
  const rows = await state.keys(where);
  return rows.flatMap((row) => {
    const key = trusted.get(row.keyid);
    return key === undefined || key.person !== row.person || key.revokedAt !== undefined
      ? []
      : [{ ...row, level: key.level, credentialId: key.credentialId, aaguid: key.aaguid, backupEligible: key.backupEligible }];
  });
}
