/**
 * Programs of Pulumi, base against head, as text (PU102): options that protect and go. A program is what it does when it
 * runs, so that nothing here is more than a pattern; YAML programs are read by the same words.
 */
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { goneLines, type NewLine, newLines, textOf } from '../lines.ts';
import { cutLines, MAX_LINE } from '../long-lines.ts';
import type { Detector, Finding } from '../risk.ts';

const PU102 = rule('PU102', 'protect-off', 'critical', 'heuristic', ['`protect` and `retainOnDelete` stay', 'a preview shows that nothing is deleted']);

export const pulumiSource: Detector = { id: 'pulumi-source', reads: (f) => isPulumi(f.head ?? f.base), detect: ({ files }) => files.flatMap(ofFile) };

const PROGRAM = /@pulumi\/|\bpulumi(?:_\w+)?\b\.|import pulumi|github\.com\/pulumi\/|using Pulumi|com\.pulumi|^runtime:\s*yaml\b/m;

export const isPulumi = (side: Parsed | undefined): boolean => PROGRAM.test(textOf(side).slice(0, 64 * 1024));

/** Read as `name: true`, `name=True`, `Name = true`, `pulumi.Protect(true)`, `.protect(true)`. */
const option = (name: string, value: string): RegExp => new RegExp(`\\b${name}\\b\\s{0,8}[:=(]\\s{0,8}${value}\\b`, 'i');
const [PROTECTED, OPEN] = [option('protect', 'true'), option('protect', 'false')];
const [RETAINED, LOST] = [option('retain_?on_?delete', 'true'), option('retain_?on_?delete', 'false')];
const EARLY = option('delete_?before_?replace', 'true');
/** A pattern in text says no more. */
const severity = 'high' as const;
const ALIAS = /\baliases\b\s{0,8}[:=(]/i;

function ofFile(file: FileEvidence): readonly Finding[] {
  if (file.base === undefined || file.head === undefined || !(isPulumi(file.base) || isPulumi(file.head))) return [];
  const [gone, fresh] = [goneLines(file), newLines(file)];
  return [
    ...cutLines(file, fresh),
    ...switched(file, gone, fresh, PROTECTED, OPEN, 'protect'),
    ...switched(file, gone, fresh, RETAINED, LOST, 'retainOnDelete'),
    ...others(file, gone, fresh),
  ];
}

const has = (pattern: RegExp) => (l: NewLine) => pattern.test(l.text.slice(0, MAX_LINE));

/** More lines with the guard go than come, or one comes that says no. */
function switched(file: FileEvidence, gone: readonly NewLine[], fresh: readonly NewLine[], on: RegExp, off: RegExp, name: string): readonly Finding[] {
  const [lost, won] = [gone.filter(has(on)), fresh.filter(has(on))];
  const said = fresh.find(has(off));
  const [first] = lost.length > won.length ? lost : [];
  const seen = said ?? first;
  if (seen === undefined || (said !== undefined && lost.length === 0)) return [];
  const place = { path: file.path, side: said === undefined ? ('base' as const) : ('head' as const), line: seen.line, object: name };
  return [PU102({ severity, place, because: [['line', seen.text.trim()]], what: `${name} is gone from ${file.path}: what it kept may be deleted by the next update` })];
}

function others(file: FileEvidence, gone: readonly NewLine[], fresh: readonly NewLine[]): readonly Finding[] {
  const early = fresh.find(has(EARLY));
  const alias = gone.filter(has(ALIAS)).length > fresh.filter(has(ALIAS)).length ? gone.find(has(ALIAS)) : undefined;
  return [
    ...(early === undefined || gone.some(has(EARLY))
      ? []
      : [
          PU102({
            severity,
            place: { path: file.path, side: 'head', line: early.line, object: 'deleteBeforeReplace' },
            because: [['line', early.text.trim()]],
            what: 'what is replaced here is deleted before the new one exists: if that fails, neither does',
          }),
        ]),
    ...(alias === undefined
      ? []
      : [
          PU102({
            severity,
            place: { path: file.path, side: 'base', line: alias.line, object: 'aliases' },
            because: [['line', alias.text.trim()]],
            what: 'an alias is gone: a resource that has not moved under its new name yet is deleted and created again',
          }),
        ]),
  ];
}
