/**
 * A lockfile as a list of what it pins. Each tool writes its own format and its own text; the readers here are small, linear and
 * never throw: a lockfile that cannot be read answers null, which is a finding where it was changed.
 */

export interface Locked {
  readonly name: string;
  readonly version: string;
  /** `label:hash`. Of one label the hashes are alternatives; labels are an algorithm or the name of a file. */
  readonly hashes: readonly string[];
  /** Where it comes from, see `sourceOf`; empty: the format does not say. */
  readonly source: string;
  /** Runs a script when it is installed, as far as the format says. */
  readonly installs: boolean;
  /** 1-based. */
  readonly line: number;
  /** Ranges that this entry answers, where the format holds them. */
  readonly asked: readonly string[];
}

/** The registry that npm and yarn ask unless they are told of another. */
export const NPM = 'npm';

export const locked = (part: Partial<Locked> & Pick<Locked, 'name' | 'version' | 'line'>): Locked => ({ hashes: [], source: '', installs: false, asked: [], ...part });

/** Names that lead to the same registry, and what it is called here. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/^registry\.(?:npmjs|yarnpkg)\.(?:org|com)$/, NPM],
  [/^index\.crates\.io$/, 'github.com/rust-lang/crates.io-index'],
];

/**
 * `local` for a path of this tree, `git host/owner/name`, or `registry host`. Versions, queries, credentials and file names are
 * left out, so that equal sources are equal text.
 */
export function sourceOf(url: string): string {
  const text = url.trim();
  if (text === '') return '';
  if (/^(?:file:|link:|workspace:|portal:|patch:|\.{0,2}\/|path\b|directory\b|editable\b|virtual\b|\.)/.test(text)) return 'local';
  const found = /^(?<scheme>[\w+]+:\/\/|git@|github:|gitlab:|bitbucket:)?(?:[^@/\s]{1,200}@)?(?<host>[\w.-]{1,200})(?::\d+)?[:/]?(?<rest>[^?#\s]{0,400})/.exec(text)?.groups;
  if (found === undefined) return text.slice(0, 200);
  const { scheme = '', host = '', rest = '' } = found;
  const registry = scheme.startsWith('registry+') || scheme.startsWith('sparse+');
  const git = !registry && (/^(?:git|ssh|github|gitlab|bitbucket)/.test(scheme) || /\.git(?:\/|$)/.test(rest) || /^codeload\.github\.com$|^github\.com$/.test(host));
  if (git)
    return `git ${host.replace(/^codeload\./, '')}/${rest
      .replace(/^\/+/, '')
      .split('/')
      .slice(0, 2)
      .join('/')
      .replace(/\.git$/, '')}`.toLowerCase();
  const whole = registry ? `${host}/${rest}`.replace(/\/+$/, '') : host;
  return `registry ${SAME.find(([name]) => name.test(whole) || name.test(host))?.[1] ?? whole}`.toLowerCase();
}

/** Line of each key as it is first written, for formats that are read by JSON.parse. */
export function keyLines(text: string): (key: string) => number {
  const lines = new Map<string, number>();
  for (const [i, line] of text.split('\n').entries()) {
    const key = /^\s*"((?:[^"\\]|\\.){0,300})":/.exec(line)?.[1];
    if (key !== undefined && !lines.has(key)) lines.set(key, i + 1);
  }
  return (key) => lines.get(key) ?? 1;
}

/** Objects of a value that came from JSON.parse: anything else is none. */
export const object = (value: unknown): { readonly [key: string]: unknown } => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {});
export const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const string = (value: unknown): string => (typeof value === 'string' ? value : '');
export function json(text: string): { readonly [key: string]: unknown } | null {
  try {
    return object(JSON.parse(text));
  } catch {
    return null;
  }
}
