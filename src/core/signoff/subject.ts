/**
 * What a statement is about, held against what is at hand. The parser refuses a subject of another stage; here the digests have to
 * agree with the predicate, and with the change, the intent document, the plan or artefact that the verifier knows.
 */
import { type Problem, problem } from '../base/result.ts';
import type { DeploySubject } from './build.ts';
import type { SignoffPredicate, Statement } from './statement.ts';

export interface ContentExpectation {
  readonly manifest: string;
  readonly manifest256: string;
}

export interface SubjectExpectation extends ContentExpectation {
  /** Lowercase hex SHA-256 of the document that the change implements; null: policy knows none. Absent only where the verifier cannot know. */
  readonly intent?: string | null;
  /** What is about to be deployed. Absent: nothing is, so no statement of stage `deploy` holds. */
  readonly deploys?: DeploySubject;
}

/** Problems: ST_TYPE, CONTENT_MISMATCH. */
export function checkSubject(statement: Statement, expect: SubjectExpectation): readonly Problem[] {
  const intent = checkIntent(statement.predicate, expect);
  switch (statement.predicate.stage) {
    case 'implementation':
      return [...checkContent(statement, expect), ...intent];
    case 'deploy':
      return [...checkDeploys(statement, expect), ...sameContent(statement.predicate, expect), ...intent];
    case 'intent':
      // Nothing was built yet: the document is all there is to agree to, and a change built of it names the document.
      return [...checkDocument(statement, expect), ...intent];
  }
}

/** The content signed is the content at hand; the subject is taken by name, exactly one of each. Problems: ST_TYPE, CONTENT_MISMATCH. */
export function checkContent(statement: Statement<Pick<SignoffPredicate, 'change'>>, expect: ContentExpectation): readonly Problem[] {
  const { manifest, head } = statement.predicate.change;
  const agrees = named(statement, 'change-manifest')?.sha256 === manifest.sha256;
  const stands = named(statement, 'head')?.gitCommit === head.gitCommit;
  return [
    ...(agrees ? [] : [problem('ST_TYPE', 'the statement has no single subject change-manifest that agrees with its predicate')]),
    ...(stands ? [] : [problem('ST_TYPE', 'the statement has no single subject head that agrees with its predicate')]),
    ...sameContent(statement.predicate, expect),
  ];
}

function sameContent({ change: { manifest, manifest256 } }: Pick<SignoffPredicate, 'change'>, expect: ContentExpectation): readonly Problem[] {
  if (manifest.sha256 !== expect.manifest) return [problem('CONTENT_MISMATCH', `signed manifest ${manifest.sha256}, and this change is ${expect.manifest}`)];
  return manifest256.sha256 === expect.manifest256 ? [] : [problem('CONTENT_MISMATCH', 'the object ids agree, and the contents behind them do not')];
}

function checkDocument(statement: Statement, { intent }: SubjectExpectation): readonly Problem[] {
  const document = named(statement, 'intent-document')?.sha256;
  const agrees = document !== undefined && document === statement.predicate.intent?.sha256;
  const unknown = intent === undefined ? [problem('CONTENT_MISMATCH', `signed intent ${document}, and nothing here says which document that is`)] : [];
  return [...(agrees ? [] : [problem('ST_TYPE', 'the statement has no single subject intent-document that agrees with its predicate')]), ...unknown];
}

function checkDeploys(statement: Statement, { deploys }: SubjectExpectation): readonly Problem[] {
  const [said, ...more] = statement.subject;
  const holds = deploys !== undefined && more.length === 0 && said?.name === deploys.name && said.digest.sha256 === deploys.sha256;
  const here = deploys === undefined ? 'nothing here is deployed' : `this is the ${deploys.name} ${deploys.sha256}`;
  return holds ? [] : [problem('CONTENT_MISMATCH', `signed the ${said?.name} ${said?.digest.sha256}, and ${here}`)];
}

function checkIntent({ intent }: SignoffPredicate, { intent: known }: SubjectExpectation): readonly Problem[] {
  const said = intent?.sha256 ?? null;
  if (known === undefined || known === said) return [];
  return [problem('CONTENT_MISMATCH', `signed for ${said === null ? 'no intent' : `intent ${said}`}, and this change is of ${known === null ? 'none' : known}`)];
}

/** The one subject of this name; undefined where there is none, or more. */
function named({ subject }: Pick<Statement, 'subject'>, name: string): Readonly<Record<string, string>> | undefined {
  const [one, ...more] = subject.filter((s) => s.name === name);
  return more.length === 0 ? one?.digest : undefined;
}
