/** What notes say: of the commits of a change, and of every other commit that it may have come from. */
import { sha256Hex } from '../core/base/crypto.ts';
import { ok, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { Attribution } from '../core/provenance/lines/attribution.ts';
import type { Run } from '../core/provenance/lines/fingerprint.ts';
import { fitTo } from '../core/provenance/lines/fit.ts';
import { isRecord, readNote } from '../core/provenance/lines/read-note.ts';
import { LINES_REF } from '../core/provenance/lines/record.ts';
import { type RecorderKey, readRecord } from '../core/provenance/lines/record-read.ts';
import { runsOf } from '../core/provenance/lines/runs.ts';
import type { Lines, NoteRead, Notes } from './ports.ts';

interface Ports {
  readonly notes: Notes;
  readonly lines: Lines;
  readonly recorders?: readonly RecorderKey[];
}

/** All that is kept of one commit. */
export interface Noted {
  readonly records: readonly Attribution[];
  /** A managed recorder signed one of them. */
  readonly signed: boolean;
  /** In words. */
  readonly problems: readonly string[];
}

/** By commit; one without any note is not in it. */
export async function notedAt(ports: Ports, commits: readonly Oid[]): Promise<Result<ReadonlyMap<Oid, Noted>>> {
  const notes = await ports.notes.read(commits);
  if (!notes.ok) return notes;
  const byCommit = Map.groupBy(notes.value, (note) => note.commit);
  return ok(new Map([...byCommit].map(([commit, of]) => [commit, noted(commit, of, ports.recorders ?? [])])));
}

function noted(commit: Oid, notes: readonly NoteRead[], keys: readonly RecorderKey[]): Noted {
  // copies of a remote's notes mostly say the same
  const texts = [...new Map(notes.filter((n) => n.problem === undefined).map((n) => [n.text, n])).values()];
  const records = texts.map((n) => readNote(n.text, commit, keys).attribution);
  const problems = notes.flatMap((n) => (n.problem === undefined ? [] : [`a note under ${n.ref} cannot be read: ${n.problem}`]));
  const signed = records.some((r) => r.source === 'countersign' && r.trust >= 4 && r.unreadable.length === 0);
  return { records, signed, problems: [...problems, ...gone(commit, texts, records)] };
}

/** Our record names the note of git-ai it was written beside: one that is no longer there was taken away or rewritten. */
function gone(commit: Oid, texts: readonly NoteRead[], records: readonly Attribution[]): readonly string[] {
  const there = new Set(texts.map((n) => sha256Hex(n.text)));
  const missing = texts.some((n, i) => {
    const named = records[i]?.source === 'countersign' ? readRecord(n.text, commit).gitAi : null;
    return named !== null && !there.has(named);
  });
  return missing ? [`the note of git-ai that ${LINES_REF} was written beside is gone or was rewritten`] : [];
}

export interface Elsewhere {
  readonly runs: readonly Run[];
  readonly unreadable: readonly string[];
}

/** Ranges of other tools' notes, and lines of records nobody signed, that are kept of other commits. */
export const ELSEWHERE_CAPS = { ranges: 2_000_000, lines: 4_000_000 } as const;
const OVER = 'records of other commits hold more than is compared: what they say of this change is not known';

/** Runs of other commits made since, for attaching. Our own records hold their hashes; of others the commit itself is read. */
export async function knownElsewhere(ports: Ports, without: ReadonlySet<Oid>, since: number, relevant: (run: Run) => boolean): Promise<Result<Elsewhere>> {
  const runs: Run[] = [];
  const attributed = new Map<Oid, Attribution[]>();
  const unreadable: string[] = [];
  const left: { -readonly [cap in keyof typeof ELSEWHERE_CAPS]: number } = { ...ELSEWHERE_CAPS };
  const over = (): void => {
    if (!unreadable.includes(OVER)) unreadable.push(OVER);
  };
  const read = await ports.notes.each((note) => {
    if (note.commit === '' && note.problem !== undefined) unreadable.push(note.problem);
    if (without.has(note.commit) || note.problem !== undefined) return;
    // one small object may stand at a million commits: what is over is not even read
    if (left.ranges <= 0 && !isRecord(note.text)) return over();
    const { attribution, runs: own } = readNote(note.text, note.commit, ports.recorders ?? []);
    for (const run of own?.filter((r) => r.at >= since && relevant(r)) ?? []) {
      // nobody makes up any number of what a managed recorder signed
      if (run.trust < 4) left.lines -= run.lines.length;
      if (run.trust >= 4 || left.lines >= 0) runs.push(run);
      else over();
    }
    if (own !== undefined) return;
    left.ranges -= attribution.files.reduce((n, f) => n + f.ranges.length + f.removed.length + 1, 1);
    if (attribution.files.length > 0) attributed.set(note.commit, [...(attributed.get(note.commit) ?? []), attribution]);
  });
  if (!read.ok) return read;
  const done = await ports.lines.each([...attributed.keys()], since, ({ commit, at, changed }) => {
    for (const one of attributed.get(commit) ?? []) for (const run of runsOf(fitTo(one, changed), changed, at)) if (relevant(run)) runs.push(run);
  });
  // a commit whose objects are gone is no problem of this change: nothing says it belongs to it
  return done.ok ? ok({ runs, unreadable }) : done;
}
