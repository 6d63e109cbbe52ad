/** Exit codes and the shape of a command's answer: documented, stable, the same for every command. */
import { type Problem, problemText } from '../core/base/result.ts';
import { visibleLines } from './terminal.ts';

export const EXIT = { ok: 0, signoff: 1, refused: 2 } as const;

/** What each means, by number: the help and docs/spec/exit-and-reason-codes.md say it in these words. */
export const EXIT_WORDS: readonly string[] = [
  'passes, verified, done',
  'a sign-off is needed, or the evidence does not hold',
  'refused or undecidable, or the command was not understood: treat it as a no',
];

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Undecidable: the problems on standard error, or as JSON on standard output where asked for. */
export const refusal = (problems: readonly Problem[], json = false): Answer => ({
  code: EXIT.refused,
  stdout: json ? `${JSON.stringify({ version: 1, exit: EXIT.refused, problems })}\n` : '',
  stderr: json ? '' : problems.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join(''),
});
