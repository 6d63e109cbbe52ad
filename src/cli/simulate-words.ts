/** What the terminal and the page of a simulation both say, in the same words: the verdict, numbers, shares, hours. */
import type { SimulationReport } from '../core/simulate/report.ts';
import type { Simulation } from '../core/simulate/simulation.ts';

/** docs/spec/simulate.schema.json. */
export const simulateJson = ({ subject, report, comparison }: Simulation) => ({ version: 1, exit: 0, subject, report, comparison });

/** `10,412`, by thousands. */
export const whole = (n: number): string =>
  Math.round(n)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, ',');

/** One decimal below a hundred, none above: `0.4`, `81.3`, `3,333`. */
export const number = (n: number | null): string => {
  if (n === null) return 'none';
  const sign = n < 0 ? '-' : '';
  const size = Math.abs(n);
  return `${sign}${size < 99.95 && !Number.isInteger(size) ? size.toFixed(1) : whole(size)}`;
};

/** `3.0 %`; two decimals where one would say nothing. */
export const percent = (share: number | null): string => (share === null ? 'none' : `${(share * 100).toFixed(share > 0 && share < 0.001 ? 2 : share === 1 ? 0 : 1)} %`);

export const hours = (h: number | null): string => (h === null ? 'none' : `${number(h)} h`);

export const plural = (n: number, one: string, many = `${one}s`): string => `${whole(n)} ${n === 1 ? one : many}`;

/** Null is nobody's level. */
export const level = (l: string | null): string => l ?? 'any level';

export const list = (items: readonly string[]): string => (items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`);

export const range = (interval: readonly [number, number] | null, show: (n: number) => string): string => (interval === null ? '' : `${show(interval[0])} to ${show(interval[1])}`);

/** The whole report in one sentence. */
export function verdict({ window, shares, hours: h, catches }: SimulationReport): string {
  if (window.landings === 0) return 'Nothing landed in this window, so there is nothing to tell.';
  const over = window.from === window.to ? `On ${window.from}` : `From ${window.from} to ${window.to}`;
  const held =
    shares.held === 0 ? `held none of ${plural(window.landings, 'landing')}` : `held ${whole(shares.held)} of ${plural(window.landings, 'landing')} (${percent(shares.heldShare)})`;
  const stopped =
    catches.hurt === 0
      ? 'nothing that landed is known to have hurt'
      : `it would have stopped ${whole(catches.caught)} of the ${whole(catches.hurt)} that were taken back or are named by an incident${noBetter(catches)}`;
  return `${over} this policy would have ${held} and cost ${plainHours(h.total)}; ${stopped}.`;
}

/** What chance would do as well is no reason to hold anything: the verdict says so itself. */
const noBetter = ({ caught, chance }: SimulationReport['catches']): string =>
  chance.interval !== null && caught > 0 && caught <= chance.interval[1] ? `, where holding as many by chance stops about ${whole(chance.caught)}` : '';

const plainHours = (h: number): string => `${number(h)} ${h === 1 ? 'hour' : 'hours'} of review`;

/** Can these people keep up? */
export function keepingUp({ wait, assumptions }: SimulationReport): string {
  if (wait.asked + wait.unserved === 0) return 'nobody is asked anything';
  if (wait.heads.length === 0) return 'no reviewers are known: say who signs with --reviewers L6=4,L7=2';
  const heads = wait.heads.map((x) => `${x.people} ${x.level}`).join(', ');
  const staff = `${heads} at ${number(assumptions.hoursPerDay)} h a day`;
  const over = wait.utilisation.find((u) => u.asked > u.offered);
  if (over !== undefined)
    return `${staff} cannot keep up: seats of ${level(over.level)} and above ask for ${hours(over.asked)} of their ${hours(over.offered)}, so waits grow without bound`;
  const { tightest } = wait;
  if (tightest !== null && tightest.asked > tightest.offered) {
    const who = tightest.people.length > NAMED ? plural(tightest.people.length, 'person', 'people') : list(tightest.people);
    return `${staff} cannot keep up: however work is shared, ${who} would be asked for ${percent(tightest.share)} of their hours, so waits grow without bound`;
  }
  return wait.backlogDays < 1 ? `${staff} keep up` : `${staff} keep up on the whole, and end with ${number(wait.backlogDays)} working days of work left over`;
}

/** Names in a sentence; more are counted. */
const NAMED = 3;

/** How many people nine waits of ten under the target take. */
export function headsNeeded({ wait }: SimulationReport): string {
  if (wait.needed?.every((n) => n.people === 0)) return 'no seat asks for anybody';
  if (wait.needed === null) return `no number of people keeps nine of ten waits under ${hours(wait.target)}`;
  return `nine of ten waits under ${hours(wait.target)} take ${list(wait.needed.filter((n) => n.people > 0).map((n) => `${n.people} ${n.level ?? 'of any level'}`))}`;
}

/** Caught against what the same number of held changes would catch, chosen otherwise. */
export function againstBaselines({ catches: c }: SimulationReport): string {
  if (c.hurt === 0) return 'nothing to catch, so nothing to compare';
  const beyond = c.beyondSize === null ? '' : `; beyond size ${signed(c.beyondSize.caught)} (95 %: ${range(c.beyondSize.interval, signed)})`;
  return `holding as many by chance: ${number(c.chance.caught)} (95 %: ${range(c.chance.interval, number)}); the largest: ${number(c.size.caught)}${beyond}`;
}

/** Of a sample this small the interval says little, and with one or two it says nothing. Empty: large enough. */
export const tooFew = (hurt: number): string => (hurt === 0 || hurt >= 30 ? '' : `${hurt === 1 ? 'one is' : `${hurt} are`} too few to choose between policies by`);

export const signed = (n: number): string => `${n > 0 ? '+' : ''}${number(n)}`;
