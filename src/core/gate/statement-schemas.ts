/**
 * JSON Schemas of everything people sign, and of the bodies of log entries by which a verifier computes something again, made of the very shapes by which they are read. Each format has a versioned folder under
 * docs/spec, beside its page. A schema says what a member looks like; what has to agree with what, the page says and the verifier checks.
 */
import { CARRY } from '../signoff/carry.ts';
import { PREDICATE as ENROLMENT } from '../signoff/enrolment.ts';
import { GENESIS } from '../signoff/genesis.ts';
import { OWNERSHIP } from '../signoff/ownership.ts';
import { SIGNOFF, statementShape } from '../signoff/parse.ts';
import { ERASURE, REVOCATION, ROSTER } from '../signoff/roster-word.ts';
import type { JsonSchema, Shape } from '../signoff/shape.ts';
import { NAMES } from '../signoff/statement.ts';
import { CANCEL, REVIEW, USE } from './break-glass-words.ts';

interface Published {
  readonly predicateType: string;
  readonly title: string;
  readonly predicate: Shape<unknown>;
}

const PUBLISHED: readonly Published[] = [
  { predicateType: NAMES.predicate, title: 'Sign-off', predicate: SIGNOFF },
  { predicateType: NAMES.ownershipPredicate, title: 'Ownership statement', predicate: OWNERSHIP },
  { predicateType: NAMES.enrolmentPredicate, title: 'Enrolment of a key', predicate: ENROLMENT },
  { predicateType: NAMES.breakGlassPredicate, title: 'Break-glass', predicate: USE },
  { predicateType: NAMES.breakGlassCancelPredicate, title: 'Taking a break-glass back', predicate: CANCEL },
  { predicateType: NAMES.breakGlassReviewPredicate, title: 'Review of a break-glass', predicate: REVIEW },
  { predicateType: NAMES.rosterPredicate, title: 'Word on a person', predicate: ROSTER },
  { predicateType: NAMES.revocationPredicate, title: 'Revocation', predicate: REVOCATION },
  { predicateType: NAMES.erasurePredicate, title: 'Erasure', predicate: ERASURE },
];

export interface StatementSchema {
  /** `human-signoff/v1`: its folder under docs/spec, and the end of its predicate type. */
  readonly folder: string;
  readonly predicateType: string;
  /** Undefined where a shape does not say what it accepts. */
  readonly schema: JsonSchema | undefined;
}

const ATTESTATIONS = `https://${NAMES.domain}/attestation/`;

export const statementSchemas: readonly StatementSchema[] = PUBLISHED.map(({ predicateType, title, predicate }) => {
  const { schema } = statementShape(predicateType, predicate);
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
