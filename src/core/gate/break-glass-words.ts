/**
 * What people sign about break-glass: a use of it, the taking back of one, the review after it. Each is an in-toto statement
 * of its own predicate, signed exactly as sign-offs are. The bytes are in docs/spec/break-glass.md.
 */
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { TIERS } from '../risk/risk.ts';
import type { PersonId } from '../roster/roster.ts';
import { changeOf, personUrn, type SignedChange } from '../signoff/build.ts';
import { CHANGE, digest, filled, KEY_NAME, LOG, NONCE, PERSON, parseStatementOf, sha256Shape, timeShape } from '../signoff/parse.ts';
import { count, list, object, oneOf, type Shape, string } from '../signoff/shape.ts';
import { type KeyName, NAMES, type SignoffPredicate, type Statement } from '../signoff/statement.ts';
import { parseStrictJson } from '../signoff/strict-json.ts';

export const WORD_KINDS = ['use', 'cancel', 'review'] as const;
export type WordKind = (typeof WORD_KINDS)[number];
export const OUTCOMES = ['justified', 'unjustified', 'tighten'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What all three say. */
interface Common {
  /** `GLASS_SENTENCES`, word for word. */
  readonly statement: string;
  readonly signer: { readonly id: string; readonly credential: KeyName };
  /** The one change it is about; a gate compares repository, ref and both manifests. */
  readonly change: SignoffPredicate['change'];
  readonly log: SignoffPredicate['log'];
  /** 32 lowercase hex digits. */
  readonly nonce: string;
}

export interface UsePredicate extends Common {
  /** Never empty. */
  readonly reason: string;
  readonly incident: string;
  readonly policy: SignoffPredicate['policy'];
  /** The review its signer accepts: seconds after landing, and the level of whoever reviews. */
  readonly review: { readonly withinSeconds: number; readonly level: string };
  /** RFC 3339, UTC. */
  readonly expires: string;
}

export interface CancelPredicate extends Common {
  readonly reason: string;
  /** Digests of the envelopes it takes back. */
  readonly uses: readonly string[];
}

export interface ReviewPredicate extends Common {
  readonly outcome: Outcome;
  readonly note: string;
  /** Digests of the envelopes the landing was allowed by: all of them. */
  readonly uses: readonly string[];
}

export type Word =
  | { readonly kind: 'use'; readonly predicate: UsePredicate }
  | { readonly kind: 'cancel'; readonly predicate: CancelPredicate }
  | { readonly kind: 'review'; readonly predicate: ReviewPredicate };

/** What a human says by signing, in the words a page shows above the button. */
export const GLASS_SENTENCES: { readonly [kind in WordKind]: string } = {
  use: 'This is an emergency: I let this exact change pass without what policy asks for, and I answer for it in the review that follows.',
  cancel: 'I take this break-glass back: it must not let the change pass.',
  review: 'I had no part in this break-glass. I reviewed what it let pass, and this is what I found.',
};

const COMMON = { statement: filled, signer: object({ id: PERSON, credential: KEY_NAME }), change: CHANGE, log: LOG, nonce: NONCE };
// Reasons may be empty here: that is refused with a reason of its own.
export const USE: Shape<UsePredicate> = object({
  ...COMMON,
  reason: string,
  incident: string,
  policy: object({ uri: string, digest, tier: oneOf(...TIERS.values) }),
  review: object({ withinSeconds: count, level: filled }),
  expires: timeShape,
});
export const CANCEL: Shape<CancelPredicate> = object({ ...COMMON, reason: string, uses: list(sha256Shape, 1) });
export const REVIEW: Shape<ReviewPredicate> = object({ ...COMMON, outcome: oneOf(...OUTCOMES), note: string, uses: list(sha256Shape, 1) });

/** Every member is known and typed, and the one subject `change-manifest` agrees. Problems: ST_TYPE. */
export function parseWord(payload: Bytes): Result<Word> {
  const json = parseStrictJson(payload);
  const type = json.ok && typeof json.value === 'object' && json.value !== null && 'predicateType' in json.value ? json.value.predicateType : undefined;
  switch (type) {
    case NAMES.breakGlassCancelPredicate:
      return read(payload, type, CANCEL, (predicate) => ({ kind: 'cancel', predicate }));
    case NAMES.breakGlassReviewPredicate:
      return read(payload, type, REVIEW, (predicate) => ({ kind: 'review', predicate }));
    default:
      return read(payload, NAMES.breakGlassPredicate, USE, (predicate) => ({ kind: 'use', predicate }));
  }
}

function read<P extends Common>(payload: Bytes, type: string, shape: Shape<P>, word: (predicate: P) => Word): Result<Word> {
  const statement = parseStatementOf(payload, type, shape);
  if (!statement.ok) return statement;
  const { subject, predicate } = statement.value;
  const [named, ...more] = subject.filter((s) => s.name === 'change-manifest');
  const agrees = named?.digest.sha256 === predicate.change.manifest.sha256 && more.length === 0;
  return agrees ? ok(word(predicate)) : err(problem('ST_TYPE', 'the statement has no single subject change-manifest that agrees with its predicate'));
}

const TYPES: { readonly [kind in WordKind]: string } = {
  use: NAMES.breakGlassPredicate,
  cancel: NAMES.breakGlassCancelPredicate,
  review: NAMES.breakGlassReviewPredicate,
};

interface CommonInput {
  readonly change: SignedChange;
  readonly person: PersonId;
  /** base64url credential id for passkeys, the key's fingerprint for SSH keys; empty where any of several may answer. */
  readonly credential: KeyName;
  readonly seen: SignoffPredicate['log']['seen'];
  /** 32 lowercase hex digits from the caller's randomness. */
  readonly nonce: string;
}

/** What one kind says beside the rest. */
export type Said =
  | ({ readonly kind: 'use' } & Pick<UsePredicate, 'reason' | 'incident' | 'policy' | 'review' | 'expires'>)
  | ({ readonly kind: 'cancel' } & Pick<CancelPredicate, 'reason' | 'uses'>)
  | ({ readonly kind: 'review' } & Pick<ReviewPredicate, 'outcome' | 'note' | 'uses'>);

/** Serialise with `statementBytes`, once: member order is fixed here. */
export function wordStatement({ kind, ...said }: Said, { change, person, credential, seen, nonce }: CommonInput): Statement<Word['predicate']> {
  const common: Common = {
    statement: GLASS_SENTENCES[kind],
    signer: { id: personUrn(person), credential: { id: credential.id, type: credential.type } },
    change: changeOf(change),
    log: { seen },
    nonce,
  };
  return {
    _type: NAMES.statementType,
    subject: [
      { name: 'change-manifest', digest: { sha256: change.manifest } },
      { name: 'head', digest: { gitCommit: change.head } },
    ],
    predicateType: TYPES[kind],
    predicate: { ...said, ...common },
  };
}
