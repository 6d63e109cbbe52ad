/**
 * Whose hands are in a history: one for each e-mail address, or for the addresses `.mailmap` says are one person's. Names are
 * for display; nobody is joined, found or told apart by one.
 */
import { coAuthors } from '../provenance/co-authors.ts';
import { identityOf } from '../provenance/identity.ts';
import type { PersonId } from '../roster/roster.ts';
import type { Landing } from './landings.ts';

export interface Hand {
  readonly id: PersonId;
  /** The latest name seen with one of the addresses. */
  readonly name: string;
  /** Lower case. */
  readonly emails: ReadonlySet<string>;
  /** A tool or automation, whatever name it was seen with. */
  readonly bot: boolean;
}

/** Somebody in one year, with the commits of theirs that landed in it. */
export interface Active {
  readonly hand: Hand;
  readonly commits: number;
}

export interface Hands {
  /** A number for the quarter of a landing: what people did is counted up to its end. */
  periodOf(at: number): number;
  /** Everybody who landed something in that quarter and the three before, in no order of weight. */
  of(period: number): readonly Active[];
}

const QUARTER_MS = 91 * 24 * 3_600_000;
const YEAR = 4;

export const periodOf = (at: number): number => Math.floor(at / QUARTER_MS);

interface Known {
  name: string;
  readonly emails: Set<string>;
  bot: boolean;
  /** Authored commits by quarter of landing; 0 for whoever only committed or helped. */
  readonly commits: Map<number, number>;
}

/** @param joined the proper address of each other one, as `mailmap` reads them. */
export function handsOf(all: Iterable<Landing>, joined: ReadonlyMap<string, string>): Hands {
  const known = new Map<string, Known>();
  const isBot = remembered();
  const see = (who: { readonly name: string; readonly email: string }, period: number, commits: number): void => {
    const email = who.email.trim().toLowerCase();
    if (email === '') return;
    const key = joined.get(email) ?? email;
    const bot = isBot(who);
    // A tool that only committed or helped needs no agent: it resolves to itself, and is nobody who could sign.
    if (bot && commits === 0) return;
    const hand = known.get(key) ?? { name: '', emails: new Set(), bot: true, commits: new Map() };
    known.set(key, hand);
    // A person may use a tool's address once; a tool has no name of a person.
    if (!bot || hand.name === '') hand.name = who.name.trim().slice(0, 100) || 'somebody';
    hand.bot &&= bot;
    hand.emails.add(email);
    hand.commits.set(period, (hand.commits.get(period) ?? 0) + commits);
  };
  for (const landing of all) {
    const period = periodOf(landing.at);
    for (const commit of landing.commits) {
      see(commit.author, period, 1);
      if (commit.committer.email !== commit.author.email) see(commit.committer, period, 0);
      if (/\nco-/i.test(commit.message)) for (const who of coAuthors(commit)) see(who, period, 0);
    }
  }
  return { periodOf, of: activeIn(byQuarter(named(known))) };
}

/** The same few hundred hands come again and again, and the catalogue of tools is long. */
function remembered(): (who: { readonly name: string; readonly email: string }) => boolean {
  const known = new Map<string, boolean>();
  return ({ name, email }) => {
    const key = `${name}\0${email}`;
    const bot = known.get(key) ?? identityOf(name, email).actor !== 'person';
    known.set(key, bot);
    return bot;
  };
}

type Numbered = Hand & { readonly commits: ReadonlyMap<number, number> };

/** Ids out of names, because people read them; numbered where two are alike, in the order of their first landing. */
function named(known: ReadonlyMap<string, Known>): readonly Numbered[] {
  const taken = new Map<string, number>();
  return [...known.values()].map((hand) => {
    const slug = slugOf(hand.name) || (hand.bot ? 'bot' : 'person');
    const count = (taken.get(slug) ?? 0) + 1;
    taken.set(slug, count);
    // A second dash cannot come out of a name, so no number makes somebody else's id.
    return { ...hand, id: count === 1 ? slug : `${slug}--${count}` };
  });
}

const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]{1,100}/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
    .replace(/-$/, '')
    .replace(/^owner-of-bots$/, 'owner');

function byQuarter(hands: readonly Numbered[]): ReadonlyMap<number, readonly Numbered[]> {
  const found = new Map<number, Numbered[]>();
  for (const hand of hands) {
    for (const period of hand.commits.keys()) {
      const there = found.get(period) ?? [];
      there.push(hand);
      found.set(period, there);
    }
  }
  return found;
}

const activeIn =
  (quarters: ReadonlyMap<number, readonly Numbered[]>) =>
  (period: number): readonly Active[] => {
    const commits = new Map<Numbered, number>();
    for (let p = period - YEAR + 1; p <= period; p++) for (const hand of quarters.get(p) ?? []) commits.set(hand, (commits.get(hand) ?? 0) + (hand.commits.get(p) ?? 0));
    return [...commits].map(([hand, count]) => ({ hand, commits: count }));
  };
