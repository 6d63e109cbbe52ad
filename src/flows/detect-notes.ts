/** What notes say of commits, kept small: an AI by its tool and model, or that a note could not be read; never its text. */
import type { Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { Attribution, Hand } from '../core/provenance/lines/attribution.ts';
import { readNote } from '../core/provenance/lines/read-note.ts';
import type { DetectedEvidence } from './detect-commit.ts';
import type { NoteRead, Notes } from './ports.ts';

export interface NoteIndex {
  of(commit: Oid): readonly DetectedEvidence[];
  /** Why not all notes were read, in words; empty where they were. */
  readonly notSeen: readonly string[];
}

export const NO_NOTES: NoteIndex = { of: () => [], notSeen: [] };

/** Every note there is, read once before the history: one process of git, and of each note no more is kept than what is printed. */
export async function noteIndex(notes: Notes): Promise<NoteIndex> {
  const { add, index } = collecting();
  return index(await notes.each(add));
}

/** The same of a few commits. */
export async function notesOf(notes: Notes, commits: readonly Oid[]): Promise<NoteIndex> {
  const { add, index } = collecting();
  const read = await notes.read(commits);
  if (read.ok) read.value.forEach(add);
  return index(read);
}

function collecting(): { readonly add: (note: NoteRead) => void; readonly index: (done: Result<unknown>) => NoteIndex } {
  const found = new Map<Oid, readonly DetectedEvidence[]>();
  const one = interned();
  return {
    add: ({ commit, ref, text, problem }) => {
      const evidence = problem === undefined ? noteEvidence(text, commit, ref) : [unreadable(ref)];
      if (evidence.length > 0) found.set(commit, [...(found.get(commit) ?? []), ...evidence.map(one)]);
    },
    index: (done) => ({ of: (commit) => found.get(commit) ?? [], notSeen: done.ok ? [] : [`notes were not all read: ${done.error.message}`] }),
  };
}

/** Evidence of one note: a hand of an AI counts where it holds at least one line, there or gone. */
export function noteEvidence(text: string, commit: Oid, ref: string): readonly DetectedEvidence[] {
  const { attribution } = readNote(text, commit);
  const hands = [...held(attribution)].flatMap((key) => {
    const hand = attribution.hands.get(key);
    return hand?.by === 'ai' ? [ofHand(hand, attribution, ref)] : [];
  });
  return [...unique(hands), ...(attribution.unreadable.length > 0 ? [unreadable(ref)] : [])];
}

const held = ({ files }: Attribution): ReadonlySet<string> => new Set(files.flatMap(({ ranges, removed }) => [...ranges.map((r) => r.hand), ...removed.map((r) => r.hand)]));

const ofHand = ({ tool, model }: Hand, { source, trust }: Attribution, ref: string): DetectedEvidence => ({
  source: 'note',
  trust,
  tool: tool === '' ? 'undisclosed' : tool,
  place: ref,
  level: 'assisted',
  rule: `note/${source}`,
  ...(model === undefined ? {} : { model }),
});

/** It never reads as "no AI". */
const unreadable = (ref: string): DetectedEvidence => ({ source: 'note', trust: 1, tool: 'unknown', place: ref, level: 'unattributed', rule: 'evidence-unreadable' });

const keyOf = (e: DetectedEvidence): string => [e.rule, e.place, e.tool, e.model ?? '', e.trust].join('\0');
const unique = (all: readonly DetectedEvidence[]): readonly DetectedEvidence[] => [...new Map(all.map((e) => [keyOf(e), e])).values()];

/** A history has some hundreds of pairs of tool and model, and tens of thousands of notes. */
function interned(): (e: DetectedEvidence) => DetectedEvidence {
  const known = new Map<string, DetectedEvidence>();
  return (e) => {
    const key = keyOf(e);
    const before = known.get(key);
    if (before === undefined && known.size < 10_000) known.set(key, e);
    return before ?? e;
  };
}
