/**
 * Whose hands are whose. A machine by its name fills no seat, which only asks for more. Two addresses under one name are proposed as
 * one person where both land regularly: as two, somebody could sign what they wrote themselves. Names prove nothing, so the
 * file says of each such address that a name alone joined it, and whoever lands rarely is joined to nobody.
 */
import type { SeenPerson } from './seen.ts';

const ROBOT =
  /(?:^|[^a-z])(?:bot|robot|ci|automation|automated|jenkins|renovate|dependabot|github[ -]actions|service[ -]account|builder|buildbot|autobuild|autoroller)(?:[^a-z]|$)/i;

/** By name, or by what stands before the @. */
export const isNamedRobot = (name: string, emails: readonly string[]): boolean =>
  ROBOT.test(name) || /bot$/i.test(name) || emails.some((email) => ROBOT.test(email.slice(0, email.indexOf('@')).replace(/^\d+\+/, '')));

export interface JoinedPerson extends SeenPerson {
  /** Addresses that nothing but a name joins to the others. */
  readonly joined: readonly string[];
}

/** @param regular who lands often enough that a name of theirs is no stranger's invention. Order is kept. */
export function joinedByName(people: readonly SeenPerson[], regular: (p: SeenPerson) => boolean): readonly JoinedPerson[] {
  const found: JoinedPerson[] = [];
  const byKey = new Map<string, number>();
  for (const person of people) {
    const keys = regular(person) ? keysOf(person) : [];
    const at = keys.map((key) => byKey.get(key)).find((place) => place !== undefined);
    const before = at === undefined ? undefined : found[at];
    const place = before === undefined || at === undefined ? found.push({ ...person, joined: [] }) - 1 : at;
    if (before !== undefined) found[place] = together(before, person);
    for (const key of keys) if (!byKey.has(key)) byKey.set(key, place);
  }
  return found;
}

/** A whole name, or a login; a first name alone is many people's. */
function keysOf({ name, logins }: SeenPerson): readonly string[] {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const whole = words.join(' ');
  return [...(words.length > 1 || /^[a-z0-9]{6,}$/.test(whole) ? [whole] : []), ...logins.map((l) => l.toLowerCase())];
}

const together = (one: JoinedPerson, other: SeenPerson): JoinedPerson => ({
  ...one,
  emails: [...one.emails, ...other.emails],
  logins: [...one.logins, ...other.logins],
  commits: one.commits + other.commits,
  weeks: Math.max(one.weeks, other.weeks),
  landedForOthers: one.landedForOthers + other.landedForOthers,
  first: Math.min(one.first, other.first),
  last: Math.max(one.last, other.last),
  folders: one.folders.length > 0 ? one.folders : other.folders,
  joined: [...one.joined, ...other.emails],
});
