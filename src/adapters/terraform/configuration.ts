/** What the configuration in a plan names, by module, and which of it carries provisioners. Expressions hold constants, which may be secrets: none is kept. */
import type { ConfiguredModule } from '../../core/risk/terraform/planned.ts';
import { isObject, type Values } from './shape.ts';

export interface Configuration {
  readonly modules: readonly ConfiguredModule[];
  /** By `a.b:aws_instance.x`: calls of modules and name. */
  readonly provisioners: ReadonlyMap<string, readonly string[]>;
}

/** Levels of modules; a plan is bounded in depth before, and this keeps paths short. */
const MAX_LEVELS = 32;

/** undefined where there is none to look at. What does not have the shape is left out: it would only name less. */
export function configurationOf(value: unknown): Configuration | undefined {
  if (!isObject(value) || !isObject(value.root_module)) return undefined;
  const modules: ConfiguredModule[] = [];
  const provisioners = new Map<string, readonly string[]>();
  visit(value.root_module, [], modules, provisioners);
  return { modules, provisioners };
}

function visit(module: Values, path: readonly string[], modules: ConfiguredModule[], provisioners: Map<string, readonly string[]>): void {
  const resources = Array.isArray(module.resources) ? module.resources.filter(isObject) : [];
  const calls = isObject(module.module_calls) ? module.module_calls : {};
  const names = resources.flatMap((r) => (typeof r.address === 'string' ? [r.address.slice(0, 1_000)] : []));
  modules.push({ module: path.join('.'), names: [...names, ...Object.keys(calls).map((name) => `module.${name}`)] });
  for (const r of resources) {
    const types = Array.isArray(r.provisioners) ? r.provisioners.flatMap((p) => (isObject(p) && typeof p.type === 'string' ? [p.type] : [])) : [];
    if (types.length > 0 && typeof r.address === 'string') provisioners.set(`${path.join('.')}:${r.address}`, types);
  }
  if (path.length < MAX_LEVELS)
    for (const [name, call] of Object.entries(calls)) if (isObject(call) && isObject(call.module)) visit(call.module, [...path, name], modules, provisioners);
}
