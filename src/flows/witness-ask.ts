/** Asks one witness to cosign one checkpoint, catching up from whatever it saw last. Nothing it says is believed but its signature. */
import { equal } from '../core/base/bytes.ts';
import { type Problem, problem } from '../core/base/result.ts';
import { formatAddCheckpoint, SIZE_TYPE } from '../core/log/add-checkpoint.ts';
import { type Checkpoint, openBySize, sizeIn } from '../core/log/checkpoint.ts';
import { cosignaturesOf, type WitnessKey } from '../core/log/cosignature.ts';
import { parseNote } from '../core/log/note.ts';
import { decimal } from '../core/log/strict.ts';
import type { WitnessPolicy } from '../core/log/witness-policy.ts';
import type { Ledger } from './ports.ts';
import type { PastTrees, WitnessAnswer, WitnessDoor } from './ports-witness.ts';

export interface AskedWitness {
  /** As the policy calls it. */
  readonly name: string;
  readonly key: WitnessKey;
  readonly vkey: string;
  readonly door: WitnessDoor;
}

/** Those of the policy that can be reached and verified. */
export const reachable = (policy: WitnessPolicy, door: (url: string) => WitnessDoor): readonly AskedWitness[] =>
  policy.witnesses.flatMap(({ name, key, vkey, url }) => (key === null || url === null ? [] : [{ name, key, vkey, door: door(url) }]));

export interface AskWorld {
  readonly ledger: Pick<Ledger, 'checkpoint'>;
  readonly past: PastTrees;
  /** The name of our log. */
  readonly origin: string;
}

/** A published checkpoint. */
export interface Target {
  readonly size: number;
  /** As the log signed it. */
  readonly note: string;
}

export type Asked =
  | { readonly did: 'cosigned'; readonly line: string }
  /** It has cosigned this larger size already, so it cannot cosign the target any more. */
  | { readonly did: 'ahead'; readonly size: number }
  | { readonly did: 'failed'; readonly problem: Problem };

/** An honest witness needs two: one to say where it stands, one to follow. */
const TRIES = 3;

/** @param from the size it cosigned last, as far as we know. Problems: WITNESS_UNAVAILABLE, LOG_SIG, LOG_FORK. */
export async function askWitness(world: AskWorld, witness: AskedWitness, target: Target, from: number): Promise<Asked> {
  let old = from;
  for (let i = 0; i < TRIES; i++) {
    const proof = old === 0 ? [] : await world.past.consistency(old, target.size);
    if (proof === null) return { did: 'ahead', size: old };
    const answer = await witness.door.add(formatAddCheckpoint({ old, proof, checkpoint: target.note }));
    if (!answer.ok) return failed(answer.error);
    if (answer.value.status === 200) return cosigned(witness, target, answer.value.body);
    const stands = standsAt(answer.value);
    if (stands === undefined) return failed(await refusal(world, witness, answer.value));
    if (stands > target.size) return ahead(world, witness, stands);
    old = stands;
  }
  return failed(problem('WITNESS_UNAVAILABLE', 'it names another size each time'));
}

function cosigned(witness: AskedWitness, target: Target, body: string): Asked {
  const note = parseNote(target.note + body);
  const lines = note.ok ? cosignaturesOf(note.value, [witness.key]) : note;
  if (!lines.ok) return failed(lines.error);
  const [first] = [...lines.value].sort((a, b) => a.time - b.time);
  return first === undefined ? failed(problem('LOG_SIG', 'it answers with no cosignature by its own key')) : { did: 'cosigned', line: first.line };
}

const standsAt = ({ status, type, body }: WitnessAnswer): number | undefined => (status === 409 && type === SIZE_TYPE ? decimal(body.replace(/\n$/, '')) : undefined);

/** A size we have is a witness ahead of the target; one beyond our log is a claim that it showed a longer one. */
async function ahead(world: AskWorld, witness: AskedWitness, size: number): Promise<Asked> {
  if ((await world.past.root(size)) !== null) return { did: 'ahead', size };
  const fork = await contradiction(world, witness);
  return failed(fork ?? problem('WITNESS_UNAVAILABLE', `it says it saw this log at size ${size}, which it never had, and shows nothing for it`));
}

async function refusal(world: AskWorld, witness: AskedWitness, { status, body }: WitnessAnswer): Promise<Problem> {
  const fork = status === 422 ? await contradiction(world, witness) : null;
  const words = body
    .replace(/[^ -~]+/g, ' ')
    .trim()
    .slice(0, 200);
  return fork ?? problem('WITNESS_UNAVAILABLE', `it answers ${status}${words === '' ? '' : `: ${words}`}`);
}

/**
 * The proof that this log is not the one the witness saw: a checkpoint with our own signature that our entries do not give. A witness
 * can claim a fork and cannot make that up, unless it has a key of ours: one that was replaced counts for the sizes it signed alone. Problem: LOG_FORK; null where there is no such proof.
 */
async function contradiction(world: AskWorld, { door }: AskedWitness): Promise<Problem | null> {
  const shown = await door.checkpoint(world.origin);
  const seen = shown.ok && shown.value !== null ? openBySize(shown.value, await world.past.keys()) : null;
  return seen?.ok === true ? forkAt(world, seen.value) : null;
}

/** What a checkpoint under our own signature says against our entries; null: they give it. Problem: LOG_FORK. */
export async function forkAt({ ledger, past }: Pick<AskWorld, 'ledger' | 'past'>, { size, root }: Checkpoint): Promise<Problem | null> {
  const ours = await past.root(size);
  if (ours !== null && equal(ours, root)) return null;
  const now = sizeIn(await ledger.checkpoint());
  const what = ours === null ? `it signed ${size} entries once and has ${now} now` : `at size ${size} it signed another tree than the one here`;
  return problem('LOG_FORK', `this log is not the one its witnesses saw: ${what}`, {
    remedy: 'the data folder was put back or changed: keep it as evidence, and restore the newest (docs/guides/witness.md)',
  });
}

const failed = (reason: Problem): Asked => ({ did: 'failed', problem: reason });
