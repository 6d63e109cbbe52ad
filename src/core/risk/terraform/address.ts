/** Addresses of Terraform (`module.a["x.y"].aws_db_instance.main[0]`), read by one walk: keys are chosen by people and may hold anything. */

export interface Address {
  /** Module instance, keys included: `module.a["x.y"]`; empty in the root. */
  readonly module: string;
  /** It and the instances around it, outermost first, as far as people nest them. */
  readonly modules: readonly string[];
  /** Names of the module calls, without keys: `a.b`. */
  readonly calls: string;
  /** Without module and key: `aws_db_instance.main`, `data.x.y`. */
  readonly name: string;
  /** What stands between the last brackets, as it is written: `0`, `"x"`. */
  readonly key: string | undefined;
}

interface Part {
  readonly name: string;
  /** With its key. */
  readonly text: string;
  readonly key: string | undefined;
}

/** Levels of modules that are told apart: every one costs the length of the address. */
const MAX_LEVELS = 8;

/** Never throws; brackets that never close are part of the name. */
export function addressOf(address: string): Address {
  const parts = partsOf(address);
  let at = 0;
  while (parts[at]?.name === 'module' && at + 2 <= parts.length) at += 2;
  const rest = parts.slice(at);
  return {
    module: textOf(parts.slice(0, at)),
    modules: Array.from({ length: Math.min(at / 2, MAX_LEVELS) }, (_, i) => textOf(parts.slice(0, 2 * (i + 1)))),
    calls: parts
      .slice(0, at)
      .filter((_, i) => i % 2 === 1)
      .map((p) => p.name)
      .join('.'),
    name: rest.map((p) => p.name).join('.'),
    key: rest.at(-1)?.key,
  };
}

const textOf = (parts: readonly Part[]): string => parts.map((p) => p.text).join('.');

function partsOf(address: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at <= address.length; ) {
    const end = endOfName(address, at);
    const close = address[end] === '[' ? endOfKey(address, end) : undefined;
    const stop = close ?? (address[end] === '[' ? address.length : end);
    const key = close === undefined ? undefined : address.slice(end + 1, close - 1);
    parts.push({ name: address.slice(at, key === undefined ? stop : end), text: address.slice(at, stop), key });
    at = stop + (address[stop] === '.' || stop >= address.length ? 1 : 0);
  }
  return parts;
}

function endOfName(address: string, from: number): number {
  let at = from;
  while (at < address.length && address[at] !== '.' && address[at] !== '[') at++;
  return at;
}

/** Behind the bracket that closes; undefined where none does. */
function endOfKey(address: string, from: number): number | undefined {
  let quoted = false;
  for (let at = from + 1; at < address.length; at++) {
    if (quoted && address[at] === '\\') at++;
    else if (address[at] === '"') quoted = !quoted;
    else if (!quoted && address[at] === ']') return at + 1;
  }
  return undefined;
}
