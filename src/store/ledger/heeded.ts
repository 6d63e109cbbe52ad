/**
 * What holds of the statements of a log, for whoever deletes a body on one of them: an entry that says so and that trustees did not sign,
 * or that says again what was said once, erases nothing. An administrator with the database can append one.
 */
import { ok, type Result } from '../../core/base/result.ts';
import type { Authority, Said } from '../../core/signoff/authority.ts';
import { parseEnvelope } from '../../core/signoff/dsse.ts';
import { type HeededLog, heedLog, heedLogged, loggedWord } from '../../core/signoff/heed-log.ts';
import { parseErasure } from '../../core/signoff/roster-word.ts';
import type { LoggedBody } from '../../flows/ports.ts';

/** What a log comes to. Problems: DATA_INVALID, TRUST_FORMAT, where it has no genesis that founds anything: then nobody can say a word. */
export const heededOf = (said: readonly LoggedBody[]): Result<HeededLog> => heedLog(said.map(loggedWord));

/** The same with statements that came after. @param so undefined: none was read yet. */
export const heededMore = (so: Result<HeededLog> | undefined, said: readonly LoggedBody[]): Result<HeededLog> =>
  so?.ok === true ? ok(heedLogged(so.value, said.map(loggedWord))) : heededOf(said);

/** What was erased, by those erasures that hold. */
export interface Erased {
  /** Digests of bodies, each with the entry that erased it last: the same bytes brought again after it are kept. */
  readonly bodies: ReadonlyMap<string, number>;
  /** Places of these erasures. */
  readonly by: ReadonlySet<number>;
  /** Places of statements that have lost their bytes: behind the first, nobody can say whether an erasure holds, and none does. */
  readonly lost: readonly number[];
}

export function erasedBy(log: Result<HeededLog>): Erased {
  if (!log.ok) return { bodies: new Map(), by: new Set(), lost: [] };
  const { heeded, lost } = log.value;
  const held = heeded.held.filter((word) => word.type === 'erasure' && word.index < (lost[0] ?? word.index + 1));
  const bodies = held.flatMap((word) => bodiesOf(word, heeded.states[0]).map((digest) => [digest, word.index] as const));
  return { bodies: new Map(bodies), by: new Set(held.map((word) => word.index)), lost };
}

/** As people signed them. */
function bodiesOf({ body }: Said, start: Authority): readonly string[] {
  const envelope = parseEnvelope(body);
  const word = envelope.ok ? parseErasure(envelope.value.payload, start.genesis.origin) : undefined;
  return word?.ok ? word.value.bodies : [];
}

export const isErased = ({ bodies }: Erased, row: { readonly idx: number; readonly body: string }): boolean => row.idx < (bodies.get(row.body) ?? -1);
