/** What people said by signing, read back from the envelopes for whoever comes later: the pusher, the next signer, an auditor. */

import type { Person } from '../../core/roster/roster.ts';
import { parseEnvelope } from '../../core/signoff/dsse.ts';
import { parseStatement } from '../../core/signoff/parse.ts';
import type { SignoffPredicate } from '../../core/signoff/statement.ts';
import type { ChangeRow, SignoffRow } from '../../flows/ports.ts';
import type { ServerWorld } from '../world.ts';

interface Said
  extends Pick<SignoffPredicate, 'conditions' | 'dispositions' | 'answers' | 'assumptions' | 'notChecked'>,
    Pick<SignoffPredicate['review'], 'filesViewed' | 'filesTotal'> {
  readonly sentence: string;
}

export const named = (p: Pick<Person, 'id' | 'name' | 'level'>) => ({ id: p.id, name: p.name, level: p.level });

/** Every word given on this content for this ref, oldest first. */
export async function given(world: ServerWorld, { decision }: ChangeRow): Promise<readonly SignoffRow[]> {
  const { repo, manifest, targetRef } = decision.change;
  return (await world.projections.signoffs({ repo, manifest })).filter((s) => s.targetRef === targetRef).sort((a, b) => a.index - b.index);
}

/** By id. */
export type Named = ReadonlyMap<string, Pick<Person, 'id' | 'name' | 'level'>>;

export const byId = (people: readonly Person[]): Named => new Map(people.map((p) => [p.id, p]));

export async function signed(world: ServerWorld, rows: readonly SignoffRow[], people: Named) {
  const bodies = await world.ledger.bodies(rows);
  return rows.map((row, i) => ({ index: row.index, signer: signerOf(row, people), decision: row.decision, at: row.at, said: saidIn(bodies[i] ?? null) }));
}

const signerOf = (row: SignoffRow, people: Named) => named(people.get(row.signer) ?? { id: row.signer, name: row.signer, level: '' });

/** What the signed bytes say, to be read and not to be relied on: a gate verifies them, a page shows them. Null where erased. */
function saidIn(body: Uint8Array | null): Said | null {
  const envelope = body === null ? null : parseEnvelope(body);
  const statement = envelope?.ok ? parseStatement(envelope.value.payload) : null;
  if (!statement?.ok) return null;
  const { statement: sentence, conditions, dispositions, answers, assumptions, notChecked, review } = statement.value.predicate;
  return { sentence, conditions, dispositions, answers, assumptions, notChecked, filesViewed: review.filesViewed, filesTotal: review.filesTotal };
}

const contentOf = (of: { readonly repo: string; readonly targetRef: string; readonly manifest: string }): string => JSON.stringify([of.repo, of.targetRef, of.manifest]);

/** Each person's latest word on changes that have not landed, in their order: who has signed, and who objects and why. Two questions, however many they are. */
export async function lastWords(world: ServerWorld, rows: readonly ChangeRow[], people: Named) {
  const waiting = rows.filter((row) => row.state === 'open' || row.state === 'signed');
  const all = waiting.length === 0 ? [] : await world.projections.signoffs({ manifests: [...new Set(waiting.map((row) => row.decision.change.manifest))] });
  const given = Map.groupBy(all, contentOf);
  const latest = new Map(waiting.map((row) => [row.id, [...new Map((given.get(contentOf(row.decision.change)) ?? []).map((s) => [s.signer, s])).values()]]));
  const asked = [...latest.values()].flat();
  const bodies = asked.length === 0 ? [] : await world.ledger.bodies(asked);
  const conditions = new Map(asked.map((s, i) => [s, saidIn(bodies[i] ?? null)?.conditions ?? []]));
  const word = (s: SignoffRow) => ({ signer: signerOf(s, people), decision: s.decision, conditions: conditions.get(s) ?? [] });
  return rows.map((row) => (latest.get(row.id) ?? []).map(word));
}
