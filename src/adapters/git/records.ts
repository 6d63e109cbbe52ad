/**
 * Line records of a served repository as one push will leave them: the notes refs it moves at their new tips, with the objects it
 * brings read from git's quarantine. All of it is the pusher's word.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { Lines, Notes } from '../../flows/ports.ts';
import { openLines } from './lines.ts';
import { NOTE_CAPS, openNotes } from './notes.ts';
import { locate } from './place.ts';
import { quarantineFolder } from './quarantine.ts';

export interface PushedRecords {
  readonly repo: string;
  /** The name of git's folder; undefined where the transport made none. */
  readonly quarantine: string | undefined;
  /** Refs the push moves, and where to. */
  readonly moving: ReadonlyMap<string, Oid>;
}

/** @param gitDirOf undefined for an id that is not served. Problems: REPOSITORY_UNKNOWN, GATE_REQUEST_INVALID, GIT_FAILED. */
export async function pushedRecords(gitDirOf: (repo: string) => string | undefined, of: PushedRecords): Promise<Result<{ readonly notes: Notes; readonly lines: Lines }>> {
  const gitDir = gitDirOf(of.repo);
  if (gitDir === undefined) return err(problem('REPOSITORY_UNKNOWN', 'this repository is not served here', { place: of.repo }));
  const served = await locate({ gitDir });
  if (!served.ok) return served;
  const quarantine = of.quarantine === undefined ? ok(undefined) : await quarantineFolder(served.value, of.quarantine);
  if (!quarantine.ok) return quarantine;
  const place = { gitDir, ...(quarantine.value === undefined ? {} : { objectDirectory: quarantine.value }) };
  return ok({ notes: openNotes(place, NOTE_CAPS, of.moving), lines: openLines(place) });
}
