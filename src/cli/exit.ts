/** Exit codes and the shape of a command's answer: documented, stable, the same for every command. */
import { type Problem, problemText } from '../core/base/result.ts';

export const EXIT = { ok: 0, signoff: 1, refused: 2 } as const;

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Undecidable: the problems on standard error, or as JSON on standard output where asked for. */
export const refusal = (problems: readonly Problem[], json = false): Answer => ({
  code: EXIT.refused,
  stdout: json ? `${JSON.stringify({ version: 1, exit: EXIT.refused, problems })}\n` : '',
  stderr: json ? '' : problems.map((p) => `countersign: ${problemText(p)}\n`).join(''),
});
