/** What changes between two policies, in a terminal. */
import type { Comparison, Moved } from '../core/simulate/compare.ts';
import { hours, plural, signed, whole } from './simulate-words.ts';
import { clip, row } from './text-rows.ts';

const EXAMPLES = 3;

export function comparisonLines(against: string, c: Comparison): readonly string[] {
  return [
    ...row(
      'against',
      `${against}: ${whole(c.held[0])} held there, ${whole(c.held[1])} here; seats cost ${hours(c.hours[0])} there, ${hours(c.hours[1])} here (${signed(c.hoursChange)} h)`,
    ),
    ...row(
      '',
      `${plural(c.catchesGained.landings, 'catch', 'catches')} gained, ${whole(c.catchesLost.landings)} lost; ${plural(c.asksOtherwise.landings, 'landing')} held by both and asked otherwise`,
    ),
    ...examples('now held', c.newlyHeld),
    ...examples('let go', c.released),
    ...examples('lost', c.catchesLost),
    ...(c.onlyOne === 0 ? [] : row('', `${plural(c.onlyOne, 'landing')} only one of them judged, in none of these figures`)),
  ];
}

const examples = (name: string, moved: Moved): readonly string[] =>
  moved.landings === 0
    ? []
    : [
        ...row(name, plural(moved.landings, 'landing')),
        ...moved.examples.slice(0, EXAMPLES).flatMap((m) => row('', clip(`${m.id.slice(0, 10)}  ${clip(m.title, 36)}  ${clip(m.first, 36)} -> ${m.second}`, 88))),
      ];
