/**
 * What came after a violation and settles it: a sign-off of exactly that content by which a gate would have let it pass, the landing of
 * exactly the opposite, or a ref that goes where it went before. Asked anew each time; no state of it is kept anywhere.
 *
 * The attacker moves the ref past the gate again once an earlier time was settled, and writes bodies that say anything. So a cure is one of
 * this very step: git says whether the ref holds what was found, and what landed is compared by what it changed. No body names its cure.
 */

import type { Oid } from '../core/change/change.ts';
import { changeId } from '../core/change/change-id.ts';
import { isAbsent } from '../core/change/manifest.ts';
import type { Later, LoggedViolation, Told, When } from '../core/gate/violations.ts';
import { isApproval } from '../core/signoff/statement.ts';
import { gateFaults } from './account-gate.ts';
import type { Placed } from './account-log.ts';
import { ownershipWord, type Reading, signoffWord } from './account-words.ts';
import type { Repository } from './ports.ts';
import type { RefHistory } from './ports-scan.ts';
import { goesThrough, type Way, wayTo } from './scan-way.ts';

export interface LandedMove extends When {
  readonly old: string;
  readonly new: string;
  readonly change: string;
}

/** What is asked, of a log that was read or of a store that is open. */
export interface LaterWorld {
  /** Landings of this change on that ref that a gate let, oldest first. */
  landedAs(repo: string, ref: string, change: string): Promise<readonly LandedMove[]>;
  /** The last landing that brought the ref to this commit. */
  landedTo(repo: string, ref: string, commit: string): Promise<LandedMove | null>;
  /** Sign-offs and words of authors of this change, oldest first. */
  words(change: string): Promise<readonly Placed[]>;
  reading(): Promise<Reading>;
  /** null: this repository is not here, and nothing is asked of git. */
  git(repo: string): Git | null;
}

export interface Git {
  readonly repository: Pick<Repository, 'steps'>;
  readonly history: RefHistory;
  tip(ref: string): Promise<Oid | null>;
}

export interface CameLater {
  readonly later: Later;
  /** What would have to be signed, where that can be said. */
  readonly change: string | null;
  /** Without a scan that says it tells this again, and is of something else. */
  readonly told: Told;
}

const NOTHING: Later = { signed: null, reverted: null, landedAgain: null, back: null, putBack: null };

/** What nobody can say settles nothing: without git all of it is open. */
export async function laterOf(world: LaterWorld, told: Told): Promise<CameLater> {
  const { violation, weighed } = told;
  const git = world.git(violation.repo);
  const tip = (await git?.tip(violation.ref)) ?? null;
  const way = git === null ? null : await wayTo(git.history, tip);
  const own = violation.change ?? weighed?.change ?? null;
  if (git === null || way === null) return { later: NOTHING, change: own, told };
  const trusted = weighed === null || tellsAgain(way, violation, weighed) ? told : { ...told, weighed: null };
  const step = await stepOf(world, trusted);
  if (step === null) return { later: NOTHING, change: own, told: trusted };
  return { ...(await settledBy({ world, git, way, tip: tip ?? NOWHERE }, step, trusted, own)), told: trusted };
}

const NOWHERE = '0'.repeat(40);

/** One step of a ref, as it was found. */
interface Step {
  readonly repo: string;
  readonly ref: string;
  readonly from: Oid;
  readonly to: Oid;
  /** What landed is gone; otherwise something stands there. */
  readonly lost: boolean;
  /** It landed once, by a break-glass: going back to where it stood is no cure of that. */
  readonly landed: boolean;
}

/** null: nobody can say any more what it was. */
async function stepOf(world: LaterWorld, { violation, weighed }: Told): Promise<Step | null> {
  const { repo, ref } = violation;
  const { to, body } = weighed ?? violation;
  if (body === null) return null;
  const from = 'from' in body ? body.from : (await world.landedTo(repo, ref, to))?.old;
  return from === undefined ? null : { repo, ref, from, to, lost: body.kind === 'rewritten' || isAbsent(to), landed: body.kind === 'unjustified' };
}

/** A scan's word that it is of the same holds where git says so: whoever writes bodies would hide one behind what is settled. */
function tellsAgain(way: Way, { to }: LoggedViolation, scan: LoggedViolation): boolean {
  const at = way.get(to);
  return at === undefined || scan.body?.kind === 'rewritten' || isWithin(way, at, scan);
}

function isWithin(way: Way, at: number, { to, body }: LoggedViolation): boolean {
  const from = body !== null && 'from' in body ? body.from : null;
  const start = from === null ? undefined : isAbsent(from) ? -1 : way.get(from);
  return start !== undefined && start < at && at <= (way.get(to) ?? -1);
}

function isOfSame(way: Way, { from, to, lost }: Step, found: LoggedViolation): boolean {
  if (found.to === to && found.body !== null && 'from' in found.body && found.body.from === from) return true;
  const at = lost ? undefined : way.get(to);
  return at !== undefined && isWithin(way, at, found);
}

interface Asking {
  readonly world: LaterWorld;
  readonly git: Git;
  readonly way: Way;
  readonly tip: Oid;
}

async function settledBy(asking: Asking, step: Step, { violation, backs, since }: Told, own: string | null): Promise<Omit<CameLater, 'told'>> {
  const { world, way } = asking;
  const back = await firstBack(asking, step, backs);
  const gone = !step.landed && (await isBack(asking, step, asking.tip)) === true;
  if (gone) return { later: { ...NOTHING, back, putBack: true }, change: own };
  // It is there again: that is another time, of which another entry tells, or will.
  const again = back !== null && since.some((s) => s.entry > back.entry && isOfSame(way, step, s));
  if (again) return { later: { ...NOTHING, back, putBack: false }, change: own };
  const after = back?.entry ?? violation.entry;
  if (step.lost) {
    const change = (await world.landedTo(step.repo, step.ref, step.from))?.change ?? own;
    return { later: { ...NOTHING, landedAgain: change === null ? null : await landedAgain(asking, step, change, after), putBack: false }, change };
  }
  const [change, reverted] = await Promise.all([changeOf(asking, step), revertedBy(asking, step)]);
  return { later: { ...NOTHING, reverted, signed: change === null ? null : await signedLater(world, change, after, step.landed), putBack: false }, change: change ?? own };
}

/** The first word that the ref was back of which git says the same. */
async function firstBack(asking: Asking, step: Step, backs: Told['backs']): Promise<When | null> {
  if (step.landed) return null;
  for (const { entry, at, to } of backs) if ((await isBack(asking, step, to)) === true) return { entry, at };
  return null;
}

/** The way to `end` goes through where it was let stand, and no longer through where it was found, unless that is on the way there. null: git cannot say. */
async function isBack({ git: { repository }, way }: Pick<Asking, 'git' | 'way'>, { from, to, lost }: Step, end: Oid): Promise<boolean | null> {
  const before = await goesThrough(way, repository, from, end);
  if (before !== true || lost) return before;
  const there = await goesThrough(way, repository, to, end);
  return there === true ? goesThrough(way, repository, to, from) : there === null ? null : true;
}

async function manifestsOf({ git: { history } }: Asking, moves: readonly { readonly from: Oid | null; readonly to: Oid }[]): Promise<readonly (string | null)[]> {
  const read = await history.manifests(moves);
  return read.ok ? read.value : moves.map(() => null);
}

async function changeOf(asking: Asking, { repo, ref, from, to }: Step): Promise<string | null> {
  const [manifest = null] = await manifestsOf(asking, [{ from: isAbsent(from) ? null : from, to }]);
  return manifest === null ? null : changeId({ repo, targetRef: ref, manifest });
}

/** A landing behind it on the way, of exactly the opposite: by all that it changed, for sixteen digits could be met by another. */
async function revertedBy(asking: Asking, { repo, ref, from, to }: Step): Promise<When | null> {
  const { world, way } = asking;
  const found = way.get(to);
  if (found === undefined || isAbsent(from)) return null;
  const [opposite = null] = await manifestsOf(asking, [{ from: to, to: from }]);
  if (opposite === null) return null;
  const landings = await world.landedAs(repo, ref, changeId({ repo, targetRef: ref, manifest: opposite }));
  const behind = landings.filter((l) => (way.get(l.old) ?? -1) >= found && way.has(l.new));
  const manifests = await manifestsOf(
    asking,
    behind.map((l) => ({ from: l.old, to: l.new })),
  );
  return whenOf(behind.find((_, i) => manifests[i] === opposite));
}

/** The same content once more, and the ref goes through it. */
async function landedAgain(asking: Asking, { repo, ref }: Step, change: string, after: number): Promise<When | null> {
  const landings = (await asking.world.landedAs(repo, ref, change)).filter((l) => l.entry > after && asking.way.has(l.new));
  const manifests = await manifestsOf(
    asking,
    landings.map((l) => ({ from: isAbsent(l.old) ? null : l.old, to: l.new })),
  );
  return whenOf(landings.find((_, i) => manifests[i] != null && changeId({ repo, targetRef: ref, manifest: manifests[i] ?? '' }) === change));
}

const whenOf = (landing: LandedMove | undefined): When | null => (landing === undefined ? null : { entry: landing.entry, at: landing.at });

/**
 * The first of the sign-offs behind it by which, with others behind it, a gate would have let it pass: those before were given for another
 * time. Nobody knows who moved it past the gate, so it may have been any of those who sign: each seat asks for one more than policy does,
 * and two there are at least.
 * @param known who did it was told: it landed by a break-glass.
 */
async function signedLater(world: LaterWorld, change: string, after: number, known: boolean): Promise<When | null> {
  const words = await world.words(change);
  const signoffs = words.filter((w) => w.type === 'signoff');
  if (!signoffs.some((w) => w.index > after)) return null;
  const read = await world.reading();
  const reading = known ? read : { ...read, decided: oneMore(read.decided) };
  const since = words[0]?.at;
  const inputs: string[] = [];
  const people = new Set<string | null>();
  for (const entry of signoffs.filter((w) => w.index > after)) {
    const word = await signoffWord(reading, entry, change);
    if (!word.verified || word.said === null || word.since.length > 0 || !isApproval(word.said.decision)) continue;
    inputs.push(entry.envelope);
    people.add(word.person);
    if (people.size < (known ? 1 : 2)) continue;
    const verdict: Placed = { ...entry, type: 'verdict', index: entry.index + 1, fields: { verdict: 'allow', mode: 'enforce', would: 'allow' } };
    const owned = await ownedBefore(reading, words, verdict.index);
    const faults = (await reading.decided(change, verdict.index))
      ? await gateFaults(reading, { change, verdict, inputs, signoffs, carried: new Map(), owned, since })
      : ['nothing was decided about it'];
    if (faults.length === 0) return { entry: entry.index, at: entry.at };
  }
  return null;
}

const oneMore =
  (decided: Reading['decided']): Reading['decided'] =>
  async (change, before) => {
    const told = await decided(change, before);
    return told && { ...told, decision: { ...told.decision, seats: told.decision.seats.map((seat) => ({ ...seat, humans: seat.humans + 1 })) } };
  };

async function ownedBefore(reading: Reading, words: readonly Placed[], before: number) {
  const owned = [];
  for (const entry of words.filter((w) => w.type === 'ownership' && w.index < before)) {
    const word = await ownershipWord(reading, entry);
    if (word.person !== null && word.verified) owned.push({ digest: '', author: word.person, index: entry.index, problems: [] });
  }
  return owned;
}

/** Told before, of which the ref was back since: what stands there now is another time. */
export async function wasBack(git: Pick<Git, 'repository' | 'history'>, tip: Oid | null, { violation, weighed, backs }: Told): Promise<boolean> {
  const way = await wayTo(git.history, tip);
  const { to, body, repo, ref } = weighed ?? violation;
  if (way === null || body === null || !('from' in body)) return false;
  const step: Step = { repo, ref, from: body.from, to, lost: body.kind === 'rewritten' || isAbsent(to), landed: false };
  for (const { to: end } of backs) if ((await isBack({ git: { ...git, tip: async () => tip }, way }, step, end)) === true) return true;
  return false;
}
