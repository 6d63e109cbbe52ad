/** The report of a simulation in a terminal: the verdict first, then what costs most, in at most 100 columns. */
import type { CauseCost } from '../core/simulate/friction.ts';
import type { SimulationReport } from '../core/simulate/report.ts';
import type { Simulation } from '../core/simulate/simulation.ts';
import { comparisonLines } from './simulate-compare-text.ts';
import { againstBaselines, headsNeeded, hours, keepingUp, level, list, number, percent, plural, range, tooFew, verdict, whole } from './simulate-words.ts';
import { spark } from './spark.ts';
import { type Ink, ink, visibleWithin } from './terminal.ts';
import { clip, row, wrapped } from './text-rows.ts';

export interface SimulateTextOptions {
  readonly colour: boolean;
  /** No block characters: for terminals that show none. */
  readonly ascii: boolean;
}

/** Listed; the page and --json have the rest. */
const RULES = 3;
const MISSED = 5;
const NAMED = 3;
const BARS = 52;

export function simulateText(dirty: Simulation, options: SimulateTextOptions): string {
  const simulation: Simulation = visibleWithin(dirty);
  const { report } = simulation;
  const paper = ink(options.colour);
  const head = [...headline(simulation, paper)];
  const blocks =
    report.window.landings === 0
      ? [head, unseen(simulation)]
      : [head, costs(report, options), worth(report), expensive(report, paper), people(report), ...compared(simulation), unseen(simulation), assumed(simulation)];
  return `${blocks
    .filter((b) => b.length > 0)
    .map((b) => b.join('\n'))
    .join('\n\n')}\n`;
}

function headline({ subject, report }: Simulation, paper: Ink): readonly string[] {
  const over = report.wait.unbounded || report.people.overloaded > 0;
  const [first = '', ...rest] = wrapped(verdict(report), 100);
  const what = clip(`${subject.policy} over ${subject.repo} ${subject.branch} at ${subject.tip.slice(0, 12)}`, 100);
  return [[first, ...rest].map((line) => paper.bold(over ? paper.yellow(line) : line)).join('\n'), paper.dim(what)];
}

function costs(report: SimulationReport, options: SimulateTextOptions): readonly string[] {
  const { hours: h, shares, wait } = report;
  const bars = (values: readonly number[]): string => spark(values, { width: BARS, ascii: options.ascii });
  const weekly = h.byWeek.map((w) => w.hours);
  const waits = wait.byWeek.map((w) => w.p90 ?? 0);
  return [
    ...row(
      'hours',
      `${hours(h.total)} in all, ${hours(h.perMonth)} a month, ${hours(h.per10000)} per 10,000 landings; ${percent(h.everyChange.share)} of signing every one for ${number(h.everyChange.minutes)} minutes (${hours(h.everyChange.hours)})`,
    ),
    ...row(
      '',
      [...h.byLevel.map((l) => `${level(l.level)} ${hours(l.hours)}`), `sampled ${hours(h.sampled)}`, ...(h.ofRefused > 0 ? [`of it refused ${hours(h.ofRefused)}`] : [])].join(
        ', ',
      ),
    ),
    ...row('', `${bars(weekly)}  a week, up to ${hours(Math.max(0, ...weekly))}`),
    ...row(
      'held',
      `${whole(shares.held)} of ${whole(report.window.landings)} (${percent(shares.heldShare)}): ${whole(shares.signoff)} for a sign-off, ${whole(shares.refused)} refused${reasons(report)}`,
    ),
    ...row(
      '',
      `of ${plural(shares.ordinary.landings, 'ordinary landing')} ${percent(shares.ordinary.highOrAboveShare)} high or above, ${percent(shares.ordinary.criticalShare)} critical`,
    ),
    ...row('wait', `${keepingUp(report)}; ${headsNeeded(report)}`),
    ...(wait.asked === 0
      ? []
      : row(
          '',
          `median ${hours(wait.median)}, nine of ten within ${hours(wait.p90)}, 99 of 100 within ${hours(wait.p99)} (working hours until a review begins, if a free person begins at once)`,
        )),
    ...(Math.max(0, ...waits) === 0 ? [] : row('', `${bars(waits)}  nine of ten within, by week, up to ${hours(Math.max(0, ...waits))}`)),
    ...(wait.unserved === 0 ? [] : row('', `${plural(wait.unserved, 'seat')} none of these people may take`)),
  ];
}

const reasons = ({ shares }: SimulationReport): string =>
  shares.refusals.length === 0
    ? ''
    : ` (${shares.refusals
        .slice(0, NAMED)
        .map((r) => `${r.code} ${whole(r.landings)}`)
        .join(', ')})`;

function worth(report: SimulationReport): readonly string[] {
  const { catches: c, friction } = report;
  const interval = c.interval === null ? '' : `, 95 %: ${range(c.interval, percent)}`;
  const found =
    c.hurt === 0
      ? 'nothing in this window was taken back, and no incident names any of it'
      : `${whole(c.caught)} of ${whole(c.hurt)} (${percent(c.share)}${interval}): ${whole(c.reverted)} taken back, ${whole(c.incidents)} in incidents${c.minutesPerCatch === null ? '' : `; ${number(c.minutesPerCatch)} minutes each, ${percent(c.shareOfHeld)} of all that was held`}`;
  const missed = c.missedOnes.slice(0, MISSED).map((m) => clip(`missed ${m.id.slice(0, 10)}  ${clip(m.title, 44)}  ${m.why}`, 88));
  const more = c.hurt - c.caught - missed.length;
  return [
    ...row('catches', found),
    ...(c.hurt === 0 ? [] : row('', [againstBaselines(report), tooFew(c.hurt)].filter((said) => said !== '').join('; '))),
    ...missed.flatMap((m) => row('', m)),
    ...(more > 0 ? row('', `and ${whole(more)} more missed (--json, --html)`) : []),
    ...(friction.held === 0
      ? []
      : row('friction', `${whole(friction.unharmed)} of ${whole(friction.held)} held (${percent(friction.share)}) hurt nobody afterwards, as far as history knows`)),
  ];
}

function expensive({ causes }: SimulationReport, paper: Ink): readonly string[] {
  if (causes.length === 0) return [];
  const head = `  ${paper.dim(columns(['most expensive', 'held', 'alone', 'hours', 'catches', 'min/catch', 'friction']))}`;
  return [
    head,
    ...causes.slice(0, RULES).map((c) => `  ${columns(cells(c))}`),
    ...(causes.length > RULES ? [`  and ${plural(causes.length - RULES, 'more rule')} (--json, --html)`] : []),
  ];
}

const cells = (c: CauseCost): readonly string[] => [
  clip(c.cause, 34),
  whole(c.fired),
  whole(c.sole),
  number(c.minutes / 60),
  whole(c.catches),
  number(c.minutesPerCatch),
  percent(c.friction),
];

const columns = ([name = '', ...figures]: readonly string[]): string => `${name.padEnd(35)}${figures.map((f) => f.padStart(10)).join('')}`;

function people(report: SimulationReport): readonly string[] {
  const { people: p, busFactor: b } = report;
  const over = p.busiest.filter((x) => x.weeksOver > 0);
  const drowned = over.slice(0, NAMED).map((x) => `${x.person} in ${plural(x.weeksOver, 'week')} (worst ${hours(x.worst?.hours ?? 0)}, of ${x.worst?.week ?? ''})`);
  const rest = p.overloaded - drowned.length;
  const busiest = p.busiest.slice(0, NAMED).map((x) => `${x.person} ${hours(x.weekHours)}`);
  const load =
    drowned.length > 0
      ? `over their ${hours(p.weekHours)} a week: ${drowned.join(', ')}${rest > 0 ? `, ${plural(rest, 'other')}` : ''}`
      : `nobody over ${hours(p.weekHours)} a week; busiest in a mean week: ${busiest.join(', ')}`;
  const alone = b.indispensable.map((x) => `${x.person} ${whole(x.asks)}`);
  return [
    ...(p.busiest.length === 0 ? [] : row('people', load)),
    ...(b.single + b.nobody === 0
      ? []
      : row('', `${plural(b.single, 'time')} nobody to spare${alone.length > 0 ? ` (${list(alone)})` : ''}, ${plural(b.nobody, 'time')} fewer who could sign than were needed`)),
  ];
}

const compared = ({ comparison }: Simulation): readonly (readonly string[])[] => (comparison === null ? [] : [comparisonLines(comparison.against, comparison.changes)]);

function unseen({ subject, report }: Simulation): readonly string[] {
  const { notSeen, unknownAuthors } = report.window;
  const parts = [
    ...(subject.complete ? [] : ['ended before every landing was judged']),
    ...subject.notSeen,
    ...(notSeen.landings === 0 ? [] : [`something of ${plural(notSeen.landings, 'landing')}, most often ${clip(notSeen.reasons[0]?.why ?? '', 60)}`]),
    ...(unknownAuthors === 0 ? [] : [`whose ${plural(unknownAuthors, 'landing')} are`]),
    ...(notSeen.undated === 0 ? [] : [`when ${plural(notSeen.undated, 'landing')} were made: their dates are absurd`]),
  ];
  return parts.length === 0 ? row('not seen', 'nothing known') : parts.flatMap((part, i) => row(i === 0 ? 'not seen' : '', part));
}

function assumed({ subject, report: { assumptions: a } }: Simulation): readonly string[] {
  const tiers = Object.entries(a.minutes).map(([tier, minutes]) => `${tier} ${number(minutes)}`);
  return [
    ...row(
      'assumed',
      `minutes a seat: ${tiers.join(', ')}; ${percent(a.sample.share)} of routine landings that pass sampled at ${number(a.sample.minutes)}; levels ${a.levels}; seed ${a.seed}`,
    ),
    ...subject.notes.flatMap((note) => row('', note)),
  ];
}
