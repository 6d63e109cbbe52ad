/** Pipelines that are no tree known here (Jenkins, CircleCI, Azure, Travis, what does not parse): patterns of lines. */
import type { FileEvidence } from '../evidence.ts';
import type { NewLine } from '../lines.ts';
import { goneLines, linesOf, newLines } from '../lines.ts';
import type { Finding } from '../risk.ts';
import { injects } from './expressions.ts';
import { CI105, CI106 } from './gates.ts';
import { CI102 } from './rights.ts';
import { CI103 } from './trust.ts';

type Row = readonly [make: typeof CI105, test: (text: string) => boolean, why: string];

const ADDED: readonly Row[] = [
  [CI102, (t) => /^permissions:\s*write-all|^(?:-\s*)?(?:id-token|contents|packages|actions|deployments|administration):\s*write\b/.test(t), 'gains rights'],
  [CI103, injects, 'puts text that outsiders write into a command'],
  [
    CI105,
    (t) => /^(?:-\s*)?(?:continue-on-error:\s*true|continueOnError:\s*true|if:\s*(?:false|\$\{\{\s*false\s*\}\})|allow_failure:\s*true|catchError\b)|\|\|\s*true\s*$/.test(t),
    'lets a check fail without consequence',
  ],
];

const CHECK =
  /\b(?:npm (?:run )?test|yarn test|pnpm test|pytest|go test|cargo test|mvn (?:test|verify)|gradle (?:test|check)|make (?:test|check|lint)|terraform (?:plan|validate)|tflint|checkov|conftest|countersign)\b/;
const GONE: readonly Row[] = [
  [
    CI106,
    (t) => /^(?:environment:|when:\s*manual\b|apply_requirements:|required_reviewers\b|input\s*(?:\(|message)|- hold\b|type:\s*approval)/.test(t),
    'no longer waits for an approval',
  ],
  [CI105, (t) => CHECK.test(t), 'no longer runs a check'],
];

export function textRules(file: FileEvidence): readonly Finding[] {
  const still = new Set(linesOf(file.head).flatMap((l) => CHECK.exec(l.text)?.[0] ?? []));
  const lost = goneLines(file).filter((l) => !still.has(CHECK.exec(l.text)?.[0] ?? ''));
  return [...said(file, 'head', newLines(file), ADDED), ...said(file, 'base', lost, GONE)];
}

/** Lines are read in full: every pattern here is linear, so that an outsider's long line costs no more than its length. */
const said = (file: FileEvidence, side: 'base' | 'head', lines: readonly NewLine[], rows: readonly Row[]): readonly Finding[] =>
  lines.flatMap(({ line, text }) =>
    rows
      .filter(([, test]) => !text.startsWith('#') && !text.startsWith('//') && test(text))
      .map(([make, , why]) =>
        make({ place: { path: file.path, side, line }, because: [[side === 'head' ? 'line' : 'line that went', text]], what: `${file.path} ${why}`, confidence: 'heuristic' }),
      ),
  );
