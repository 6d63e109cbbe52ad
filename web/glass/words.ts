/** Break-glass in words for people. */
import type { GlassKind, GlassTerms, Outcome } from '../api/generated.ts';
import { count } from '../ui/words.ts';

export const TITLE: Readonly<Record<GlassKind, string>> = { use: 'Break the glass', cancel: 'Take the break-glass back', review: 'Review this break-glass' };

export const OUTCOME: Readonly<Record<Outcome, readonly [title: string, meaning: string]>> = {
  justified: ['Justified', 'It could not wait, and it was the right thing.'],
  unjustified: ['Not justified', 'It could have waited, or was wrong. The log records a violation.'],
  tighten: ['Tighten', 'Policy should ask for more here, so that it does not come to this again.'],
};

/** "10 minutes", "1 hour", "2 days". @param ms milliseconds. */
export function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60 || minutes % 60 !== 0) return count(minutes, 'minute');
  const hours = minutes / 60;
  return hours < 48 || hours % 24 !== 0 ? count(hours, 'hour') : count(hours / 24, 'day');
}

/** What signing does, and what follows: nobody should find out afterwards. */
export function consequences(terms: GlassTerms): readonly string[] {
  const { humans, level, aloneAfter, expires, reviewWithin, reviewLevel, perMonth } = terms;
  const alone = aloneAfter === null ? '' : ` One person alone waits ${lasting(aloneAfter)}, in which anybody at ${level} or above can take it back.`;
  return [
    'It lets exactly this change pass without what policy asks for: once, on this ref, and never where it touches policy or roster.',
    `It takes ${humans === 1 ? 'one person' : `${humans} people`} at ${level} or above, one of them outside the change.${alone} It holds for ${lasting(expires)}.`,
    `Within ${lasting(reviewWithin)} of landing, somebody at ${reviewLevel} or above who had no part in it reviews it. Once that is overdue, changes to these files and the next break-glass of those who signed are refused.`,
    `Your name, the reason and the incident stand in what you sign, and the log keeps that it happened.${perMonth === null ? '' : ` At most ${perMonth} in thirty days.`}`,
  ];
}
