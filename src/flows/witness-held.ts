/**
 * What witnesses hold of this log, asked before it is opened to anybody: a folder alone cannot tell that it is an older copy of itself,
 * and whoever signs on from one makes a fork.
 */
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { openBySize, type SigningKey } from '../core/log/checkpoint.ts';
import { cosignaturesOf, type WitnessKey } from '../core/log/cosignature.ts';
import { parseNote } from '../core/log/note.ts';
import { quorumHolds, type WitnessPolicy } from '../core/log/witness-policy.ts';
import type { WitnessDoor } from './ports-witness.ts';
import { reachable } from './witness-ask.ts';

export interface HeldWorld {
  /** Every key the log ever signed with, as the folder has it. */
  readonly keys: readonly SigningKey[];
  door(url: string): WitnessDoor;
  log(line: string): void;
}

/**
 * Their last checkpoints under one of our own signatures; whether the log holds them, the store says. One that does not answer is
 * named and passed over: it is asked again with the first cosignature. Problem: LOG_FORK, where a quorum cosigned this log under a
 * key that the folder does not know, as after it was put back to before a rotation. Below a quorum that is a claim that anybody can make.
 */
export async function heldByWitnesses({ keys, door, log }: HeldWorld, policy: WitnessPolicy | null): Promise<Result<readonly string[]>> {
  const origin = keys[0]?.name;
  if (policy === null || origin === undefined) return ok([]);
  const held: string[] = [];
  const strange = new Set<string>();
  const answers = reachable(policy, door).map(async (witness) => ({ witness, shown: await witness.door.checkpoint(origin) }));
  for (const { witness, shown } of await Promise.all(answers)) {
    if (!shown.ok) log(`witness ${witness.name}: not asked what it holds, ${shown.error.message} [${shown.error.code}]`);
    if (!shown.ok || shown.value === null) continue;
    if (openBySize(shown.value, keys).ok) held.push(shown.value);
    else if (cosigned(shown.value, origin, witness.key)) strange.add(witness.name);
  }
  for (const name of strange) log(`witness ${name}: it cosigned ${origin} under a key that this folder does not know [LOG_SIG]`);
  return policy.quorum !== null && strange.size > 0 && quorumHolds(policy.quorum, strange) ? err(replaced(strange)) : ok(held);
}

/** Ours by name, and truly cosigned by this witness, whoever signed it as the log. */
function cosigned(note: string, origin: string, witness: WitnessKey): boolean {
  const parsed = parseNote(note);
  const lines = parsed.ok ? cosignaturesOf(parsed.value, [witness]) : parsed;
  return lines.ok && lines.value.length > 0 && note.startsWith(`${origin}\n`);
}

const replaced = (by: ReadonlySet<string>) =>
  problem('LOG_FORK', `${[...by].join(', ')} cosigned this log under a key that the folder does not know: it is an older copy, or another log of the same name`, {
    remedy: 'put back the folder that holds it; keep this one: it is evidence',
  });
