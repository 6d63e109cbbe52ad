/**
 * What came after a violation and settles it: a sign-off of exactly that content by which a gate would have let it pass, the landing of
 * exactly the opposite, or a ref that goes where it went before. Asked anew each time; no state of it is kept anywhere.
 */
import { changeId } from '../core/change/change-id.ts';
import { isAbsent } from '../core/change/manifest.ts';
import type { Later, Told, When } from '../core/gate/violations.ts';
import { isApproval } from '../core/signoff/statement.ts';
import { gateFaults } from './account-gate.ts';
import type { Placed } from './account-log.ts';
import { ownershipWord, type Reading, signoffWord } from './account-words.ts';
import type { Repository } from './ports.ts';
import type { RefHistory } from './ports-scan.ts';

export interface LandedMove extends When {
  readonly old: string;
  readonly new: string;
  readonly change: string;
}

/** What is asked, of a log that was read or of a store that is open. */
export interface LaterWorld {
  /** Landings of this change, oldest first. */
  landedAs(change: string): Promise<readonly LandedMove[]>;
  /** The last landing that brought the ref to this commit. */
  landedTo(repo: string, ref: string, commit: string): Promise<LandedMove | null>;
  /** Whether anything landed on the ref between two entries. */
  landedBetween(repo: string, ref: string, after: number, before: number): Promise<boolean>;
  /** Sign-offs and words of authors of this change, oldest first. */
  words(change: string): Promise<readonly Placed[]>;
  reading(): Promise<Reading>;
  /** null: this repository is not here, and nothing is asked of git. */
  git(repo: string): { readonly repository: Pick<Repository, 'resolve' | 'steps'>; readonly history: RefHistory; tip(ref: string): Promise<string | null> } | null;
}

const NOTHING: Later = { signed: null, reverted: null, landedAgain: null, back: null, putBack: null };

/** Answers what came later, and what would have to be signed, where the entry does not say. */
export async function laterOf(world: LaterWorld, { violation, weighed, back }: Told): Promise<{ readonly later: Later; readonly change: string | null }> {
  const { repo, ref, entry } = violation;
  const to = weighed?.to ?? violation.to;
  const body = weighed?.body ?? violation.body;
  const own = violation.change ?? weighed?.change ?? null;
  if (body === null) return { later: NOTHING, change: own };
  const from = 'from' in body ? body.from : ((await world.landedTo(repo, ref, to))?.old ?? null);
  const returned = back !== null && !(await world.landedBetween(repo, ref, entry, back.entry)) ? back : null;
  if (body.kind === 'rewritten' || isAbsent(to)) {
    const lost = (from === null ? null : await world.landedTo(repo, ref, from))?.change ?? own;
    const landedAgain = await landedAfter(world, lost, entry);
    return { later: { ...NOTHING, back: returned, landedAgain, putBack: from === null ? null : await putBack(world, { repo, ref, from, to, lost: true }) }, change: lost };
  }
  const known = body.kind === 'unchained' ? { change: own, revert: body.revert } : await idsOf(world, repo, ref, from, to);
  const change = own ?? known.change;
  const later = {
    back: returned,
    reverted: await landedAfter(world, known.revert, entry),
    landedAgain: null,
    signed: change === null ? null : await signedLater(world, change, entry),
    putBack: from === null || body.kind === 'unjustified' ? null : await putBack(world, { repo, ref, from, to, lost: false }),
  };
  return { later, change };
}

const landedAfter = async (world: LaterWorld, change: string | null, after: number): Promise<When | null> =>
  (change === null ? [] : await world.landedAs(change)).find((l) => l.entry > after) ?? null;

async function idsOf(world: LaterWorld, repo: string, ref: string, from: string | null, to: string): Promise<{ readonly change: string | null; readonly revert: string | null }> {
  const git = world.git(repo);
  if (git === null || from === null || isAbsent(to) || isAbsent(from)) return { change: null, revert: null };
  const read = await git.history.manifests([
    { from, to },
    { from: to, to: from },
  ]);
  const [change = null, revert = null] = read.ok ? read.value.map((manifest) => (manifest === null ? null : changeId({ repo, targetRef: ref, manifest }))) : [];
  return { change, revert };
}

interface Back {
  readonly repo: string;
  readonly ref: string;
  readonly from: string;
  readonly to: string;
  readonly lost: boolean;
}

/** It goes through where it was let stand, and no longer through where it was found, unless that is on the way there. */
async function putBack({ git }: LaterWorld, { repo, ref, from, to, lost }: Back): Promise<boolean | null> {
  const at = git(repo);
  const tip = await at?.tip(ref);
  if (at == null || tip == null) return at === null ? null : false;
  const goes = async (commit: string, end: string): Promise<boolean> =>
    isAbsent(commit) || commit === end || (await at.repository.steps(commit, end).catch(() => undefined)) !== undefined;
  if (!(await goes(from, tip))) return false;
  return lost || isAbsent(to) || !(await goes(to, tip)) || goes(to, from);
}

/** The first of the sign-offs by which, with those before it, a gate would have let it pass. One at least: what passes by itself passes a gate, and this passed none. */
async function signedLater(world: LaterWorld, change: string, after: number): Promise<When | null> {
  const words = await world.words(change);
  const signoffs = words.filter((w) => w.type === 'signoff');
  if (!signoffs.some((w) => w.index > after)) return null;
  const reading = await world.reading();
  const since = words[0]?.at;
  const inputs: string[] = [];
  for (const entry of signoffs) {
    const word = await signoffWord(reading, entry, change);
    if (!word.verified || word.said === null || word.since.length > 0 || !isApproval(word.said.decision)) continue;
    inputs.push(entry.envelope);
    if (entry.index < after) continue;
    const verdict: Placed = { ...entry, type: 'verdict', index: entry.index + 1, fields: { verdict: 'allow', mode: 'enforce', would: 'allow' } };
    const owned = await ownedBefore(reading, words, verdict.index);
    const faults = (await reading.decided(change, verdict.index))
      ? await gateFaults(reading, { change, verdict, inputs, signoffs, carried: new Map(), owned, since })
      : ['nothing was decided about it'];
    if (faults.length === 0) return { entry: entry.index, at: entry.at };
  }
  return null;
}

async function ownedBefore(reading: Reading, words: readonly Placed[], before: number) {
  const owned = [];
  for (const entry of words.filter((w) => w.type === 'ownership' && w.index < before)) {
    const word = await ownershipWord(reading, entry);
    if (word.person !== null && word.verified) owned.push({ digest: '', author: word.person, index: entry.index, problems: [] });
  }
  return owned;
}
