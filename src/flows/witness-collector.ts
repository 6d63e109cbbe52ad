/**
 * Collects cosignatures, beside everything else: nobody who pushes or signs ever waits for a witness. All witnesses are asked for the
 * same size until it is proven or nobody is left to ask; only then for the newest. Asked for whatever is newest each, they would never
 * agree on a size while the log grows.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { sizeIn } from '../core/log/checkpoint.ts';
import type { NoteKey } from '../core/log/note.ts';
import { type Proven, proven } from '../core/log/proven.ts';
import type { WitnessPolicy } from '../core/log/witness-policy.ts';
import type { Cosignatures } from './ports-witness.ts';
import { type Asked, type AskedWitness, type AskWorld, askWitness, forkAt, type Target } from './witness-ask.ts';

export interface CollectorWorld extends AskWorld {
  readonly policy: WitnessPolicy;
  /** Those of the policy that can be reached and verified. */
  readonly witnesses: readonly AskedWitness[];
  readonly cosignatures: Cosignatures;
  now(): number;
  /** Calls back once, that many milliseconds from now, unless taken back. */
  after(milliseconds: number, act: () => void): () => void;
  log(line: string): void;
}

/** Proven, with the note that shows it: the log's signature and every cosignature kept. */
export interface ProvenCheckpoint extends Proven {
  readonly note: string;
}

export interface WitnessStanding {
  readonly name: string;
  /** What it cosigned last, as far as is known; 0: nothing yet. */
  readonly size: number;
  /** Why it is not asked for a while; null: it answers, or was not asked yet. */
  readonly problem: Problem | null;
}

export interface Collector {
  /** Something may have been published. Returns at once. */
  wake(): void;
  standings(): readonly WitnessStanding[];
  /** The largest proven checkpoint this collector has seen; null for good once there is a fork. */
  latest(): ProvenCheckpoint | null;
  /** LOG_FORK: this log's own signature stands under a checkpoint that its entries do not give. null: nothing of the kind was seen. */
  fork(): Problem | null;
  /** Resolves when nothing it began is under way any more. */
  stop(): Promise<void>;
}

/** Doubles from the first to the last with each failure. */
const BACK_OFF = { first: 1_000, last: 30_000 } as const;

interface Following {
  readonly witness: AskedWitness;
  size: number;
  problem: Problem | null;
  /** What it is being asked for; null: nothing is in flight. */
  asking: number | null;
  failures: number;
  retryAt: number;
}

/** A checkpoint all are asked for. */
interface Round extends Target {
  readonly cosigned: Set<string>;
}

/** Problem: LOG_FORK, where what is kept shows one already. */
export async function startCollector(world: CollectorWorld): Promise<Result<Collector>> {
  const kept = await latestProven(world);
  return kept.ok ? ok(await collectorFrom(world, kept.value)) : kept;
}

async function collectorFrom(world: CollectorWorld, begun: ProvenCheckpoint | null): Promise<Collector> {
  const known = await Promise.all(world.witnesses.map((w) => world.cosignatures.last(w.vkey)));
  const following = world.witnesses.map((witness, i): Following => ({ witness, size: known[i] ?? 0, problem: null, asking: null, failures: 0, retryAt: 0 }));
  const flights = new Set<Promise<void>>();
  let round: Round | null = null;
  let latest = begun;
  let fork: Problem | null = null;
  let cancelTimer = (): void => undefined;
  let stopped = false;

  const see = async (target: Target): Promise<void> => {
    const found = await provenAt(world, target);
    if (!found.ok) fork ??= found.error;
    else if (found.value !== null && found.value.checkpoint.size >= (latest?.checkpoint.size ?? 0)) latest = found.value;
  };
  // Of a log that contradicts itself nothing more is asked: a witness that lags would cosign the wrong half.
  const askable = (f: Following, r: Round): boolean => fork === null && f.asking === null && f.retryAt <= world.now() && !r.cosigned.has(f.witness.name) && f.size <= r.size;
  /** Nothing more comes of this round for now. */
  const over = (r: Round): boolean => latest?.checkpoint.size === r.size || !following.some((f) => f.asking === r.size || askable(f, r));

  const step = async (): Promise<void> => {
    const newest = await newestTarget(world);
    if (newest === null) return;
    if (round === null || (round.size < newest.size && over(round))) round = { ...newest, cosigned: await cosignedBy(world, newest.size) };
    for (const f of following) if (!stopped && askable(f, round)) fly(f, round);
    const waiting = following.filter((f) => f.asking === null && f.retryAt > world.now()).map((f) => f.retryAt - world.now());
    cancelTimer();
    if (!stopped && fork === null && waiting.length > 0) cancelTimer = world.after(Math.min(...waiting), wake);
  };

  const fly = (f: Following, r: Round): void => {
    f.asking = r.size;
    const flight = askWitness(world, f.witness, r, f.size)
      .then((asked) => heard(f, r, asked))
      .catch((cause: unknown) => failed(f, problem('INTERNAL', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))))
      .then(() => {
        f.asking = null;
        flights.delete(flight);
        wake();
      });
    flights.add(flight);
  };

  const heard = async (f: Following, r: Round, asked: Asked): Promise<void> => {
    if (asked.did === 'failed') return failed(f, asked.problem);
    f.failures = 0;
    if (f.problem !== null) world.log(`witness ${f.witness.name}: answers again`);
    f.problem = null;
    if (asked.did === 'ahead') f.size = asked.size;
    if (asked.did !== 'cosigned') return;
    await world.cosignatures.keep({ size: r.size, witness: f.witness.vkey, line: asked.line });
    f.size = r.size;
    r.cosigned.add(f.witness.name);
    await see(r);
  };

  /** Said once, however often it fails the same way. */
  const failed = (f: Following, reason: Problem): void => {
    if (f.problem?.message !== reason.message) world.log(`witness ${f.witness.name}: ${reason.message} [${reason.code}]`);
    f.problem = reason;
    if (reason.code === 'LOG_FORK') fork ??= reason;
    f.retryAt = world.now() + Math.min(BACK_OFF.last, BACK_OFF.first * 2 ** Math.min(f.failures, 10));
    f.failures++;
  };

  const wake = oneAtATime(async () => {
    if (!stopped) await step();
  }, world.log);
  return {
    wake,
    standings: () => following.map(({ witness, size, problem }) => ({ name: witness.name, size, problem })),
    latest: () => (fork === null ? latest : null),
    fork: () => fork,
    stop: async () => {
      stopped = true;
      cancelTimer();
      await Promise.all(flights);
      await wake.idle();
    },
  };
}

/** Runs now, or once more after the run under way, however often it is asked in between. */
function oneAtATime(run: () => Promise<void>, log: (line: string) => void): (() => void) & { idle(): Promise<void> } {
  let running: Promise<void> | null = null;
  let again = false;
  const loop = async (): Promise<void> => {
    while (again) {
      again = false;
      await run().catch((cause: unknown) => log(`collecting cosignatures: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`));
    }
    running = null;
  };
  const wake = (): void => {
    again = true;
    running ??= loop();
  };
  return Object.assign(wake, { idle: async () => void (await running) });
}

async function newestTarget({ ledger }: CollectorWorld): Promise<Target | null> {
  const note = await ledger.checkpoint();
  const size = sizeIn(note);
  return size === 0 ? null : { size, note };
}

async function cosignedBy({ cosignatures, policy }: Pick<CollectorWorld, 'cosignatures' | 'policy'>, size: number): Promise<Set<string>> {
  const lines = await cosignatures.at(size);
  return new Set(policy.witnesses.filter((w) => lines.some((l) => l.witness === w.vkey)).map((w) => w.name));
}

type KeptWorld = Pick<CollectorWorld, 'cosignatures' | 'policy' | 'past' | 'ledger'>;

/** The log's note with the line of every witness of the policy under it that verifies: a row somebody spoiled spoils nothing else. */
export async function withCosignatures({ cosignatures, policy, past }: Pick<KeptWorld, 'cosignatures' | 'policy' | 'past'>, { size, note }: Target): Promise<string> {
  const ofPolicy = new Set(policy.witnesses.map((w) => w.vkey));
  const lines = (await cosignatures.at(size)).filter((l) => ofPolicy.has(l.witness));
  const keys = await past.keys();
  return lines.reduce((whole, { line }) => (verifies(whole + line, policy, keys) ? whole + line : whole), note);
}

const verifies = (note: string, policy: WitnessPolicy, keys: readonly NoteKey[]): boolean => {
  const answer = proven(note, policy, keys);
  return answer.ok || answer.error.code === 'LOG_QUORUM';
};

/**
 * null: not proven by what is kept and by the policy in force. A row of the database is nobody's word: cosigned or not, a checkpoint is
 * of this log only where our own entries give its root. Problem: LOG_FORK.
 */
export async function provenAt(world: KeptWorld, target: Target): Promise<Result<ProvenCheckpoint | null>> {
  const note = await withCosignatures(world, target);
  const answer = proven(note, world.policy, await world.past.keys());
  if (!answer.ok) return ok(null);
  const fork = await forkAt(world, answer.value.checkpoint);
  if (fork !== null) return err(fork);
  return ok(answer.value.checkpoint.size === target.size ? { ...answer.value, note } : null);
}

const PAGE = 200;

/** The largest proven size of all that have lines; by the policy in force now, whatever was in force then. Problem: LOG_FORK. */
async function latestProven(world: KeptWorld): Promise<Result<ProvenCheckpoint | null>> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const sizes = await world.cosignatures.sizes(before, PAGE);
    for (const size of sizes) {
      const note = await world.past.checkpoint(size);
      const found = note === null ? ok(null) : await provenAt(world, { size, note });
      if (!found.ok || found.value !== null) return found;
    }
    const last = sizes.at(-1);
    if (last === undefined) return ok(null);
    before = last;
  }
}
