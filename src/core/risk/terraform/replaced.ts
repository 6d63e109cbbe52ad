/** Attributes that cannot change in place (TF102, guessed from the source): told where both values are, else only likely. */
import { rule } from '../finding.ts';
import { flatten, type Placed, place } from '../hcl-index.ts';
import type { Finding } from '../risk.ts';
import { isConstant } from './guard-attributes.ts';
import { forceNewAttributes, isStateful, severityOfLoss } from './stateful-types.ts';

const TF102 = rule('TF102', 'replace-stateful', 'critical', 'inferred', ['a plan shows an update in place', 'a snapshot restore was rehearsed']);

export function replaced(before: Placed, after: Placed): readonly Finding[] {
  const type = before.block.labels[0] ?? '';
  if (!isStateful(type)) return [];
  const [was, is] = [flatten(before.block), flatten(after.block)];
  const names = forceNewAttributes(type).filter((name) => under(was, name) !== under(is, name));
  if (names.length === 0) return [];
  const told = names.some((name) => [under(was, name), under(is, name)].every((v) => v === '' || isConstant(v)));
  const because = names.map((name) => [name, `${under(was, name) || '(absent)'} -> ${under(is, name) || '(absent)'}`] as const);
  const why = `because ${names.join(', ')} cannot change in place`;
  const what = told
    ? `${after.address} is destroyed and created again, ${why}: its data is gone unless a snapshot is restored`
    : `${after.address} is destroyed and created again if the new expression comes out differently, ${why}`;
  return [TF102({ place: place(after, 'head'), severity: told ? severityOfLoss(type) : 'high', because, what })];
}

/** The expression of an attribute, or of everything inside a nested block of that name. */
const under = (flat: ReadonlyMap<string, string>, name: string): string =>
  flat.get(name) ??
  [...flat]
    .filter(([k]) => k.startsWith(`${name}.`) || k.startsWith(`${name}[`))
    .map(([k, v]) => `${k}=${v}`)
    .join(' ');
