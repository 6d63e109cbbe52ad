/** The body of a `violation` entry, by what it says happened. docs/spec/violation-entry.schema.json. */
import { utf8 } from '../base/bytes.ts';
import { REASON_CODES, type ReasonCode } from '../base/codes.ts';
import type { Bytes } from '../base/crypto.ts';
import { canonicalText } from '../base/json.ts';
import { TIERS } from '../risk/risk.ts';
import { count, list, matching, nullable, object, oneOf, optional, type Shape, shaped, string } from '../signoff/shape.ts';
import { parseStrictJson } from '../signoff/strict-json.ts';

export const WHY = {
  astray: 'the ref stands where no gate let it',
  back: 'the ref is back where a gate let it',
  unjustified: 'a break-glass was found unjustified',
  unattended: 'a push passed while no server answered, and the break-glass kept of it does not hold',
  unchained: 'commits stand on a protected ref without a valid chain',
  rewritten: 'what landed is not on the ref any more',
} as const;

const oid = matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a commit id');
const digest = matching(/^[0-9a-f]{64}$/, 'a SHA-256 in lowercase hex');
const change = matching(/^[0-9a-f]{16}$/, 'the id of a change');

/** Who answers for it. `by`: whose word made them so. */
const OWNER = object({ by: oneOf('systems', 'policy', 'nobody'), teams: list(string), people: list(string) });
export type Owner = NonNullable<ReturnType<typeof OWNER>>;

const codes = Object.keys(REASON_CODES) as ReasonCode[];
/** What a scan says: where, and after which word that the ref was back, so that no two findings have the same bytes; how dangerous it is, who answers, and which violations it tells again. */
const WEIGHED = { repo: string, ref: string, to: oid, tier: oneOf(...TIERS.values), owner: OWNER, tells: list(count) } as const;

const BODIES = {
  back: object({ v: oneOf(1), why: oneOf(WHY.back), from: oid }),
  unjustified: object({ v: oneOf(1), why: oneOf(WHY.unjustified), change, review: digest, at: count }),
  unattended: object({ v: oneOf(1), why: oneOf(WHY.unattended), from: oid, at: count, uses: list(digest) }),
  /** `revert` was written once, and is not read: what settles a violation is worked out, and no body names it. */
  unchained: object({
    ...{ v: oneOf(1), why: oneOf(WHY.unchained), from: oid, code: oneOf(...codes), commits: count, revert: optional(nullable(change)) },
    ...{ after: optional(count), ...WEIGHED },
  }),
  /** `lost`: first and last entry of the landings that are gone. */
  rewritten: object({ v: oneOf(1), why: oneOf(WHY.rewritten), from: oid, lost: list(count), after: optional(count), ...WEIGHED }),
  /** Last: whoever looks at refs says in words of their own where one was found, a forge's too. */
  astray: object({ v: oneOf(1), why: string, from: oid }),
} as const;

export type ViolationKind = keyof typeof BODIES;
type Said<S> = S extends Shape<infer T> ? Sparse<T> : never;
/** What may be left out may be left out here too. */
type Sparse<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: T[K] };
export type ViolationBody = { readonly [K in ViolationKind]: { readonly kind: K } & Said<(typeof BODIES)[K]> }[ViolationKind];
type Bare<T> = T extends unknown ? Omit<T, 'kind'> : never;
export type ScanBody = Bare<Extract<ViolationBody, { kind: 'unchained' | 'rewritten' }>>;

/** undefined: its bytes say nothing that is known here. */
export function readViolation(body: Bytes): ViolationBody | undefined {
  const json = parseStrictJson(body);
  if (!json.ok) return undefined;
  for (const kind of Object.keys(BODIES) as ViolationKind[]) {
    const said = shaped<unknown>(BODIES[kind], json.value);
    if (said.ok) return { kind, ...(said.value as object) } as ViolationBody;
  }
  return undefined;
}

/** The same bytes whenever the same is found: by them it is known again. */
export const scanBytes = (body: ScanBody): Bytes => utf8(canonicalText(body));
