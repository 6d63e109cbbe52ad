/** Which roles somebody has now, whichever way they came in, and by a token made long before. */
import type { Role } from '../../flows/ports-login.ts';
import type { ServerWorld } from '../world.ts';
import { rolesOf } from './access.ts';

/**
 * By the file, less what the identity provider last left the person: that is theirs and not a session's. Asked only where the file asks the provider.
 * @param left what it left of one session when that began; null: it had no say in it.
 */
export async function rolesNow(world: Pick<ServerWorld, 'entry' | 'logins'>, person: string, left: readonly Role[] | null = null): Promise<readonly Role[]> {
  const since = world.entry.oidc?.roles === undefined ? null : ((await world.logins.ceilings.find(person))?.roles ?? null);
  return rolesOf(world.entry, person, left).filter((role) => since === null || since.includes(role));
}
