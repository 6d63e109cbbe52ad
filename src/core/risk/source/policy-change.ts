/** Policies and hooks written as data (countersign.yml, rulesets, Kyverno, pre-commit): what of them asks for less. */
import { canonical, type DataNode, entry, items } from '../data.ts';
import type { Parsed } from '../evidence.ts';
import { textOf } from '../lines.ts';
import type { GuardChange } from './guard-files.ts';
import { weakenings } from './weaker.ts';

export interface Sides {
  readonly path: string;
  readonly base: Parsed | undefined;
  readonly head: Parsed | undefined;
}

export function policyChange(kind: 'policy' | 'rules' | 'pre-commit', { path, base, head }: Sides): GuardChange {
  if (kind === 'pre-commit' && unpinned(base) === unpinned(head) && textOf(base) !== '')
    return { severity: 'elevated', what: `${path} takes its hooks from other revisions: other code runs where people work` };
  const unknown: GuardChange = { severity: 'critical', what: `${path} changes: what guards other changes may ask for less` };
  if (base?.kind !== 'data' || head?.kind !== 'data' || base.problem !== undefined || head.problem !== undefined || base.documents.length > head.documents.length) return unknown;
  const [old, now] = [base.documents.map(kind === 'pre-commit' ? withoutPins : whole), head.documents.map(kind === 'pre-commit' ? withoutPins : whole)];
  if (old.map(canonical).join() === now.map(canonical).join()) return { severity: 'elevated', what: `${path} is written otherwise and asks for the same` };
  // who may sign and what a policy asks hang together: of our own files only a further rule is known to ask for more
  if (kind === 'policy') return onlyRules(old, now) ? { severity: 'elevated', what: `${path} has a further rule` } : unknown;
  const [first, ...more] = weakenings(old, now);
  if (first === undefined) return { severity: 'elevated', what: `${path} asks for more than before` };
  return {
    severity: 'critical',
    line: first.line,
    what: `${path} changes: ${first.at} ${first.why}, so what guards other changes asks for less`,
    facts: more.slice(0, 5).map((w) => [w.at, w.why] as const),
  };
}

const whole = (node: DataNode): DataNode => node;

function onlyRules(old: readonly DataNode[], now: readonly DataNode[]): boolean {
  const [before, after] = [old[0], now[0]];
  if (old.length !== 1 || now.length !== 1 || canonical(without(before, 'rules')) !== canonical(without(after, 'rules'))) return false;
  const kept = new Set(items(entry(after, 'rules')?.value).map(canonical));
  const rules = items(entry(before, 'rules')?.value);
  return rules.length > 0 && rules.every((r) => kept.has(canonical(r)));
}

const without = (node: DataNode | undefined, key: string): DataNode | undefined => (node?.is === 'map' ? { ...node, entries: node.entries.filter((e) => e.key !== key) } : node);

const PINNED = /^(?:rev|additional_dependencies|default_language_version|ci)$/;
const withoutPins = (node: DataNode): DataNode => {
  if (node.is === 'list') return { ...node, items: node.items.map(withoutPins) };
  return node.is === 'map' ? { ...node, entries: node.entries.filter((e) => !PINNED.test(e.key)).map((e) => ({ ...e, value: withoutPins(e.value) })) } : node;
};

/** The monthly bump: every hook is still there and still runs. */
const unpinned = (side: Parsed | undefined): string => textOf(side).replace(/^([ \t]*(?:- )?rev:)[ \t]+["']?[\w.+-]{1,80}["']?[ \t]*(?:#[^\n]*)?$/gm, '$1');
