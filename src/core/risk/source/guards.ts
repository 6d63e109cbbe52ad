/**
 * META004: the change touches what decides about changes: policy, owners, hooks, checks, and who may alter them. Base is compared
 * with head: what only adds is less than what takes away. A file that cannot be compared counts as weakened.
 */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { linesOf, newLines, textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { baseName, folderOf } from './files.ts';
import { type GuardChange, type GuardKind, guardKindOf } from './guard-files.ts';
import { listedChange } from './listed-guards.ts';
import { ownersChange } from './owners-change.ts';
import { policyChange } from './policy-change.ts';

const META004 = rule('META004', 'guard-weakened', 'critical', 'exact', ['the guard asks for no less than before']);

export const guards: Detector = { id: 'guards', detect: ({ files }) => files.flatMap((f) => ofFile(f, files)) };

function ofFile(file: FileEvidence, files: readonly FileEvidence[]): readonly Finding[] {
  const kind = guardKindOf(file.path);
  if (kind === undefined) return [];
  if (file.status === 'A') return files.some((f) => isMove(f, file)) ? [] : fresh(file, kind);
  const { path } = file;
  const after = file.status === 'D' ? files.find((f) => isMove(file, f)) : file;
  if (after === undefined) return [say(file, gone(file, kind, files))];
  const change = changeOf(kind, path, file, after);
  return change === undefined ? [] : [say(after, change)];
}

/** The same guard under another of its names. */
const isMove = (from: FileEvidence, to: FileEvidence): boolean =>
  from.status === 'D' && to.status === 'A' && (baseName(from.path).toLowerCase() === 'codeowners' ? baseName(to.path).toLowerCase() === 'codeowners' : same(from, to));
const same = (a: FileEvidence, b: FileEvidence): boolean => textOf(a.base) !== '' && textOf(a.base) === textOf(b.head) && guardKindOf(a.path) === guardKindOf(b.path);

const PROJECT = /^(?:package\.json|go\.mod|Cargo\.toml|pyproject\.toml|setup\.py|pom\.xml|Gemfile|composer\.json)$/;

const gone = (file: FileEvidence, kind: GuardKind, files: readonly FileEvidence[]): GuardChange => {
  // another configuration of its kind takes over: what it asks is another question
  const follows = kind === 'linter' && files.some((f) => f.status !== 'D' && f.path !== file.path && guardKindOf(f.path) === 'linter');
  // what hid or fetched things hides and fetches no more
  if (kind === 'attributes' || kind === 'submodules') return { severity: 'elevated', what: `${file.path} is deleted` };
  if (kind === 'linter' && folderOf(file.path) !== '') return { severity: 'elevated', what: `${file.path} is deleted: what a folder above it asks holds there now` };
  // with the project that it looked at
  const whole = (kind === 'linter' || kind === 'scanner') && files.some((f) => f.status === 'D' && PROJECT.test(baseName(f.path)) && folderOf(f.path) === folderOf(file.path));
  if (whole) return { severity: 'elevated', what: `${file.path} is deleted with the project it looked at` };
  return { severity: follows ? 'high' : 'critical', what: `${file.path} is deleted: what guards other changes may ask for less` };
};

/** A first guard takes nothing away; a hook that is new still runs on other people's machines. */
function fresh(file: FileEvidence, kind: GuardKind): readonly Finding[] {
  if (kind === 'linter' || kind === 'scanner') return [];
  const hook = kind === 'hook';
  return [say(file, { severity: hook ? 'high' : 'elevated', what: `${file.path} is new and decides about changes${hook ? ', and runs where people work' : ''}` })];
}

function changeOf(kind: GuardKind, path: string, { base }: FileEvidence, { head }: FileEvidence): GuardChange | undefined {
  if (textOf(base) === textOf(head) && textOf(base) !== '') return undefined;
  const pair = { path, base, head };
  if (kind === 'owners') return ownersOf(path, textOf(base), textOf(head));
  if (kind === 'policy' || kind === 'rules' || kind === 'pre-commit') return policyChange(kind, pair);
  if (kind === 'linter' || kind === 'scanner') return listedChange(kind, pair);
  return byLines(kind, path, { path, status: 'M', oldMode: '', newMode: '', ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) });
}

function ownersOf(path: string, base: string, head: string): GuardChange {
  const found = ownersChange(path, base, head);
  if (found === null) return { severity: 'critical', what: `${path} changes and cannot be read as its forge reads it: who must approve is unknown` };
  return { ...found, what: `${path} changes: ${found.what}` };
}

const HIDES = /(?:^|\s)(?:-diff|-text|binary|linguist-generated|linguist-vendored|diff=|merge=|export-ignore)/;
const COMMENT = /^\s*(?:#(?!!)|\/\/|$)/;

function byLines(kind: GuardKind, path: string, file: FileEvidence): GuardChange {
  const added = newLines(file).filter((l) => !COMMENT.test(l.text));
  const after = new Set(linesOf(file.head).map((l) => l.text));
  const lost = linesOf(file.base).filter((l) => !COMMENT.test(l.text) && !after.has(l.text));
  const [first] = lost;
  if (kind === 'submodules') return { severity: added.length > 0 ? 'high' : 'elevated', what: `${path} changes: where the code of submodules comes from` };
  if (kind === 'attributes') {
    const filter = added.find((l) => /\bfilter=(?!lfs\b)/.test(l.text));
    if (filter !== undefined) return { severity: 'critical', line: filter.line, what: `${path} names a filter: what people read is not what is kept` };
    return { severity: added.some((l) => HIDES.test(l.text)) ? 'high' : 'elevated', what: `${path} changes how files are shown to a reviewer` };
  }
  const lets = kind === 'rego' && added.some((l) => /^(?:default\s+)?allow\b|:=\s*true\b|\bwith\b/.test(l.text));
  if (first !== undefined || lets)
    return { severity: 'critical', what: `${path} changes: what guards other changes may ask for less`, facts: first === undefined ? [] : [['line that went', first.text]] };
  return added.length === 0
    ? { severity: 'elevated', what: `${path} changes in its comments alone` }
    : { severity: kind === 'hook' ? 'high' : 'elevated', what: `${path} ${kind === 'hook' ? 'does more than before where people work' : 'asks for more than before'}` };
}

const say = (file: FileEvidence, { severity, what, facts, line }: GuardChange): Finding =>
  META004({
    place: { path: file.path, side: file.head === undefined ? 'base' : 'head', ...(line === undefined ? {} : { line }) },
    severity,
    what,
    because: [['path', file.path], ...(facts ?? [])],
  });
