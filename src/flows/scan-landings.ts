/** Every landing of a repository, judged by what it rests on. */
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { isAbsent } from '../core/change/manifest.ts';
import type { Landing, Period } from '../core/gate/population.ts';
import type { Chain, RefHistory } from './ports-scan.ts';
import { groundOf, heldBy, type Judging } from './scan-chain.ts';
import type { LandedEntry, RefLog } from './scan-log.ts';

/** By ref, in the order of the log. */
export type Landings = ReadonlyMap<string, readonly Landing[]>;

/** Each landing judged, in the order of the log across refs: what one spent no later one has. */
export async function landingsOf(
  { history }: { readonly history: RefHistory },
  judging: Judging,
  chains: ReadonlyMap<string, Chain>,
  { repo, period, signal }: { readonly repo: string; readonly period: Period; readonly signal?: AbortSignal },
): Promise<Result<Landings>> {
  const moves = [...judging.all.refs]
    .flatMap(([ref, log]) => [...log.landings, ...reached(log, chains.get(ref))].map((landing) => ({ ref, landing })))
    .sort((a, b) => a.landing.entry - b.landing.entry);
  const read = await history.manifests(
    moves.map(({ landing: { old, new: to } }) => ({ from: isAbsent(old) ? null : old, to })),
    signal,
  );
  if (!read.ok) return read;
  const found = new Map<string, Landing[]>();
  for (const [i, { ref, landing }] of moves.entries()) {
    if (signal?.aborted === true) return err(problem('GIT_FAILED', 'the scan was stopped'));
    const manifest = read.value[i] ?? null;
    const inPeriod = landing.at >= period.since && landing.at < period.until;
    if (!inPeriod) await groundOf(judging, landing);
    const held = inPeriod ? await heldBy(judging, { repo, ref }, landing, manifest) : UNASKED;
    const { entry, at, old, new: to, change } = landing;
    const own = found.get(ref) ?? [];
    found.set(ref, own);
    own.push({ entry, at, old, new: to, change, manifest, held });
    judging.log.progress('what landed', (i + 1) / moves.length);
  }
  return ok(found);
}

/** What was let pass and not written down, where the ref goes through it. */
function reached({ pending }: RefLog, chain: Chain | undefined): readonly LandedEntry[] {
  if (pending.size === 0 || chain === undefined) return [];
  const asked = new Map([...pending.values()].map((p) => [p.new, p]));
  const found = new Set<LandedEntry>();
  for (let i = 0; i < chain.length; i++) {
    const one = asked.get(chain.commit(i));
    if (one !== undefined) found.add(one);
  }
  return [...found];
}

/** Outside the period nothing is said of it. */
const UNASKED: Landing['held'] = { how: 'passed', signers: [], would: null, review: null, erased: false };

/** Whether a gate that enforced let it: what lies outside the period is judged for whoever asks. */
export async function wasLet(judging: Judging, at: { readonly repo: string; readonly ref: string }, landing: Landing): Promise<boolean> {
  const held = landing.held === UNASKED ? await judgedNow(judging, at, landing) : landing.held;
  return held !== undefined && held.how !== 'violation' && held.how !== 'watched';
}

async function judgedNow(judging: Judging, at: { readonly repo: string; readonly ref: string }, { entry, manifest }: Landing): Promise<Landing['held'] | undefined> {
  const log = judging.all.refs.get(at.ref);
  const landing = log?.landings.find((l) => l.entry === entry) ?? [...(log?.pending.values() ?? [])].find((l) => l.entry === entry);
  return landing && heldBy(judging, at, landing, manifest);
}
