/** From a prepared statement to what is offered for signing, and from a ticket and what a key answered to the envelope everybody verifies. Judges nothing: the flow it goes to does. */

import type * as z from 'zod';
import { base64, base64url, fromBase64, utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { enrolledKeys } from '../flows/authority.ts';
import type { KeyRow } from '../flows/ports.ts';
import type { Prepared } from '../flows/prepare.ts';
import { sealAssertion, sealSshsig } from '../flows/seal.ts';
import type { signature } from './schema.ts';
import type { Tickets } from './tickets.ts';
import type { ServerWorld } from './world.ts';

/** A statement waiting for its signature. */
export interface Waiting extends Pick<Prepared, 'keys'> {
  readonly change: string;
  readonly person: string;
  /** base64, both. */
  readonly statement: string;
  readonly challenge: string;
}

/** What a page or a terminal is given to sign: the bytes, what they say, the challenge, and the keys that may answer it. */
export async function offered(
  world: ServerWorld,
  waiting: Tickets<Waiting>,
  asked: { readonly change: string; readonly person: string; readonly sentence: string; readonly acting: boolean },
  prepared: Prepared,
) {
  const { change, person, sentence, acting } = asked;
  const { statement, words, challenge, keys } = prepared;
  const kind = keys[0]?.kind;
  const enrolled = (await enrolledKeys(world.projections, { person })).map((k) => k.kind);
  return {
    /** What signing says, word for word. */
    sentence,
    ticket: waiting.issue({ change, person, statement: base64(statement), challenge: base64(challenge), keys }),
    words,
    challenge: base64url(challenge),
    rpId: world.site.rpId,
    allowCredentials: keys.filter((k) => k.kind === 'webauthn').map((k) => k.credentialId),
    demoAuthenticator: acting && kind === 'demo',
    /** Kinds of key to prepare for instead, by `credential`. */
    otherwise: enrolled.filter((k, i, all) => k !== kind && (k !== 'demo' || acting) && all.indexOf(k) === i),
    statement: base64(statement),
  };
}

/** Spends the ticket as soon as there is an envelope: what no key of the signer's answered leaves it as it was. @param demoSession somebody acting in demo data, for whom the labelled software authenticator signs. */
export async function sealed(
  world: ServerWorld,
  waiting: Tickets<Waiting>,
  change: string,
  given: z.infer<typeof signature>,
  demoSession: boolean,
): Promise<Result<Uint8Array, readonly Problem[]>> {
  const no = (p: Problem) => ({ ok: false as const, error: [p] });
  if ('envelope' in given) {
    const bytes = fromBase64(given.envelope);
    return bytes === undefined ? no(problem('USAGE', 'the envelope is not base64', { place: 'envelope' })) : ok(bytes);
  }
  const held = waiting.open(given.ticket);
  if (held === undefined || held.value.change !== change) return no(spentTicket);
  const envelope = answered(world, held.value, given, demoSession);
  return !envelope.ok || (await held.spend()) ? envelope : no(spentTicket);
}

const spentTicket = problem('NOT_FOUND', 'this ticket was used, has expired, or is for another change', { remedy: 'press Sign again' });

function answered(
  { demo }: ServerWorld,
  held: Waiting,
  given: Exclude<z.infer<typeof signature>, { envelope: string }>,
  demoSession: boolean,
): Result<Uint8Array, readonly Problem[]> {
  const [statement, challenge] = [bytesOf(held.statement), bytesOf(held.challenge)];
  if ('sshsig' in given) return ok(sealSshsig(statement, utf8(given.sshsig)));
  if ('assertion' in given)
    return sealAssertion(
      statement,
      given.assertion,
      key(held.keys, (k) => k.credentialId === given.assertion.credentialId),
    );
  if (!demoSession || demo === null) return err([problem('DEMO_ONLY', 'the demo authenticator signs only for somebody acting in demo data')]);
  return sealAssertion(
    statement,
    demo.sign(held.person, challenge),
    key(held.keys, (k) => k.kind === 'demo'),
  );
}

/** Of our own writing: it is base64. */
const bytesOf = (encoded: string): Uint8Array => fromBase64(encoded) ?? new Uint8Array(0);

const key = (keys: readonly KeyRow[], wanted: (k: KeyRow) => boolean): KeyRow | undefined => keys.find(wanted);
