/**
 * Asks a language model for questions about a change that people will judge. What it answers is kept beside the change, in
 * memory, and nowhere a decision, a verdict or a statement is made of.
 */
import { ok, type Result } from '../core/base/result.ts';
import type { ShownFile } from '../core/dossier/dossier.ts';
import { type ReaderNote, readerPrompt, readNotes } from '../core/dossier/reader.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Reader } from './ports-reader.ts';

export interface Prescreened {
  readonly model: string;
  readonly notes: readonly ReaderNote[];
  /** Files it did not see whole. */
  readonly left: readonly string[];
  readonly tokens: number;
}

/** Problems: READER_UNAVAILABLE, READER_BUDGET. */
export async function prescreen(reader: Reader, decision: Decision, files: readonly ShownFile[]): Promise<Result<Prescreened>> {
  const { left, ...asked } = readerPrompt(
    decision.findings.map((f) => `${f.severity}: ${f.what}`),
    files,
  );
  const answer = await reader.read(asked);
  if (!answer.ok) return answer;
  const paths = files.map((f) => f.path);
  return ok({ model: reader.model, notes: readNotes(answer.value.text, paths), left, tokens: answer.value.tokens });
}
