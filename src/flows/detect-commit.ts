/** What is known of one commit, in the words `countersign detect` prints (docs/spec/detect.md). */
import { assess } from '../core/provenance/assess.ts';
import { PROVENANCE_LEVELS, type ProvenanceLevel } from '../core/provenance/provenance.ts';
import type { Trust } from '../core/provenance/trust.ts';
import type { AskedCommit } from './detect-line.ts';

/** Printed as it is. */
export interface Detected {
  readonly sha: string;
  readonly level: ProvenanceLevel;
  /** Each once, those of the evidence that counts. */
  readonly tools: readonly string[];
  readonly evidence: readonly DetectedEvidence[];
}

export interface DetectedEvidence {
  readonly source: string;
  readonly trust: Trust;
  readonly tool: string;
  /** Where it stands: `author`, `message:12`, `refs/notes/ai`. */
  readonly place: string;
  readonly level: ProvenanceLevel;
  readonly rule: string;
  readonly model?: string;
}

export type Detector = (commit: AskedCommit) => Detected;

export function detectorOf(): Detector {
  return ({ sha, author, committer, message }) => {
    const known = assess([{ id: sha, tree: '', parents: [], author: { ...author, at: 0 }, committer: { ...committer, at: 0 }, message }], [], []);
    const evidence = known.evidence.map(({ slot, trust, tool, level, rule, model, line }) => ({
      source: slot,
      trust,
      tool,
      place: line === undefined ? slot : `message:${line}`,
      level,
      rule,
      ...(model === undefined ? {} : { model }),
    }));
    return { sha, level: known.level, tools: [...new Set(known.evidence.filter((e) => e.trust >= 2).map((e) => e.tool))], evidence };
  };
}

/** What notes beside a commit add to what it says itself. */
export function withNotes(found: Detected, beside: readonly DetectedEvidence[]): Detected {
  const counted = beside.filter((e) => e.trust >= 2);
  const level = counted.reduce((most, e) => PROVENANCE_LEVELS.max(most, e.level), found.level);
  return { sha: found.sha, level, tools: [...new Set([...found.tools, ...counted.map((e) => e.tool)])], evidence: [...found.evidence, ...beside] };
}
