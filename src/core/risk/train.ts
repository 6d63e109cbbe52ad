/**
 * A train of small changes: what several landings on the same files do together and none of them does alone. Whoever splits a
 * dangerous change into two pushes is shown the sum. Paths and contents are the author's; where the window begins is not.
 */
import { detect } from './detect.ts';
import type { FileEvidence } from './evidence.ts';
import type { Detector, Finding, NotAnalysed, Risk, Tier } from './risk.ts';
import { TIERS } from './risk.ts';

export interface Train {
  /** Where the window begins: a commit of the target ref, or null before its first one. */
  readonly since: string | null;
  /** Changes that landed on these files within it, before this one. */
  readonly earlier: number;
  /** The files of this change, from where the window begins to its head. */
  readonly whole: readonly FileEvidence[];
  /** The same files in each earlier change; null: there were too many, so whatever the sum shows is new. */
  readonly each: readonly (readonly FileEvidence[])[] | null;
}

/** @param train undefined: nothing landed on these files lately. null: what did could not be read, which is said. */
export function withTrain(detectors: readonly Detector[], risk: Risk, train: Train | null | undefined, path: string): Risk {
  if (train === undefined) return risk;
  if (train === null) return { ...risk, notAnalysed: [...risk.notAnalysed, UNREAD(path)] };
  const more = together(detectors, risk, train);
  if (more.length === 0) return risk;
  return { ...risk, findings: [...risk.findings, ...more], tier: more.reduce<Tier>((most, f) => TIERS.max(most, f.severity), risk.tier) };
}

const UNREAD = (path: string): NotAnalysed => ({ path, why: 'what landed here in the last days cannot be read, so what this adds up to is unknown' });

/** Found in the sum, and neither in this change nor in any before it: those were judged when they landed. */
function together(detectors: readonly Detector[], alone: Risk, { since, earlier, whole, each }: Train): readonly Finding[] {
  const known = new Set([alone, ...(each ?? []).map((files) => detect(detectors, { files, plan: null }))].flatMap((r) => r.findings.map(subject)));
  const because = ['adds up', `${earlier} ${earlier === 1 ? 'change' : 'changes'} on these files since ${since === null ? 'the first commit' : since.slice(0, 12)}`] as const;
  return detect(detectors, { files: whole, plan: null })
    .findings.filter((f) => !known.has(subject(f)))
    .map((f) => ({ ...f, what: `together with what landed here before: ${f.what}`, because: [...f.because, because] }));
}

/** The same danger whatever line it moved to. */
const subject = (f: Finding): string => `${f.rule}\0${f.place.path}\0${f.place.object ?? ''}`;
