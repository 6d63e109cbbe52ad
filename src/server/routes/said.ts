/** What people said by signing, read back from the envelopes for whoever comes later: the pusher, the next signer, an auditor. */
import { parseEnvelope } from '../../core/signoff/dsse.ts';
import { parseStatement } from '../../core/signoff/parse.ts';
import type { SignoffPredicate } from '../../core/signoff/statement.ts';
import type { Listed } from '../../flows/directory.ts';
import type { ChangeRow, SignoffRow } from '../../flows/ports.ts';
import type { ServerWorld } from '../world.ts';

interface Said
  extends Pick<SignoffPredicate, 'conditions' | 'dispositions' | 'answers' | 'assumptions' | 'notChecked'>,
    Pick<SignoffPredicate['review'], 'filesViewed' | 'filesTotal'> {
  readonly sentence: string;
}

export const named = (p: Pick<Listed, 'id' | 'name' | 'level'>) => ({ id: p.id, name: p.name, level: p.level });

/** Every word given on this content for this ref, oldest first. */
export async function given(world: ServerWorld, { decision }: ChangeRow): Promise<readonly SignoffRow[]> {
  const { repo, manifest, targetRef } = decision.change;
  return (await world.projections.signoffs({ repo, manifest })).filter((s) => s.targetRef === targetRef).sort((a, b) => a.index - b.index);
}

export async function signed(world: ServerWorld, row: SignoffRow, people: readonly Listed[]) {
  return { index: row.index, signer: signerOf(row, people), decision: row.decision, at: row.at, said: await saidIn(world, row) };
}

const signerOf = (row: SignoffRow, people: readonly Listed[]) => named(people.find((p) => p.id === row.signer) ?? { id: row.signer, name: row.signer, level: '' });

/** What the signed bytes say, to be read and not to be relied on: a gate verifies them, a page shows them. Null where erased. */
async function saidIn(world: ServerWorld, row: SignoffRow): Promise<Said | null> {
  const body = await world.ledger.body(row.body);
  const envelope = body === null ? null : parseEnvelope(body);
  const statement = envelope?.ok ? parseStatement(envelope.value.payload) : null;
  if (!statement?.ok) return null;
  const { statement: sentence, conditions, dispositions, answers, assumptions, notChecked, review } = statement.value.predicate;
  return { sentence, conditions, dispositions, answers, assumptions, notChecked, filesViewed: review.filesViewed, filesTotal: review.filesTotal };
}

/** Each person's latest word on a change that has not landed: who has signed, and who objects and why. */
export async function lastWords(world: ServerWorld, row: ChangeRow, people: readonly Listed[]) {
  if (row.state !== 'open' && row.state !== 'signed') return [];
  const latest = new Map((await given(world, row)).map((s) => [s.signer, s]));
  return Promise.all([...latest.values()].map(async (s) => ({ signer: signerOf(s, people), decision: s.decision, conditions: (await saidIn(world, s))?.conditions ?? [] })));
}
