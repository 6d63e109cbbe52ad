/** The statement says which key was to sign it: another one, even of the same person, makes the record a lie. */
import { type Problem, problem } from '../core/base/result.ts';
import type { SignoffPredicate } from '../core/signoff/statement.ts';
import { enrolledKeys } from './authority.ts';
import type { Projections } from './ports.ts';

/** @param credential as the statement names it; its id is empty where any of several could answer. */
export async function signedByAnother(state: Projections, keyid: string, { id, type }: SignoffPredicate['signer']['credential']): Promise<readonly Problem[]> {
  const [key] = await enrolledKeys(state, { keyid });
  const same = key !== undefined && key.kind === type && (id === '' || id === (key.credentialId || key.keyid));
  return same ? [] : [problem('KEY_MODEL', `the statement names another key than ${keyid}, which signed it`, { remedy: 'prepare again, and say which key will sign' })];
}
