/**
 * What a framework's source says about who may call what. A pattern file says how it writes routes, controllers and guards; the
 * outline below reads them by lines and indent. It sees what people write, not what a compiler would: heuristic, and never throws.
 */

export interface Framework {
  readonly id: string;
  readonly files: RegExp;
  /** A file without such a word is not read. */
  readonly sounds: RegExp;
  /** A line that declares a class or controller, and names it. */
  readonly scope?: RegExp;
  /** A line that declares a handler, and names it. */
  readonly handler?: RegExp;
  /** A call that declares a route: its groups are joined to its name. */
  readonly route?: RegExp;
  /** Lines that speak of the declaration below them. */
  readonly marker?: RegExp;
  /** A line that holds for all of its class or file. */
  readonly wide?: RegExp;
  /** Names of guards, wherever they stand in the above. The first group, or else all of it, names one. */
  readonly guard: RegExp;
  /** What lets everybody in. */
  readonly open?: RegExp;
  readonly throttle?: RegExp;
}

export interface Subject {
  readonly name: string;
  readonly line: number;
  /** Text of each by its name. */
  readonly guards: ReadonlyMap<string, string>;
  readonly opens: ReadonlyMap<string, string>;
  readonly throttles: ReadonlyMap<string, string>;
  /** Names of the scopes around it, outermost first; the file itself is ``. */
  readonly within: readonly string[];
}

interface Growing {
  name: string;
  line: number;
  guards: Map<string, string>;
  opens: Map<string, string>;
  throttles: Map<string, string>;
  within: readonly string[];
}

const MAX_LINE = 1_000;
/** Characters of a declaration that are looked at, and names that are kept of each. */
const MAX_TEXT = 3_000;
const MOST_NAMES = 50;
/** Lines that one declaration may take. */
const MAX_JOINED = 25;
const COMMENT = /^(?:\/\/|\/\*|\*|#(?![[!])|<!--|--\s)/;

/** By name; of two of one name the later counts, with the guards of both. */
export function outline(framework: Framework, lines: readonly { readonly line: number; readonly text: string }[]): ReadonlyMap<string, Subject> {
  const out = new Map<string, Growing>();
  const file = grow(out, '', 1, []);
  const scopes: { readonly indent: number; readonly name: string }[] = [];
  let pending: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const raw = lines[i]?.text.slice(0, MAX_LINE) ?? '';
    const text = raw.trim();
    if (text === '' || COMMENT.test(text)) continue;
    const indent = raw.length - raw.trimStart().length;
    while ((scopes.at(-1)?.indent ?? -1) >= indent && !/^[)}\]]/.test(text)) scopes.pop();
    const names = scopes.map((s) => s.name);
    const at = lines[i]?.line ?? 1;
    const match = (pattern: RegExp | undefined): string | undefined => (pattern === undefined ? undefined : nameOf(pattern.exec(text)));
    // a route whose path stands on the line below its bracket
    const opening = text.endsWith('(') ? `${text}${lines[i + 1]?.text.slice(0, MAX_LINE).trim() ?? ''}` : text;
    const route = framework.route === undefined ? undefined : nameOf(framework.route.exec(opening));
    const [scope, handler] = [match(framework.scope), match(framework.handler)];
    if (scope === undefined && handler === undefined && route === undefined && framework.marker?.test(text) === true) {
      const [joined, to] = join(lines, i);
      pending.push(joined);
      i = to;
      continue;
    }
    if (scope !== undefined || handler !== undefined || route !== undefined) {
      const [joined, to] = scope === undefined || /\($/.test(text) ? join(lines, i) : [text, i];
      const name = [...(route === undefined ? names : []), scope ?? handler ?? route ?? ''].join('.');
      const subject = grow(out, name, at, ['', ...scopePaths(names)]);
      for (const part of [...pending, joined]) read(framework, subject, part);
      if (scope !== undefined) scopes.push({ indent, name: scope });
      if (route === undefined || !/[{[(]$/.test(text)) i = Math.max(i, route === undefined ? i : to);
      pending = [];
      continue;
    }
    if (framework.wide?.test(text) === true) {
      const [joined, to] = join(lines, i);
      read(framework, names.length === 0 ? file : grow(out, names.join('.'), at, ['', ...scopePaths(names.slice(0, -1))]), joined);
      i = to;
    }
    pending = [];
  }
  return out;
}

const scopePaths = (names: readonly string[]): readonly string[] => names.map((_, i) => names.slice(0, i + 1).join('.'));
const nameOf = (match: RegExpExecArray | null): string | undefined =>
  match === null
    ? undefined
    : match
        .slice(1)
        .filter((g) => g !== undefined)
        .join(' ')
        .toLowerCase() || undefined;

function grow(out: Map<string, Growing>, name: string, line: number, within: readonly string[]): Growing {
  const known = out.get(name) ?? { name, line, guards: new Map(), opens: new Map(), throttles: new Map(), within };
  out.set(name, known);
  return known;
}

function read(framework: Framework, subject: Growing, text: string): void {
  const collect = (pattern: RegExp | undefined, into: Map<string, string>): void => {
    if (pattern === undefined) return;
    for (const found of text.matchAll(pattern)) if (into.size < MOST_NAMES) into.set((found[1] ?? found[0]).replace(/\s+/g, ' ').slice(0, 120), text.slice(0, 300));
  };
  collect(framework.guard, subject.guards);
  collect(framework.open, subject.opens);
  collect(framework.throttle, subject.throttles);
}

/** A declaration to the end of its brackets, and the index of its last line. */
function join(lines: readonly { readonly text: string }[], from: number): readonly [text: string, to: number] {
  let [depth, text] = [0, ''];
  for (let i = from; i < Math.min(lines.length, from + MAX_JOINED); i++) {
    const line = lines[i]?.text.slice(0, MAX_LINE).trim() ?? '';
    if (text.length < MAX_TEXT) text += text === '' ? line : ` ${line}`;
    for (const c of line) depth += c === '(' || c === '[' ? 1 : c === ')' || c === ']' ? -1 : 0;
    // what opens a body is the end of the declaration
    if (depth <= 0 || (/(?:=>|\bfunction\b[^{]*|\)|\bdo(?:\s*\|[^|]*\|)?)\s*\{?$/.test(line) && /[{]$|\bdo(?:\s*\|[^|]*\|)?$/.test(line))) return [text, i];
  }
  return [text, Math.min(lines.length, from + MAX_JOINED) - 1];
}
