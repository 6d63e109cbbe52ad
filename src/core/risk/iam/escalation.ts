/**
 * IAM106: what somebody holds in all, and has not held before, makes an administrator of them. By the union of everything in view
 * that is theirs, policies of AWS's own included: each statement on its own may look harmless.
 */
import { rule } from '../finding.ts';
import type { Detector, Finding, Place } from '../risk.ts';
import { LADDERS, type Ladder, MANAGED, reaches } from './actions.ts';
import { bindingsOf } from './bindings-of.ts';
import { covers, meet } from './pattern.ts';
import { type Principal, principalsIn } from './principals.ts';
import { LEADS_UP } from './roles-of.ts';
import { seen } from './seen.ts';
import type { Statement } from './statement.ts';
import { thingsOf } from './things.ts';

const IAM106 = rule('IAM106', 'escalation-completed', 'critical', 'inferred', ['the last action of the set is not granted, or only on named roles and users']);

export const escalation: Detector = {
  id: 'iam-escalation',
  detect: (evidence) => {
    const files = seen(evidence.files);
    const things = thingsOf(files);
    const [base, head] = [managed(bindingsOf('base', things.base)), managed(bindingsOf('head', things.head))];
    return principalsIn(files).flatMap((p) => (p.use === 'grant' ? ofPrincipal(p, base.get(p.key) ?? [], head.get(p.key) ?? []) : []));
  },
};

/** Statements of AWS's own policies, by who has them. */
function managed(bindings: ReturnType<typeof bindingsOf>): ReadonlyMap<string, readonly Statement[]> {
  const found = new Map<string, Statement[]>();
  for (const b of bindings) {
    const actions = MANAGED[b.role.slice(b.role.lastIndexOf('/') + 1)];
    if (b.cloud !== 'aws' || b.subject === undefined || actions === undefined) continue;
    const known = found.get(b.subject) ?? [];
    found.set(b.subject, known);
    known.push(allowing(actions, b.place));
  }
  return found;
}

const allowing = (actions: readonly string[], place: Place): Statement => ({
  sid: undefined,
  effect: 'Allow',
  actions,
  notActions: undefined,
  resources: ['*'],
  notResources: undefined,
  principals: undefined,
  notPrincipals: undefined,
  conditions: [],
  place,
});

interface Held {
  readonly pattern: string;
  readonly statement: Statement;
}

function ofPrincipal(p: Principal, atBase: readonly Statement[], atHead: readonly Statement[]): readonly Finding[] {
  const [was, is] = [holdings([...p.base.statements, ...atBase]), holdings([...p.head.statements, ...atHead])];
  // who may do everything is told of by another rule, and gains nothing more
  if (was.some((h) => h.pattern === '*') || is.some((h) => h.pattern === '*')) return [];
  const climbed = LADDERS.flatMap((ladder) => {
    const now = reached(ladder, is);
    const before = now === undefined ? undefined : reached(ladder, was);
    return now === undefined || (before !== undefined && before.named <= now.named) ? [] : [{ ladder, ...now }];
  });
  const first = climbed.find((c) => c.named === 0) ?? climbed[0];
  if (first === undefined) return otherClouds(p);
  return [
    IAM106({
      place: first.by[0]?.statement.place ?? { path: '', side: 'head' },
      ...(first.named === 0 ? {} : { severity: 'high' as const }),
      because: climbed.slice(0, 8).map((c) => [c.ladder.name, c.by.map((h) => h.pattern).join(' with ')] as const),
      what: `${p.name} can make an administrator of itself: it ${first.ladder.name}`,
    }),
  ];
}

/** One permission is the whole ladder there. */
function otherClouds(p: Principal): readonly Finding[] {
  const before = p.base.statements.flatMap((s) => s.actions ?? []);
  const held = p.head.statements.flatMap((s) => (s.effect === 'Allow' ? (s.actions ?? []) : []).map((action) => ({ action, s })));
  const gained = LEADS_UP.flatMap((need) => (before.some((b) => covers(b, need)) ? [] : held.filter((h) => covers(h.action, need)).slice(0, 1)));
  const [first] = gained;
  if (first === undefined) return [];
  const because = gained.slice(0, 8).map((g) => ['may', g.action] as const);
  return [IAM106({ place: first.s.place, because, what: `${p.name} can make an administrator of itself: ${first.action} leads to every other role` })];
}

/** Everything allowed and not denied outright; each action but once. */
function holdings(statements: readonly Statement[]): readonly Held[] {
  const denied = statements.filter((s) => s.effect === 'Deny' && s.conditions.length === 0 && (s.resources ?? []).includes('*')).flatMap((s) => s.actions ?? []);
  const allowed = statements.filter((s) => s.effect === 'Allow' && s.principals === undefined && s.notPrincipals === undefined);
  return allowed.flatMap((statement) =>
    NEEDS.filter((need) => (statement.actions ?? [exceptFor(statement, need)]).some((a) => covers(a, need)) && !denied.some((d) => covers(d, need))).map((pattern) => ({
      pattern,
      statement,
    })),
  );
}

/** Every action that some ladder asks for, and one that only `*` holds. */
const NEEDS: readonly string[] = ['*', ...new Set(LADDERS.flatMap((l) => l.needs.flatMap((n) => n.split('|'))))];
const exceptFor = (s: Statement, need: string): string => ((s.notActions ?? []).some((n) => meet(n, need)) ? '' : need);

interface Reached {
  readonly by: readonly Held[];
  /** 1 where the roles or users it is for are named: that is how it should be granted, and can still be too much. */
  readonly named: 0 | 1;
}

function reached({ needs }: Ladder, held: readonly Held[]): Reached | undefined {
  const by = needs.map((need) => held.filter((h) => reaches(h.pattern, need) && !onItself(h.statement)));
  if (by.some((h) => h.length === 0)) return undefined;
  const free = by.map((h) => h.find((x) => isFree(x.statement)));
  const named = needs.some((need, i) => /^iam:|^lambda:update|^ssm:/.test(need) && free[i] === undefined) ? 1 : 0;
  return { by: by.flatMap((h, i) => free[i] ?? h[0] ?? []), named };
}

/** What everybody may do with their own keys and password. */
const onItself = (s: Statement): boolean => (s.resources ?? ['*']).every((r) => /\$\{aws:(?:username|userid|principaltag)/.test(r));

/** On whatever there is: a wildcard where a name would stand, and no condition that narrows it. */
const isFree = (s: Statement): boolean =>
  s.conditions.length === 0 && (s.resources ?? ['*']).some((r) => r === '*' || /(?::(?:role|user|group|policy|function|instance|document)[/:]|::?)\*+$/.test(r));
