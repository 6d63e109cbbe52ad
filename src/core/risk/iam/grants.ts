/**
 * Roles given and taken, base against head, counted over all changed files: IAM103 (a condition goes), IAM106 (roles of Google that
 * lead to all others), IAM108, IAM110 and IAM111. Where a binding is written does not matter.
 */
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { type Binding, bindingKey } from './binding.ts';
import { bindingsOf } from './bindings-of.ts';
import { clusterBindings } from './cluster.ts';
import { seen } from './seen.ts';
import { goneIn, type Things, thingsOf } from './things.ts';

const IAM103 = rule('IAM103', 'deny-or-condition-gone', 'critical', 'inferred', ['the same is denied elsewhere']);
const IAM106 = rule('IAM106', 'escalation-completed', 'critical', 'inferred', ['the role is given on one account, not on all']);
const IAM108 = rule('IAM108', 'admin-bound', 'critical', 'inferred', ['a narrower role']);
const IAM110 = rule('IAM110', 'revoked', 'high', 'inferred', ['nobody uses the grant any more']);
const IAM111 = rule('IAM111', 'public', 'critical', 'inferred', ['the principals are named']);

export const grants: Detector = {
  id: 'iam-grants',
  detect: (evidence) => {
    const files = seen(evidence.files);
    const things = thingsOf(files);
    const inClusters = clusterBindings(files);
    const [base, head] = [
      [...bindingsOf('base', things.base), ...inClusters.base],
      [...bindingsOf('head', things.head), ...inClusters.head],
    ];
    const isGone = goneIn(things);
    return [...beyond(head, base).flatMap((b) => given(b, base)), ...beyond(base, head).flatMap((b) => lost(b, things, isGone, inClusters.gone)), ...conditions(base, head)];
  },
};

/** Those that are more often in `of` than in `than`. */
function beyond(of: readonly Binding[], than: readonly Binding[]): readonly Binding[] {
  const left = new Map<string, number>();
  for (const b of than) left.set(bindingKey(b), (left.get(bindingKey(b)) ?? 0) + 1);
  return of.filter((b) => {
    const n = left.get(bindingKey(b)) ?? 0;
    if (n > 0) left.set(bindingKey(b), n - 1);
    return n === 0;
  });
}

const on = (b: Binding): string => (b.scope === '' ? '' : ` on ${b.scope.slice(0, 80)}`);
const facts = (b: Binding): readonly (readonly [string, string])[] => [['role', b.role], ['member', b.member], ...(b.condition === '' ? [] : [['only if', b.condition] as const])];

function given(b: Binding, base: readonly Binding[]): readonly Finding[] {
  const say = (make: typeof IAM108, what: string): Finding => make({ place: b.place, ...(b.loose === true ? GUESSED : {}), because: facts(b), what });
  if (isPublic(b.member)) return [say(IAM111, `${b.role}${on(b)} is given to everybody (${b.member})`)];
  if (isAdmin(b))
    return base.some((o) => o.member === b.member && o.scope === b.scope && isAdmin(o)) ? [] : [say(IAM108, `${b.member} becomes an administrator${on(b)} (${b.role})`)];
  if (b.cloud === 'google' && LEADS_UP.test(b.role)) return [say(IAM106, `${b.member} can make an administrator of itself${on(b)}: ${b.role} leads to every other role`)];
  return [];
}

const GUESSED = { severity: 'high', confidence: 'heuristic' } as const;

const isPublic = (member: string): boolean => /^(?:allUsers|allAuthenticatedUsers)$|^Group {2}system:(?:anonymous|unauthenticated)$|^User {2}system:anonymous$/.test(member);

const ADMIN: Readonly<Record<Binding['cloud'], RegExp>> = {
  aws: /(?:^|\/)AdministratorAccess$/,
  google: /^roles\/(?:owner|editor|resourcemanager\.organizationAdmin)$/,
  azure: /^(?:Owner|User Access Administrator|Role Based Access Control Administrator)$|8e3af657-a8ff-443c-a75c-2fe8c4bcb635|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9/,
  kubernetes: /^ClusterRole cluster-admin$/,
};
const isAdmin = (b: Binding): boolean => ADMIN[b.cloud].test(b.role) && (b.cloud !== 'kubernetes' || !/^Group {2}system:masters$/.test(b.member));

const LEADS_UP =
  /^roles\/(?:iam\.(?:securityAdmin|serviceAccountTokenCreator|serviceAccountKeyAdmin|serviceAccountAdmin|organizationRoleAdmin|roleAdmin|workloadIdentityPoolAdmin)|resourcemanager\.(?:projectIamAdmin|folderIamAdmin|folderAdmin)|deploymentmanager\.editor)$/;

/** Nothing is taken from somebody who does not exist any more, nor on something that does not. */
function lost(b: Binding, things: Things, isGone: (text: string) => boolean, gone: ReadonlySet<string>): readonly Finding[] {
  const went = b.subject !== undefined && ((things.base.has(b.subject) && !things.head.has(b.subject) && !things.renamed.has(b.subject)) || gone.has(b.subject));
  // what locals and modules hand on is not known to be given to anybody
  if (went || b.place.object === b.member || isGone(b.scope) || isGone(b.member) || !inUse(b, things)) return [];
  // an expression that is written otherwise, where the same block still gives something, may give the same
  const rewritten = b.by !== undefined && things.head.has(things.renamed.get(b.by) ?? b.by) && /[$]\{|^!/.test(b.member + b.role + b.scope);
  return [
    IAM110({
      place: b.place,
      ...(rewritten ? { severity: 'elevated' as const } : {}),
      because: facts(b),
      what: `${b.member} loses ${b.role}${on(b)}: whatever still uses it fails`,
    }),
  ];
}

/** A folder of which nothing is left in view had its own members and its own project. */
const inUse = (b: Binding, things: Things): boolean => b.cloud === 'kubernetes' || withins(things).has(folderOf(b.place.path)) || withins(things).has(b.place.path);
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const left = new WeakMap<Things, ReadonlySet<string>>();
function withins(things: Things): ReadonlySet<string> {
  const known = left.get(things) ?? new Set([...things.head.values()].map((t) => t.within));
  left.set(things, known);
  return known;
}

function conditions(base: readonly Binding[], head: readonly Binding[]): readonly Finding[] {
  const before = new Map<string, Set<string>>();
  for (const b of base) before.set(bindingKey(b), (before.get(bindingKey(b)) ?? new Set()).add(b.condition));
  return head.flatMap((b) => {
    const asked = before.get(bindingKey(b));
    if (asked === undefined || asked.has(b.condition) || asked.has('')) return [];
    const what = b.condition === '' ? 'without the condition it had' : 'under another condition';
    return [
      IAM103({
        place: b.place,
        ...(b.condition === '' ? {} : { severity: 'high' as const }),
        because: [...facts(b), ['it was', [...asked].join(' or ')]],
        what: `${b.member} has ${b.role}${on(b)} ${what}`,
      }),
    ];
  });
}
