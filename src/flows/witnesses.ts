/** What is proven of our log and by whom: what the server knows of its witnesses. Below the quorum nothing is ever called proven. */
import { utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { sizeIn } from '../core/log/checkpoint.ts';
import { believedLogs } from '../core/log/proven.ts';
import { parseWitnessPolicy, type Quorum, quorumHolds, type WitnessPolicy } from '../core/log/witness-policy.ts';
import type { Ledger } from './ports.ts';
import type { Cosignatures, PastTrees, WitnessDoor } from './ports-witness.ts';
import { reachable } from './witness-ask.ts';
import { type Collector, type CollectorWorld, type ProvenCheckpoint, provenAt, startCollector, type WitnessStanding, withCosignatures } from './witness-collector.ts';

/** A policy file that was read. */
export interface WitnessPolicyFile {
  readonly text: string;
  readonly policy: WitnessPolicy;
}

/** What is known of one size. */
export interface SizeStanding {
  readonly size: number;
  /** With the cosignatures kept for it. */
  readonly note: string;
  readonly proven: Pick<ProvenCheckpoint, 'by' | 'at'> | null;
}

export interface Witnesses {
  /** In words, such as `2 of a, b, c`; null: `quorum none`. */
  readonly quorum: string | null;
  /** SHA-256 of the policy in force, as the log has it. */
  readonly digest: string;
  /** Its text. */
  readonly policy: string;
  /** The largest proven size; null for good once there is a fork. */
  latest(): ProvenCheckpoint | null;
  /** LOG_FORK, with the proof in hand: nothing is called proven and nothing is appended until an operator decides. null: none was seen. */
  fork(): Problem | null;
  standings(): readonly WitnessStanding[];
  /** null where no checkpoint of this size was published. Problem: LOG_FORK, where it is not one of these entries. */
  at(size: number): Promise<Result<SizeStanding | null>>;
  /** The newest checkpoint with the cosignatures kept for it, proven or not. */
  checkpoint(): Promise<string>;
  /** C2SP tlog-proof of an entry under the largest proven checkpoint; null where the entry is not under it. */
  proof(index: number): Promise<string | null>;
  /** Something was appended. Returns at once. */
  wake(): void;
  stop(): Promise<void>;
}

export interface WitnessesWorld extends Pick<CollectorWorld, 'now' | 'after' | 'log'> {
  readonly ledger: Ledger;
  readonly past: PastTrees;
  readonly cosignatures: Cosignatures;
  door(url: string): WitnessDoor;
}

/**
 * A policy that a server can ask: enough of its witnesses have an address and a key we verify.
 * @param allowNone take `quorum none`. Problems: TRUST_FORMAT, with `place` naming file and line.
 */
export function policyToAsk(text: string, file: string, allowNone: boolean): Result<WitnessPolicyFile> {
  const parsed = parseWitnessPolicy(text, allowNone);
  if (!parsed.ok) return err({ ...parsed.error, place: parsed.error.place === undefined ? file : `${file}: ${parsed.error.place}` });
  const { witnesses, quorum } = parsed.value;
  const strange = witnesses.find((w) => w.url !== null && !isWeb(w.url));
  if (strange !== undefined)
    return err(problem('TRUST_FORMAT', `the address of ${strange.name} is no http or https URL`, { place: file, remedy: 'write the prefix before /add-checkpoint' }));
  const asked = new Set(witnesses.filter((w) => w.url !== null && w.key !== null).map((w) => w.name));
  if (quorum !== null && !quorumHolds(quorum, asked))
    return err(problem('TRUST_FORMAT', 'too few witnesses of the quorum have an address to be asked at', { place: file, remedy: 'write the URL behind the vkey of each witness' }));
  return ok({ text, policy: parsed.value });
}

const isWeb = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

/** What stands in the log where no witness is asked: a server cannot drop its witnesses without a trace. */
const NONE = 'quorum none\n';

/** Appends the entry `witness` where the policy in force is another than the log has. Problems: those of the append. */
export async function recordWitnessPolicy(ledger: Ledger, past: PastTrees, file: WitnessPolicyFile | null): Promise<Result<void>> {
  const body = utf8(file?.text ?? NONE);
  const policy = sha256Hex(body);
  const before = await past.witnessPolicy();
  if (before === policy || (before === null && file === null)) return ok(undefined);
  const laid = await ledger.append(() => ok([{ type: 'witness', fields: { policy }, body }]));
  return laid.ok ? ok(undefined) : laid;
}

/**
 * Brings the log to the policy a server starts with: its entry, and its witnesses asked from now on; null where there is none.
 * Problems: LOG_ORIGIN, LOG_FORK, those of an append.
 */
export async function beginWitnessing(world: WitnessesWorld, file: WitnessPolicyFile | null): Promise<Result<Witnesses | null>> {
  const opened = file === null ? ok(null) : await openWitnesses(world, file);
  if (!opened.ok) return opened;
  const recorded = await recordWitnessPolicy(world.ledger, world.past, file);
  opened.value?.wake();
  if (recorded.ok) return opened;
  await opened.value?.stop();
  return recorded;
}

/** Problems: LOG_ORIGIN, where the policy lists logs and not this one; LOG_FORK, where a proven checkpoint is kept that its entries do not give. */
export async function openWitnesses(world: WitnessesWorld, { text, policy }: WitnessPolicyFile): Promise<Result<Witnesses>> {
  const { past, ledger } = world;
  const [key] = await past.keys();
  if (key === undefined || believedLogs(policy, [key]).length === 0)
    return err(
      problem('LOG_ORIGIN', 'the witness policy lists logs, and this one is not among them', { remedy: 'add a line `log` with the vkey of this log, or leave log lines away' }),
    );
  const asked: CollectorWorld = { ...world, origin: key.name, policy, witnesses: policy.quorum === null ? [] : reachable(policy, world.door) };
  const started = await startCollector(asked);
  if (!started.ok) return started;
  const collector: Collector = started.value;
  collector.wake();
  return ok({
    quorum: policy.quorum === null ? null : quorumWords(policy.quorum),
    digest: sha256Hex(text),
    policy: text,
    latest: collector.latest,
    fork: collector.fork,
    standings: collector.standings,
    at: async (size) => {
      const note = await past.checkpoint(size);
      if (note === null) return ok(null);
      const found = await provenAt(asked, { size, note });
      if (!found.ok) return found;
      const { by, at } = found.value ?? {};
      const shown = collector.fork() === null && by !== undefined && at !== undefined ? { by, at } : null;
      return ok({ size, note: found.value?.note ?? (await withCosignatures(asked, { size, note })), proven: shown });
    },
    checkpoint: async () => {
      const note = await ledger.checkpoint();
      return withCosignatures(asked, { size: sizeIn(note), note });
    },
    proof: async (index) => {
      const latest = collector.latest();
      return latest === null ? null : past.proof(index, latest.checkpoint.size, latest.note);
    },
    wake: collector.wake,
    stop: collector.stop,
  });
}

export function quorumWords(quorum: Quorum): string {
  if ('witness' in quorum) return quorum.witness;
  const members = quorum.members.map((m) => ('witness' in m ? m.witness : `(${quorumWords(m)})`)).join(', ');
  return `${quorum.least} of ${members}`;
}

/**
 * The same ledger, which says so after each append. The append is answered first: nobody waits for a witness. Once a witness has proven
 * a fork nothing is appended: every gate denies, and a log that contradicts itself does not grow.
 */
export const waking = (ledger: Ledger, { wake, fork }: Pick<Witnesses, 'wake' | 'fork'>): Ledger => ({
  ...ledger,
  append: async (plan) => {
    const forked = fork();
    if (forked !== null) return err(forked);
    const answer = await ledger.append(plan);
    if (answer.ok && answer.value.length > 0) wake();
    return answer;
  },
});

/** `after` by the clock of the machine. */
export function after(milliseconds: number, act: () => void): () => void {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
}

/** The same ledger, whose proofs stand under a proven checkpoint wherever the entry is under one: what leaves the house should prove. */
export const provenFirst = (ledger: Ledger, witnesses: Pick<Witnesses, 'proof'> | undefined): Ledger => ({
  ...ledger,
  proof: async (index) => (await witnesses?.proof(index)) ?? ledger.proof(index),
});
