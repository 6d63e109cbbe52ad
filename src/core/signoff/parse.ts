/** Reading a sign-off statement from the bytes a signature was verified over. Every member is known and typed, or it is refused. */
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { PROVENANCE_LEVELS } from '../provenance/provenance.ts';
import { TIERS } from '../risk/risk.ts';
import { count, described, list, matching, nullable, object, oneOf, type Shape, shaped, string } from './shape.ts';
import { NAMES, type SignoffPredicate, type Statement } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';

export const sha256Shape = matching(/^[0-9a-f]{64}$/, 'a SHA-256 in lowercase hex');
const oid = matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a git object id');
const TIME = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/, 'a time in UTC');
/** RFC 3339 in UTC: the only form, so that times compare as what they are. */
export const timeShape: Shape<string> = described((value, place, bad) => {
  const form = TIME(value, place, bad);
  if (form !== undefined && Number.isNaN(Date.parse(form))) bad(place, 'is not a time that exists');
  return form;
}, TIME.schema);
export const digest = object({ sha256: sha256Shape });
const commit = nullable(object({ gitCommit: oid }));
const subject = object({ name: string, digest: anyDigest() });
export const filled = matching(/\S/, 'filled in');

/** Members that statements of every kind share. */
export const PERSON = matching(/^urn:person:[a-z0-9._-]+$/, 'a person');
export const CREDENTIAL = object({ id: string, type: oneOf('webauthn', 'sk-ssh', 'demo') });
export const LOG = object({ seen: object({ origin: string, size: count, root: string }) });
export const NONCE = matching(/^[0-9a-f]{32}$/, '32 lowercase hex digits');
export const ASSUMPTIONS = list(object({ text: string, holds: oneOf('true', 'false', 'unknown') }));
export const CHANGE: Shape<SignoffPredicate['change']> = object({
  repo: filled,
  targetRef: matching(/^refs\/\S+$/, 'a full ref name'),
  base: commit,
  mergeBase: commit,
  head: object({ gitCommit: oid, gitTree: oid }),
  manifest: object({ alg: matching(/^git-diff-tree-raw-z\/sha256(?:;object-format=sha256)?$/, 'a manifest algorithm'), sha256: sha256Shape }),
  manifest256: digest,
});

export const SIGNOFF: Shape<SignoffPredicate> = object({
  decision: oneOf('approve', 'approve_with_conditions', 'changes', 'cannot_judge'),
  stage: oneOf('intent', 'implementation', 'deploy'),
  conditions: list(filled),
  statement: filled,
  signer: object({
    id: PERSON,
    qualification: object({ level: filled, domains: list(filled), roster: digest }),
    credential: CREDENTIAL,
  }),
  change: CHANGE,
  separation: object({ excluded: list(string) }),
  provenance: object({ level: oneOf(...PROVENANCE_LEVELS.values), tools: list(string) }),
  policy: object({ uri: string, digest, tier: oneOf(...TIERS.values) }),
  presented: digest,
  answers: list(object({ question: string, answer: string })),
  dispositions: list(object({ finding: filled, disposition: oneOf('accepted', 'mitigated', 'mistaken'), note: string })),
  assumptions: ASSUMPTIONS,
  notChecked: string,
  review: object({ openedAt: timeShape, signedAt: timeShape, activeSeconds: count, filesViewed: count, filesTotal: count }),
  log: LOG,
  nonce: NONCE,
  expires: timeShape,
});

/** Problems: ST_TYPE, naming every member that is wrong. */
export function parseStatement(payload: Bytes): Result<Statement> {
  return parseStatementOf(payload, NAMES.predicate, SIGNOFF);
}

/** What a statement of this predicate looks like, envelope aside. */
export const statementShape = <P>(predicateType: string, predicate: Shape<P>) =>
  object({ _type: oneOf(NAMES.statementType), subject: list(subject, 1), predicateType: oneOf(predicateType), predicate });

/** A statement of any predicate of ours. Problems: ST_TYPE. */
export function parseStatementOf<P>(payload: Bytes, predicateType: string, predicate: Shape<P>): Result<Statement<P>> {
  const json = parseStrictJson(payload);
  if (!json.ok) return err(problem('ST_TYPE', `the statement cannot be read: ${json.error}`));
  const statement = shaped(statementShape(predicateType, predicate), json.value);
  return statement.ok ? ok(statement.value) : err(problem('ST_TYPE', `the statement is not a ${predicateType}: ${statement.error.join(', ')}`));
}

/** Exactly one algorithm: where any digest of a set may match, a weak one beside a strong one decides. */
function anyDigest(): Shape<Readonly<Record<string, string>>> {
  const either = { sha256: object({ sha256: sha256Shape }), gitCommit: object({ gitCommit: oid }) };
  return described(
    (value, place, bad): Readonly<Record<string, string>> | undefined => {
      const isGit = typeof value === 'object' && value !== null && Object.hasOwn(value, 'gitCommit');
      return isGit ? either.gitCommit(value, place, bad) : either.sha256(value, place, bad);
    },
    { oneOf: [either.sha256.schema, either.gitCommit.schema] },
  );
}
