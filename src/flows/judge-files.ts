/** Findings of single artefacts, without a change around them: what an agent or a pipeline asks about before it commits. */
import { utf8 } from '../core/base/bytes.ts';
import type { TreeRecord } from '../core/change/change.ts';
import { detect } from '../core/risk/detect.ts';
import { ALL_DETECTORS } from '../core/risk/detectors.ts';
import type { RiskEvidence } from '../core/risk/evidence.ts';
import type { Risk } from '../core/risk/risk.ts';
import type { BlobRead, Parsers } from './ports.ts';

export interface JudgedFile {
  readonly path: string;
  /** null: it is not there. */
  readonly base: Uint8Array | null;
  readonly head: Uint8Array | null;
}

export async function judgeFiles(parsers: Parsers, files: readonly JudgedFile[], plans: Omit<RiskEvidence, 'files'>): Promise<Risk> {
  const contents = new Map(files.flatMap((f, i) => [f.base, f.head].map((bytes, side) => [idOf(i, side), bytes] as const)));
  const records = files.map((f, i): TreeRecord => {
    const mode = (bytes: Uint8Array | null): string => (bytes === null ? '000000' : '100644');
    const status = f.base === null ? 'A' : f.head === null ? 'D' : 'M';
    return { path: f.path, pathBytes: utf8(f.path), status, oldMode: mode(f.base), newMode: mode(f.head), oldId: idOf(i, 0), newId: idOf(i, 1) };
  });
  const read = async (ids: readonly string[], cap: number): Promise<readonly BlobRead[]> => ids.map((id) => readOf(id, contents.get(id) ?? null, cap));
  return detect(ALL_DETECTORS, { files: await parsers.parse(records, read), ...plans });
}

/** No object id: contents are told apart by where they stand. */
const idOf = (index: number, side: number): string => `${index}/${side}`;

const readOf = (id: string, bytes: Uint8Array | null, cap: number): BlobRead =>
  bytes === null ? { id, problem: 'missing' } : bytes.length > cap ? { id, problem: 'too-large' } : { id, bytes };
