/**
 * The report of a simulation as one page: no network, no script, no font but the reader's, so that it can be mailed and
 * opened years later. Titles, paths and names come from whoever commits: every one is escaped where it is put in, and the
 * page's own policy allows nothing but its one style sheet, told by digest.
 */
import { sha256 } from '../core/base/crypto.ts';
import type { SimulationReport } from '../core/simulate/report.ts';
import type { Simulation } from '../core/simulate/simulation.ts';
import { html, type Markup, styleOf } from './markup.ts';
import { heldSection, hoursSection, peopleSection, waitSection } from './simulate-costs.ts';
import { SIMULATE_STYLE } from './simulate-style.ts';
import { type Fact, facts, unbroken } from './simulate-tables.ts';
import { headsNeeded, hours, keepingUp, number, percent, range, verdict, whole } from './simulate-words.ts';
import { catchesSection, comparisonSection, groundSection, rulesSection } from './simulate-worth.ts';

const POLICY = `default-src 'none'; style-src 'sha256-${Buffer.from(sha256(SIMULATE_STYLE)).toString('base64')}'; base-uri 'none'; form-action 'none'`;

export function simulateHtml(simulation: Simulation): string {
  const { subject, report } = simulation;
  const title = `Simulation of ${subject.policy} over ${subject.repo}`;
  const sections =
    report.window.landings === 0
      ? []
      : [
          facts(keyFigures(report)),
          hoursSection(report),
          catchesSection(report),
          rulesSection(report),
          heldSection(report),
          waitSection(report),
          peopleSection(report),
          comparisonSection(simulation),
        ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${styleOf(SIMULATE_STYLE)}
</head>
<body>
<main>
<header>
<p class="eyebrow"><b>Countersign</b> simulation of ${subject.policy} over ${subject.repo}, ${subject.branch} at ${subject.tip.slice(0, 12)}</p>
<h1>${unbroken(verdict(report))}</h1>
${alarms(report)}
</header>
${sections}
${groundSection(simulation)}
<footer>Every figure here is in the answer of <span class="code">countersign simulate --json</span>.</footer>
</main>
</body>
</html>
`.toString();
}

/** Working days of work left over that are worth an alarm: a week. */
const LATE = 5;

function alarms(report: SimulationReport): readonly Markup[] {
  const { wait, people } = report;
  const worst = people.busiest.filter((p) => p.weeksOver > 0).sort((a, b) => (b.worst?.hours ?? 0) - (a.worst?.hours ?? 0))[0];
  const said = [
    ...((wait.unbounded || wait.backlogDays >= LATE) && wait.heads.length > 0 ? [`${keepingUp(report)}; ${headsNeeded(report)}.`] : []),
    ...(worst === undefined
      ? []
      : [`${worst.person} would be asked for ${hours(worst.worst?.hours ?? 0)} in the week of ${worst.worst?.week ?? ''}, and has ${hours(people.weekHours)} a week.`]),
  ];
  return said.map((text) => html`<p class="alarm">${unbroken(text)}</p>`);
}

const keyFigures = ({ hours: h, shares, catches: c, wait, window }: SimulationReport): readonly Fact[] => [
  { name: 'Hours a month', big: number(h.perMonth), small: `${percent(h.everyChange.share)} of signing everything` },
  { name: 'Held', big: percent(shares.heldShare), small: `${whole(shares.held)} of ${whole(window.landings)}` },
  {
    name: 'Would have stopped',
    big: c.hurt === 0 ? 'unknown' : percent(c.share),
    small: c.hurt === 0 ? 'nothing is known to have hurt' : `${whole(c.caught)} of ${whole(c.hurt)} (95 %: ${range(c.interval, (share) => whole(share * 100))})`,
  },
  { name: 'Minutes a catch', big: number(c.minutesPerCatch), small: c.shareOfHeld === null ? '' : `${percent(c.shareOfHeld)} of held ones` },
  { name: 'Nine of ten wait under', big: hours(wait.p90), small: wait.unbounded ? 'and growing' : 'working hours' },
];
