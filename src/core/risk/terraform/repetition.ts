/**
 * How often a block stands (TF205): `count` and `for_each`, and variables that decide them. Terraform itself moves `a` to
 * `a[0]` and back where `count` comes or goes, so that only what a condition may switch off is left to ask about.
 */
import { rule } from '../finding.ts';
import type { HclSides, Placed } from '../hcl-index.ts';
import { attribute, keyOf, place } from '../hcl-index.ts';
import type { Finding, Tier } from '../risk.ts';
import type { Moves } from './moves.ts';
import { isStateful } from './stateful-types.ts';

const TF205 = rule('TF205', 'repetition-changed', 'high', 'inferred', ['`moved` blocks for every address']);

/** How sure it is that instances go: all of them, some, or some if an expression comes out so. */
type Effect = 'all' | 'some' | 'maybe' | 'none';

export function repetition(before: Placed, after: Placed, moves: Moves): readonly Finding[] {
  const name = ['count', 'for_each'].find((n) => attribute(before.block, n) !== attribute(after.block, n));
  if (name === undefined || moves.reindexes(before, after)) return [];
  const effect = effectOf(before, after);
  if (effect === 'none') return [];
  const [was, is] = [attribute(before.block, name), attribute(after.block, name)];
  const because = [[name, `${was ?? '(absent)'} -> ${is ?? '(absent)'}`]] as const;
  const what = {
    all: `${name} of ${after.address} becomes ${is}: every instance is destroyed`,
    some: `${name} of ${after.address} changes: instances at addresses that no longer exist are destroyed`,
    maybe: `${name} of ${after.address} is another expression: where it gives less than before, instances are destroyed`,
  }[effect];
  return [TF205({ place: place(after, 'head'), because, severity: severityOf(effect, isStateful(before.block.labels[0] ?? '')), what })];
}

const severityOf = (effect: Effect, stateful: boolean): Tier => (effect === 'maybe' ? (stateful ? 'high' : 'elevated') : stateful ? 'critical' : 'high');

function effectOf(before: Placed, after: Placed): Effect {
  const [count, each] = [sides(before, after, 'count'), sides(before, after, 'for_each')];
  if (count.is !== undefined && isEmpty(count.is)) return 'all';
  if (each.is !== undefined && isEmpty(each.is)) return 'all';
  if ((count.was !== undefined && each.is !== undefined) || (each.was !== undefined && count.is !== undefined)) return 'some';
  return each.was !== undefined || each.is !== undefined ? ofEach(each) : ofCount(count);
}

interface Sides {
  readonly was: string | undefined;
  readonly is: string | undefined;
}
const sides = (before: Placed, after: Placed, name: string): Sides => ({ was: attribute(before.block, name), is: attribute(after.block, name) });

const SWITCH = /^(.{1,400}) \? (?:1 : 0|0 : 1)$/;
const number = (expression: string | undefined): number | undefined => (expression === undefined ? 1 : /^\d{1,6}$/.test(expression) ? Number(expression) : undefined);

/** Without `count` there is one. */
function ofCount({ was, is }: Sides): Effect {
  const [from, to] = [number(was), number(is)];
  if (from !== undefined && to !== undefined) return to < from ? 'some' : 'none';
  // it was there or not, and now it is
  if (is === undefined && was !== undefined && SWITCH.test(was)) return 'none';
  return was !== undefined && is !== undefined && flipped(was, is) ? 'all' : 'maybe';
}

/** The same condition, the other way round. */
function flipped(was: string, is: string): boolean {
  const [a, b] = [SWITCH.exec(was)?.[1], SWITCH.exec(is)?.[1]];
  if (a === undefined || b === undefined) return false;
  return (a === b && was !== is) || a === `!${b}` || b === `!${a}`;
}

const LITERALS = /^toset\(\[((?: ?"[^"$%]*" ?,?)*) ?\]\)$/;
const literals = (expression: string | undefined): readonly string[] | undefined => {
  const inner = LITERALS.exec(expression ?? '')?.[1];
  return inner?.match(/"[^"]*"/g) ?? (inner === undefined ? undefined : []);
};

/** A block without repetition and one under keys share no address. */
function ofEach({ was, is }: Sides): Effect {
  if (was === undefined || is === undefined) return 'some';
  const [from, to] = [literals(was), literals(is)];
  if (from === undefined || to === undefined) return 'maybe';
  const kept = new Set(to);
  return from.every((key) => kept.has(key)) ? 'none' : 'some';
}

const isEmpty = (expression: string): boolean =>
  /^(?:0|false|null|""|\{ ?\}|\[ ?\]|toset\(\[ ?\]\)|tomap\(\{ ?\}\)|(?:\w+ ? )?\? ?0 ?: ?0)$/.test(expression.replace(/^\((.*)\)$/, '$1'));
/** What is a number or a yes is a switch; an empty list or text may be anything. */
const isSwitch = (expression: string): boolean => /^(?:0|false)$/.test(expression);

/** A variable default, local or tfvars value that becomes empty or false often is the switch behind `count`. */
export function switches(all: HclSides): readonly Finding[] {
  const turned = [...all.head.values()].flatMap((after) => {
    const before = all.base.get(keyOf(after));
    if (before === undefined || !['variable', 'locals', ''].includes(after.block.type)) return [];
    const was = new Map(before.block.attributes.toReversed().map((a) => [a.name, a.expression]));
    return after.block.attributes.flatMap((a) => {
      const from = was.get(a.name);
      const asks = after.block.type !== 'variable' || a.name === 'default';
      return from === undefined || from === a.expression || !asks || !isEmpty(a.expression) || isEmpty(from) ? [] : [{ after, a, from }];
    });
  });
  if (turned.length === 0) return [];
  const counted = countedNames(all);
  return turned.flatMap(({ after, a, from }) => {
    const object = after.block.type === '' || after.block.type === 'locals' ? a.name : after.address;
    const decides = counted.has(after.block.type === 'variable' ? (after.block.labels[0] ?? '') : a.name);
    if (!decides && !isSwitch(a.expression)) return [];
    return [
      TF205({
        place: { path: after.path, side: 'head', line: a.line, object },
        confidence: 'heuristic',
        because: [[a.name, `${from} -> ${a.expression}`]],
        what: `${object} becomes ${a.expression}: what is counted by it is destroyed`,
      }),
    ];
  });
}

/** Variables and locals that a `count` or `for_each` of this change speaks of. */
function countedNames(all: HclSides): ReadonlySet<string> {
  const expressions = [...all.headBlocks, ...all.baseBlocks].flatMap((p) => ['count', 'for_each'].flatMap((name) => attribute(p.block, name) ?? []));
  return new Set(expressions.flatMap((e) => [...e.matchAll(/\b(?:var|local)\.(\w+)/g)].map((m) => m[1] ?? '')));
}
