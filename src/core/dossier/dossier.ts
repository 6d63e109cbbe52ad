/** What a reviewer is shown, as data, and the digest of it: the signature covers what was on the page. */
import { digest, type Json } from '../base/json.ts';
import type { TreeRecord } from '../change/change.ts';
import type { Decision } from '../policy/decision.ts';
import { type Question, questionsFor } from './questions.ts';

/** One file as it is shown: texts from blobs, attributes and filters off. */
export interface ShownFile {
  readonly path: string;
  readonly status: TreeRecord['status'];
  readonly oldMode: string;
  readonly newMode: string;
  readonly binary: boolean;
  readonly oldText: string;
  readonly newText: string;
  /** What could not be shown, in words; empty when the whole file is there. */
  readonly note: string;
}

export interface Dossier {
  readonly title: string;
  readonly decision: Decision;
  readonly files: readonly ShownFile[];
  readonly questions: readonly Question[];
  /** Lowercase hex SHA-256 over everything above. */
  readonly presented: string;
}

export function dossier(title: string, decision: Decision, files: readonly ShownFile[]): Dossier {
  const questions = questionsFor(decision.tier);
  const presented = digest(JSON.parse(JSON.stringify({ title, decision, files, questions })) as Json);
  return { title, decision, files, questions, presented };
}
