/**
 * Erases bodies beside the log, on the word of trustees. The log keeps their digests for ever, and the entry that says who erased what
 * and why; which kinds of bodies may go at all, the store knows and refuses the rest.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { openAtQuorum } from '../core/signoff/authority.ts';
import { parseErasure } from '../core/signoff/roster-word.ts';
import { knownAuthority } from './authority.ts';
import type { GateWorld } from './site.ts';

/** Index of the entry. Problems: SIG_*, WA_*, KEY_*, QUORUM, ST_TYPE, DATA_INVALID. */
export async function recordErasure(world: Pick<GateWorld, 'ledger' | 'now'>, envelope: Uint8Array): Promise<Result<number, readonly Problem[]>> {
  let wrong: readonly Problem[] = [];
  const appended = await world.ledger.append(async (state) => {
    const known = await knownAuthority(state);
    if (!known.ok) return known;
    const { authority } = known.value;
    const payload = openAtQuorum(authority, envelope, world.now());
    if (!payload.ok) {
      wrong = payload.error;
      return err(wrong[0] ?? problem('INTERNAL', 'refused without a reason'));
    }
    const word = parseErasure(payload.value, authority.genesis.origin);
    return word.ok ? ok([{ type: 'erasure' as const, fields: { bodies: [...word.value.bodies] }, body: envelope }]) : word;
  });
  if (!appended.ok) return err(wrong.length > 0 ? wrong : [appended.error]);
  return ok(appended.value[0]?.index ?? 0);
}
