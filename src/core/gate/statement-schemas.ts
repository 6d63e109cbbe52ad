/**
 * JSON Schemas of everything people sign, and of the bodies of log entries by which a verifier computes something again, made of the very shapes by which they are read. Each format has a versioned folder under
 * docs/spec, beside its page. A schema says what a member looks like; what has to agree with what, the page says and the verifier checks.
 */
import { CARRY } from '../signoff/carry.ts';
import { PREDICATE as ENROLMENT } from '../signoff/enrolment.ts';
import { GENESIS } from '../signoff/genesis.ts';
import { OWNERSHIP } from '../signoff/ownership.ts';
import { CHANGE_SUBJECT, SIGNOFF_STATEMENT, statementShape } from '../signoff/parse.ts';
import { ERASURE, REVOCATION, ROSTER } from '../signoff/roster-word.ts';
import type { JsonSchema, Shape } from '../signoff/shape.ts';
import { NAMES } from '../signoff/statement.ts';
import { CANCEL, REVIEW, USE } from './break-glass-words.ts';

interface Published {
  readonly predicateType: string;
  readonly title: string;
  /** Of the whole statement. */
  readonly statement: Shape<unknown>;
}

const plain = (predicateType: string, title: string, predicate: Shape<unknown>): Published => ({ predicateType, title, statement: statementShape(predicateType, predicate) });

const PUBLISHED: readonly Published[] = [
  { predicateType: NAMES.predicate, title: 'Sign-off', statement: SIGNOFF_STATEMENT },
  { predicateType: NAMES.ownershipPredicate, title: 'Ownership statement', statement: statementShape(NAMES.ownershipPredicate, OWNERSHIP, CHANGE_SUBJECT) },
  plain(NAMES.enrolmentPredicate, 'Enrolment of a key', ENROLMENT),
  plain(NAMES.breakGlassPredicate, 'Break-glass', USE),
  plain(NAMES.breakGlassCancelPredicate, 'Taking a break-glass back', CANCEL),
  plain(NAMES.breakGlassReviewPredicate, 'Review of a break-glass', REVIEW),
  plain(NAMES.rosterPredicate, 'Word on a person', ROSTER),
  plain(NAMES.revocationPredicate, 'Revocation', REVOCATION),
  plain(NAMES.erasurePredicate, 'Erasure', ERASURE),
];

export interface StatementSchema {
  /** `human-signoff/v1`: its folder under docs/spec, and the end of its predicate type. */
  readonly folder: string;
  readonly predicateType: string;
  /** Undefined where a shape does not say what it accepts. */
  readonly schema: JsonSchema | undefined;
}

const ATTESTATIONS = `https://${NAMES.domain}/attestation/`;

export const statementSchemas: readonly StatementSchema[] = PUBLISHED.map(({ predicateType, title, statement: { schema } }) => {
  const folder = predicateType.slice(ATTESTATIONS.length);
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `https://${NAMES.domain}/schema/${folder}`, title: `${title}: in-toto statement` };
  return { folder, predicateType, schema: schema && { ...head, ...schema } };
});

/** Bodies beside the log that are no statements. */
export const bodySchemas: readonly Omit<StatementSchema, 'predicateType'>[] = [
  { folder: 'genesis/v1', title: 'Genesis: the body of entry 0', ...GENESIS },
  { folder: 'carry/v1', title: 'Carry: the body of an entry of that type', ...CARRY },
].map(({ folder, title, schema }) => {
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `https://${NAMES.domain}/schema/${folder}`, title };
  return { folder, schema: schema && { ...head, ...schema } };
});
