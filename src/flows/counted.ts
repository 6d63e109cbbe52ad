/** What a gate counted when it let a move pass: kept in the body of its verdict, so that what it says after the landing is what it found before. */
import { sha256Hex } from '../core/base/crypto.ts';
import type { Json } from '../core/base/json.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import { TIERS, type Tier } from '../core/risk/risk.ts';
import { sha256Shape } from '../core/signoff/parse.ts';
import { boolean, list, object, oneOf, type Shape, shaped } from '../core/signoff/shape.ts';
import { parseStrictJson } from '../core/signoff/strict-json.ts';
import type { Outcome } from './verdict.ts';

export interface Counted {
  readonly tier: Tier;
  /** Digests of policy and roster it was judged by. */
  readonly policy: string;
  readonly roster: string;
  /** Digests of envelopes and records: sign-offs, uses of break-glass, ownership statements, carries. */
  readonly inputs: readonly string[];
  /** A human signed all of it: the whole, or every commit. */
  readonly signed: boolean;
  readonly carried: boolean;
  readonly brokeGlass: boolean;
}

export function countedOf(decision: Pick<Decision, 'tier' | 'policyDigest' | 'rosterDigest'>, { verdict, carries = [], glass = [], owned = [], signed = false }: Outcome): Counted {
  const carried = carries.map((c) => sha256Hex(c.body));
  return {
    tier: decision.tier,
    policy: decision.policyDigest,
    roster: decision.rosterDigest,
    inputs: [...new Set([...verdict.signoffs, ...glass, ...owned, ...carried])].sort(),
    signed,
    carried: carried.length > 0,
    brokeGlass: glass.length > 0,
  };
}

const COUNTED: Shape<Counted> = object({
  tier: oneOf(...TIERS.values),
  policy: sha256Shape,
  roster: sha256Shape,
  inputs: list(sha256Shape),
  signed: boolean,
  carried: boolean,
  brokeGlass: boolean,
});

/** From the body of a verdict, with what the gate would have answered under `enforce`; undefined where an earlier version wrote it. */
export function countedIn(body: Uint8Array): (Counted & { readonly would: Verdict['would'] | undefined }) | undefined {
  const json = parseStrictJson(body);
  const said = json.ok ? memberOf(json.value, 'counted') : undefined;
  const counted = said === undefined ? undefined : shaped(COUNTED, said);
  const would = json.ok ? memberOf(memberOf(json.value, 'verdict'), 'would') : undefined;
  return counted?.ok ? { ...counted.value, would: WOULD.find((w) => w === would) } : undefined;
}

const WOULD = ['allow', 'wait', 'deny'] as const;

const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name) ? (value as { readonly [name: string]: Json })[name] : undefined;
