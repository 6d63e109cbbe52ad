/** Who is let in by a policy on a role or a resource. Conditions that name an organisation, a network or a source keep everybody else out. */
import type { Tier } from '../risk.ts';
import { shown, type Unit } from './cover.ts';
import type { Principal } from './principals.ts';
import type { Condition, Statement } from './statement.ts';

type Judged = readonly (readonly [Unit, Tier])[];

const RESTRICTING =
  /^(?:aws:(?:principalorgid|principalorgpaths|principalaccount|principalarn|principaltag\/.*|sourcearn|sourceaccount|sourceorgid|sourceorgpaths|sourceowner|sourcevpce?|vpcsourceip|sourceip|userid|resourcetag\/.*|requesttag\/.*|requestedregion|calledvia.*)|kms:(?:calleraccount|viaservice|grantisforawsresource)|s3:dataaccesspoint\w+|ec2:(?:resourcetag\/.*|vpc|subnet)|iam:passedtoservice|iam:permissionsboundary|sts:externalid|lambda:\w+|secretsmanager:resourcetag\/.*|ssm:resourcetag\/.*|.*:(?:sub|aud|oaud|amr|repository\w*|sourceaccount))$/;
const ANY = /^(?:\*|0\.0\.0\.0\/0|::\/0)$/;

/** A condition that is there for everything it names; `...IfExists` and "not" let others through. */
const narrows = (c: Condition): boolean => RESTRICTING.test(c.key) && !/not|ifexists|null|forallvalues/.test(c.operator) && !c.values.some((v) => ANY.test(v));
export const restricted = (s: Statement): boolean => s.conditions.some(narrows);

/** Everybody, and accounts that were not in it, by a policy on a resource. */
export function opened(p: Principal, allowed: readonly Unit[]): readonly [Judged, Judged] {
  const everybody = allowed.filter((u) => shown(u.principal) === '*' && u.statement.principals !== undefined && !restricted(u.statement));
  const known = new Set(p.base.statements.flatMap((s) => s.principals ?? []).map(account));
  const others = p.fresh ? [] : allowed.filter((u) => !u.conditional && account(shown(u.principal)) !== undefined && !known.has(account(shown(u.principal))));
  return [everybody.map((u) => [u, 'critical']), others.map((u) => [u, 'critical'])];
}

const account = (principal: string): string | undefined => /^AWS:(?:arn:aws[\w-]*:(?:iam|sts)::)?(\d{12})\b/.exec(principal)?.[1];

/** Who may take a role on and could not before. A service acts only where somebody hands it the role. */
export function trustOf(p: Principal, allowed: readonly Unit[]): Judged {
  return allowed.flatMap((u): Judged => {
    const who = shown(u.principal);
    if (u.conditional) return widerSubject(p, u) ? [[u, 'critical']] : [];
    if (who === '*' && !restricted(u.statement)) return [[u, 'critical']];
    if (isFederated(who) && (anySubject(u.statement) || !p.fresh)) return [[u, 'critical']];
    if (p.fresh) return [];
    return [[u, who.startsWith('Service:') ? 'high' : 'critical']];
  });
}

const isFederated = (who: string): boolean => who.startsWith('Federated:') && !/saml-provider|cognito-identity|SAML|accounts\.google|graph\.facebook|amazon\.com$/.test(who);

const subjects = (s: Statement): readonly Condition[] => s.conditions.filter((c) => /:sub$|:repository(?:_owner)?$|:aud$|unknown/.test(c.key) || c.operator === 'unknown');

/** Tokens of whoever the issuer serves: no subject is asked for, or one with a wildcard before what names the project. */
function anySubject(s: Statement): boolean {
  const asked = s.conditions.filter(
    (c) => /:(?:sub|repository(?:_id|_owner|_owner_id)?|namespace_id|project_id|project_path)$/.test(c.key) || c.operator === 'unknown' || c.key.includes('${'),
  );
  return asked.length === 0 || asked.every((c) => /not|ifexists/.test(c.operator) || (/like$/.test(c.operator) && c.values.some(isWide)));
}

/** `repo:org/*`, `system:serviceaccount:*`, `*`: the first two parts must be named. */
const isWide = (subject: string): boolean => /[*?]/.test(subject.split(':').slice(0, 2).join(':')) && !subject.startsWith('${');

/** The same principal, whose tokens are taken for more subjects than before. */
function widerSubject(p: Principal, u: Unit): boolean {
  const before = new Set(p.base.statements.flatMap((s) => subjects(s).flatMap((c) => c.values)));
  return subjects(u.statement).some((c) => c.values.some((v) => !before.has(v)));
}
