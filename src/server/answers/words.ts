/** What the shapes of answers are made of. A component has a name in the API's document, and in the types that clients are written with. */
import * as z from 'zod';
import { REASON_CODES } from '../../core/base/codes.ts';
import type { Problem } from '../../core/base/result.ts';
import { MODES } from '../../core/policy/words.ts';
import { PROVENANCE_LEVELS } from '../../core/provenance/provenance.ts';
import { TIERS } from '../../core/risk/risk.ts';
import type { Person } from '../../core/roster/roster.ts';
import type { Assumption, Disposition, SignoffDecision } from '../../core/signoff/statement.ts';
import type { ChangeRow, KeyRow } from '../../flows/ports.ts';

/** Where a format that an answer carries is written down. */
export interface Written {
  readonly description: string;
  /** A page of docs/spec, beside the document. */
  readonly page: string;
}

const metaOf = (id: string, written?: Written) => ({
  id,
  ...(written === undefined ? {} : { description: written.description, externalDocs: { description: `docs/spec/${written.page}`, url: written.page } }),
});

/** For what only a route makes. */
export const named = <S extends z.ZodType>(id: string, shape: S, written?: Written): S => shape.meta(metaOf(id, written));

type Atom = string | number | boolean | null | undefined;
type Frozen<T> = T extends Atom ? T : { readonly [K in keyof T]: Frozen<T[K]> };
type Whole<T> = T extends Atom ? T : { readonly [K in keyof T]-?: Whole<T[K]> };
/** Each fits the other; so they do once no member is optional, or one that is missing would go unseen. */
type Same<A, B> = [Frozen<A>, Frozen<B>, Whole<A>, Whole<B>] extends [Frozen<B>, Frozen<A>, Whole<B>, Whole<A>] ? true : false;
type Fits<S, T> = S extends z.ZodType ? (Same<z.infer<S>, T> extends true ? unknown : { readonly differsFrom: T }) : never;

/** For what a core room or a flow makes: the shape compiles only while it is that type, member for member. */
export const component =
  <T>() =>
  <S extends z.ZodType>(id: string, shape: S & Fits<S, T>, written?: Written): S =>
    named<S>(id, shape, written);

/** The same, for a part without a name of its own. */
export const of =
  <T>() =>
  <S extends z.ZodType>(shape: S & Fits<S, T>): S =>
    shape;

export const text = z.string();
export const count = z.int().min(0);
export const ms = count.describe('milliseconds since 1970');
export const time = z.iso.datetime();
export const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
export const oid = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
export const base64 = z.base64();
export const list = <T extends z.ZodType>(item: T) => z.array(item);

export const reasonCode = named('ReasonCode', z.enum(Object.keys(REASON_CODES) as [keyof typeof REASON_CODES, ...(keyof typeof REASON_CODES)[]]), {
  description: 'Codes are added, and none ever changes its meaning',
  page: 'exit-and-reason-codes.md',
});
export const tier = named('Tier', z.enum(TIERS.values));
export const level = named('ProvenanceLevel', z.enum(PROVENANCE_LEVELS.values));
export const mode = named('Mode', z.enum(MODES));
export const state = component<ChangeRow['state']>()('State', z.enum(['open', 'signed', 'passed', 'landed', 'refused']));
export const decisionWord = component<SignoffDecision>()('SignDecision', z.enum(['approve', 'approve_with_conditions', 'changes', 'cannot_judge']));
export const holds = component<Assumption['holds']>()('Holds', z.enum(['true', 'false', 'unknown']));
export const assumption = component<Assumption>()('Assumption', z.strictObject({ text, holds }));
const dispositionKind = component<Disposition['disposition']>()('DispositionKind', z.enum(['accepted', 'mitigated', 'mistaken']));
export const disposition = component<Disposition>()('Disposition', z.strictObject({ finding: text, disposition: dispositionKind, note: text }));
export const keyKind = component<KeyRow['kind']>()('KeyKind', z.enum(['webauthn', 'sk-ssh', 'demo']));

export const person = component<Pick<Person, 'id' | 'name' | 'level'>>()(
  'Named',
  z.strictObject({ id: text, name: text, level: text.describe('of the ladder; empty where the roster knows nobody of this id') }),
);
export const people = z.record(text, person);

/** One thing that is wrong. */
export const fault = component<Problem>()('Fault', z.strictObject({ code: reasonCode, message: text, place: text.optional(), remedy: text.optional(), excerpt: text.optional() }));

/** RFC 9457. */
export const problemShape = named(
  'Problem',
  z.strictObject({
    type: text,
    code: reasonCode,
    title: text,
    status: z.int().min(400).max(599),
    detail: text,
    remedy: text,
    requestId: text,
    place: text.optional(),
    problems: list(fault),
  }),
);
