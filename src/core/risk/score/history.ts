/**
 * What the score remembers of everything that landed. Commits come in the order they landed; each is looked at before it is counted:
 * reverts known by then, then its values, then it becomes history. Not one value knows of anything later.
 */
import { addAuthor, authorValues } from './author.ts';
import { addCommit, type Commits, newCommits } from './commits.ts';
import { type CommitFacts, factsOf } from './facts.ts';
import { fileValues } from './file-history.ts';
import { Ints } from './ints.ts';
import { kindsOf, kindValues } from './kinds.ts';
import type { LandedCommit } from './landed.ts';
import { CommitIndex, type Way } from './links.ts';
import { messageValues, timeValues, wordValues } from './message.ts';
import { newPaths, type Paths, type Places, touch, undo } from './paths.ts';
import { newPeople, type People } from './people.ts';
import { Rates } from './rates.ts';
import { revertValues } from './reverts.ts';
import { sizeValues } from './size.ts';
import { isRevert, takenBack } from './taken-back.ts';

export interface HistoryParts {
  readonly people: People;
  readonly paths: Paths;
  readonly places: Places;
  readonly words: Rates;
  readonly commits: Commits;
  /** Seconds since 1970 of every revert that is known, in order. */
  readonly reverts: Ints;
  /** How many commits were counted, and the time of the last: both in one, for they are written down like the rest. */
  readonly counted: Ints;
}

export const newParts = (): HistoryParts => ({
  people: newPeople(),
  paths: newPaths(),
  places: { subs: new Rates(), dirs: new Rates(), exts: new Rates() },
  words: new Rates(),
  commits: newCommits(),
  reverts: Ints.empty(),
  counted: new Ints(new Int32Array([0, 0])),
});

/** What is known of a change before it becomes history. */
export interface Look {
  /** Raw values in the order of FEATURES. */
  readonly x: Float64Array;
  /** Share of commits known to be reverted, as rates are drawn to it. */
  readonly prior: number;
}

/** A commit that became history. */
export interface Landing extends Look {
  /** Its number, merges counted too. */
  readonly number: number;
  readonly revert: boolean;
  /** Numbers of the commits it is the first to take back. */
  readonly tookBack: readonly number[];
  readonly way: Way | undefined;
}

/** Who an address belongs to. */
export type Alias = (email: string) => string;

/** So few commits say nothing about how often one is reverted. */
const FEW = 300;
const [PRIOR, LEAST] = [1 / 30, 0.002];

export class LandedHistory {
  readonly parts: HistoryParts;
  readonly #alias: Alias | undefined;
  #index: CommitIndex | undefined;

  constructor(parts: HistoryParts = newParts(), alias?: Alias) {
    this.parts = parts;
    this.#alias = alias;
  }

  /** Commits that were counted: merges are not. */
  get size(): number {
    return this.parts.counted.at(0);
  }

  get prior(): number {
    return this.size < FEW ? PRIOR : Math.max(LEAST, this.parts.reverts.length / this.size);
  }

  /** What history says of a change that is not part of it. Changes nothing. @param change a squash: title and body as its message, all its files; `committedAt` is now. */
  look(change: LandedCommit): Look {
    return this.#values(factsOf(change, this.#now(change), this.#alias));
  }

  /** Takes in the next commit. A merge counts as nothing but a way to name what it brought. */
  land(commit: LandedCommit): Landing | undefined {
    const now = this.#now(commit);
    this.parts.counted.set(1, now);
    if (commit.parents.length > 1) {
      this.#add(commit, now);
      return undefined;
    }
    const { way, tookBack } = this.#takeBack(commit, now);
    const facts = factsOf(commit, now, this.#alias);
    const seen = this.#values(facts);
    return { ...seen, number: this.#count(facts), revert: isRevert(commit.message), tookBack, way };
  }

  /** The number of a landed commit. @param id 7 digits or more, in lower case. */
  numberOf(id: string): number | undefined {
    return this.#indexed().byId(id);
  }

  /** Counts a landed commit as known to have gone wrong, by a revert or an incident. @returns false: it was known, or is a merge. */
  wentWrong(commit: number, now: number): boolean {
    const { commits, people, paths, places, words, reverts } = this.parts;
    const author = commits.author.at(commit);
    if (commit >= commits.at.length || author < 0 || commits.revertedAt.at(commit) !== 0) return false;
    commits.revertedAt.set(commit, now);
    reverts.push(now);
    people.reverted.bump(author);
    const touched = commits.paths.of(commit);
    for (const path of touched) undo(paths, path, now);
    for (const word of commits.words.of(commit)) words.reverted.bump(word);
    for (const [place, all] of placesOf(paths, places, touched)) for (const number of all) place.reverted.bump(number);
    return true;
  }

  /** Times of a history never go back: what claims to be older landed with the last. */
  #now({ committedAt }: LandedCommit): number {
    return Math.max(this.parts.counted.unsigned(1), Math.min(committedAt || 0, 0xffffffff), 0);
  }

  #indexed(): CommitIndex {
    this.#index ??= new CommitIndex(this.parts.commits);
    return this.#index;
  }

  #takeBack(commit: LandedCommit, now: number): { readonly way: Way | undefined; readonly tookBack: readonly number[] } {
    const named = takenBack(commit.message);
    const link = named && this.#indexed().find(named, now);
    return { way: link?.way, tookBack: (link?.commits ?? []).filter((target) => this.wentWrong(target, now)) };
  }

  #values(facts: CommitFacts): Look {
    const { people, paths, places, words, commits, reverts } = this.parts;
    const known = facts.files.map((f) => paths.names.find(f.path));
    const author = people.names.find(facts.author);
    const prior = this.prior;
    const kinds = known.map((path, i) => (path < 0 ? kindsOf(facts.files[i]?.path ?? '') : paths.kinds.at(path)));
    const x = [
      sizeValues(paths, known, facts),
      fileValues(paths, known, author, facts),
      authorValues(people, commits, paths, known, author, facts),
      revertValues({ people, places, words, paths, times: reverts }, known, author, prior, facts),
      messageValues(facts),
      wordValues(facts),
      timeValues(facts),
      kindValues(kinds),
    ];
    return { x: Float64Array.from(x.flat()), prior };
  }

  #count(facts: CommitFacts): number {
    const { people, paths, places, words, commits, counted } = this.parts;
    const author = addAuthor(people, commits, commits.at.length, facts);
    const touched = facts.files.map((file) => touch(paths, places, { file, now: facts.now, author, fix: facts.fix }));
    for (const [place, all] of placesOf(paths, places, touched)) for (const number of all) place.commits.bump(number);
    const said = [...facts.words].map((word) => words.add(word));
    for (const word of said) words.commits.bump(word);
    counted.bump(0);
    return this.#add(facts.commit, facts.now, { author, paths: touched, words: said });
  }

  #add(commit: LandedCommit, now: number, touched?: { readonly author: number; readonly paths: readonly number[]; readonly words: readonly number[] }): number {
    // before the commit is there: an index that is made after it would know it already
    const index = this.#indexed();
    const parents = commit.parents.flatMap((id) => index.byId(id) ?? []);
    const number = addCommit(this.parts.commits, commit, now, parents, touched);
    index.note(number);
    return number;
  }
}

/** The places that paths lie in, each once. */
function placesOf(paths: Paths, places: Places, touched: readonly number[]): readonly (readonly [Rates, ReadonlySet<number>])[] {
  const [subs, dirs, exts] = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const path of touched) {
    if (paths.sub.at(path) >= 0) subs.add(paths.sub.at(path));
    dirs.add(paths.dir.at(path));
    exts.add(paths.ext.at(path));
  }
  if (subs.size === 0) subs.add(places.subs.add('.'));
  return [
    [places.subs, subs],
    [places.dirs, dirs],
    [places.exts, exts],
  ];
}
