/** Exceptions: paths taken out of one rule for a while, under somebody's name. What is not proved is not granted. */
import { type Reason, reason } from '../base/reasons.ts';
import { type Matcher, matcherOf } from '../change/matcher.ts';
import type { Exception, Policy, Rule } from './document.ts';
import type { FactValues } from './expression.ts';
import type { Facts } from './facts.ts';
import { momentText } from './time.ts';
import type { Truth } from './truth.ts';

/** All exceptions of a policy in one matcher, asked once a change: neither the files nor the patterns may multiply the other. */
interface Taken {
  readonly matcher: Matcher;
  readonly facts: Facts;
  /** For each exception, indices of the changed files it names. */
  readonly lists: readonly (readonly number[])[];
}
const taken = new WeakMap<Policy, Taken>();

function takenBy(policy: Policy, facts: Facts): Taken['lists'] {
  const before = taken.get(policy);
  if (before?.facts === facts) return before.lists;
  const matcher = before?.matcher ?? matcherOf(policy.exceptions.map((e) => e.paths));
  const lists = matcher.selectsAll(facts.change.records.map((r) => r.path));
  taken.set(policy, { matcher, facts, lists });
  return lists;
}

/**
 * What exceptions leave of a rule's paths. One counts only where it is proved: in time, true, and answered for by somebody.
 * @param own indices of the changed files the rule is about.
 */
export function exempted(
  policy: Policy,
  facts: Facts,
  values: FactValues,
  rule: Rule,
  own: readonly number[],
): { readonly left: readonly number[]; readonly reasons: readonly Reason[] } {
  let left = own;
  const reasons: Reason[] = [];
  for (const [number, exception] of policy.exceptions.entries()) {
    if (exception.rule !== rule.id || exception.layer !== rule.layer) continue;
    const out = new Set(takenBy(policy, facts)[number]);
    const rest = left.filter((i) => !out.has(i));
    if (rest.length === left.length) continue;
    const wrong = notGranted(
      exception,
      facts.at,
      facts.roster.people.some((p) => p.id === exception.owner),
      exception.when === null ? true : exception.when.holds(values),
    );
    const text = `exception ${exception.id} of ${exception.owner} until ${momentText(exception.until)}: ${exception.reason}`;
    reasons.push(reason(wrong === undefined ? 'yes' : 'no', wrong === undefined ? 'EXCEPTION' : 'EXCEPTION_REFUSED', wrong === undefined ? text : `${text}; ${wrong}`));
    if (wrong === undefined) left = rest;
  }
  return { left, reasons };
}

function notGranted(exception: Exception, at: number | null, ownerKnown: boolean, when: Truth): string | undefined {
  if (at === null) return 'the time is not known';
  if (at >= exception.until) return 'it has ended';
  if (!ownerKnown) return `${exception.owner} is nobody on the roster`;
  return when === true ? undefined : when === false ? 'its condition does not hold' : 'its condition could not be decided';
}
