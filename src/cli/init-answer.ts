/** What lately would have looked like under a proposal: six to twelve lines a person decides by. */
import { dayOf } from '../core/policy/propose/words.ts';
import type { OnboardAnswer } from '../flows/onboard-answer.ts';
import { number, percent, plural, whole } from './simulate-words.ts';
import { clip, row } from './text-rows.ts';

export function answerLines(a: OnboardAnswer): readonly string[] {
  if (a.landings === 0) return row('replayed', 'nothing landed lately, so there is nothing to tell');
  if (a.judged === 0) return row('replayed', `none of ${plural(a.landings, 'landing')} could be judged in time: countersign simulate takes all the time it needs`);
  return [...replayed(a), ...costs(a), ...people(a), ...stopped(a)];
}

function replayed({ from, to, landings, judged, weeks }: OnboardAnswer): readonly string[] {
  const some = judged < landings ? `the oldest ${whole(judged)} of ${plural(landings, 'landing')}, for want of time` : plural(landings, 'landing');
  return row(
    'replayed',
    `${some}, ${from === null ? '' : dayOf(from)} to ${to === null ? '' : dayOf(to)}, ${plural(Math.max(1, Math.round(weeks)), 'week')}: what would have happened had gates enforced`,
  );
}

function costs(a: OnboardAnswer): readonly string[] {
  const strangers = a.strangers === 0 ? '' : `, ${whole(a.strangers)} of them by somebody who is not on the roster`;
  return [
    ...row('outcome', `passed by themselves ${whole(a.passed)} (${percent(a.passed / a.judged)}), held for a signature ${whole(a.asked)}, refused ${whole(a.refused)}${strangers}`),
    ...row('cost', `${number(a.minutesAWeek)} minutes a week in all, ${number(a.seatsAWeek)} signatures a week (at 5 minutes for elevated, 15 for high, 20 for critical)`),
    ...(a.rules.length === 0 ? [] : row('asks most', a.rules.map((r) => `${r.rule} ${whole(r.landings)}`).join(', '))),
  ];
}

function people({ people: all, drowned, weekHours, weeks }: OnboardAnswer): readonly string[] {
  if (all.length === 0) return [];
  const said = all
    .slice(0, 3)
    .map((p) =>
      p.timesAWeek < 0.5
        ? `${p.person} ${plural(Math.max(1, Math.round(p.timesAWeek * weeks)), 'time')} in ${plural(Math.max(1, Math.round(weeks)), 'week')}`
        : `${p.person} ${number(p.timesAWeek)} times a week, ${number(p.minutesAWeek)} minutes`,
    );
  const over =
    drowned === 0
      ? `nobody has a week of more than ${number(weekHours)} hours of it`
      : `${plural(drowned, 'person has', 'people have')} a week of more than ${number(weekHours)} hours of it: too few may sign`;
  return row('asked', `${said.join('; ')}; ${over}`);
}

function stopped({ examples, takenBack, judged }: OnboardAnswer): readonly string[] {
  const back =
    takenBack.landings === 0
      ? `none of ${whole(judged)} was taken back later`
      : `of ${plural(takenBack.landings, 'landing')} taken back later ${whole(takenBack.held)} would have waited for somebody`;
  return [
    ...row('stopped', examples.length === 0 ? `nothing dangerous was found; ${back}` : `${back}; the gravest that would have waited, one of a kind:`),
    ...examples.flatMap((e) => row('', clip(`${e.id.slice(0, 10)} ${e.tier}, ${e.rule}: ${e.what}`, 170))),
  ];
}
