/** How a change travels beside what is asked of it: what a gate enforces, what is drawn for review after landing, and who may be alone. */
import { sha256Hex } from '../base/crypto.ts';
import type { PrincipalGraph, Roster } from '../roster/roster.ts';
import { decidesItself, type Policy } from './document.ts';
import type { Facts, Findings } from './facts.ts';
import { modeUnder, strictest } from './terms.ts';
import { MODES, type Mode } from './words.ts';

/**
 * The strictest mode of every layer that speaks of modes. The files that decide, and a ref that does not exist yet, are
 * always enforced: whoever could edit a policy that only watches would write the next one alone.
 */
export function modeOf(policy: Policy, { change, targetExists, at }: Facts, { systems, outside }: Findings): Mode {
  const [first, ...more] = policy.modes;
  if (first === undefined || !targetExists || change.records.some((r) => decidesItself(r.path))) return 'enforce';
  const ids = systems.map((s) => s.id);
  return more.reduce<Mode>((most, modes) => strictest(MODES, most, modeUnder(modes, ids, outside, at)), modeUnder(first, ids, outside, at));
}

/** Whether anything at all is enforced, of whatever path. @param at milliseconds since 1970. */
export const enforces = ({ modes }: Policy, at: number): boolean => modes.length === 0 || modes.some((m) => modeUnder(m, [...m.systems.keys()], true, at) === 'enforce');

/** A share of what passes by itself, drawn by a seed its author cannot foresee. */
export function sampledBy({ sample }: Policy, { change, seed }: Facts): boolean {
  if (sample === null || seed === undefined || seed === null) return false;
  const drawn = Number.parseInt(sha256Hex(`${seed}\n${change.manifest256}\n${change.head}`).slice(0, 8), 16);
  return drawn / 2 ** 32 < sample.share;
}

/**
 * Milliseconds after which the only person there is may sign their own change; null: somebody else must. With a second
 * person on the roster, or anybody behind the change whom the roster does not know, nobody is alone.
 */
export function soloOf({ solo }: Policy, roster: Roster, graph: PrincipalGraph): number | null {
  return solo !== null && roster.people.length === 1 && graph.unresolved.length === 0 ? solo.coolDown : null;
}
