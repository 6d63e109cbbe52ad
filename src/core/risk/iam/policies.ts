/**
 * What statements allow and deny, base against head of the same holder over all changed files: IAM101 to IAM104, IAM107, IAM110,
 * IAM111, IAM112 (who may use a key) and IAM116. One finding a rule and holder; the first unit gives the place, the others are named.
 */
import { rule } from '../finding.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { TIERS } from '../risk.ts';
import { CREDENTIALS, cannotBeNamed, readingService, readsOnly } from './actions.ts';
import { type Budget, budget, shown, type Unit, uncovered } from './cover.ts';
import { opened, restricted, trustOf } from './openings.ts';
import { covers } from './pattern.ts';
import { type Principal, principalsIn } from './principals.ts';
import { seen } from './seen.ts';
import type { Statement } from './statement.ts';
import { goneIn, thingsOf } from './things.ts';

const IAM101 = rule('IAM101', 'wildcard-added', 'critical', 'inferred', ['the actions and resources are named']);
const IAM102 = rule('IAM102', 'not-form', 'high', 'inferred', ['what is allowed is named, not what is excepted']);
const IAM103 = rule('IAM103', 'deny-or-condition-gone', 'critical', 'inferred', ['the same is denied elsewhere']);
const IAM104 = rule('IAM104', 'trust-widened', 'critical', 'inferred', ['the principals are named, and a condition says whose tokens are taken']);
const IAM107 = rule('IAM107', 'credential-reading', 'high', 'inferred', ['the secrets or roles are named and the holder needs them']);
const IAM110 = rule('IAM110', 'revoked', 'high', 'inferred', ['nobody uses the grant any more']);
const IAM111 = rule('IAM111', 'public', 'critical', 'inferred', ['the principals are named']);
const IAM112 = rule('IAM112', 'key-policy', 'critical', 'inferred', ['the key stays usable by whoever holds data under it']);
const IAM116 = rule('IAM116', 'opaque-policy', 'high', 'inferred', ['the policy is written where it is used']);

export const policies: Detector = {
  id: 'iam-policies',
  detect: (evidence) => {
    const files = seen(evidence.files);
    const spend = budget();
    const isGone = goneIn(thingsOf(files));
    return principalsIn(files).flatMap((p) => ofPrincipal(p, isGone, spend));
  },
};

function ofPrincipal(p: Principal, isGone: (text: string) => boolean, spend: Budget): readonly Finding[] {
  const allowed = uncovered(p.head.statements, p.base.statements, 'Allow', spend);
  const added = allowed.filter((u) => !u.conditional);
  return [
    ...(p.use === 'limit' ? [] : [...wildcards(p, added), ...notForms(p, added), ...openings(p, allowed), ...credentials(p, added)]),
    ...(p.fresh ? [] : loosened(p, allowed)),
    ...(p.gone ? [] : taken(p, isGone, spend)),
    ...opaque(p),
  ];
}

/** One finding for all units of a rule: the gravest first. */
function told(make: typeof IAM101, units: readonly (readonly [Unit, Tier])[], what: (unit: Unit) => string, confidence?: Finding['confidence']): readonly Finding[] {
  const severity = units.reduce<Tier>((most, [, tier]) => TIERS.max(most, tier), 'routine');
  const first = units.find(([, tier]) => tier === severity);
  if (first === undefined) return [];
  const [unit] = first;
  const because = units.slice(0, 5).map(([u]) => [u.statement.sid ?? (u.statement.effect === 'Deny' ? 'denies' : 'allows'), phrase(u)] as const);
  const more = units.length > 5 ? [['and', `${units.length - 5} more`] as const] : [];
  return [make({ place: unit.statement.place, severity, ...(confidence === undefined ? {} : { confidence }), because: [...because, ...more], what: what(unit) })];
}

function phrase({ action, resource, principal, statement }: Unit): string {
  const who = statement.principals === undefined && statement.notPrincipals === undefined ? '' : ` by ${shown(principal)}`;
  return `${shown(action)} on ${shown(resource)}${who}${statement.conditions.length > 0 ? ' under conditions' : ''}`;
}

const one = (part: Unit['action']): string => ('one' in part ? part.one : '');

function wildcards(p: Principal, added: readonly Unit[]): readonly Finding[] {
  const before = new Set(p.base.statements.filter((s) => s.effect === 'Allow').flatMap((s) => s.actions ?? []));
  const wrote = new Set(
    p.base.statements.filter((s) => s.effect === 'Allow' && (s.resources ?? []).includes('*')).flatMap((s) => (s.actions ?? []).filter((a) => !readsOnly(a)).map(serviceOf)),
  );
  const units = added.flatMap((u) => {
    const tier = wide(p, u);
    if (tier === undefined) return [];
    // the same on another thing that is named, and one more way to write where all of a service could be written already
    if (shown(u.resource) !== '*' && before.has(one(u.action))) return [[u, 'elevated'] as const];
    return [[u, !/\*/.test(one(u.action)) && wrote.has(serviceOf(one(u.action))) ? 'high' : tier] as const];
  });
  return told(IAM101, units, (u) => `${p.name} may now do ${one(u.action)} on ${shown(u.resource)}: whoever holds it, or takes it over, can do all of that`);
}

const serviceOf = (action: string): string => action.slice(0, action.indexOf(':'));

/** A whole service on what is named is less where nobody had anything before. */
function wide(p: Principal, u: Unit): Tier | undefined {
  const action = one(u.action);
  if (p.use === 'trust' || isOwner(p, u)) return undefined;
  if (/^\*(?::\*)?$/.test(action)) return 'critical';
  if (readingService(action) || (/^\*:/.test(action) && readsOnly(action))) return 'high';
  if (/^[\w-]*[*?]?:[*?]+$/.test(action)) return p.fresh && shown(u.resource) !== '*' ? 'high' : 'critical';
  if (one(u.resource) !== '*' || u.statement.principals !== undefined || u.statement.notPrincipals !== undefined) return undefined;
  if (readsOnly(action) || cannotBeNamed(action) || action.includes('${')) return undefined;
  return restricted(u.statement) || p.fresh ? 'high' : 'critical';
}

/** Every key's policy lets its own account decide: without it nobody could ever change the key. */
const isOwner = (p: Principal, u: Unit): boolean => p.use === 'key' && /:root$/.test(one(u.principal));

function notForms(p: Principal, added: readonly Unit[]): readonly Finding[] {
  const units = added.filter((u) => 'allBut' in u.action || 'allBut' in u.resource || 'allBut' in u.principal).map((u) => [u, 'high'] as const);
  return told(IAM102, units, (u) => `${p.name} allows all but what it names (${phrase(u)}): whatever is added later is allowed too`);
}

/** Who may come in: trust of a role, and what a resource lets others do. */
function openings(p: Principal, allowed: readonly Unit[]): readonly Finding[] {
  if (p.use === 'trust')
    return told(IAM104, trustOf(p, allowed), (u) => `${p.name} can be taken on by ${shown(u.principal)}, which could not before: it may do all that the role may`);
  const [everybody, accounts] = opened(p, allowed);
  return [
    ...told(IAM111, everybody, (u) => `${p.name} is open to everybody: anybody on the internet may ${shown(u.action)}`),
    ...told(IAM104, accounts, (u) => `${p.name} lets another account in (${shown(u.principal)})`),
  ];
}

function credentials(p: Principal, added: readonly Unit[]): readonly Finding[] {
  if (p.use === 'trust' || p.use === 'key') return [];
  const units = added.filter((u) => {
    if (u.statement.principals !== undefined || one(u.action) === '*' || !CREDENTIALS.some((c) => covers(one(u.action), c))) return false;
    // for what is new, named secrets are its least right
    return !p.fresh || (/\*$/.test(shown(u.resource)) && one(u.action) !== 'ecr:getauthorizationtoken' && !/[^:]*[^*:/][^:]*\*$/.test(shown(u.resource)));
  });
  return told(
    IAM107,
    units.map((u) => [u, 'high'] as const),
    (u) => `${p.name} may now read credentials or secrets (${one(u.action)} on ${shown(u.resource)})`,
  );
}

/** The same is allowed under fewer conditions, or is not denied any more. */
function loosened(p: Principal, allowed: readonly Unit[]): readonly Finding[] {
  const inTrust = new Set(p.use === 'trust' ? trustOf(p, allowed).map(([u]) => u) : []);
  const asked = new Set(p.base.statements.map(keysOf));
  const units = allowed.filter((u) => u.conditional && !inTrust.has(u)).map((u) => [u, asked.has(keysOf(u.statement)) && isReference(u.statement) ? 'high' : 'critical'] as const);
  return told(IAM103, units, (u) => `${p.name} allows ${phrase({ ...u, statement: { ...u.statement, conditions: [] } })} under fewer conditions than before`);
}

/** What is asked, whatever the answer must be. */
const keysOf = (s: Statement): string => JSON.stringify(s.conditions.map((c) => [c.operator, c.key]).sort());
/** Another reference may stand for the same value as before. */
const isReference = (s: Statement): boolean => s.conditions.some((c) => c.values.some((v) => v.includes('${')));

/** @param isGone whether a name is of something that goes with this change. */
function taken(p: Principal, isGone: (text: string) => boolean, spend: Budget): readonly Finding[] {
  const hidden = p.head.opaque.length > p.base.opaque.length;
  const missing = (effect: Statement['effect']): readonly Unit[] =>
    uncovered(p.base.statements, p.head.statements, effect, spend).filter((u) => !isGone(shown(u.resource)) && !isGone(shown(u.principal)));
  const denied = all(missing('Deny'), hidden ? 'high' : 'critical');
  const denying = told(IAM103, denied, (u) => `${p.name} denies ${shown(u.action)} on ${shown(u.resource)} no longer: it is allowed wherever something else allows it`);
  // what is hidden may still be allowed, and of a limit nobody loses anything that was given
  const lost = hidden || p.use === 'limit' ? [] : missing('Allow').filter((u) => !u.conditional);
  const said = (u: Unit): string => `${p.name} loses ${phrase(u)}: whatever still uses it fails`;
  if (p.use === 'key') return [...denying, ...told(IAM112, all(lost, 'critical'), (u) => `${said(u)}, and data under the key cannot be read`)];
  // an action that is still allowed, on something else, is pointed elsewhere
  const kept = new Set(p.use === 'trust' ? [] : p.head.statements.filter((s) => s.effect === 'Allow').flatMap((s) => s.actions ?? []));
  const [pointed, gone] = [lost.filter((u) => kept.has(one(u.action))), lost.filter((u) => !kept.has(one(u.action)))];
  return [...denying, ...told(IAM110, [...all(gone, 'high'), ...all(pointed, 'elevated')], said)];
}

const all = (units: readonly Unit[], tier: Tier): readonly (readonly [Unit, Tier])[] => units.map((u) => [u, tier]);

function opaque(p: Principal): readonly Finding[] {
  const before = new Set(p.base.opaque.map((o) => o.text));
  const added = p.head.opaque.filter((o) => !before.has(o.text));
  const [first] = added;
  if (first === undefined) return [];
  const because = added.slice(0, 5).map((o) => ['known when applied', o.text] as const);
  return [IAM116({ place: first.place, because, what: `what ${p.name} allows is not in this change (${first.text.slice(0, 80)}): it is known only when it is applied` })];
}
