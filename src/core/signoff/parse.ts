/** Reading a sign-off statement from the bytes a signature was verified over. Every member is known and typed, or it is refused. */
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { PROVENANCE_LEVELS } from '../provenance/provenance.ts';
import { TIERS } from '../risk/risk.ts';
import { boolean, count, described, list, matching, nullable, object, oneOf, type Shape, shaped, string, tuple } from './shape.ts';
import { type Credential, NAMES, type SignoffPredicate, type Stage, type Statement } from './statement.ts';
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
export const KEY_NAME = object({ id: string, type: oneOf('webauthn', 'sk-ssh', 'demo') });
const PASSKEY = object({ id: string, type: oneOf('webauthn', 'demo'), rpId: filled, aaguid: nullable(filled), uv: boolean, backupEligible: nullable(boolean) });
const SECURITY_KEY = object({ id: string, type: oneOf('sk-ssh'), application: nullable(filled), uv: boolean });
/** What is said of the key: of a passkey other things than of a security key of ssh. */
export const CREDENTIAL: Shape<Credential> = described(
  (value, place, bad): Credential | undefined => {
    const isSsh = typeof value === 'object' && value !== null && 'type' in value && value.type === 'sk-ssh';
    return isSsh ? SECURITY_KEY(value, place, bad) : PASSKEY(value, place, bad);
  },
  { oneOf: [PASSKEY.schema, SECURITY_KEY.schema] },
);
export const LOG = object({ seen: object({ origin: string, size: count, root: string }) });
const BEHIND = matching(/^urn:(?:person|agent):[a-z0-9._-]+$/, 'a person or an agent');
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
  intent: nullable(digest),
  separation: object({ excluded: list(string) }),
  provenance: object({ level: oneOf(...PROVENANCE_LEVELS.values), tools: list(string), authors: list(BEHIND), sessions: list(digest) }),
  policy: object({ uri: string, digest, tier: oneOf(...TIERS.values) }),
  presented: object({ sha256: sha256Shape, context: list(object({ type: oneOf('incident', 'invariant', 'postmortem', 'system'), id: filled })) }),
  answers: list(object({ question: string, answer: string })),
  dispositions: list(object({ finding: filled, disposition: oneOf('accepted', 'mitigated', 'mistaken'), note: string })),
  assumptions: ASSUMPTIONS,
  notChecked: string,
  review: object({ openedAt: timeShape, signedAt: timeShape, activeSeconds: count, filesViewed: count, filesTotal: count }),
  log: LOG,
  nonce: NONCE,
  expires: timeShape,
});

const subjectOf = <N extends string>(name: Shape<N>, digests: Shape<Statement['subject'][number]['digest']>) => object({ name, digest: digests });
/** Of every statement about one change. */
export const CHANGE_SUBJECT: Shape<Statement['subject']> = tuple(subjectOf(oneOf('change-manifest'), digest), subjectOf(oneOf('head'), object({ gitCommit: oid })));
/** Each stage has its own subject, and one statement is of one stage: a mixture would be taken for either, by whoever looks at digests alone. */
const SUBJECTS: { readonly [stage in Stage]: Shape<Statement['subject']> } = {
  intent: tuple(subjectOf(oneOf('intent-document'), digest)),
  implementation: CHANGE_SUBJECT,
  deploy: tuple(subjectOf(oneOf('plan', 'artefact'), digest)),
};

/** What a statement of this predicate looks like, envelope aside. */
export const statementShape = <P>(predicateType: string, predicate: Shape<P>, subjects: Shape<Statement['subject']> = list(subject, 1)): Shape<Statement<P>> =>
  object({ _type: oneOf(NAMES.statementType), subject: subjects, predicateType: oneOf(predicateType), predicate });

/** A sign-off, and that its subject is the one of its stage. */
export const SIGNOFF_STATEMENT: Shape<Statement> = staged(statementShape(NAMES.predicate, SIGNOFF));

/** Problems: ST_TYPE, naming every member that is wrong. */
export function parseStatement(payload: Bytes): Result<Statement> {
  return parseStatementAs(payload, NAMES.predicate, SIGNOFF_STATEMENT);
}

/** A statement of any predicate of ours. Problems: ST_TYPE. */
export function parseStatementOf<P>(payload: Bytes, predicateType: string, predicate: Shape<P>, subjects?: Shape<Statement['subject']>): Result<Statement<P>> {
  return parseStatementAs(payload, predicateType, statementShape(predicateType, predicate, subjects));
}

function parseStatementAs<P>(payload: Bytes, predicateType: string, shape: Shape<Statement<P>>): Result<Statement<P>> {
  const json = parseStrictJson(payload);
  if (!json.ok) return err(problem('ST_TYPE', `the statement cannot be read: ${json.error}`));
  const statement = shaped(shape, json.value);
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

function staged(any: Shape<Statement>): Shape<Statement> {
  const stages = Object.entries(SUBJECTS).map(([stage, subjects]) => ({
    properties: { subject: subjects.schema, predicate: { properties: { stage: { const: stage }, ...(stage === 'intent' ? { intent: digest.schema } : {}) } } },
  }));
  return described(
    (value, place, bad) => {
      const faults: [place: string, why: string][] = [];
      const statement = any(value, place, (...fault) => faults.push(fault));
      for (const fault of faults) bad(...fault);
      if (statement === undefined || faults.length > 0) return undefined;
      const { subject: said, predicate } = statement;
      SUBJECTS[predicate.stage](JSON.parse(JSON.stringify(said)), `${place}.subject`, bad);
      if (predicate.stage === 'intent' && predicate.intent === null) bad(`${place}.predicate.intent`, 'is missing: the intent is what this stage is about');
      return statement;
    },
    any.schema && { ...any.schema, oneOf: stages },
  );
}
