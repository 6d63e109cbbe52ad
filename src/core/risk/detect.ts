/** Runs the detectors. A detector that throws, and a covered file that cannot be read, are findings: silence is never safe. */
import type { FileEvidence, Parsed, RiskEvidence } from './evidence.ts';
import { rule } from './finding.ts';
import { isCovered, type Kind, kindsOf } from './kinds.ts';
import type { Detector, Finding, NotAnalysed, Risk, Tier } from './risk.ts';
import { findingKey, TIERS } from './risk.ts';
import { raiseSuppressions } from './source/suppressions.ts';
import { unplanned } from './unplanned.ts';

const META000 = rule('META000', 'detector-failed', 'critical', 'exact', ['report this bug; a person reads the change in full']);
const META001 = rule('META001', 'parse-failed', 'high', 'exact', ['fix the syntax so that the file can be analysed']);
const META002 = rule('META002', 'too-big-or-unreadable', 'high', 'exact', ['split the file, or make its content available to the gate']);

/** Pure and total. Findings come most severe first, then by key: the same input gives the same bytes. */
export function detect(detectors: readonly Detector[], evidence: RiskEvidence): Risk {
  const findings = unique(raiseSuppressions([...detectors.flatMap((d) => run(d, evidence)), ...evidence.files.flatMap(unreadable)])).sort(byWeight);
  // folded, not spread: a change decides how many there are, and a call takes only so many arguments
  const tier = findings.reduce<Tier>((most, f) => TIERS.max(most, f.severity), 'routine');
  const unread = evidence.files.flatMap((f) => notAnalysed(f, detectors));
  const said = new Set(unread.map((n) => n.path));
  return { findings, notAnalysed: [...unread, ...unplanned(evidence).filter((n) => !said.has(n.path))], tier };
}

function run(detector: Detector, evidence: RiskEvidence): readonly Finding[] {
  try {
    return detector.detect(evidence);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return [
      META000({
        place: { path: '', side: 'head', object: detector.id },
        what: `the detector ${detector.id} failed, so nothing is known of what it looks for`,
        because: [['error', why]],
      }),
    ];
  }
}

function unreadable(file: FileEvidence): readonly Finding[] {
  if (!isCovered(file.path)) return [];
  const place = (side: 'base' | 'head') => ({ path: file.path, side });
  const head = problemOf(file.head);
  if (head !== undefined) {
    const meta = isOversize(head) ? META002 : META001;
    return [meta({ place: place('head'), what: `${file.path} could not be analysed, so what it does is unknown: ${head}`, because: [['why', head]] })];
  }
  const base = problemOf(file.base);
  if (base === undefined) return [];
  const gone = file.head === undefined;
  const what = `${file.path} could not be read as it was before${gone ? ', and it is deleted' : ''}: what is taken away is unknown (${base})`;
  return [META001({ place: place('base'), severity: gone ? 'high' : 'elevated', what, because: [['why', base]] })];
}

function problemOf(side: Parsed | undefined): string | undefined {
  if (side?.kind === 'unreadable') return side.why;
  if (side?.kind === 'large-file') return `a large file pointer to ${side.oid}: the content is elsewhere`;
  if (side?.kind === 'data') return side.problem;
  return side?.kind === 'binary' ? 'binary content' : undefined;
}
const isOversize = (why: string): boolean => /^(?:too large|binary|a large file|the object is missing)/.test(why);

/** Everything no detector understands, so that the reader of a clean report knows what it does not cover. */
function notAnalysed(file: FileEvidence, detectors: readonly Detector[]): readonly NotAnalysed[] {
  const problem = problemOf(file.head) ?? problemOf(file.base);
  if (problem !== undefined) return [{ path: file.path, why: problem }];
  const special = [file.head, file.base].some((p) => p?.kind === 'gitlink' || p?.kind === 'symlink');
  const read = kindsOf(file.path).some((k) => !BY_CONTENT.includes(k)) || detectors.some((d) => d.reads?.(file) === true);
  return special || read ? [] : [{ path: file.path, why: 'no detector reads this kind of file' }];
}

/** What such a path holds may be anything: it counts as read where a detector says that it read it. */
const BY_CONTENT: readonly Kind[] = ['kubernetes', 'routing', 'infrastructure'];

/** One finding a key: signers give one disposition for each. The most severe one stays. */
function unique(findings: readonly Finding[]): Finding[] {
  const kept = new Map<string, Finding>();
  for (const f of findings) {
    const before = kept.get(findingKey(f));
    if (before === undefined || TIERS.above(f.severity, before.severity)) kept.set(findingKey(f), f);
  }
  return [...kept.values()];
}

function byWeight(a: Finding, b: Finding): number {
  const [ka, kb] = [findingKey(a), findingKey(b)];
  return TIERS.rank(b.severity) - TIERS.rank(a.severity) || (ka < kb ? -1 : ka > kb ? 1 : 0);
}
