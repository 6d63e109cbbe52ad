/**
 * What holds of the statements of a log, for whoever deletes a body on one of them: an entry that says so and that trustees did not sign,
 * or that says again what was said once, erases nothing. An administrator with the database can append one.
 */
import { sha256Hex } from '../../core/base/crypto.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { AUTHORITY_TYPES, type Authority, authorityOf, type Said } from '../../core/signoff/authority.ts';
import { parseEnvelope } from '../../core/signoff/dsse.ts';
import { type Heeded, heedAll, heedMore } from '../../core/signoff/fold.ts';
import { parseErasure } from '../../core/signoff/roster-word.ts';
import type { LoggedBody } from '../../flows/ports.ts';

/** undefined where the log has no genesis that founds anything: then nobody can say a word. */
export function heededOf(said: readonly LoggedBody[]): Heeded | undefined {
  const [first, ...rest] = said;
  const genesis = first && entryOf(first);
  const start = genesis?.type === 'genesis' && first?.body ? authorityOf(first.body, genesis.at) : undefined;
  return start?.ok ? heedAll(start.value, rest.flatMap(saidOf)) : undefined;
}

/** The same with statements that came after. */
export const heededMore = (so: Heeded | undefined, said: readonly LoggedBody[]): Heeded | undefined => (so === undefined ? heededOf(said) : heedMore(so, said.flatMap(saidOf)));

function saidOf(logged: LoggedBody): readonly Said[] {
  const entry = entryOf(logged);
  const type = AUTHORITY_TYPES.find((t) => t === entry?.type);
  return entry === undefined || type === undefined || logged.body === null ? [] : [{ type, index: logged.index, at: entry.at, body: logged.body }];
}

/** undefined where the body is not here, or is another. */
function entryOf({ bytes, body }: LoggedBody) {
  const entry = parseEntry(bytes);
  return entry.ok && body !== null && sha256Hex(body) === entry.value.envelope ? entry.value : undefined;
}

/** What was erased, by those erasures that hold. */
export interface Erased {
  /** Digests of bodies, each with the entry that erased it last: the same bytes brought again after it are kept. */
  readonly bodies: ReadonlyMap<string, number>;
  /** Places of these erasures. */
  readonly by: ReadonlySet<number>;
}

export function erasedBy(heeded: Heeded | undefined): Erased {
  const held = heeded?.held.filter((word) => word.type === 'erasure') ?? [];
  const bodies = held.flatMap((word) => bodiesOf(word, heeded?.states[0]).map((digest) => [digest, word.index] as const));
  return { bodies: new Map(bodies), by: new Set(held.map((word) => word.index)) };
}

/** As people signed them. */
function bodiesOf({ body }: Said, start: Authority | undefined): readonly string[] {
  const envelope = parseEnvelope(body);
  const word = envelope.ok && start !== undefined ? parseErasure(envelope.value.payload, start.genesis.origin) : undefined;
  return word?.ok ? word.value.bodies : [];
}

export const isErased = ({ bodies }: Erased, row: { readonly idx: number; readonly body: string }): boolean => row.idx < (bodies.get(row.body) ?? -1);
