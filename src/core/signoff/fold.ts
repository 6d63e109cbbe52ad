/**
 * From all the statements of a log to who could sign at each place of it: the one way there. A statement holds or it does not when its
 * turn comes; one thing reaches back. Trustees who find a key stolen say since when, and what the thief confirmed with it since is undone,
 * with all that rests on it. What was taken back meanwhile stays so.
 */
import type { Problem } from '../base/result.ts';
import { type Authority, heed, type Said } from './authority.ts';
import { parseEnvelope } from './dsse.ts';
import { claimOf } from './open.ts';
import type { TrustedKey } from './trust.ts';

/** What a log came to. */
export interface Heeded {
  /** As it began, then after each statement that held: by what is known at the end, so without what was undone. */
  readonly states: readonly [Authority, ...Authority[]];
  /** Those statements, in order; what was undone later among them, for whoever works it out again needs it. */
  readonly held: readonly Said[];
  /** Of these, what a stolen key had a hand in. */
  readonly undone: readonly Said[];
  /** Why the others do not. */
  readonly passedOver: readonly Problem[];
}

/** Oldest first. What does not hold is passed over and named. */
export const heedAll = (start: Authority, said: readonly Said[]): Heeded => heedMore({ states: [start], held: [], undone: [], passedOver: [] }, said);

/** The same with statements that came after. */
export function heedMore(so: Heeded, said: readonly Said[]): Heeded {
  let { states, undone } = so;
  const [held, passedOver] = [[...so.held], [...so.passedOver]];
  for (const one of said) {
    const [first, ...rest] = states;
    const next = heed(latest(states), one);
    if (!next.ok) {
      passedOver.push(...next.error.map((p) => ({ ...p, place: `entry ${one.index} (${one.type})` })));
      continue;
    }
    const more = held.filter((word) => !undone.includes(word) && restsOn(word, reachedBack(latest(states), next.value, one.at)));
    held.push(one);
    states = [first, ...rest, next.value];
    if (more.length === 0) continue;
    undone = [...undone, ...more];
    states = without(states, undone, held);
  }
  return { states, held, undone, passedOver };
}

/** The newest of these. */
export const latest = (states: Heeded['states']): Authority => states.at(-1) ?? states[0];

/** As it stood when entry `index` was written. */
export const asOf = (states: Heeded['states'], index: number): Authority => states.findLast((s) => s.since < index) ?? states[0];

/** Keys that the step voided from before its own time on. */
const reachedBack = (was: Authority, is: Authority, at: number): readonly TrustedKey[] =>
  is.keys.filter((key) => key.revokedAt !== undefined && key.revokedAt < at && key.revokedAt !== was.keys.find((k) => k.keyid === key.keyid)?.revokedAt);

/** It gave somebody a right, and one of these keys confirmed it when it was void already. */
function restsOn({ type, body, at }: Said, keys: readonly TrustedKey[]): boolean {
  if (keys.length === 0 || (type !== 'enrolment' && type !== 'roster')) return false;
  const envelope = parseEnvelope(body);
  const signed = envelope.ok ? envelope.value.signatures.map((s) => claimOf(s.sig)?.keyid) : [];
  return keys.some((key) => signed.includes(key.keyid) && at >= (key.revokedAt ?? at));
}

/** The states as they would have been: never more than they were, so that nothing taken back comes to count again. */
function without([first, ...rest]: Heeded['states'], undone: readonly Said[], held: readonly Said[]): Heeded['states'] {
  const again: [Authority, ...Authority[]] = [first];
  for (const one of held) {
    const next = undone.includes(one) ? undefined : heed(latest(again), one);
    if (next?.ok === true) again.push(next.value);
  }
  return [first, ...rest.map((state) => least(state, asOf(again, state.since + 1)))];
}

/** @param is as it stood. @param were without what was undone: a key it does not know never counted. */
function least(is: Authority, were: Authority): Authority {
  const keys = is.keys.map((key) => {
    const known = were.keys.find((k) => k.keyid === key.keyid);
    const ends = [key.revokedAt, known === undefined ? key.since : known.revokedAt].filter((t) => t !== undefined);
    const atMost = known === undefined || known.level === key.level ? {} : { atMost: known.level };
    return { ...key, ...atMost, ...(ends.length === 0 ? {} : { revokedAt: Math.min(...ends) }) };
  });
  return { ...is, keys, trustees: new Set([...is.trustees].filter((t) => were.trustees.has(t))) };
}
