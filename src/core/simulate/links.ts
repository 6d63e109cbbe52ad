/**
 * Which landing took which back, and which incidents name one. All of it is what messages and a file say: anybody can write
 * "This reverts commit ..." about anything. It counts in statistics and decides nothing.
 */
import type { Oid } from '../change/change.ts';
import type { KnownIncident } from '../policy/incident-file.ts';
import { type Landing, subjectOf } from './landings.ts';
import { commitsTakenBack, pullNumber, pullsTakenBack, subjectTakenBack, withoutNumber } from './revert-words.ts';

export interface Links {
  /** By landing: the one it takes back, and the one that took it back. */
  readonly reverts: ReadonlyMap<Oid, Oid>;
  readonly revertedBy: ReadonlyMap<Oid, Oid>;
  /** Ids of incidents by landing. */
  readonly incidents: ReadonlyMap<Oid, readonly string[]>;
  /** What the incidents file names and is not in this history, in words. */
  readonly notes: readonly string[];
}

/** @param all every landing of the branch, oldest first, also those nobody asked about: a revert may reach back further. */
export function linksOf(all: readonly Landing[], incidents: readonly KnownIncident[]): Links {
  const index = indexOf(all);
  const reverts = new Map<Oid, Oid>();
  const revertedBy = new Map<Oid, Oid>();
  for (const [place, landing] of all.entries()) {
    for (const back of takenBack(landing, place, index)) {
      const before = all[back]?.id ?? '';
      if (!reverts.has(landing.id)) reverts.set(landing.id, before);
      // The first that took it back: what came later took back what was there by then.
      if (!revertedBy.has(before)) revertedBy.set(before, landing.id);
    }
    remember(index, landing, place);
  }
  return { reverts, revertedBy, ...named(all, index, incidents) };
}

interface Index {
  /** Ids of all commits in order, with the place of their landing. */
  readonly ids: readonly (readonly [Oid, number])[];
  /** Newest landing of a subject, and of a pull request, so far. */
  readonly subjects: Map<string, number>;
  readonly pulls: Map<string, number>;
}

const indexOf = (all: readonly Landing[]): Index => ({
  ids: all.flatMap((landing, place) => landing.commits.map((c) => [c.id, place] as const)).sort(([a], [b]) => (a < b ? -1 : 1)),
  subjects: new Map(),
  pulls: new Map(),
});

function remember({ subjects, pulls }: Index, landing: Landing, place: number): void {
  for (const { message } of landing.commits) {
    const subject = subjectOf(message);
    subjects.set(subject, place);
    subjects.set(withoutNumber(subject), place);
  }
  const pull = pullNumber(subjectOf(landing.commits.at(-1)?.message ?? ''));
  if (pull !== undefined) pulls.set(pull, place);
}

/** Places of earlier landings, each once, in the order they are named. */
function takenBack(landing: Landing, place: number, index: Index): readonly number[] {
  const found = landing.commits.flatMap(({ message }) => {
    if (!/re(?:vert|apply)/i.test(message)) return [];
    const byId = commitsTakenBack(message).flatMap((id) => placeOf(index.ids, id) ?? []);
    // An id says more than words; words are asked where no id is known.
    return byId.length > 0 ? byId : byWords(message, index);
  });
  return [...new Set(found)].filter((p) => p < place);
}

function byWords(message: string, { subjects, pulls }: Index): readonly number[] {
  const byPull = pullsTakenBack(message).flatMap((n) => pulls.get(n) ?? []);
  if (byPull.length > 0) return byPull;
  const subject = subjectTakenBack(subjectOf(message));
  const at = subject === undefined ? undefined : (subjects.get(subject) ?? subjects.get(withoutNumber(subject)));
  return at === undefined ? [] : [at];
}

/** The landing of the one commit whose id begins so; undefined where none does, or several. */
function placeOf(ids: Index['ids'], prefix: string): number | undefined {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle]?.[0] ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  const [found, next] = [ids[low], ids[low + 1]];
  return found?.[0].startsWith(prefix) === true && next?.[0].startsWith(prefix) !== true ? found[1] : undefined;
}

function named(all: readonly Landing[], { ids }: Index, incidents: readonly KnownIncident[]): Pick<Links, 'incidents' | 'notes'> {
  const found = new Map<Oid, string[]>();
  const notes: string[] = [];
  for (const incident of incidents) {
    for (const commit of incident.commits) {
      const landing = all[placeOf(ids, commit) ?? -1]?.id;
      const before = found.get(landing ?? '') ?? [];
      if (landing === undefined) notes.push(`incident ${incident.id} names ${commit}, which is not one commit of this history`);
      else if (!before.includes(incident.id)) found.set(landing, [...before, incident.id]);
    }
  }
  return { incidents: found, notes };
}
