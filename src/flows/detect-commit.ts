/** What is known of one commit, in the words `countersign detect` prints (docs/spec/detect.md). */
import { detect } from '../core/provenance/detect.ts';
import { identify } from '../core/provenance/identity.ts';
import type { Attribution } from '../core/provenance/lines/attribution.ts';
import { readNote } from '../core/provenance/lines/read-note.ts';
import { MAX_LINE, MAX_TRAILERS } from '../core/provenance/message.ts';
import type { ProvenanceEvidence, ProvenanceLevel } from '../core/provenance/provenance.ts';
import { NO_REGISTRY, type Registry, scannerFor } from '../core/provenance/registry.ts';
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
  /** Where it stands: `author`, `message:12`, `pr-body:3`, `note`. */
  readonly place: string;
  readonly level: ProvenanceLevel;
  readonly rule: string;
  readonly model?: string;
}

/** What is known beside what the commit says itself. */
export interface Beside {
  readonly notes: readonly Attribution[];
  /** In words. */
  readonly unreadable: readonly string[];
}

export type Detector = (commit: AskedCommit, beside?: Beside) => Detected;

const NONE: readonly never[] = [];

/** A detector of its own for each registry. */
export function detectorOf(registry: Registry = NO_REGISTRY): Detector {
  const quiet = quietIn(registry);
  const scanner = scannerFor(registry);
  return ({ sha, author, committer, message, branch, pr, notes }, beside) => {
    const bare = beside === undefined && branch === undefined && pr === undefined && notes === undefined;
    if (bare && quiet(author) && quiet(committer) && scanner.glance(message, MAX_TRAILERS, MAX_LINE) === 'plain')
      return { sha, level: 'unattributed', tools: NONE, evidence: NONE };
    const records = [...(notes ?? NONE).map(({ text }) => readNote(text, sha).attribution), ...(beside?.notes ?? NONE)];
    const known = detect(
      {
        commit: { id: sha, author: { ...author, at: 0 }, committer: { ...committer, at: 0 }, message },
        ...(branch === undefined ? {} : { branch }),
        ...(pr === undefined ? {} : { pr }),
        ...(records.length === 0 ? {} : { notes: records }),
        ...(beside === undefined ? {} : { unreadable: beside.unreadable }),
      },
      registry,
    );
    if (known.evidence.length === 0) return { sha, level: known.level, tools: NONE, evidence: NONE };
    return { sha, level: known.level, tools: toolsOf(known.evidence), evidence: known.evidence.map(printed) };
  };
}

/** Whether headers say nothing of an AI here, remembered by person: a reader of histories hands over the same object for the same one. */
function quietIn(registry: Registry): (person: AskedCommit['author']) => boolean {
  const known = new WeakMap<AskedCommit['author'], boolean>();
  return (person) => {
    const before = known.get(person);
    if (before !== undefined) return before;
    const { match, unknown } = identify(person.name, person.email, 'author', registry);
    const says = match === undefined && unknown === null;
    known.set(person, says);
    return says;
  };
}

/** A finding that supports no level names no tool that had a hand. */
const toolsOf = (evidence: readonly ProvenanceEvidence[]): readonly string[] => [...new Set(evidence.filter((e) => e.trust >= 2 && e.level !== 'unattributed').map((e) => e.tool))];

const printed = ({ slot, trust, tool, level, rule, model, line }: ProvenanceEvidence): DetectedEvidence => ({
  source: slot,
  trust,
  tool,
  place: placeOf(slot, line),
  level,
  rule,
  ...(model === undefined ? {} : { model }),
});

function placeOf(slot: ProvenanceEvidence['slot'], line: number | undefined): string {
  if (line === undefined) return slot;
  return slot === 'pr-body' ? `pr-body:${line}` : `message:${line}`;
}
