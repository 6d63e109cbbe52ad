/** What keeps a resource from being touched: prevent_destroy (TF201), softer guards of its lifecycle (TF209), timeouts (TF210). */
import type { HclBlock } from '../evidence.ts';
import { rule } from '../finding.ts';
import { attribute, flatten, type HclSides, keyOf, nested, type Placed, place } from '../hcl-index.ts';
import type { Finding } from '../risk.ts';
import { constant } from './guard-attributes.ts';

const TF201 = rule('TF201', 'prevent-destroy-off', 'critical', 'exact', ['prevent_destroy stays true']);
const TF209 = rule('TF209', 'lifecycle-softened', 'elevated', 'exact', ['the lifecycle stays as strict as it was']);
const TF210 = rule('TF210', 'timeout-or-parallelism', 'routine', 'exact', ['the timeouts stay']);

const inLifecycle = (b: HclBlock, name: string): string | undefined => attribute(nested(b, 'lifecycle') ?? { ...b, attributes: [] }, name);

export function preventDestroy(before: Placed, after: Placed): readonly Finding[] {
  const [was, is] = [inLifecycle(before.block, 'prevent_destroy'), inLifecycle(after.block, 'prevent_destroy')];
  // an expression may have been true: what it becomes counts, and not that it was no constant
  if (was === undefined || was === is || constant(was) === false || constant(is) === true) return [];
  return [
    TF201({
      place: place(after, 'head'),
      because: [['prevent_destroy', `${was} -> ${is ?? '(absent)'}`]],
      what: `${after.address} loses prevent_destroy: the next plan may destroy it without being refused`,
    }),
  ];
}

export function lifecycle(before: Placed, after: Placed): readonly Finding[] {
  const [was, is] = [before.block, after.block];
  const said = [ignored(was, is), early(was, is), conditions(was, is), triggers(was, is)].filter((s) => s !== undefined);
  return said.map(([object, what, fact]) => TF209({ place: place(after, 'head', `${after.address}.${object}`), because: [[object, fact]], what: `${after.address} ${what}` }));
}

type Said = readonly [object: string, what: string, fact: string];

const listed = (expression: string | undefined): readonly string[] =>
  expression === undefined ? [] : (expression.match(/[\w.[\]"*]+/g) ?? []).map((n) => n.replace(/^\[|\]$/g, '')).filter((n) => n !== '');

/** `all` ignores whatever anybody changes by hand. */
function ignored(was: HclBlock, is: HclBlock): Said | undefined {
  const [from, to] = [inLifecycle(was, 'ignore_changes'), inLifecycle(is, 'ignore_changes')];
  const known = new Set(listed(from));
  const more = to === undefined || known.has('all') ? [] : listed(to).filter((n) => !known.has(n));
  return more.length === 0
    ? undefined
    : ['ignore_changes', `no longer minds changes of ${more.slice(0, 5).join(', ')}: what runs may differ from what is written`, `${from ?? '(absent)'} -> ${to ?? ''}`];
}

function early(was: HclBlock, is: HclBlock): Said | undefined {
  const [from, to] = [inLifecycle(was, 'create_before_destroy'), inLifecycle(is, 'create_before_destroy')];
  return constant(from) === true && constant(to) !== true ? ['create_before_destroy', 'is destroyed before its replacement exists', `true -> ${to ?? '(absent)'}`] : undefined;
}

const CONDITION = /^(?:precondition|postcondition)$/;

function conditions(was: HclBlock, is: HclBlock): Said | undefined {
  const of = (b: HclBlock): number => (nested(b, 'lifecycle')?.blocks ?? []).filter((x) => CONDITION.test(x.type)).length;
  return of(is) < of(was) ? ['conditions', 'is checked by fewer conditions', `${of(was)} -> ${of(is)}`] : undefined;
}

function triggers(was: HclBlock, is: HclBlock): Said | undefined {
  const known = new Set(listed(inLifecycle(was, 'replace_triggered_by')));
  const more = listed(inLifecycle(is, 'replace_triggered_by')).filter((n) => !known.has(n));
  return more.length === 0 ? undefined : ['replace_triggered_by', `is destroyed and created again whenever ${more.slice(0, 3).join(', ')} changes`, more.slice(0, 10).join(', ')];
}

export function timeouts(before: Placed, after: Placed): readonly Finding[] {
  const of = (b: HclBlock): ReadonlyMap<string, string> => flatten(nested(b, 'timeouts') ?? { ...b, attributes: [], blocks: [] });
  const lost = [...of(before.block).keys()].filter((name) => !of(after.block).has(name));
  return lost.length === 0
    ? []
    : [
        TF210({
          place: place(after, 'head', `${after.address}.timeouts`),
          because: [['gone', lost.join(', ')]],
          what: `${after.address} waits no longer than its provider does by itself for ${lost.join(', ')}`,
        }),
      ];
}

/** A `check` block that is gone. */
export function checksGone(sides: HclSides): readonly Finding[] {
  return [...sides.base.values()]
    .filter((p) => p.block.type === 'check' && !sides.head.has(keyOf(p)))
    .map((p) => TF209({ place: place(p, 'base'), because: [['gone', p.address]], what: `${p.address} is gone: nothing says any more when what it checked does not hold` }));
}
