/**
 * HCL, base against head: blocks that stay and become dangerous, each by the file of its matter (TF102, TF201, TF203, TF205 to
 * TF211). Runs with a plan too: a plan is not bound to the head it was made for.
 */
import { rule } from '../finding.ts';
import { flatten, type HclSides, hclSides, keyOf, type Placed, place } from '../hcl-index.ts';
import type { Detector, Finding } from '../risk.ts';
import { guards, guardValues } from './guards.ts';
import { checksGone, lifecycle, preventDestroy, timeouts } from './lifecycle.ts';
import { type Moves, movesOf } from './moves.ts';
import { repetition, switches } from './repetition.ts';
import { replaced } from './replaced.ts';
import { moduleSource, providerArgument, settings } from './settings.ts';
import { isStateful } from './stateful-types.ts';

const TF211 = rule('TF211', 'override-file', 'high', 'inferred', ['the attributes are written where the resource is']);

export const terraformHcl: Detector = {
  id: 'terraform-hcl',
  detect: ({ files }) => {
    const sides = hclSides(files);
    const moves = movesOf(sides);
    const findings = stayed(sides, moves).flatMap(([before, after]) => changed(before, after, moves, sides));
    return [...findings, ...switches(sides), ...overrides(sides), ...settings(sides), ...checksGone(sides), ...guardValues(sides)];
  },
};

/** Where a `moved` block takes it, or the same address on both sides: an old name may be given to something new. */
function stayed(sides: HclSides, moves: Moves): readonly (readonly [Placed, Placed])[] {
  return [...sides.base.values()].flatMap((before) => {
    const to = moves.of(before);
    const after = to === undefined || to === 'hidden' ? sides.head.get(keyOf(before)) : to;
    return after === undefined ? [] : [[before, after] as const];
  });
}

function changed(before: Placed, after: Placed, moves: Moves, sides: HclSides): readonly Finding[] {
  const common = (): readonly Finding[] => [...guards(before, after, sides), ...repetition(before, after, moves), ...providerArgument(before, after)];
  if (before.block.type === 'resource') return [...replaced(before, after), ...preventDestroy(before, after), ...common(), ...lifecycle(before, after), ...timeouts(before, after)];
  if (before.block.type === 'module') return [...common(), ...moduleSource(before, after)];
  return [];
}

/** An override file changes resources written elsewhere, which this change may not even show. */
function overrides(sides: HclSides): readonly Finding[] {
  const known = new Map(sides.baseBlocks.map((b) => [`${b.path}\0${b.address}`, b]));
  return sides.headBlocks.flatMap((p) => {
    if (!/(?:^|[/_])override\.(?:tf|tofu)(?:\.json)?$/.test(p.path) || !['resource', 'module', 'provider', 'terraform'].includes(p.block.type)) return [];
    const before = known.get(`${p.path}\0${p.address}`);
    if (before !== undefined && JSON.stringify([...flatten(before.block)]) === JSON.stringify([...flatten(p.block)])) return [];
    const severity = isStateful(p.block.labels[0] ?? '') ? { severity: 'critical' as const } : {};
    return [TF211({ place: place(p, 'head'), ...severity, what: `${p.path} overrides ${p.address}: what is written where it stands no longer holds` })];
  });
}
