/**
 * Whether a checkpoint is proven: signed by the log and cosigned to the quorum of a policy. A log alone can show each reader another
 * tree, or drop its newest entries; a quorum of witnesses each saw one tree, and it only ever grew.
 */
import { equal } from '../base/bytes.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { openAnyCheckpoint } from './any-checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type Cosignature, cosignaturesOf } from './cosignature.ts';
import { type NoteKey, parseNote } from './note.ts';
import { type Quorum, quorumHolds, type WitnessPolicy } from './witness-policy.ts';

export interface Cosigned {
  /** As the policy calls the witness. */
  readonly witness: string;
  /** Milliseconds since 1970: the end of the second its first line names. */
  readonly at: number;
}

export interface Proven {
  readonly checkpoint: Checkpoint;
  /** Every witness of the policy that cosigned, each once, earliest first. */
  readonly by: readonly Cosigned[];
  /** Milliseconds since 1970; see `provenAt`. */
  readonly at: number;
}

/**
 * Is this checkpoint proven, by whom, and since when? The attacker controls the note.
 * Problems: LOG_FORMAT, LOG_ORIGIN (no key of that origin), LOG_SIG, LOG_QUORUM. `quorum none` proves nothing: LOG_QUORUM.
 * @param logs whose checkpoints are believed; where the policy lists logs, only those of them it lists.
 */
export function proven(note: string, policy: WitnessPolicy, logs: readonly NoteKey[] = policy.logs.map((l) => l.key)): Result<Proven> {
  const checkpoint = openAnyCheckpoint(note, believedLogs(policy, logs));
  if (!checkpoint.ok) return checkpoint;
  const by = cosigners(note, policy);
  if (!by.ok) return by;
  const at = policy.quorum === null ? undefined : provenAt(policy.quorum, by.value);
  if (at === undefined) return err(problem('LOG_QUORUM', tooFew(policy, by.value)));
  return ok({ checkpoint: checkpoint.value, by: by.value, at });
}

/** Of these logs, those the policy lists; all of them where it lists none. */
export const believedLogs = (policy: WitnessPolicy, logs: readonly NoteKey[]): readonly NoteKey[] =>
  policy.logs.length === 0 ? logs : logs.filter((k) => policy.logs.some((l) => l.key.name === k.name && equal(l.key.key, k.key)));

/** Witnesses are counted, never lines: of several by one the earliest is taken. */
function cosigners(note: string, policy: WitnessPolicy): Result<readonly Cosigned[]> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const lines = cosignaturesOf(
    parsed.value,
    policy.witnesses.flatMap((w) => w.key ?? []),
  );
  if (!lines.ok) return lines;
  const cosigned = policy.witnesses.flatMap((w) => {
    const times = lines.value.filter((line) => line.by === w.key).map(endOfSecond);
    return times.length === 0 ? [] : [{ witness: w.name, at: Math.min(...times) }];
  });
  return ok(cosigned.sort((a, b) => a.at - b.at));
}

/**
 * A line made at 12:00:00.7 names 12:00:00. What counts is the latest it can have been: a key revoked in between would otherwise
 * seem to have signed in time.
 */
const endOfSecond = ({ time }: Cosignature): number => time * 1000 + 999;

/**
 * The earliest time by which the quorum stood. Everything under the checkpoint was there by then, so it bounds from above when
 * anything in it was signed; a line that came later says nothing new, and must not make old entries look younger. The first line alone
 * is not enough: one witness with a wrong or a bribed clock could date back what a stolen key signed. With k of n, k would have to lie.
 */
function provenAt(quorum: Quorum, earliestFirst: readonly Cosigned[]): number | undefined {
  const there = new Set<string>();
  for (const { witness, at } of earliestFirst) if (quorumHolds(quorum, there.add(witness))) return at;
  return undefined;
}

function tooFew(policy: WitnessPolicy, by: readonly Cosigned[]): string {
  if (policy.quorum === null) return 'the policy asks no witness, so nothing is proven';
  return by.length === 0 ? 'no witness of the policy cosigned the checkpoint' : `only ${by.map((c) => c.witness).join(', ')} cosigned the checkpoint, and that is no quorum`;
}
