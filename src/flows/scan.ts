/**
 * The bypass scanner: gathers what the log proves and what git holds, decides for each first-parent step of each protected ref how it
 * came there, and tells. It asks no projection and no gate: a row that somebody edited says nothing here, and a ref that a forge moves is
 * judged as one that our own gate guards.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { isAbsent } from '../core/change/manifest.ts';
import { HOWS, type How, type Period, populationOf, type Row } from '../core/gate/population.ts';
import { type Bypass, bypassesFrom, type LoggedViolation, toldIn, type Violation } from '../core/gate/violations.ts';
import { type AccountLog, provenBodies } from './account-log.ts';
import { type People, peopleOf } from './account-people.ts';
import type { Chain } from './ports-scan.ts';
import type { Judging } from './scan-chain.ts';
import { type Landings, landingsOf } from './scan-landings.ts';
import { type RefLog, type ScannedLog, scanLog } from './scan-log.ts';
import { refsToScan } from './scan-refs.ts';
import { lastBack, lostOf, type Returned, returnedOn, tellsOf, toldBy, toldRows, toldStill, violationsOf } from './scan-violations.ts';
import { type Weighed, type WeighWorld, weighAll } from './scan-weigh.ts';

export interface ScanWorld extends WeighWorld {
  readonly log: AccountLog;
}

export interface ScanAsk {
  /** What the log calls the repository. */
  readonly repo: string;
  /** Globs over full ref names, beside what policy protects. */
  readonly refs: readonly string[];
  readonly period: Period;
  readonly signal?: AbortSignal;
}

export type Counts = { readonly [how in How]: number };

export interface ScannedRef {
  readonly ref: string;
  /** null: it is not here. */
  readonly tip: Oid | null;
  /** Milliseconds since 1970; null: the log never heard of it, so that all of it was there before. */
  readonly knownSince: number | null;
  readonly counts: Counts;
}

export interface Scan {
  readonly repo: string;
  readonly log: { readonly origin: string; readonly size: number; readonly root: Uint8Array };
  readonly mode: 'production' | 'demo' | 'unknown';
  readonly organisation: string;
  readonly pin: string | null;
  /** A trust file said which level is above which, and who makes keys. */
  readonly trusted: boolean;
  readonly period: Period;
  readonly refs: readonly ScannedRef[];
  readonly counts: Counts;
  /** What was found by this scan, weighed. */
  readonly findings: readonly Weighed[];
  /** Refs on which something was found once and nothing is any more, each the first time that is seen. */
  readonly returned: readonly Returned[];
  /** Landings that are on another protected branch, and on theirs no more. */
  readonly moved: readonly Bypass[];
  /** Of this repository, all the log ever told of, and what was found now. */
  readonly violations: readonly Violation[];
  /** Landings by break-glass whose review is owed, or overdue. */
  readonly reviews: { readonly owed: number; readonly overdue: number };
  readonly erased: number;
  readonly notes: readonly string[];
}

/**
 * @param take is given every row of the population, ref by ref, oldest first; what it answers is waited for.
 * Problems: those of a log; NOT_FOUND where the log says nothing of that repository; CONTENT_UNSEEN, GIT_FAILED.
 */
export async function scan(world: ScanWorld, ask: ScanAsk, take: (row: Row) => void | Promise<void>): Promise<Result<Scan, readonly Problem[]>> {
  const log = provenBodies(world.log);
  // Before the log: what moves meanwhile was let pass before it moved, and the log that is read then says so.
  const branches = await world.history.branches();
  if (!branches.ok) return err([branches.error]);
  const all = await scanLog(log, ask.repo);
  if (!all.ok) return err([all.error]);
  if (all.value.repositories.size > 0 && !all.value.repositories.has(ask.repo)) return err([unknownRepository(ask.repo, all.value)]);
  const people = await peopleOf(log, all.value.authority);
  const judging: Judging = { log, people, all: all.value, erased: erasedBy(people), spent: new Map(), now: world.now() };
  const { refs, notes } = await refsToScan(world, branches.value, all.value.refs.keys(), ask.refs);
  const chains = await chainsOf(world, branches.value, refs, ask.signal);
  if (!chains.ok) return err([chains.error]);
  const landings = await landingsOf(world, judging, chains.value, ask);
  if (!landings.ok) return err([landings.error]);
  const told = await toldBy(log, all.value.violations, ask.repo);
  const standing = await toldStill(world, toldIn(told), branches.value);
  const walked = await walkRefs({ ask, firsts: await firstsOf(world, all.value, chains.value), chains: chains.value, landings: landings.value, told: standing }, take);
  const open = walked.findings.filter((f) => f.elsewhere === null);
  const weighed = await weighAll(
    world,
    open.filter((f) => f.told === null),
    (finding) => ({ tells: tellsOf(finding, standing, chains.value.get(finding.ref), all.value.refs.get(finding.ref)), after: lastBack(told, finding.ref) }),
    (finding) => lostOf(judging, finding),
    (share) => log.progress('what was found', share),
  );
  const violations = await violationsOf(world, { judging, told, weighed, branches: branches.value, landings: landings.value, repo: ask.repo });
  const { origin, size, root } = all.value.checkpoint;
  return ok({
    ...{ repo: ask.repo, log: { origin, size, root }, mode: people?.mode ?? 'unknown', organisation: people?.organisation ?? '', pin: people?.pin ?? null },
    ...{ trusted: log.trust?.ladder !== undefined, period: ask.period, refs: walked.refs, counts: walked.counts, findings: weighed },
    returned: isWhole(ask.period, all.value.lastAt) ? returnedOn(walked.refs, walked.findings, standing) : [],
    moved: walked.findings.filter((f) => f.elsewhere !== null),
    violations,
    reviews: walked.reviews,
    erased: walked.erased,
    notes: [...notes, ...(people === undefined ? ['the genesis has lost its bytes or cannot be read: no signature can be looked up'] : [])],
  });
}

const unknownRepository = (repo: string, { repositories }: ScannedLog): Problem =>
  problem('NOT_FOUND', `the log says nothing of a repository ${repo}`, { place: '--as', remedy: `name it as the log does: ${[...repositories].sort().slice(0, 10).join(', ')}` });

/** Of a part nobody can say that nothing is there any more. */
const isWhole = ({ since, until }: Period, last: number): boolean => since === Number.NEGATIVE_INFINITY && until > last;

function erasedBy(people: People | undefined): ReadonlySet<string> {
  const bodies = (people?.said ?? []).filter((e) => e.type === 'erasure').flatMap((e) => (Array.isArray(e.fields.bodies) ? e.fields.bodies.map(String) : []));
  return new Set(bodies);
}

type Chains = ReadonlyMap<string, Chain>;
const NO_CHAIN: Chain = { length: 0, commit: () => '', claimed: () => 0 };

async function chainsOf({ history }: ScanWorld, branches: ReadonlyMap<string, Oid>, refs: readonly string[], signal: AbortSignal | undefined): Promise<Result<Chains>> {
  const chains = new Map<string, Chain>();
  const tips = new Map<Oid, Chain>();
  for (const ref of refs) {
    const tip = branches.get(ref);
    const known = tip === undefined ? NO_CHAIN : tips.get(tip);
    const chain = known === undefined ? await history.chain(tip ?? '', signal) : ok(known);
    if (!chain.ok) return err({ ...chain.error, place: ref });
    chains.set(ref, chain.value);
    if (tip !== undefined) tips.set(tip, chain.value);
  }
  return ok(chains);
}

/** Of a ref that was rewound behind where the log first saw it, what is left of the way there was there before as well. */
async function firstsOf({ history }: ScanWorld, { refs }: ScannedLog, chains: Chains): Promise<ReadonlyMap<string, RefLog['first']>> {
  const firsts = new Map<string, RefLog['first']>();
  for (const [ref, chain] of chains) {
    const first = refs.get(ref)?.first;
    if (first !== undefined) firsts.set(ref, { ...first, old: await forkedFrom(history, chain, first.old) });
  }
  return firsts;
}

async function forkedFrom(history: ScanWorld['history'], chain: Chain, old: Oid): Promise<Oid> {
  if (isAbsent(old) || chain.length === 0) return old;
  for (let i = 0; i < chain.length; i++) if (chain.commit(i) === old) return old;
  const then = await history.chain(old);
  let same = 0;
  while (then.ok && same < Math.min(chain.length, then.value.length) && chain.commit(same) === then.value.commit(same)) same += 1;
  return same === 0 ? old : chain.commit(same - 1);
}

interface Walking {
  readonly ask: ScanAsk;
  readonly firsts: ReadonlyMap<string, RefLog['first']>;
  readonly chains: Chains;
  readonly landings: Landings;
  /** Without those of which the ref was back since: what stands there now is another time. */
  readonly told: readonly LoggedViolation[];
}

const zero = (): { [how in How]: number } => Object.fromEntries(HOWS.map((how) => [how, 0])) as { [how in How]: number };

async function walkRefs({ ask, firsts, chains, landings, told }: Walking, take: (row: Row) => void | Promise<void>) {
  const [refs, findings]: [ScannedRef[], Bypass[]] = [[], []];
  const [counts, reviews] = [zero(), { owed: 0, overdue: 0 }];
  let erased = 0;
  const elsewhere = heldElsewhere(chains, landings);
  for (const [ref, chain] of chains) {
    const own = zero();
    const { take: find, found } = bypassesFrom();
    const first = firsts.get(ref) ?? null;
    const facts = { repo: ask.repo, ref, chain, landings: landings.get(ref) ?? [], first, told: toldRows(told, ref), elsewhere: (commit: Oid) => elsewhere(ref, commit) };
    for (const row of populationOf(facts, ask.period)) {
      own[row.how] += 1;
      counts[row.how] += 1;
      if (row.review === 'owed' || row.review === 'overdue') reviews[row.review] += 1;
      erased += row.erased ? 1 : 0;
      find(row);
      await take(row);
    }
    findings.push(...found);
    refs.push({ ref, tip: chain.length === 0 ? null : chain.commit(chain.length - 1), knownSince: first?.at ?? null, counts: own });
  }
  return { refs, findings, counts, reviews, erased };
}

/** Only what landed somewhere is ever asked about. */
function heldElsewhere(chains: Chains, landings: Landings): (ref: string, commit: Oid) => string | null {
  const asked = new Set([...landings.values()].flatMap((all) => all.map((l) => l.new)));
  const holders = new Map<Oid, string[]>();
  for (const [ref, chain] of chains)
    for (let i = 0; i < chain.length; i++) if (asked.has(chain.commit(i))) holders.set(chain.commit(i), [...(holders.get(chain.commit(i)) ?? []), ref]);
  return (ref, commit) => holders.get(commit)?.find((other) => other !== ref) ?? null;
}
