/** What every signed statement meets when it arrives, of whatever kind: it was not used before. */
import { type Problem, problem } from '../core/base/result.ts';
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
