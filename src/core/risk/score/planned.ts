/**
 * Changes that were meant to be undone again: a host taken out for maintenance, a debug line. Learning from their reverts
 * teaches the toggle and not the danger. Coarse by nature: both rates, raw and clean, are always printed side by side.
 */
import { subjectOf } from './facts.ts';

/** Does the subject say that the change is to be undone again? Of an organisation it is its own pattern, which must take linear time. */
export type Planned = (subject: string) => boolean;

/** As an organisation may write it, in its own words. */
export const PLANNED_PATTERN = String.raw`(?i)disable notif|enable notif|depool|repool|\bpool(ed|ing)?\b|downtime|temporar|mainten|read.?only|silenc|switchover|failover|drain|throttl|promote|weight|reimage|live.?hack|\bdebug|disable writes|remove .*(from|authdns)|for testing|experiment|benchmark|\bwip\b|do not merge|\btest\b|revert`;

const WORDS =
  /disable notif|enable notif|depool|repool|\bpool(ed|ing)?\b|downtime|temporar|mainten|read.?only|silenc|switchover|failover|drain|throttl|promote|weight|reimage|live.?hack|\bdebug|disable writes|for testing|experiment|benchmark|\bwip\b|do not merge|\btest\b|revert/i;

/** The pattern above, by hand: `remove .*` is looked for once, so that no subject costs more than its length. */
export function plannedBySubject(subject: string): boolean {
  if (WORDS.test(subject)) return true;
  const removed = subject.search(/remove /i);
  return removed >= 0 && /from|authdns/i.test(subject.slice(removed + 'remove '.length));
}

export const isPlanned = (message: string, planned: Planned = plannedBySubject): boolean => planned(subjectOf(message));

/** Of an organisation's own words, one a line, in place of those built in; empty lines and those that begin with # are left out. Looked for as they are. */
export function plannedFrom(lines: readonly string[]): Planned {
  const words = lines.map((line) => line.trim().toLowerCase()).filter((line) => line !== '' && !line.startsWith('#'));
  return (subject) => {
    const lower = subject.toLowerCase();
    return words.some((word) => lower.includes(word));
  };
}
