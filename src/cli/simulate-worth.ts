/** The page's sections on what a policy is good for: catches, rules, the other policy, and what all of it rests on. */

import { dayName } from '../core/simulate/calendar.ts';
import type { Moved } from '../core/simulate/compare.ts';
import type { Named } from '../core/simulate/counted.ts';
import type { SimulationReport } from '../core/simulate/report.ts';
import type { Simulation } from '../core/simulate/simulation.ts';
import { html, type Markup } from './markup.ts';
import { dotPlot } from './plot-rows.ts';
import { forWidths } from './plot-scale.ts';
import { scatterPlot } from './plot-scatter.ts';
import { folded, section, table } from './simulate-tables.ts';
import { hours, number, percent, plural, range, signed, tooFew, whole } from './simulate-words.ts';

/** Rules in the picture; the table has all. */
const SPOTS = 40;

export function catchesSection({ catches: c, friction: f }: SimulationReport): Markup {
  if (c.hurt === 0)
    return section(
      'catches',
      'What it would have stopped',
      'Nothing in this window was taken back, and no incident names any of it: there is nothing to catch, and so nothing is shown here.',
      '',
    );
  const times = (interval: readonly [number, number] | null): readonly [number, number] | null => (interval === null ? null : [interval[0] * c.hurt, interval[1] * c.hurt]);
  const rows = [
    { name: 'this policy', ink: 'lead', value: c.caught, interval: times(c.interval) },
    { name: 'the largest', ink: 'plain', value: c.size.caught, interval: null },
    { name: 'by chance', ink: 'plain', value: c.chance.caught, interval: c.chance.interval },
  ];
  const each = c.minutesPerCatch === null ? '' : ` Each costs ${number(c.minutesPerCatch)} minutes of review; ${percent(c.shareOfHeld)} of all that is held is one.`;
  const beyond = c.beyondSize === null ? '' : ` Against holding the largest: ${signed(c.beyondSize.caught)} (95 %: ${range(c.beyondSize.interval, signed)}).`;
  const say = `${whole(c.caught)} of the ${whole(c.hurt)} landings that were taken back (${whole(c.reverted)}) or are named by an incident (${whole(c.incidents)}) would have been held: ${percent(c.share)}.${each}${beyond} Held is not caught: whether a reviewer would have seen it, history does not say.`;
  const description = rows.map((r) => `${r.name} ${number(r.value)}${r.interval === null ? '' : `, 95 % ${range(r.interval, number)}`}`).join('; ');
  return section('catches', 'What it would have stopped', say, [
    html`<figure>${forWidths('catches', (width, key) => dotPlot({ name: `Catches, by three ways to choose ${plural(c.size.held, 'landing')} to hold`, description }, rows, Math.max(1, ...rows.flatMap((r) => [r.value, ...(r.interval ?? [])])), width, key))}</figure>`,
    html`<p class="say">${`Of ${whole(c.hurt)}, with ${plural(c.size.held, 'landing')} held each time. Lines: the middle 95 % of drawing again.${tooFew(c.hurt) === '' ? '' : ` Of what hurt, ${tooFew(c.hurt)}.`}`}</p>`,
    html`<h3>By tier</h3>`,
    table(
      'What hurt, by tier',
      [
        { head: 'Tier', as: 'words', of: (t) => t.tier },
        { head: 'Hurt', of: (t) => whole(t.hurt) },
        { head: 'Held', of: (t) => whole(t.caught) },
        { head: 'Held, and hurt nobody', of: (t) => whole(f.byTier.find((x) => x.tier === t.tier)?.unharmed ?? 0) },
      ],
      c.byTier.toReversed(),
    ),
    named(`Missed (${whole(c.missedOnes.length + c.moreMissed)})`, 'Landings that hurt and would have passed, newest first', 'Why it passed', c.missedOnes, c.moreMissed),
    named(`Caught (${whole(c.caught)})`, 'Landings that hurt and would have been held, newest first', 'What held it', c.caughtOnes, c.moreCaught),
  ]);
}

const named = (summary: string, caption: string, why: string, rows: readonly Named[], more: number): Markup | string =>
  rows.length === 0
    ? ''
    : folded(summary, [
        table(
          caption,
          [
            { head: 'Landing', as: 'code', of: (m) => m.id.slice(0, 10) },
            { head: 'Date', as: 'code', of: (m) => dayName(m.at) },
            { head: 'Title', as: 'words', of: (m) => m.title },
            { head: 'Tier', as: 'words', of: (m) => m.tier },
            { head: why, as: 'words', of: (m) => m.why },
          ],
          rows,
        ),
        more === 0 ? '' : html`<p class="say">${`and ${whole(more)} more`}</p>`,
      ]);

export function rulesSection({ causes, findings, friction: f }: SimulationReport): Markup {
  if (causes.length === 0) return section('rules', 'What each rule costs', 'No rule held anything.', '');
  const say = `Friction is what was held and hurt nobody afterwards: ${whole(f.unharmed)} of ${whole(f.held)}, ${percent(f.share)}. In the picture a good rule stands high and to the left; the larger its circle, the more hours it asks.`;
  const spots = causes.slice(0, SPOTS).map((c) => ({ name: c.cause, friction: c.friction ?? 1, catches: c.catches, hours: c.minutes / 60 }));
  return section('rules', 'What each rule costs', say, [
    html`<figure>${forWidths('rules', (width, key) => scatterPlot({ name: 'Catches against friction by rule', description: 'The same figures as in the table below.' }, spots, width, key))}</figure>`,
    table(
      'Rules and refusals, the most expensive first',
      [
        { head: 'Rule', as: 'words', of: (c) => c.cause },
        { head: 'Held', of: (c) => whole(c.fired) },
        { head: 'Alone', of: (c) => whole(c.sole) },
        { head: 'Seats', of: (c) => whole(c.seats) },
        { head: 'Hours', of: (c) => number(c.minutes / 60) },
        { head: 'Catches', of: (c) => whole(c.catches) },
        { head: 'Minutes a catch', of: (c) => (c.seats === 0 ? '' : number(c.minutesPerCatch)) },
        { head: 'Friction', of: (c) => percent(c.friction) },
      ],
      causes,
    ),
    findings.length === 0
      ? ''
      : folded(
          'What detectors found',
          table(
            'Findings by rule of the detector',
            [
              { head: 'Rule', as: 'code', of: (x) => x.rule },
              { head: 'At worst', as: 'words', of: (x) => x.severity },
              { head: 'Landings', of: (x) => whole(x.landings) },
              { head: 'Per 1,000', of: (x) => number(x.per1000) },
              { head: 'Hurt', of: (x) => whole(x.hurt) },
              { head: 'Share', of: (x) => percent(x.hurtShare) },
            ],
            findings,
          ),
        ),
  ]);
}

export function comparisonSection({ subject, comparison }: Simulation): Markup | string {
  if (comparison === null) return '';
  const { against, changes: c } = comparison;
  const say = `${subject.policy} against ${against}: ${plural(c.newlyHeld.landings, 'landing')} newly held, ${whole(c.released.landings)} let go, ${whole(c.asksOtherwise.landings)} held by both and asked otherwise. ${plural(c.catchesGained.landings, 'catch', 'catches')} gained, ${whole(c.catchesLost.landings)} lost.`;
  const rows = [
    { name: 'Held', values: [whole(c.held[0]), whole(c.held[1]), signed(c.held[1] - c.held[0])] },
    { name: 'Hours of seats', values: [hours(c.hours[0]), hours(c.hours[1]), `${signed(c.hoursChange)} h`] },
  ];
  return section('compare', 'Against the other policy', say, [
    table(
      'Both policies',
      [
        { head: '', as: 'words', of: (r) => r.name },
        { head: against, of: (r) => r.values[0] ?? '' },
        { head: subject.policy, of: (r) => r.values[1] ?? '' },
        { head: 'Change', of: (r) => r.values[2] ?? '' },
      ],
      rows,
    ),
    moved('Newly held', c.newlyHeld, against, subject.policy),
    moved('Let go', c.released, against, subject.policy),
    moved('Asked otherwise', c.asksOtherwise, against, subject.policy),
    moved('Catches lost', c.catchesLost, against, subject.policy),
    moved('Catches gained', c.catchesGained, against, subject.policy),
  ]);
}

const moved = (name: string, m: Moved, first: string, second: string): Markup | string =>
  m.landings === 0
    ? ''
    : folded(
        `${name} (${whole(m.landings)})`,
        table(
          `${name}: the newest`,
          [
            { head: 'Landing', as: 'code', of: (x) => x.id.slice(0, 10) },
            { head: 'Title', as: 'words', of: (x) => x.title },
            { head: first, as: 'words', of: (x) => x.first },
            { head: second, as: 'words', of: (x) => x.second },
          ],
          m.examples,
        ),
      );

export function groundSection({ subject, report: { window: w, assumptions: a } }: Simulation): Markup {
  const seen = [
    ...(subject.complete ? [] : ['It ended before every landing was judged.']),
    ...subject.notSeen,
    ...w.notSeen.reasons.map((r) => `${plural(r.landings, 'landing')}: ${r.why}`),
    ...(w.notSeen.moreReasons === 0 ? [] : [`and ${plural(w.notSeen.moreReasons, 'more reason')}`]),
    ...(w.unknownAuthors === 0 ? [] : [`Whose ${plural(w.unknownAuthors, 'landing')} are.`]),
    ...(w.notSeen.undated === 0 ? [] : [`${plural(w.notSeen.undated, 'landing')} with absurd dates: in no week and no queue, and in every other figure.`]),
  ];
  const assumed = [
    `Minutes of one person for one seat: ${Object.entries(a.minutes)
      .map(([tier, m]) => `${tier} ${number(m)}`)
      .join(', ')}.`,
    `${percent(a.sample.share)} of routine landings that pass are looked at afterwards, ${number(a.sample.minutes)} minutes each.`,
    a.heads.length === 0
      ? 'No reviewers are known.'
      : `Reviewers, from ${{ options: 'the command line', roster: 'the roster', history: 'history' }[a.reviewersFrom]}: ${a.heads.map((h) => `${h.people} ${h.level}`).join(', ')}, ${hours(a.hoursPerDay)} a working day each; they sit ${a.seating === 'levels' ? 'wherever their level allows' : 'where they are candidates'}.`,
    `Levels of people are ${a.levels === 'given' ? 'those of the roster' : 'inferred from history'}; the ladder is ${a.ladder.join(', ')}.`,
    `Samples are drawn ${whole(a.rounds)} times with seed ${a.seed}.`,
    ...subject.notes,
  ];
  const list = (items: readonly string[]): Markup => html`<ul class="notes">${items.map((i) => html`<li>${i}</li>`)}</ul>`;
  const say = `${plural(w.landings, 'landing')} of ${plural(w.commits, 'commit')} in ${plural(w.days, 'day')}, ${plural(w.reverts, 'of them a revert', 'of them reverts')}.`;
  return section('ground', 'What this rests on', say, [
    html`<h3>Assumed</h3>`,
    list(assumed),
    html`<h3>Not seen</h3>`,
    seen.length === 0 ? html`<p class="say">Nothing is known to be missing.</p>` : list(seen),
  ]);
}
