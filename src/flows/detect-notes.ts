/** What notes say of commits, kept small: which hands they name, or that a note could not be read; never its text, no line of it. */
import type { Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { Attribution, FileLines, Hand } from '../core/provenance/lines/attribution.ts';
import { readNote } from '../core/provenance/lines/read-note.ts';
import type { Beside } from './detect-commit.ts';
import type { NoteRead, Notes } from './ports.ts';

export interface NoteIndex {
  of(commit: Oid): Beside | undefined;
  /** Why not all notes were read, in words; empty where they were. */
  readonly notSeen: readonly string[];
}

export const NO_NOTES: NoteIndex = { of: () => undefined, notSeen: [] };

/** Every note there is, read once before the history: one process of git. */
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
  const found = new Map<Oid, Beside>();
  const one = interned();
  return {
    add: ({ commit, ref, text, problem }) => {
      const read = problem === undefined ? readNote(text, commit).attribution : null;
      const before = found.get(commit) ?? NOTHING;
      if (read === null) found.set(commit, { ...before, unreadable: [...before.unreadable, `${ref}: ${problem}`] });
      else if (read.files.length > 0 || read.madeBy !== undefined || read.unreadable.length > 0) found.set(commit, { ...before, notes: [...before.notes, small(read, one)] });
    },
    index: (done) => ({ of: (commit) => found.get(commit), notSeen: done.ok ? [] : [`notes were not all read: ${done.error.message}`] }),
  };
}

const NOTHING: Beside = { notes: [], unreadable: [] };

/** The same record with one file for all: how many lines each hand of an AI holds, and no other hand. */
function small({ files, hands, ...record }: Attribution, one: (hand: Hand) => Hand): Attribution {
  const held = new Map<string, number>();
  const add = (key: string, lines: number): void => {
    if (lines > 0 && hands.get(key)?.by === 'ai') held.set(key, (held.get(key) ?? 0) + lines);
  };
  for (const { ranges, removed } of files) {
    for (const { hand, start, end } of ranges) add(hand, end - start + 1);
    for (const { hand, count } of removed) add(hand, count);
  }
  const ranges = [...held].map(([hand, lines]) => ({ hand, start: 1, end: lines }));
  const all: readonly FileLines[] = ranges.length === 0 ? [] : [{ path: '', ranges, removed: [] }];
  return { ...record, hands: new Map([...held.keys()].flatMap((key) => (hands.has(key) ? [[key, one(hands.get(key) as Hand)]] : []))), files: all };
}

/** A history has some hundreds of pairs of tool and model, and tens of thousands of notes; who prompted is not printed. */
function interned(): (hand: Hand) => Hand {
  const known = new Map<string, Hand>();
  return ({ by, tool, model }) => {
    const key = `${tool}\0${model ?? ''}`;
    const hand = known.get(key) ?? { by, tool, ...(model === undefined ? {} : { model }) };
    if (known.size < 10_000) known.set(key, hand);
    return hand;
  };
}
