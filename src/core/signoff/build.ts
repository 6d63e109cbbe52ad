/**
 * Building a sign-off statement from the decision that asks for it and the words of the person who signs. Member order is
 * fixed by the code below; the bytes are made once by `statementBytes`, signed, and from then on only those bytes travel.
 */
import { utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import type { Oid } from '../change/change.ts';
import type { Decision } from '../policy/decision.ts';
import type { PersonId } from '../roster/roster.ts';
import { type Assumption, type Disposition, NAMES, type SignoffDecision, type SignoffPredicate, type Stage, type Statement } from './statement.ts';

/** What a human accepts by signing, in the words a page shows above the button. */
export const ACCEPTANCE = 'I reviewed this exact change and accept accountability for it reaching production.';

/** What the person said. */
export interface SignerWords {
  readonly decision: SignoffDecision;
  readonly conditions: readonly string[];
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
  readonly dispositions: readonly Disposition[];
  readonly assumptions: readonly Assumption[];
  readonly notChecked: string;
  readonly review: Omit<SignoffPredicate['review'], 'signedAt'>;
  /** Lowercase hex SHA-256 of exactly what was shown. */
  readonly presented: string;
}

export interface SignoffInput {
  /** What policy asks: gives change, exclusions, provenance, policy digest and tier. */
  readonly decision: Decision;
  /** `implementation` where absent. */
  readonly stage?: Stage;
  readonly answers: SignerWords;
  readonly signer: { readonly id: PersonId; readonly level: string; readonly domains: readonly string[] };
  readonly credential: SignoffPredicate['signer']['credential'];
  readonly rosterDigest: string;
  readonly policyUri: string;
  readonly seen: SignoffPredicate['log']['seen'];
  /** 32 lowercase hex digits from the caller's randomness. */
  readonly nonce: string;
  /** RFC 3339, UTC. */
  readonly signedAt: string;
  readonly expires: string;
}

/** A person as statements and allowed_signers name one. */
export const personUrn = (person: PersonId): string => `urn:person:${person}`;

/** The inverse of `personUrn`; undefined for anything else. */
export const personOf = (urn: string): PersonId | undefined => /^urn:person:([a-z0-9._-]+)$/.exec(urn)?.[1];

export function signoffStatement(input: SignoffInput): Statement {
  const { change } = input.decision;
  return {
    _type: NAMES.statementType,
    subject: [
      { name: 'change-manifest', digest: { sha256: change.manifest } },
      { name: 'head', digest: { gitCommit: change.head } },
    ],
    predicateType: NAMES.predicate,
    predicate: {
      decision: input.answers.decision,
      stage: input.stage ?? 'implementation',
      conditions: [...input.answers.conditions],
      statement: ACCEPTANCE,
      signer: signerOf(input),
      change: changeOf(change),
      ...contextOf(input),
      ...wordsOf(input),
      nonce: input.nonce,
      expires: input.expires,
    },
  };
}

/** The bytes to sign. Call once for a statement: two serialisations are two statements. */
export const statementBytes = (statement: Statement<unknown>): Bytes => utf8(JSON.stringify(statement));

const commit = (id: Oid | null): { gitCommit: string } | null => (id === null ? null : { gitCommit: id });

const signerOf = ({ signer, credential, rosterDigest }: SignoffInput): SignoffPredicate['signer'] => ({
  id: personUrn(signer.id),
  qualification: { level: signer.level, domains: [...signer.domains], roster: { sha256: rosterDigest } },
  credential: { id: credential.id, type: credential.type },
});

const changeOf = (change: Decision['change']): SignoffPredicate['change'] => ({
  repo: change.repo,
  targetRef: change.targetRef,
  base: commit(change.base),
  mergeBase: commit(change.mergeBase),
  head: { gitCommit: change.head, gitTree: change.headTree },
  manifest: { alg: change.alg, sha256: change.manifest },
  manifest256: { sha256: change.manifest256 },
});

const contextOf = ({ decision, policyUri, answers }: SignoffInput): Pick<SignoffPredicate, 'separation' | 'provenance' | 'policy' | 'presented'> => ({
  separation: { excluded: decision.excluded.map((e) => personUrn(e.person)).sort() },
  provenance: { level: decision.provenance.level, tools: [...new Set(decision.provenance.evidence.map((e) => e.tool))].sort() },
  policy: { uri: policyUri, digest: { sha256: decision.policyDigest }, tier: decision.tier },
  presented: { sha256: answers.presented },
});

function wordsOf({ answers, signedAt, seen }: SignoffInput): Pick<SignoffPredicate, 'answers' | 'dispositions' | 'assumptions' | 'notChecked' | 'review' | 'log'> {
  const { openedAt, activeSeconds, filesViewed, filesTotal } = answers.review;
  return {
    answers: answers.answers.map(({ question, answer }) => ({ question, answer })),
    dispositions: answers.dispositions.map(({ finding, disposition, note }) => ({ finding, disposition, note })),
    assumptions: answers.assumptions.map(({ text, holds }) => ({ text, holds })),
    notChecked: answers.notChecked,
    review: { openedAt, signedAt, activeSeconds, filesViewed, filesTotal },
    log: { seen: { origin: seen.origin, size: seen.size, root: seen.root } },
  };
}
