/** What a change says of itself, and when its author says it was written. */
import { bodyOf, type CommitFacts } from './facts.ts';
import type { Feature } from './feature.ts';

const BINARY = new Set(['fix', 'reland', 'tmpw', 'riskw', 'tick', 'fri', 'night']);
const feature =
  (group: Feature['group']) =>
  (name: string): Feature => ({ name, group, scale: group === 'words' || BINARY.has(name) ? 'binary' : 'rank' });

/** Looked for anywhere in a subject, inside other words too. */
const WORDS =
  'enable switch migrat default remove delete drop disable upgrade bump replace refactor rewrite move rename deploy optimi parallel cache timeout limit thread async'.split(' ');

export const MESSAGE_FEATURES: readonly Feature[] = ['fix', 'reland', 'tmpw', 'riskw', 'tick', 'msglen', 'subjlen', 'nbody'].map(feature('message'));
export const WORD_FEATURES: readonly Feature[] = WORDS.map((word) => `w_${word}`).map(feature('words'));
export const TIME_FEATURES: readonly Feature[] = ['hour', 'wday', 'fri', 'night'].map(feature('time'));

const RELAND = /\b(reland|re-land|reapply|re-apply|revert(s)? "?revert|retry|second (try|attempt)|take (two|2)|v2)\b/i;
const TEMPORARY = /\b(wip|temporar(y|ily)|hack|workaround|try(ing)?|experiment(al)?|quick|attempt|test(ing)?|should|maybe)\b/i;
const RISKY =
  /\b(enable|switch|migrate|migration|default|remove|delete|drop|disable|upgrade|bump|replace|refactor|rewrite|move|rename|deploy|rollout|roll out|turn on|start using|use)\b/i;
const TICKET = /(Bug:|Fixes|Closes|Refs|Issue|[A-Z]{2,8}-\d|\bT\d{4})/;

export function messageValues({ commit, subject, message, fix }: CommitFacts): readonly number[] {
  const yes = (pattern: RegExp, text: string): number => (pattern.test(text) ? 1 : 0);
  return [
    fix ? 1 : 0,
    yes(RELAND, subject),
    yes(TEMPORARY, subject),
    yes(RISKY, subject),
    yes(TICKET, message),
    commit.message.trimEnd().length,
    subject.length,
    bodyLines(bodyOf(message)),
  ];
}

/** Lines that say something and are no trailers. */
const bodyLines = (body: string): number => body.split('\n').filter((line) => line.trim() !== '' && !TRAILER.test(line)).length;

const TRAILER = /^[A-Z][\w-]+: /;

export const wordValues = ({ lower }: CommitFacts): readonly number[] => WORDS.map((word) => (lower.includes(word) ? 1 : 0));

/** In the zone the author names. */
export function timeValues({ commit }: CommitFacts): readonly number[] {
  const local = commit.authoredAt + commit.zone * 60;
  const days = Math.floor(local / 86_400);
  const hour = Math.floor((local - days * 86_400) / 3_600);
  // the first of January 1970 was a Thursday
  const weekday = (((days + 3) % 7) + 7) % 7;
  return [hour, weekday, weekday >= 4 ? 1 : 0, hour < 7 || hour >= 20 ? 1 : 0];
}
