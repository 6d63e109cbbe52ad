/** What the environment of a running agent looks like from inside the commands it runs: a reason to ask, no proof. */
import { TOOLS, toolNamed } from './catalogue.ts';
import type { Variable } from './tool.ts';

export interface Running {
  /** Name in the catalogue, or as the variable says where the catalogue has none. */
  readonly tool: string;
  /** The variable that says so. */
  readonly variable: string;
}

const VARIABLES = TOOLS.flatMap((t) => (t.environment ?? []).map((v) => ({ ...v, tool: t.id })));

/**
 * The tool whose agent runs this, or null. A tool's own variable wins over one that any tool may set. `CURSOR_TRACE_ID` is no
 * mark: the editor sets it in a person's own terminal too.
 */
export function toolInEnvironment(env: Readonly<Record<string, string | undefined>>): Running | null {
  for (const variable of VARIABLES) {
    const name = nameIn(env, variable);
    if (name === undefined) continue;
    return { tool: variable.names === true ? toolIn(env[name] ?? '') : variable.tool, variable: name };
  }
  return null;
}

function nameIn(env: Readonly<Record<string, string | undefined>>, { name, value }: Variable): string | undefined {
  const prefix = name.endsWith('*') ? name.slice(0, -1) : undefined;
  if (prefix !== undefined) return Object.keys(env).find((key) => key.startsWith(prefix) && env[key] !== '');
  const set = Object.hasOwn(env, name) ? env[name] : undefined;
  return set !== undefined && set !== '' && value?.test(set) !== false ? name : undefined;
}

/** `AI_AGENT` may carry a version behind the name (`claude-code/2.1`). */
const toolIn = (value: string): string => toolNamed((/^[\w .+-]{1,60}/.exec(value)?.[0] ?? 'unknown').replace(/[ _-]?v?\d[\w.]*$/, ''));
