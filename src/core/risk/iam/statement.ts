/**
 * One form for every policy language that allows and denies (AWS JSON, HCL, CloudFormation, RBAC of Kubernetes): statements. What
 * the source does not say is the widest it can mean; what it says by reference is kept as `${reference}`, and is equal to nothing else.
 */
import type { Place } from '../risk.ts';

/** What a statement is about on one axis: those named, or all but those named. */
export type Scope = { readonly only: readonly string[] } | { readonly not: readonly string[] };

export interface Condition {
  /** As AWS calls it (`StringLike`, `ForAnyValue:StringEquals`), lower case. */
  readonly operator: string;
  /** Lower case. */
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Lower case. */
  readonly actions: readonly string[] | undefined;
  readonly notActions: readonly string[] | undefined;
  readonly resources: readonly string[] | undefined;
  readonly notResources: readonly string[] | undefined;
  /** `AWS:arn`, `Service:host`, `Federated:issuer`; `*` is everybody. Absent in what is attached to somebody. */
  readonly principals: readonly string[] | undefined;
  readonly notPrincipals: readonly string[] | undefined;
  readonly conditions: readonly Condition[];
  readonly place: Place;
}

export interface Policy {
  readonly statements: readonly Statement[];
  /** What of it is known only when it is applied, as it is written. */
  readonly opaque: readonly Opaque[];
}

export interface Opaque {
  readonly text: string;
  readonly place: Place;
}

export const NOTHING: Policy = { statements: [], opaque: [] };
export const joined = (policies: readonly Policy[]): Policy => ({ statements: policies.flatMap((p) => p.statements), opaque: policies.flatMap((p) => p.opaque) });

const scope = (only: readonly string[] | undefined, not: readonly string[] | undefined): Scope => (not === undefined ? { only: only ?? ['*'] } : { not });
export const actionsOf = (s: Statement): Scope => scope(s.actions, s.notActions);
export const resourcesOf = (s: Statement): Scope => scope(s.resources, s.notResources);
export const principalsOf = (s: Statement): Scope => scope(s.principals, s.notPrincipals);

/** The same grant wherever and in whatever order it is written; its name is not part of it. */
export function fingerprint(s: Statement): string {
  const set = (values: readonly string[] | undefined): readonly string[] | undefined => (values === undefined ? undefined : [...new Set(values)].sort());
  const conditions = s.conditions.map((c) => JSON.stringify([c.operator, c.key, set(c.values)])).sort();
  return JSON.stringify([s.effect, ...[s.actions, s.notActions, s.resources, s.notResources, s.principals, s.notPrincipals].map((v) => set(v) ?? null), conditions]);
}
