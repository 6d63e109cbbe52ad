/** Pipelines, base against head: trust given to outsiders, rights gained, checks and approvals lost (CI101 to CI106). */
import type { FileEvidence } from '../evidence.ts';
import type { Saying } from '../finding.ts';
import { rule } from '../finding.ts';
import { kindsOf } from '../kinds.ts';
import type { NewLine } from '../lines.ts';
import { goneLines, newLines, textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { checksOutHead, injects } from './expressions.ts';

const CI101 = rule('CI101', 'untrusted-checkout', 'critical', 'heuristic', ['the job runs without secrets, on pull_request']);
const CI102 = rule('CI102', 'permissions-up', 'high', 'heuristic', ['the permissions are the least the job needs']);
const CI103 = rule('CI103', 'expression-injection', 'critical', 'heuristic', ['the value is passed through an environment variable']);
const CI104 = rule('CI104', 'unpinned', 'elevated', 'heuristic', ['the action is pinned by its full commit id']);
const CI105 = rule('CI105', 'check-gone', 'critical', 'heuristic', ['another check asks for the same']);
const CI106 = rule('CI106', 'approval-gone', 'critical', 'heuristic', ['the deployment still waits for a person']);

type Row = readonly [make: (s: Saying) => Finding, test: (text: string) => boolean, why: string];
const row = (make: Row[0], pattern: RegExp, why: string): Row => [make, (text) => pattern.test(text), why];

const ADDED: readonly Row[] = [
  row(CI102, /^permissions:\s*write-all|^(?:-\s*)?(?:id-token|contents|packages|actions|deployments|administration):\s*write\b/, 'gains rights'),
  [CI103, injects, 'puts text that outsiders write into a command'],
  row(CI104, /^(?:-\s*)?uses:\s*["']?(?!\.|docker:\/\/\S+@sha256:)[\w.-]+\/[^@\s"']+(?:@(?![0-9a-f]{40}\b)|\s|["']|$)/, 'runs an action that can change under it'),
  row(CI105, /^(?:-\s*)?(?:continue-on-error:\s*true|if:\s*(?:false|\$\{\{\s*false\s*\}\})|allow_failure:\s*true)\b|\|\|\s*true\s*$/, 'lets a check fail without consequence'),
];

const GONE: readonly Row[] = [
  row(CI106, /^(?:environment:|when:\s*manual\b|apply_requirements:|required_reviewers\b)/, 'no longer waits for an approval'),
  row(
    CI105,
    /\b(?:npm (?:run )?test|yarn test|pnpm test|pytest|go test|cargo test|mvn (?:test|verify)|gradle (?:test|check)|make (?:test|check|lint)|terraform (?:plan|validate)|tflint|checkov|conftest|countersign)\b/,
    'no longer runs a check',
  ),
];

export const workflows: Detector = { id: 'workflows', detect: ({ files }) => files.filter((f) => kindsOf(f.path).includes('workflow')).flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  const added = matching(ADDED, newLines(file)).map(({ line, text, make, why }) =>
    make({ place: { path: file.path, side: 'head', line }, because: [['line', text]], what: `${file.path} ${why}` }),
  );
  const lost = matching(GONE, goneLines(file)).map(({ line, text, make, why }) =>
    make({ place: { path: file.path, side: 'base', line }, because: [['line that went', text]], what: `${file.path} ${why}` }),
  );
  return [...untrusted(file), ...added, ...lost];
}

interface Match extends NewLine {
  readonly make: Row[0];
  readonly why: string;
}

/** Lines are read in full: every pattern here is linear, so that an outsider's long line costs no more than its length. */
const matching = (rows: readonly Row[], lines: readonly NewLine[]): readonly Match[] =>
  lines.flatMap((l) => rows.filter(([, test]) => !l.text.startsWith('#') && test(l.text)).map(([make, , why]) => ({ ...l, make, why })));

function untrusted(file: FileEvidence): readonly Finding[] {
  const risky = (text: string): boolean => /\bpull_request_target\b|\bworkflow_run\b/.test(text) && checksOutHead(text);
  if (!risky(textOf(file.head)) || risky(textOf(file.base))) return [];
  return [CI101({ place: { path: file.path, side: 'head' }, what: `${file.path} runs what outsiders propose with the rights of this repository` })];
}
