/** What every signed statement meets when it arrives, of whatever kind: it was not used before, and it is by the key that it names. */
import { type Problem, problem } from '../core/base/result.ts';
import type { KeyName } from '../core/signoff/statement.ts';
import { enrolledKeys } from './authority.ts';
import type { Projections } from './ports.ts';

export const USED = problem('ST_NONCE', 'this was signed and used before', { remedy: 'sign again: each signature counts once' });

/**
 * Landings spend nonces and ask nobody of which kind a statement was. Nonces can be read in bundles: whoever signs with the nonce of
 * somebody else's statement would spend that, or have a landing name it.
 */
export async function usedBefore(state: Projections, nonce: string): Promise<readonly Problem[]> {
  const known = await Promise.all([state.signoffs({ nonce }), state.ownerships({ nonce }), state.breakGlass({ nonce }), state.landings({ nonce })]);
  return known.some((rows) => rows.length > 0) ? [USED] : [];
}

/**
 * The statement says which key was to sign it: another one, even of the same person, makes the record a lie.
 * @param credential as the statement names it; its id is empty where any of several could answer.
 */
export async function signedByAnother(state: Projections, keyid: string, { id, type }: KeyName): Promise<readonly Problem[]> {
  const [key] = await enrolledKeys(state, { keyid });
  const same = key !== undefined && key.kind === type && (id === '' || id === (key.credentialId || key.keyid));
  return same ? [] : [problem('KEY_MODEL', `the statement names another key than ${keyid}, which signed it`, { remedy: 'prepare again, and say which key will sign' })];
}
