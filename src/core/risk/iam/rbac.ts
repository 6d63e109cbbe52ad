/**
 * IAM109: what a role of Kubernetes gains, base against head, that gives its holders more than it says: everything, rights to
 * change rights, secrets, and running what they like as somebody else. IAM110 where it loses what it had.
 */
import { rule } from '../finding.ts';
import { isSample, kubeSides, placeOf, title } from '../kubernetes/objects.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { TIERS } from '../risk.ts';
import { isRole, type Role, roleOf } from './cluster.ts';
import { type Budget, budget, shown, type Unit, uncovered } from './cover.ts';
import { covers } from './pattern.ts';
import { seen } from './seen.ts';

const IAM109 = rule('IAM109', 'rbac-verbs', 'critical', 'exact', ['verbs and resources are named, and secrets by their names']);
const IAM110 = rule('IAM110', 'revoked', 'high', 'exact', ['nobody uses the grant any more']);

export const rbac: Detector = {
  id: 'iam-rbac',
  detect: ({ files }) => {
    const sides = kubeSides(seen(files));
    const spend = budget();
    return [
      ...sides.pairs.filter((p) => isRole(p.after)).flatMap((p) => changed(roleOf(p.before, 'base'), roleOf(p.after, 'head'), spend)),
      ...sides.added.filter(isRole).flatMap((o) => changed(undefined, roleOf(o, 'head'), spend)),
    ];
  },
};

function changed(before: Role | undefined, after: Role, spend: Budget): readonly Finding[] {
  const gained = uncovered(after.statements, before?.statements ?? [], 'Allow', spend);
  const units = gained.flatMap((u) => {
    const danger = dangerOf(u, after, before === undefined);
    return danger === undefined ? [] : [{ u, ...danger }];
  });
  return [...grave(after, units), ...aggregated(before, after), ...(before === undefined ? [] : lost(before, after, spend))];
}

interface Danger {
  readonly tier: Tier;
  readonly why: string;
}

function grave(role: Role, units: readonly (Danger & { readonly u: Unit })[]): readonly Finding[] {
  const severity = units.reduce<Tier>((most, d) => TIERS.max(most, d.tier), 'routine');
  const first = units.find((d) => d.tier === severity);
  if (first === undefined) return [];
  const because = units.slice(0, 6).map((d) => [d.why, phrase(d.u)] as const);
  return [IAM109({ place: first.u.statement.place, severity, because, what: `${title(role.object)} may now ${phrase(first.u)}: it ${first.why}` })];
}

const phrase = (u: Unit): string => `${shown(u.action)} ${shown(u.resource).replace(/^\//, '')}`;

const DANGERS: readonly (readonly [verb: string, resource: string, why: string])[] = [
  ['escalate', 'rbac.authorization.k8s.io/clusterroles', 'can write itself any right'],
  ['escalate', 'rbac.authorization.k8s.io/roles', 'can write itself any right'],
  ['bind', 'rbac.authorization.k8s.io/clusterroles', 'can give itself any role'],
  ['bind', 'rbac.authorization.k8s.io/roles', 'can give itself any role'],
  ['impersonate', '/users', 'can act as anybody'],
  ['impersonate', '/groups', 'can act as anybody'],
  ['impersonate', '/serviceaccounts', 'can act as anybody'],
  ['get', '/secrets', 'reads secrets'],
  ['list', '/secrets', 'reads secrets'],
  ['watch', '/secrets', 'reads secrets'],
  ['create', '/pods/exec', 'runs commands in containers'],
  ['get', '/pods/exec', 'runs commands in containers'],
  ['create', '/pods', 'runs containers as any service account of the namespace'],
  ['get', '/nodes/proxy', 'reaches everything on the nodes'],
  ['create', '/nodes/proxy', 'reaches everything on the nodes'],
  ['create', '/serviceaccounts/token', 'makes tokens of service accounts'],
];

function dangerOf(u: Unit, role: Role, fresh: boolean): Danger | undefined {
  const [verb, resource] = [shown(u.action), shown(u.resource)];
  const named = u.statement.conditions.length > 0;
  if (resource.startsWith('url ')) return undefined;
  if (resource === '*') return reads(verb) ? { tier: 'critical', why: 'reads secrets' } : { tier: 'critical', why: 'holds for everything in the cluster' };
  const danger = DANGERS.find(([v, r]) => covers(verb, v) && covers(resource, r));
  const within = fresh && role.object.kind === 'Role';
  if (danger !== undefined) return named ? undefined : { tier: within && resource !== '/*' ? 'high' : 'critical', why: danger[2] };
  // a group of one's own: all of what one made oneself
  const group = resource.slice(0, resource.indexOf('/'));
  if (group.includes('.') && !/\.k8s\.io$/.test(group)) return undefined;
  if (verb === '*' || resource.endsWith('/*')) return named || reads(verb) ? undefined : { tier: 'high', why: 'holds for more than is named' };
  return undefined;
}

const reads = (verb: string): boolean => /^(?:get|list|watch)$/.test(verb);

/** Rules of it go to everybody who has `admin`, `edit` or `view`; or it takes in whatever carries a label. */
function aggregated(before: Role | undefined, after: Role): readonly Finding[] {
  const wider = after.aggregates.filter((s) => before !== undefined && !before.aggregates.includes(s));
  const given = after.givenTo.filter((to) => before !== undefined && !before.givenTo.includes(to));
  if (wider.length + given.length === 0) return [];
  const what =
    given.length > 0
      ? `${title(after.object)} is added to ${given.join(', ')}: everybody who has that gets its rules`
      : `${title(after.object)} takes in the rules of whatever is labelled ${wider.join('; ')}`;
  return [IAM109({ place: placeOf(after.object, 'head'), severity: 'high', because: [['aggregates', [...wider, ...given].join('; ')]], what })];
}

function lost(before: Role, after: Role, spend: Budget): readonly Finding[] {
  if (isSample(after.object.path)) return [];
  const units = uncovered(before.statements, after.statements, 'Allow', spend).filter((u) => !u.conditional);
  const [first] = units;
  if (first === undefined) return [];
  const because = units.slice(0, 6).map((u) => ['loses', phrase(u)] as const);
  return [IAM110({ place: placeOf(after.object, 'head'), because, what: `${title(after.object)} may no longer ${phrase(first)}: whatever still does it fails` })];
}
