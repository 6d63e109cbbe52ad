/** The page's sections on what a policy asks: hours, what is held, waits, people. */
import type { BusFactor, Thinness } from '../core/simulate/bus-factor.ts';
import type { People, PersonLoad } from '../core/simulate/overload.ts';
import type { SimulationReport } from '../core/simulate/report.ts';
import { html, type Markup, type Part } from './markup.ts';
import { loadPlot, sharePlot } from './plot-rows.ts';
import { forWidths } from './plot-scale.ts';
import { weekPlot } from './plot-weeks.ts';
import { type Column, folded, legend, section, table } from './simulate-tables.ts';
import { headsNeeded, hours, keepingUp, level, list, number, percent, plural, whole } from './simulate-words.ts';

/** Colours there are; lower levels share the last. */
const inkOf = (i: number): string => `s${Math.min(i, 3)}`;
const PEOPLE = 12;

export function hoursSection({ hours: h }: SimulationReport): Markup {
  const levels = h.byLevel.map((l, i) => ({ name: level(l.level), ink: inkOf(i), values: h.byWeek.map((w) => w.byLevel[i] ?? 0) }));
  const sampled = { name: 'sampled', ink: 's4', values: h.byWeek.map((w) => Math.max(0, w.hours - w.byLevel.reduce((a, b) => a + b, 0))) };
  const series = [...levels, sampled];
  const weeks = h.byWeek.map((w) => w.week);
  const description = `${series.map((s) => `${s.name} ${hours(s.values.reduce((a, b) => a + b, 0))}`).join(', ')} over ${plural(weeks.length, 'week')}.`;
  const say = `${hours(h.total)} in all: ${hours(h.perMonth)} a month, ${hours(h.per10000)} for every 10,000 landings. Having one person sign every landing for ${number(h.everyChange.minutes)} minutes would cost ${hours(h.everyChange.hours)}; this is ${percent(h.everyChange.share)} of it.`;
  const rows = [...h.byLevel.map((l) => ({ name: level(l.level), seats: whole(l.seats), hours: l.hours })), { name: 'sampled after landing', seats: '', hours: h.sampled }];
  return section('hours', 'Hours of review', say, [
    html`<figure>${forWidths('hours', (width, key) => weekPlot({ name: 'Hours of review by week and level', description, weeks, series, unit: ' h' }, width, key))}</figure>`,
    legend(series),
    html`<h3>By level</h3>`,
    table(
      'Seats and hours by level',
      [
        { head: 'Level', as: 'words', of: (r) => r.name },
        { head: 'Seats', of: (r) => r.seats },
        { head: 'Hours', of: (r) => number(r.hours) },
      ],
      rows,
    ),
    h.ofRefused > 0 ? html`<p class="say">${`${hours(h.ofRefused)} of this are seats of refused landings, asked for once the refusal is cured.`}</p>` : '',
    folded(
      'Hours by week',
      table(
        'Hours by week',
        [
          { head: 'Week of', as: 'code', of: (w) => w.week },
          { head: 'Landings', of: (w) => whole(w.landings) },
          { head: 'Held', of: (w) => whole(w.held) },
          { head: 'Hours', of: (w) => number(w.hours) },
          ...h.byLevel.map((l, i) => ({ head: level(l.level), of: (w: (typeof h.byWeek)[number]) => number(w.byLevel[i] ?? 0) })),
        ],
        h.byWeek,
      ),
    ),
  ]);
}

export function heldSection({ shares, hours: h, window }: SimulationReport): Markup {
  const weeks = h.byWeek.map((w) => w.week);
  const series = [
    { name: 'held', ink: 'lead', values: h.byWeek.map((w) => w.held) },
    { name: 'passed', ink: 's4', values: h.byWeek.map((w) => w.landings - w.held) },
  ];
  const parts = [
    { name: 'held for a sign-off', ink: 'lead' },
    { name: 'refused', ink: 'over' },
    { name: 'passed', ink: 's4' },
  ];
  const tiers = shares.byTier
    .toReversed()
    .map((t) => ({ name: t.tier, after: whole(t.landings), parts: parts.map((p, i) => ({ ...p, value: [t.signoff, t.refused, t.pass][i] ?? 0 })) }));
  const say = `${whole(shares.held)} of ${plural(window.landings, 'landing')}: ${percent(shares.heldShare)}. Of ${plural(shares.ordinary.landings, 'ordinary landing')}, those that take nothing back, ${percent(shares.ordinary.highOrAboveShare)} are high or above and ${percent(shares.ordinary.criticalShare)} critical.`;
  return section('held', 'What is held', say, [
    html`<figure>${forWidths('held', (width, key) => weekPlot({ name: 'Landings held and passed by week', description: `${whole(shares.held)} held, ${whole(shares.pass)} passed over ${plural(weeks.length, 'week')}.`, weeks, series, unit: '' }, width, key))}</figure>`,
    legend(series),
    html`<h3>By tier</h3><figure>${forWidths('tiers', (width, key) => sharePlot({ name: 'Outcome by tier', description: shares.byTier.map((t) => `${t.tier}: ${t.signoff} held, ${t.refused} refused, ${t.pass} passed`).join('; ') }, tiers, width, key))}</figure>`,
    legend(parts),
    folded(
      'Figures by tier',
      table(
        'Outcome by tier',
        [
          { head: 'Tier', as: 'words', of: (t) => t.tier },
          { head: 'Landings', of: (t) => whole(t.landings) },
          { head: 'Held', of: (t) => whole(t.signoff) },
          { head: 'Refused', of: (t) => whole(t.refused) },
          { head: 'Passed', of: (t) => whole(t.pass) },
        ],
        shares.byTier.toReversed(),
      ),
    ),
    shares.refusals.length === 0
      ? ''
      : [
          html`<h3>Refused</h3>`,
          table(
            'Refused landings by reason',
            [
              { head: 'Reason', as: 'code', of: (r) => r.code },
              { head: 'Landings', of: (r) => whole(r.landings) },
            ],
            shares.refusals,
          ),
        ],
  ]);
}

export function waitSection(report: SimulationReport): Markup {
  const { wait } = report;
  const say = `${capital(keepingUp(report))}; ${headsNeeded(report)}. Waits are working hours (Monday to Friday, 9 to 17 UTC) from asking to the beginning of a review, first come first served. A free person begins at once, so these are the shortest waits there can be.`;
  if (wait.asked === 0) return section('wait', 'Waiting for people', say, '');
  const weeks = wait.byWeek.map((w) => w.week);
  const values = wait.byWeek.map((w) => w.p90 ?? 0);
  const worst = Math.max(0, ...values);
  const series = [{ name: 'nine of ten within', ink: 's1', values }];
  const rows = [{ name: 'all seats', ...wait }, ...wait.byLevel.map((l) => ({ name: level(l.level), ...l }))];
  return section('wait', 'Waiting for people', say, [
    worst === 0
      ? html`<p class="say">In every week nine of ten seats were begun at once.</p>`
      : html`<figure>${forWidths('wait', (width, key) => weekPlot({ name: 'Working hours within which nine of ten seats were begun, by week', description: `Over the whole window ${hours(wait.p90)}; in the worst week ${hours(worst)}.`, weeks, series, unit: ' h' }, width, key))}</figure>${legend(series)}`,
    html`<h3>By level</h3>`,
    table(
      'Working hours until a review begins',
      [
        { head: 'Seats of', as: 'words', of: (r) => r.name },
        { head: 'Seats', of: (r) => whole(r.asked) },
        { head: 'Median', of: (r) => number(r.median) },
        { head: '90 of 100', of: (r) => number(r.p90) },
        { head: '99 of 100', of: (r) => number(r.p99) },
      ],
      rows,
    ),
    html`<h3>Asked of people, and what they have</h3>`,
    table(
      'Hours asked and offered, by level and above',
      [
        { head: 'Level and above', as: 'words', of: (u) => level(u.level) },
        { head: 'Hours asked', of: (u) => number(u.asked) },
        { head: 'Hours offered', of: (u) => number(u.offered) },
        { head: 'Used', of: (u) => percent(u.share) },
      ],
      wait.utilisation,
    ),
    wait.unserved === 0 ? '' : html`<p class="say">${`${plural(wait.unserved, 'seat')} none of these people may take; they are in no wait.`}</p>`,
  ]);
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export function peopleSection(report: SimulationReport): Markup {
  const { people: p, busFactor: b } = report;
  const over =
    p.overloaded === 0 ? `Nobody goes over ${hours(p.weekHours)} in any week` : `${plural(p.overloaded, 'person goes', 'people go')} over ${hours(p.weekHours)} in some week`;
  const say = `${over}, if candidates share every seat evenly. ${capital(plural(b.single, 'time'))} there was nobody to spare${b.indispensable.length === 0 ? '' : ` (${list(b.indispensable.map((x) => `${x.person} ${whole(x.asks)}`))})`}, and ${plural(b.nobody, 'time')} fewer people could sign than were needed.`;
  return section('people', 'Who is asked', say, [p.busiest.length === 0 ? '' : loads(p), busFactor(b)]);
}

function loads(p: People): Part {
  const rows = p.busiest.slice(0, PEOPLE).map((x) => ({ name: x.person, mean: x.weekHours ?? 0, worst: x.worst?.hours ?? 0 }));
  const description = rows.map((r) => `${r.name} ${number(r.mean)} in a mean week, ${number(r.worst)} in the worst`).join('; ');
  const columns: readonly Column<PersonLoad>[] = [
    { head: 'Person', as: 'words', of: (x) => x.person },
    { head: 'Level', of: (x) => x.level ?? '' },
    { head: 'Candidate for', of: (x) => whole(x.candidateFor) },
    { head: 'Hours', of: (x) => number(x.hours) },
    { head: 'A week', of: (x) => number(x.weekHours) },
    { head: 'Worst week', of: (x) => number(x.worst?.hours ?? 0) },
    { head: 'of', as: 'code', of: (x) => x.worst?.week ?? '' },
    { head: 'Weeks over', of: (x) => whole(x.weeksOver) },
  ];
  return [
    html`<figure>${forWidths('people', (width, key) => loadPlot({ name: 'Review hours a week by person', description }, rows, p.weekHours, width, key))}</figure>`,
    html`<p class="say">${`Bars: a mean week. Thin lines: the worst week. Dashed: the ${hours(p.weekHours)} one person has a week.`}</p>`,
    folded('Everybody', table('Load by person', columns, p.busiest)),
  ];
}

function busFactor({ byRule, byArea }: BusFactor): Part {
  const columns = (head: string): readonly Column<Thinness & { readonly name: string }>[] => [
    { head, as: 'words', of: (t) => t.name },
    { head: 'Times asked', of: (t) => whole(t.asks) },
    { head: 'Too few', of: (t) => whole(t.nobody) },
    { head: 'None to spare', of: (t) => whole(t.single) },
    { head: 'Fewest', of: (t) => number(t.fewest) },
    { head: 'Median', of: (t) => number(t.median) },
    { head: 'Indispensable', as: 'words', of: (t) => t.indispensable.map((x) => x.person).join(', ') },
  ];
  if (byRule.length === 0) return '';
  return [
    html`<h3>Bus factor</h3>`,
    table(
      'Candidates of seats, by rule',
      columns('Rule'),
      byRule.map((r) => ({ ...r, name: r.rule })),
    ),
    byArea.length === 0
      ? ''
      : folded(
          'By part of the house',
          table(
            'Candidates of seats, by system or path',
            columns('Part'),
            byArea.map((r) => ({ ...r, name: r.area })),
          ),
        ),
  ];
}
