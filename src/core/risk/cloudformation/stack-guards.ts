/**
 * Guards of whole stacks (CF104): stack policies, termination protection, and what a CDK program says of its resources. A
 * program is read as text: that a pattern stands there is known, and not what it is reached by.
 */
import { canonical, type DataNode, dig, entries, items, oneOrMore, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { goneLines, newLines, textOf } from '../lines.ts';
import { cutLines, MAX_LINE } from '../long-lines.ts';
import type { Detector, Finding } from '../risk.ts';

const CF104 = rule('CF104', 'stack-guard-off', 'critical', 'exact', ['the guard stays on']);

export const stackGuards: Detector = {
  id: 'cloudformation-stack-guards',
  reads: (f) => [f.base, f.head].some((side) => isProgram(side) || statementsOf(side).length > 0),
  detect: ({ files }) => files.flatMap((f) => [...stackPolicy(f), ...termination(f), ...program(f)]),
};

/** A statement of a stack policy: its actions begin with `Update:`. */
function statementsOf(side: Parsed | undefined): readonly DataNode[] {
  const found = side?.kind === 'data' ? side.documents.flatMap((d) => oneOrMore(dig(d, 'Statement'))) : [];
  return found.filter((s) => [...oneOrMore(dig(s, 'Action')), ...oneOrMore(dig(s, 'NotAction'))].some((a) => /^Update:/i.test(text(a) ?? '')));
}

const effect = (s: DataNode): string => (text(dig(s, 'Effect')) ?? '').toLowerCase();

function stackPolicy(file: FileEvidence): readonly Finding[] {
  const [base, head] = [statementsOf(file.base), statementsOf(file.head)];
  const [had, has] = [new Set(base.map(canonical)), new Set(head.map(canonical))];
  const lost = base.filter((s) => effect(s) === 'deny' && !has.has(canonical(s)));
  const won = base.length === 0 ? [] : head.filter((s) => effect(s) === 'allow' && !had.has(canonical(s)));
  const [first] = [...lost, ...won];
  if (first === undefined) return [];
  const place = { path: file.path, side: lost.length > 0 ? ('base' as const) : ('head' as const), line: first.line, object: 'stack policy' };
  const what =
    lost.length > 0
      ? 'the stack policy no longer denies what it denied: an update may replace or delete what it protected'
      : 'the stack policy allows an update that it did not allow';
  return [CF104({ place, because: [[lost.length > 0 ? 'denied before' : 'allowed now', canonical(first)]], what })];
}

const PROTECTION = /^(?:enable)?_?termination_?protection(?:enabled)?$/i;

/** Wherever a configuration file says so: serverless.yml, samconfig, stack definitions. */
function protectionIn(node: DataNode | undefined, path = '', depth = 0): readonly (readonly [string, string, number])[] {
  if (depth > 12) return [];
  const own = entries(node).flatMap((e) =>
    PROTECTION.test(e.key) ? [[`${path}${e.key}`, text(e.value) ?? '', e.line] as const] : protectionIn(e.value, `${path}${e.key}.`, depth + 1),
  );
  return [...own, ...items(node).flatMap((item, i) => protectionIn(item, `${path}${i}.`, depth + 1))];
}

function termination(file: FileEvidence): readonly Finding[] {
  if (file.base?.kind !== 'data' || file.head?.kind !== 'data' || !/termination_?protection/i.test(file.base.text)) return [];
  const after = new Map(protectionIn(file.head.documents[0]).map(([path, value, line]) => [path, { value, line }]));
  return protectionIn(file.base.documents[0]).flatMap(([path, was, line]) => {
    const is = after.get(path);
    if (was !== 'true' || is?.value === 'true') return [];
    const place = { path: file.path, side: is === undefined ? ('base' as const) : ('head' as const), line: is?.line ?? line, object: path };
    return [CF104({ place, because: [[path, `true -> ${is?.value || '(absent)'}`]], what: `${path} is switched off: the whole stack can be deleted by one call` })];
  });
}

const CDK = /aws-cdk|aws_cdk|awscdk|Amazon\.CDK|software\.amazon\.awscdk/;
const LOSES: readonly (readonly [RegExp, string])[] = [
  [/\bRemovalPolicy\s*\.\s*DESTROY\b|\bremoval_?[pP]olicy\b\W{1,8}(?:cdk\.)?["']?destroy\b/, 'is deleted with its data when it leaves the stack or is made anew'],
  [/\bauto_?[dD]elete_?[oO]bjects\b\s{0,8}[:=(]\s{0,8}[tT]rue\b/, 'is emptied before it is deleted, so that nothing stops the deletion'],
  [/\btermination_?[pP]rotection\b\s{0,8}[:=(]\s{0,8}[fF]alse\b/, 'can be deleted as a whole by one call'],
];
const KEPT = /\bRemovalPolicy\s*\.\s*(?:RETAIN|SNAPSHOT)\w*/;

/** Only of a program that was there before: what a new one makes has nothing to lose. */
function program(file: FileEvidence): readonly Finding[] {
  if (file.base === undefined || file.head === undefined || !isProgram(file.head)) return [];
  const lines = newLines(file);
  const kept = goneLines(file).some((l) => KEPT.test(l.text.slice(0, MAX_LINE))) && !lines.some((l) => KEPT.test(l.text.slice(0, MAX_LINE)));
  const found = lines.flatMap((l) => LOSES.filter(([pattern]) => pattern.test(l.text.slice(0, MAX_LINE))).map(([, why]) => ({ ...l, why })));
  return [
    ...cutLines(file, lines),
    ...found.map((l) =>
      CF104({
        place: { path: file.path, side: 'head', line: l.line },
        confidence: 'heuristic',
        // a guard that stood in this file and went is a transition; a line alone may belong to a resource that is new
        ...(kept ? {} : { severity: 'high' as const }),
        because: [['line', l.text.trim()]],
        what: `what ${file.path} makes here ${l.why}`,
      }),
    ),
    ...(kept && found.length === 0
      ? [
          CF104({
            place: { path: file.path, side: 'base' },
            confidence: 'heuristic',
            because: [['gone', 'RemovalPolicy.RETAIN or SNAPSHOT']],
            what: `${file.path} no longer keeps what leaves its stack`,
          }),
        ]
      : []),
  ];
}

/** Whether it is a program of the CDK, by what it imports. */
export const isProgram = (side: Parsed | undefined): boolean => CDK.test(textOf(side).slice(0, 64 * 1024));
