/**
 * Alerts and objectives, base against head: what nobody is woken for any more (META004), and what wakes them later (CFG108). Rules as
 * Prometheus reads them, alone or in a PrometheusRule, and objectives of OpenSLO and Sloth.
 */
import { canonical, type DataNode, dig, entries, entry, items, number, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { isRehearsal } from '../source/files.ts';
import { quantityOf } from './quantity.ts';

const CFG108 = rule('CFG108', 'observability', 'high', 'inferred', ['the people on call agreed']);
const META004 = rule('META004', 'guard-weakened', 'critical', 'exact', ['the guard asks for no less than before']);

export const alerts: Detector = {
  id: 'alerts',
  detect: ({ files }) => {
    const rules = files.filter((f) => !isRehearsal(f.path)).map((file) => ({ file, base: alertsOf(file.base), head: alertsOf(file.head) }));
    const after = new Map(rules.flatMap((r) => [...r.head.values()].map((a) => [a.key, a] as const)));
    const conditions = new Set([...after.values()].map((a) => a.condition));
    return rules.flatMap(({ file, base }) =>
      [...base.values()].flatMap((was) => {
        const is = after.get(was.key);
        return is === undefined ? (conditions.has(was.condition) ? [] : gone(file, was)) : softened(file, was, is);
      }),
    );
  },
};

interface Alert {
  readonly key: string;
  readonly name: string;
  /** What sets it off; empty for an objective. */
  readonly condition: string;
  readonly waits: string;
  readonly severity: string;
  readonly objective: number | undefined;
  readonly line: number;
}

function alertsOf(side: Parsed | undefined): ReadonlyMap<string, Alert> {
  if (side?.kind !== 'data' || !/\balert\b|\bobjectives?\b|SLO/.test(side.text)) return new Map();
  return new Map(side.documents.flatMap((d) => [...ofGroups(d), ...objectives(d)]).map((a) => [a.key, a]));
}

function ofGroups(document: DataNode): readonly Alert[] {
  const groups = entry(document, 'groups')?.value ?? dig(document, 'spec', 'groups');
  return items(groups).flatMap((g) =>
    items(entry(g, 'rules')?.value).flatMap((r): readonly Alert[] => {
      const name = text(entry(r, 'alert')?.value);
      if (name === undefined) return [];
      const severity = text(dig(r, 'labels', 'severity')) ?? '';
      const condition = (text(entry(r, 'expr')?.value) ?? canonical(entry(r, 'expr')?.value)).replace(/\s+/g, ' ').trim();
      const labels = entries(dig(r, 'labels'))
        .filter((e) => e.key !== 'severity' && e.key !== 'team')
        .map((e) => `${e.key}=${canonical(e.value)}`);
      return [
        {
          key: `alert ${name} ${labels.sort().join(' ')} ${masked(condition)}`.slice(0, 2_000),
          name,
          condition,
          waits: text(entry(r, 'for')?.value) ?? '',
          severity,
          objective: undefined,
          line: r.line,
        },
      ];
    }),
  );
}

const objectives = (document: DataNode): readonly Alert[] => {
  const kind = text(entry(document, 'kind')?.value);
  const slos = [...items(entry(document, 'slos')?.value), ...items(dig(document, 'spec', 'slos'))];
  const named = slos.flatMap((s) => objective(text(entry(s, 'name')?.value) ?? '', number(entry(s, 'objective')?.value), s.line));
  if (kind !== 'SLO') return named;
  const name = text(dig(document, 'metadata', 'name')) ?? '';
  return items(dig(document, 'spec', 'objectives'))
    .flatMap((o, i) => objective(`${name} ${i + 1}`, number(entry(o, 'target')?.value), o.line))
    .concat(named);
};
const objective = (name: string, target: number | undefined, line: number): readonly Alert[] => [
  { key: `objective ${name}`, name, condition: '', waits: '', severity: '', objective: target, line },
];

/** The same condition but for its numbers. */
const masked = (expr: string): string => expr.replace(/(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/gi, '#');

function gone(file: FileEvidence, was: Alert): readonly Finding[] {
  const place = { path: file.path, side: 'base' as const, line: was.line, object: was.name };
  return [
    META004({
      place,
      because: [['was', was.condition || `objective ${was.objective ?? ''}`]],
      what: `${was.objective === undefined ? 'the alert' : 'the objective'} ${was.name} is gone: nobody hears of it any more`,
    }),
  ];
}

function softened(file: FileEvidence, was: Alert, is: Alert): readonly Finding[] {
  const why = [looser(was, is), later(was, is), milder(was, is)].find((w) => w !== undefined);
  if (why === undefined) return [];
  return [
    CFG108({
      place: { path: file.path, side: 'head', line: is.line, object: was.name },
      because: [
        ['before', was.condition],
        ['now', is.condition],
      ],
      what: `${was.name} ${why}`,
    }),
  ];
}

function looser(was: Alert, is: Alert): string | undefined {
  if (was.objective !== undefined && is.objective !== undefined) return is.objective < was.objective ? `promises ${is.objective} where it promised ${was.objective}` : undefined;
  const [a, b] = [thresholds(was.condition), thresholds(is.condition)];
  const at = a.findIndex((x, i) => b[i] !== undefined && b[i].op === x.op && (x.op.startsWith('>') ? b[i].n > x.n : b[i].n < x.n));
  return at < 0 ? undefined : `fires at ${a[at]?.op} ${b[at]?.n} where it fired at ${a[at]?.op} ${a[at]?.n}`;
}
const thresholds = (expr: string): readonly { readonly op: string; readonly n: number }[] =>
  [...expr.matchAll(/(>=?|<=?)\s*(?:bool\s+)?(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/gi)].map(([, op, n]) => ({ op: op ?? '', n: Number(n) }));

function later(was: Alert, is: Alert): string | undefined {
  const [a, b] = [quantityOf(was.waits || '0s', [])?.amount ?? 0, quantityOf(is.waits || '0s', [])?.amount ?? 0];
  return b > a && b >= a * 2 ? `waits ${is.waits} where it waited ${was.waits || 'not at all'}` : undefined;
}

const LEVELS = ['info', 'warning', 'ticket', 'task', 'error', 'high', 'page', 'critical'];
function milder(was: Alert, is: Alert): string | undefined {
  const [a, b] = [LEVELS.indexOf(was.severity.toLowerCase()), LEVELS.indexOf(is.severity.toLowerCase())];
  return a >= 0 && b >= 0 && b < a ? `is ${is.severity} where it was ${was.severity}` : undefined;
}
