/** Whose hands are in the last year of a history, and what they did in it. All of it is what commits claim. */
import type { Commit } from '../core/change/change.ts';
import { parseTreeDiff } from '../core/change/manifest.ts';
import { isNamedRobot } from '../core/policy/propose/hands.ts';
import { NOTHING_SEEN, type SeenBot, type SeenHistory, type SeenLanding, type SeenPerson } from '../core/policy/propose/seen.ts';
import { identify } from '../core/provenance/identity.ts';
import { type Hand, handsOf } from '../core/simulate/hands.ts';
import { type Landing, makerOf } from '../core/simulate/landings.ts';
import { linksOf } from '../core/simulate/links.ts';
import { mailmap } from '../core/simulate/mailmap.ts';
import { detectorOf } from './detect-commit.ts';
import { newestOf, type ReadHistory, YEAR_MS } from './onboard-history.ts';

const WEEK_MS = 7 * 86_400_000;
/** Paths of one landing that are looked at, and folders kept of one person. */
const [MOST_PATHS, MOST_FOLDERS] = [2_000, 500];
/** The forge's own address: an id and a login, or the login alone. */
const FORGE = /^(?:\d{1,12}\+)?([a-z0-9][a-z0-9_-]{0,60}(?:\[bot\])?)@users\.noreply\.github\.com$/;

export function historySeen(read: ReadHistory, joined: string, now: number): SeenHistory {
  const newest = newestOf(read.landings, now);
  if (newest === null) return NOTHING_SEEN;
  const year = read.landings.filter((l) => l.at > newest - YEAR_MS && l.at <= newest);
  const hands = handsOf(year, mailmap(joined));
  const known = new Map([...new Set(year.map((l) => hands.periodOf(l.at)))].flatMap((period) => hands.of(period)).map(({ hand }) => [hand.id, hand] as const));
  const byMail = new Map([...known.values()].flatMap((hand) => [...hand.emails].map((email) => [email, hand] as const)));
  const taken = linksOf(read.landings, []).revertedBy;
  const rows = new Rows(byMail);
  const landed = year.map((landing): SeenLanding => {
    const paths = pathsOf(read, landing);
    rows.land(landing, paths);
    return { paths, takenBack: taken.has(landing.id) };
  });
  for (const commit of read.commits) rows.first(commit);
  return { commits: read.commits.length, landings: landed, newest, weeks: weeksOf(year), ...rows.people(), ...marks(read.commits) };
}

const weeksOf = (year: readonly Landing[]): number => {
  const first = year.reduce((least, l) => Math.min(least, l.at), Number.POSITIVE_INFINITY);
  const last = year.reduce((most, l) => Math.max(most, l.at), Number.NEGATIVE_INFINITY);
  return year.length === 0 ? 0 : Math.ceil((last - first) / WEEK_MS);
};

function pathsOf({ diffs }: ReadHistory, { id }: Landing): readonly string[] {
  const records = parseTreeDiff(diffs.get(id) ?? new Uint8Array());
  return records.ok ? records.value.slice(0, MOST_PATHS).map((r) => r.path) : [];
}

interface Row {
  commits: number;
  landedForOthers: number;
  first: number;
  last: number;
  readonly weeks: Set<number>;
  readonly folders: Map<string, number>;
  /** Of a bot: who landed what it made. */
  readonly landedBy: Map<string, number>;
}

class Rows {
  readonly #byMail: ReadonlyMap<string, Hand>;
  readonly #rows = new Map<string, Row>();

  constructor(byMail: ReadonlyMap<string, Hand>) {
    this.#byMail = byMail;
  }

  land(landing: Landing, paths: readonly string[]): void {
    const maker = this.#handOf(makerOf(landing));
    const head = landing.commits.at(-1);
    const lander = this.#handOf(head);
    for (const commit of landing.commits) this.#authored(commit, landing.at);
    if (maker !== undefined) for (const folder of new Set(paths.map(areaOf))) more(this.#row(maker).folders, folder);
    if (lander === undefined || maker === undefined || lander.id === maker.id || lander.bot) return;
    const row = this.#row(lander);
    row.landedForOthers += 1;
    row.last = Math.max(row.last, landing.at);
    more(this.#row(maker).landedBy, lander.id);
  }

  /** Merges bring what others wrote. */
  #authored(commit: Commit, landedAt: number): void {
    const hand = this.#handOf(commit);
    if (hand === undefined || commit.parents.length > 1) return;
    const row = this.#row(hand);
    row.commits += 1;
    row.last = Math.max(row.last, landedAt);
    row.weeks.add(Math.floor(landedAt / WEEK_MS));
  }

  /** Of all that was read, not of the year alone. */
  first(commit: Commit): void {
    const hand = this.#handOf(commit);
    const row = hand === undefined ? undefined : this.#rows.get(hand.id);
    if (row !== undefined && commit.author.at > 0) row.first = Math.min(row.first, commit.author.at);
  }

  people(): Pick<SeenHistory, 'people' | 'bots'> {
    const all = [...new Set(this.#byMail.values())].flatMap((hand) => {
      const row = this.#rows.get(hand.id);
      return row === undefined ? [] : [{ hand, row }];
    });
    const most = all.sort((a, b) => b.row.commits - a.row.commits || (a.hand.id < b.hand.id ? -1 : 1));
    const isBot = ({ hand }: (typeof most)[number]): boolean => hand.bot || isNamedRobot(hand.name, [...hand.emails]);
    return { people: most.filter((m) => !isBot(m)).map(personSeen), bots: most.filter((m) => isBot(m) && m.row.commits > 0).map(botSeen) };
  }

  #handOf(commit: Commit | undefined): Hand | undefined {
    return commit === undefined ? undefined : this.#byMail.get(commit.author.email.trim().toLowerCase());
  }

  #row(hand: Hand): Row {
    const row = this.#rows.get(hand.id) ?? {
      ...{ commits: 0, landedForOthers: 0, first: Number.POSITIVE_INFINITY, last: 0 },
      ...{ weeks: new Set<number>(), folders: new Map<string, number>(), landedBy: new Map<string, number>() },
    };
    this.#rows.set(hand.id, row);
    return row;
  }
}

/** The two folders at the top; a file at the top stands for itself. */
const areaOf = (path: string): string => path.split('/').slice(0, -1).slice(0, 2).join('/') || path;

function more(of: Map<string, number>, key: string): void {
  if (of.size < MOST_FOLDERS || of.has(key)) of.set(key, (of.get(key) ?? 0) + 1);
}

const mostFirst = (of: ReadonlyMap<string, number>): readonly string[] => [...of].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([key]) => key);

const common = ({ hand, row }: { readonly hand: Hand; readonly row: Row }) => ({
  id: hand.id,
  name: hand.name,
  emails: [...hand.emails],
  logins: [...new Set([...hand.emails].flatMap((e) => FORGE.exec(e)?.[1] ?? []))],
  commits: row.commits,
  first: Math.min(row.first, row.last),
  last: row.last,
});

const personSeen = (of: { readonly hand: Hand; readonly row: Row }): SeenPerson => ({
  ...common(of),
  weeks: of.row.weeks.size,
  landedForOthers: of.row.landedForOthers,
  folders: mostFirst(of.row.folders).slice(0, 3),
});

const botSeen = (of: { readonly hand: Hand; readonly row: Row }): SeenBot => ({
  ...common(of),
  landedBy: mostFirst(of.row.landedBy)[0] ?? null,
  unknown: identify(of.hand.name, [...of.hand.emails][0] ?? '', 'author').unknown,
});

/** By what commits say of themselves; line records beside them are not looked at. */
function marks(commits: readonly Commit[]): Pick<SeenHistory, 'marked' | 'tools'> {
  const detect = detectorOf();
  const tools = new Map<string, number>();
  let marked = 0;
  for (const { id, author, committer, message } of commits) {
    const { level, tools: named } = detect({ sha: id, author, committer, message });
    if (level === 'unattributed' || level === 'human') continue;
    marked += 1;
    for (const tool of named) tools.set(tool, (tools.get(tool) ?? 0) + 1);
  }
  return { marked, tools: [...tools].map(([tool, count]) => ({ tool, commits: count })).sort((a, b) => b.commits - a.commits || (a.tool < b.tool ? -1 : 1)) };
}
