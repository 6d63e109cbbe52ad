/** What people call a commit: the first line of its message that says something. Attacker-controlled: shown as text only. */
import type { Commit } from './change.ts';

/** @param most characters. Empty where the message is. */
export const subjectOf = ({ message }: Pick<Commit, 'message'>, most = 72): string => (message.trimStart().split('\n', 1)[0] ?? '').slice(0, most).trim();
