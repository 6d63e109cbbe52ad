/** Changed files written down as text, for detectors that read text; and what a detector said, in few words. */
import type { FileEvidence } from '../core/risk/evidence.ts';
import type { Risk } from '../core/risk/risk.ts';

/** Content before and after; null where the file does not exist on that side. */
export interface TextFiles {
  readonly [path: string]: readonly [string | null, string | null];
}

export const textEvidence = (files: TextFiles): readonly FileEvidence[] =>
  Object.entries(files).map(([path, [before, after]]) => ({
    path,
    status: before === null ? 'A' : after === null ? 'D' : 'M',
    oldMode: '100644',
    newMode: '100644',
    ...(before === null ? {} : { base: { kind: 'text', text: before } }),
    ...(after === null ? {} : { head: { kind: 'text', text: after } }),
  }));

/** `SQL101:critical`, the most severe first. */
export const said = (risk: Risk): readonly string[] => risk.findings.map((f) => `${f.rule}:${f.severity}`);
