/** What an author fills in, and what is still missing before it can be signed. Pure. */
import type { OwnBody } from '../api/generated.ts';
import type { Draft } from '../sign/draft.ts';

export interface OwnDraft {
  readonly files: string;
  readonly ran: string;
  readonly unclear: string;
  readonly assumptions: Draft['assumptions'];
}

export const NO_WORDS: OwnDraft = { files: '', ran: '', unclear: '', assumptions: [] };

/** One entry a line; empty lines are none. */
export const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The body to send, or what is missing of it in one line. @param total changed files. */
export function ownBody({ files, ran, unclear, assumptions }: OwnDraft, total: number): OwnBody | string {
  const filesRead = /^\d{1,6}$/.test(files.trim()) ? Number(files) : -1;
  const half = assumptions.some((a) => (a.text.trim() === '') !== (a.holds === ''));
  const missing = [
    ...(filesRead < 0 || filesRead > total ? [`how many of the ${total} you read`] : []),
    ...(linesOf(ran).length === 0 ? ['what you ran'] : []),
    ...(linesOf(unclear).length === 0 ? ['what you do not understand'] : []),
    ...(half ? ['the rest of an assumption'] : []),
  ];
  if (missing.length > 0) return `Still missing: ${missing.join(', ')}.`;
  const kept = assumptions.flatMap((a) => (a.text.trim() === '' || a.holds === '' ? [] : [{ text: a.text.trim(), holds: a.holds }]));
  return { filesRead, ran: linesOf(ran), notUnderstood: linesOf(unclear), assumptions: kept };
}
