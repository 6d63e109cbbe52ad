/**
 * The population: every commit that the first-parent way of a protected ref goes through, and how each came there. An auditor's first
 * question is whether the list is whole, so nothing is left out: what cannot be shown to have been let pass is a violation, and what
 * landed and is gone is on the list as well. Pure; the log's part has been proven before, and git's is the repository's word.
 */
import type { ReasonCode } from '../base/codes.ts';
import type { Oid } from '../change/change.ts';
import { isAbsent } from '../change/manifest.ts';
import type { PersonId } from '../roster/roster.ts';

/** How a commit came to stand on a protected ref. */
export const HOWS = ['signed', 'passed', 'break-glass', 'watched', 'violation', 'before', 'rewritten'] as const;
export type How = (typeof HOWS)[number];

export const HOW_WORDS: { readonly [how in How]: string } = {
  signed: 'people signed exactly that, and their signatures hold as of then',
  passed: 'policy let it pass by itself',
  'break-glass': 'an emergency pass, which is reviewed afterwards',
  watched: 'the gate only watched and would not have let it pass',
  violation: 'nothing in the log that holds let it there',
  before: 'it was there before the log knew the ref',
  rewritten: 'it landed, and the ref holds it no longer',
};

export interface Fault {
  readonly code: ReasonCode;
  readonly text: string;
}

export interface Signer {
  readonly person: PersonId;
  /** Level the signature proves; null: nobody can say. */
  readonly level: string | null;
  /** Rules whose seats they could fill. */
  readonly seats: readonly string[];
}

/** What let one move pass, each part of it verified again as of then. */
export interface Held {
  readonly how: 'signed' | 'passed' | 'break-glass' | 'watched';
  readonly signers: readonly Signer[];
  /** What the gate would have answered if it had enforced; null: it did. */
  readonly would: string | null;
  /** Of a break-glass. */
  readonly review: 'reviewed' | 'owed' | 'overdue' | null;
  /** What was decided was erased by people's word since: what it asked for can no longer be worked out again. */
  readonly erased: boolean;
}

/** One `landed` entry of the ref. */
export interface Landing {
  readonly entry: number;
  /** Milliseconds since 1970, by the log's clock. */
  readonly at: number;
  readonly old: Oid;
  readonly new: Oid;
  readonly change: string;
  /** null: git has no such move any more. */
  readonly manifest: string | null;
  readonly held: Held | { readonly how: 'violation'; readonly faults: readonly Fault[] };
}

/** A `violation` entry that an earlier scan wrote. */
export interface Told {
  readonly entry: number;
  readonly at: number;
  readonly from: Oid;
  readonly to: Oid;
  /** Of what was rewritten: first and last entry of the landings that are gone; null: it tells of commits that stand there. */
  readonly lost: readonly [number, number] | null;
}

export interface RefFacts {
  readonly repo: string;
  readonly ref: string;
  /** First-parent way of the ref, oldest first; empty: there is no such ref. */
  readonly chain: { readonly length: number; commit(i: number): Oid; claimed(i: number): number };
  /** Oldest first. */
  readonly landings: readonly Landing[];
  /**
   * Where the ref stood when the log first heard of it, or the last commit of that way which it still goes through; and when that
   * was. null: it never did.
   */
  readonly first: { readonly old: Oid; readonly at: number } | null;
  readonly told: readonly Told[];
  /** Another protected branch that goes through this commit; asked where the ref itself is gone, for then it may have been renamed. */
  readonly elsewhere: (commit: Oid) => string | null;
}

/** Milliseconds since 1970; `until` is not part of it. */
export interface Period {
  readonly since: number;
  readonly until: number;
}

export interface Row {
  readonly repo: string;
  readonly ref: string;
  readonly commit: Oid;
  /** Where the ref stood before it; null: nowhere. */
  readonly parent: Oid | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `claimed`: no clock of ours saw it reach the ref, and this is what its committer says. */
  readonly clock: 'logged' | 'claimed';
  readonly how: How;
  readonly change: string | null;
  readonly manifest: string | null;
  readonly signers: readonly Signer[];
  readonly would: string | null;
  readonly review: Held['review'];
  readonly erased: boolean;
  /** The landing that covers it, or what said it did; null: none. */
  readonly entry: number | null;
  /** The violation that tells of it already. */
  readonly told: number | null;
  readonly faults: readonly Fault[];
  /** Of what a ref held that is gone: another protected branch that holds it. */
  readonly elsewhere: string | null;
  /** The last commit before it that was let stand: whose policy it is judged by. null: none. */
  readonly stood: Oid | null;
}

/**
 * Rows of one ref, oldest first, then what it lost. A landing covers the commits between its ends where the ref goes through both; of
 * several the last that holds. A commit that none covers reached the ref somewhere between the landings beside it: no date in it,
 * which its committer writes, takes it out of a period.
 */
export function* populationOf(facts: RefFacts, { since, until }: Period): Generator<Row> {
  const places = placesOf(facts);
  const covers = coversOf(facts, places);
  const told = toldOf(facts, places);
  const begins = beginOf(facts, places);
  const after = nextLogged(facts, covers);
  let last = Number.NEGATIVE_INFINITY;
  let stood: Oid | null = null;
  for (let i = 0; i < facts.chain.length; i++) {
    const by = covers[i];
    if (by !== undefined) last = Math.max(last, by.at);
    const row = rowAt(facts, i, { by, told: told.get(i), before: by === undefined && i < begins });
    const [from, to] = row.how === 'violation' && by === undefined ? [last, after[i] ?? Number.POSITIVE_INFINITY] : [row.at, row.at];
    if (from < until && to >= since) yield { ...row, stood };
    if (row.how !== 'violation') stood = row.commit;
  }
  const lost = new Map(facts.landings.flatMap((l) => (places.has(l.new) || l.at >= until ? [] : [[l.new, l] as const])));
  for (const landing of [...lost.values()].sort((a, b) => a.entry - b.entry)) yield { ...lostRow(facts, landing), stood };
}

/** Of the commits anything is said of. */
type Places = ReadonlyMap<Oid, number>;

function placesOf({ chain, landings, told, first }: RefFacts): Places {
  const asked = new Set([...landings.flatMap((l) => [l.old, l.new]), ...told.flatMap((t) => [t.from, t.to]), ...(first === null ? [] : [first.old])]);
  const places = new Map<Oid, number>();
  for (let i = 0; i < chain.length; i++) if (asked.has(chain.commit(i))) places.set(chain.commit(i), i);
  return places;
}

const placeOf = (places: Places, commit: Oid): number | undefined => (isAbsent(commit) ? -1 : places.get(commit));

/** @param take called with each place between the two, where the ref goes through both. */
function between(places: Places, from: Oid, to: Oid, take: (i: number) => void): void {
  const [start, end] = [placeOf(places, from), places.get(to)];
  if (start === undefined || end === undefined) return;
  for (let i = start + 1; i <= end; i++) take(i);
}

function coversOf({ chain, landings }: RefFacts, places: Places): readonly (Landing | undefined)[] {
  const covers = new Array<Landing | undefined>(chain.length);
  for (const landing of landings)
    between(places, landing.old, landing.new, (i) => {
      if (landing.held.how !== 'violation' || (covers[i]?.held.how ?? 'violation') === 'violation') covers[i] = landing;
    });
  return covers;
}

/** Where the log's knowledge of the ref begins: what stands before needs no landing. Of a ref that was rewritten whole nothing does. */
function beginOf({ chain, first }: RefFacts, places: Places): number {
  return first === null ? chain.length : (placeOf(places, first.old) ?? -1) + 1;
}

function toldOf({ told }: RefFacts, places: Places): ReadonlyMap<number, Told> {
  const found = new Map<number, Told>();
  for (const one of told)
    if (one.lost === null)
      between(places, one.from, one.to, (i) => {
        if (!found.has(i)) found.set(i, one);
      });
  return found;
}

/** For each commit, when the log next saw something land on top of it. */
function nextLogged({ chain }: RefFacts, covers: readonly (Landing | undefined)[]): Float64Array {
  const after = new Float64Array(chain.length).fill(Number.POSITIVE_INFINITY);
  for (let i = chain.length - 2; i >= 0; i--) after[i] = covers[i + 1]?.at ?? after[i + 1] ?? Number.POSITIVE_INFINITY;
  return after;
}

interface Placed {
  readonly by: Landing | undefined;
  readonly told: Told | undefined;
  readonly before: boolean;
}

const NOTHING = { signers: [], would: null, review: null, erased: false, faults: [], elsewhere: null, change: null, manifest: null, entry: null, stood: null } as const;

function rowAt({ repo, ref, chain, first }: RefFacts, i: number, { by, told, before }: Placed): Row {
  const own = { repo, ref, commit: chain.commit(i), parent: i === 0 ? null : chain.commit(i - 1) };
  if (by !== undefined) {
    const { held, at, change, manifest, entry } = by;
    const said = { at, clock: 'logged', change, manifest, entry, told: told?.entry ?? null } as const;
    return { ...NOTHING, ...own, ...said, ...(held.how === 'violation' ? { how: held.how, faults: held.faults } : held) };
  }
  const claimed = chain.claimed(i);
  if (before) return { ...NOTHING, ...own, at: first === null ? claimed : Math.min(claimed, first.at), clock: 'claimed', how: 'before', told: null };
  const clock = told === undefined ? ({ at: claimed, clock: 'claimed' } as const) : ({ at: told.at, clock: 'logged' } as const);
  return { ...NOTHING, ...own, ...clock, how: 'violation', told: told?.entry ?? null, faults: [BYPASSED] };
}

const BYPASSED: Fault = { code: 'BYPASS', text: 'it reached the ref, and no landing in the log is of that move' };

function lostRow({ repo, ref, chain, elsewhere, told }: RefFacts, { entry, at, old, new: commit, change, manifest }: Landing): Row {
  const known = told.find((t) => t.lost !== null && t.lost[0] <= entry && entry <= t.lost[1]);
  const faults: readonly Fault[] = [{ code: 'REWRITTEN', text: 'the log says it landed, and the ref no longer goes through it' }];
  return {
    ...NOTHING,
    repo,
    ref,
    commit,
    parent: isAbsent(old) ? null : old,
    at,
    clock: 'logged',
    how: 'rewritten',
    change,
    manifest,
    entry,
    told: known?.entry ?? null,
    faults,
    elsewhere: chain.length === 0 ? elsewhere(commit) : null,
  };
}
