/** One landing as `consider` reads a change. What history does not hold (who pushed, what was seen before) is said here once. */
import type { Change, TreeRecord } from '../core/change/change.ts';
import { manifestAlg, parseTreeDiff } from '../core/change/manifest.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Facts } from '../core/policy/facts.ts';
import { incidentsAt, type KnownIncident } from '../core/policy/incident-file.ts';
import { PROVENANCE_LEVELS, type StickyMark } from '../core/provenance/provenance.ts';
import type { Registry } from '../core/provenance/registry.ts';
import type { FileEvidence } from '../core/risk/evidence.ts';
import type { PersonId, Roster } from '../core/roster/roster.ts';
import { type Landing, makerOf } from '../core/simulate/landings.ts';
import { STICKY_MS } from './site.ts';

/** Files of one landing; of a push as many are judged at once. */
const MOST_FILES = 10_000;
/** Both digests name a change to sign, and nobody signs the past: they are not computed. */
const NO_DIGEST = '0'.repeat(64);

/** @param diff raw difference against the first parent; undefined where it was not seen. */
export function changeOf(of: { readonly repo: string; readonly name: string }, landing: Landing, diff: Uint8Array | undefined): Change {
  const { records, unseen } = recordsOf(diff);
  const head = landing.commits.at(-1);
  return {
    repo: of.repo,
    targetRef: of.name,
    base: landing.parent,
    mergeBase: landing.parent,
    head: landing.id,
    headTree: head?.tree ?? '',
    commits: landing.commits,
    unseen,
    alg: manifestAlg(landing.id),
    manifest: NO_DIGEST,
    manifest256: NO_DIGEST,
    records,
  };
}

function recordsOf(diff: Uint8Array | undefined): { readonly records: readonly TreeRecord[]; readonly unseen: readonly string[] } {
  if (diff === undefined) return { records: [], unseen: ['what this landing changes is not in this repository'] };
  const records = parseTreeDiff(diff);
  if (!records.ok) return { records: [], unseen: [`what this landing changes cannot be read: ${records.error.message}`] };
  if (records.value.length <= MOST_FILES) return { records: records.value, unseen: [] };
  return { records: [], unseen: [`${records.value.length} files change; at most ${MOST_FILES} are judged at once`] };
}

export interface Gathered {
  readonly landing: Landing;
  readonly change: Change;
  readonly files: readonly FileEvidence[];
  readonly roster: Roster;
  readonly sticky: readonly StickyMark[];
  readonly incidents: readonly KnownIncident[] | null;
  /** The organisation's own agents. */
  readonly agents?: Registry | null;
}

export function factsOf({ landing, change, files, roster, sticky, incidents, agents = null }: Gathered): Facts {
  return {
    change,
    evidence: { files, plan: null },
    pusher: null,
    // Taken at the maker's word, as a clone does: otherwise every merge would read as one that names people only in headers.
    pushersBefore: makers(landing, roster),
    sticky,
    roster,
    targetExists: landing.parent !== null,
    at: landing.at,
    // History holds no reviews after landing: the lane of what passes by itself is taken to stay open.
    lane: { sampled: 0, escapes: 0 },
    incidents: incidentsAt(incidents, landing.at),
    ...(agents === null ? {} : { registry: agents }),
  };
}

/** Whoever wrote the newest commit that is no merge, or answers for the agent that did. */
function makers(landing: Landing, roster: Roster): readonly PersonId[] {
  const maker = personOf(roster, makerOf(landing)?.author.email ?? '');
  return maker === null ? [] : [maker];
}

const byAddress = new WeakMap<Roster, ReadonlyMap<string, PersonId>>();

/** The person of an address, or who answers for its agent; null where it is nobody's. */
export function personOf(roster: Roster, email: string): PersonId | null {
  const known =
    byAddress.get(roster) ??
    new Map([...roster.agents.flatMap((a) => a.emails.map((e) => [e, a.owner] as const)), ...roster.people.flatMap((p) => p.emails.map((e) => [e, p.id] as const))]);
  byAddress.set(roster, known);
  return known.get(email.trim().toLowerCase()) ?? null;
}

interface Left extends StickyMark {
  readonly touched: ReadonlySet<string>;
  /** Folders above what was touched. */
  readonly above: ReadonlySet<string>;
}

/** Marks of AI that earlier landings left, as the gate remembers them: on the same paths, for as long. */
export class StickyMarks {
  #left: Left[] = [];

  /** Those that can count for this change; `assess` looks at them again. */
  near(at: number, { records }: Change): readonly StickyMark[] {
    this.#left = this.#left.filter((mark) => mark.seenAt >= at - STICKY_MS);
    if (this.#left.length === 0) return [];
    const paths = records.map((r) => r.path);
    const above = new Set(paths.flatMap(foldersOf));
    return this.#left.filter((mark) => paths.some((p) => mark.touched.has(p) || mark.above.has(p)) || mark.paths.some((p) => above.has(p)));
  }

  /** What was only remembered leaves no mark of its own. */
  leave(at: number, { change, provenance }: Decision): void {
    const seen = provenance.evidence.filter((e) => e.slot !== 'sticky' && e.trust >= 2);
    const level = seen.reduce((most, e) => PROVENANCE_LEVELS.max(most, e.level), PROVENANCE_LEVELS.values[0] ?? 'human');
    if (!PROVENANCE_LEVELS.atLeast(level, 'suggestion') || change.paths.length === 0) return;
    const mark = { level, paths: change.paths, seenOn: change.head, seenAt: at, tool: seen[0]?.tool ?? 'unknown' };
    this.#left.push({ ...mark, touched: new Set(change.paths), above: new Set(change.paths.flatMap(foldersOf)) });
  }
}

function foldersOf(path: string): readonly string[] {
  const found: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) found.push(path.slice(0, at));
  return found;
}
