/**
 * What one set of statements allows and another does not. A statement is taken apart into units of one action, one resource and
 * one principal; a unit is covered where a statement of the other set holds all of it under conditions that are no stricter. So the
 * order of statements, and how grants are spread over them, is nothing. How much is compared is bounded: past that, a unit is
 * not covered.
 */
import { conditionsCover } from './conditions.ts';
import { covers, meet } from './pattern.ts';
import { actionsOf, fingerprint, principalsOf, resourcesOf, type Scope, type Statement } from './statement.ts';

export type Part = { readonly one: string } | { readonly allBut: readonly string[] };

export interface Unit {
  readonly action: Part;
  readonly resource: Part;
  readonly principal: Part;
  readonly statement: Statement;
  /** The other set holds it, under other conditions. */
  readonly conditional: boolean;
}

/** Comparisons left, for one change. */
export interface Budget {
  left: number;
}
/** About a second of work at worst. Ordinary changes spend some thousands. */
export const budget = (): Budget => ({ left: 5_000_000 });

export const parts = (scope: Scope): readonly Part[] => ('only' in scope ? [...new Set(scope.only)].map((one) => ({ one })) : [{ allBut: scope.not }]);
export const shown = (part: Part): string => ('one' in part ? part.one : `all but ${part.allBut.join(', ')}`);

function holds(scope: Scope, part: Part, spend: Budget): boolean {
  const patterns = 'only' in scope ? scope.only : scope.not;
  const names = 'one' in part ? [part.one] : part.allBut;
  spend.left -= cost(patterns) * cost(names);
  if ('only' in scope) return 'one' in part ? patterns.some((p) => covers(p, part.one)) : patterns.includes('*');
  return 'one' in part ? !patterns.some((p) => meet(p, part.one)) : patterns.every((p) => names.some((q) => covers(q, p)));
}

/** What is compared costs the product of its lengths; 8 letters are one. */
const cost = (texts: readonly string[]): number => texts.reduce((sum, t) => sum + 1 + (t.length >> 3), 0);

/** Units of `of` that `by` does not cover, of one effect. For a Deny, `by` must deny under conditions that are no stricter: the same question. */
export function uncovered(of: readonly Statement[], by: readonly Statement[], effect: Statement['effect'], spend: Budget): readonly Unit[] {
  const same = new Set(by.map(fingerprint));
  const others = by.filter((s) => s.effect === effect);
  return of.filter((s) => s.effect === effect && !same.has(fingerprint(s))).flatMap((s) => unitsOf(s, others, spend));
}

/** Units of one statement that are looked at one by one; beyond, the statement counts as one that nothing covers. */
const MOST = 20_000;

function unitsOf(s: Statement, others: readonly Statement[], spend: Budget): readonly Unit[] {
  const [actions, resources, principals] = [parts(actionsOf(s)), parts(resourcesOf(s)), parts(principalsOf(s))];
  const found: Unit[] = [];
  if (actions.length * resources.length * principals.length > MOST) spend.left = Math.min(spend.left, 0);
  for (const action of actions) {
    const near = spend.left > 0 ? others.filter((o) => holds(actionsOf(o), action, spend)) : [];
    for (const resource of spend.left > 0 ? resources : resources.slice(0, 1))
      for (const principal of spend.left > 0 ? principals : principals.slice(0, 1)) {
        const holding = near.filter((o) => spend.left > 0 && holds(resourcesOf(o), resource, spend) && holds(principalsOf(o), principal, spend));
        if (holding.some((o) => conditionsCover(o.conditions, s.conditions))) continue;
        // "everybody of this organisation" does not make a grant to one of them a loosened one
        const conditional = holding.some((o) => shown(principal) === '*' || !(o.principals ?? []).includes('*'));
        found.push({ action, resource, principal, statement: s, conditional });
      }
  }
  return found;
}
