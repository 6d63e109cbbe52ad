/**
 * Signing in from the terminal with a security key, where a server asks for it. The message is made here, and names the server by the address the
 * person gave: what it signs is worth nothing anywhere else, and never a sign-off.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { LOGIN_NAMESPACE, loginMessage } from '../flows/login-key.ts';
import { type SecurityKey, signWithKey } from './security-key.ts';
import { callServer } from './server-call.ts';

export interface Entered {
  /** To send along; empty where the server asks nobody who they are. */
  readonly cookie: string;
  /** Whose key the server says it is; null where it asks nobody. */
  readonly person: string | null;
}

interface Session {
  readonly demo: boolean;
  readonly person: { readonly id: string } | null;
}

/** Problems: what the server refused with, GATE_UNAVAILABLE, SIG_INVALID. */
export async function enter(origin: string, key: SecurityKey): Promise<Result<Entered, readonly Problem[]>> {
  const open = await callServer<Session>(origin, '/session');
  if (!open.ok) return open;
  if (open.value.body.demo) return ok({ cookie: '', person: null });
  const begun = await callServer<{ readonly ticket: string }>(origin, '/session/key/begin', {});
  if (!begun.ok) return begun;
  const ticket = String(begun.value.body.ticket);
  // A word and nothing more: whatever else a server would have signed, it is not put before the key.
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(ticket)) return err([problem('LOGIN_REFUSED', 'the server sent no ticket to sign in with', { place: origin })]);
  process.stderr.write(`signing in   to ${origin}; touch your key\n`);
  const sshsig = signWithKey(key, loginMessage(origin, ticket), LOGIN_NAMESPACE);
  if (!sshsig.ok) return sshsig;
  const entered = await callServer<Session>(origin, '/session/key', { sshsig: sshsig.value }, begun.value.cookie);
  return entered.ok ? ok({ cookie: entered.value.cookie, person: entered.value.body.person?.id ?? null }) : entered;
}
