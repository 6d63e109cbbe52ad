/** META003: somebody tells a checker to look away. None of these words silences a rule of ours. */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { NewLine } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { isProse } from './files.ts';
import { newRaw, rawLines } from './raw-lines.ts';

const META003 = rule('META003', 'suppression-added', 'elevated', 'exact', ['the reason is written beside it', 'the thing it hides is mended instead']);

/** As each tool reads its own word. */
const WORDS: readonly (readonly [tool: string, RegExp])[] = [
  ['squawk', /\bsquawk-ignore(?:-file)?\b/],
  ['eugene', /\beugene:\s*ignore\b/],
  ['checkov', /\bcheckov:skip=/],
  ['tfsec', /\btfsec:ignore:/],
  ['trivy', /\btrivy:ignore:/],
  ['terrascan', /\bts:skip=/],
  ['tflint', /\btflint-ignore:/],
  ['atlas', /\batlas:nolint\b/],
  ['strong_migrations', /\bsafety_assured\b/],
  ['gosec, bandit', /(?:#|\/\/|\/\*)\s*(?:#\s*)?nosec\b/],
  ['sonar', /\bNOSONAR\b/],
  ['clang-tidy, golangci-lint', /\bNOLINT(?:NEXTLINE|BEGIN)?\b|\/\/\s*nolint\b/],
  ['eslint', /\beslint-disable\b/],
  ['oxlint', /\boxlint-disable\b/],
  ['biome', /\bbiome-ignore\b/],
  ['flake8, ruff', /#\s*(?:ruff:\s*|flake8:\s*)?noqa\b/],
  ['mypy, pyright', /#\s*type:\s*ignore\b|#\s*pyright:\s*ignore\b/],
  ['typescript', /@ts-(?:ignore|nocheck|expect-error)\b/],
  ['rubocop', /#\s*rubocop:(?:disable|todo)\b/],
  ['pylint', /#\s*pylint:\s*disable/],
  ['phpstan, psalm', /@phpstan-ignore|@psalm-suppress/],
  ['semgrep', /\bnosemgrep\b/],
  ['kics, hadolint, shellcheck', /\b(?:kics-scan\s+(?:ignore|disable)|hadolint\s+ignore=|shellcheck\s+disable=)/],
  ['kube-linter', /\bignore-check\.kube-linter\.io\//],
  ['zizmor', /#\s*zizmor:\s*ignore\[/],
  ['gitleaks', /\bgitleaks:allow\b/],
  ['java', /@SuppressWarnings\b|@SuppressFBWarnings\b/],
  ['rust', /#!?\[allow\(clippy::/],
];
/** One look that spares the others: most lines hold none of it. */
const ANY = new RegExp(WORDS.map(([, word]) => word.source).join('|'));

export const suppressions: Detector = { id: 'suppressions', detect: ({ files }) => files.filter((f) => !isProse(f.path)).flatMap(ofFile) };

/** A line that moves, or is edited around the word, adds none: words are counted. */
function ofFile(file: FileEvidence): readonly Finding[] {
  const fresh = newRaw(file).filter((l) => ANY.test(l.text));
  if (fresh.length === 0) return [];
  return WORDS.flatMap(([tool, word]) => {
    const lines = fresh.filter((l) => word.test(l.text));
    const more = lines.length === 0 ? 0 : count(rawLines(file.head), word) - count(rawLines(file.base), word);
    return more > 0 ? lines.slice(-more).map((l) => say(file.path, tool, l)) : [];
  });
}

const count = (lines: readonly NewLine[], word: RegExp): number => lines.filter((l) => word.test(l.text)).length;

const say = (path: string, tool: string, { line, text }: NewLine): Finding =>
  META003({ place: { path, side: 'head', line, object: tool }, because: [['line', text.trim()]], what: `line ${line} of ${path} tells ${tool} to look away` });

/** Lines on which a suppression speaks of what stands there. */
const NEAR = 5;

/** Beside something dangerous it is more: what looked away would have looked at that. */
export function raiseSuppressions(findings: readonly Finding[]): readonly Finding[] {
  const lines = new Map<string, Map<number, string>>();
  for (const { rule, severity, place } of findings) {
    if (rule === 'META003' || severity === 'routine' || place.side !== 'head' || place.line === undefined) continue;
    const known = lines.get(place.path) ?? new Map<number, string>();
    lines.set(place.path, known.set(place.line, rule));
  }
  return findings.map((f) => {
    const at = f.place.line ?? 0;
    const near = f.rule !== 'META003' ? undefined : lines.get(f.place.path);
    const line = near === undefined ? undefined : Array.from({ length: 2 * NEAR + 1 }, (_, i) => at - NEAR + i).find((l) => near.has(l));
    return line === undefined ? f : { ...f, severity: 'high', because: [...f.because, ['beside', `${near?.get(line) ?? ''} on line ${line}`] as const] };
  });
}
