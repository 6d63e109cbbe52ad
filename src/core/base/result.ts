/**
 * The answer of a function that can refuse. Bad input is a value, never a throw: a throw in core is a bug.
 */
import type { ReasonCode } from './codes.ts';

export type Result<T, E = Problem> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** One thing that is wrong, in words a person can act on. */
export interface Problem {
  readonly code: ReasonCode;
  /** What is wrong, one sentence, no full stop needed. */
  readonly message: string;
  /** Where: `countersign.yml:7:11 rules[0].when`, a path, a route, an index. */
  readonly place?: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** The line it stands on and a caret under it, two lines, for files people write. */
  readonly excerpt?: string;
}

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

export const problem = (code: ReasonCode, message: string, more: { place?: string; remedy?: string; excerpt?: string } = {}): Problem => ({ code, message, ...more });

/** `place: message [CODE]`, the excerpt and the remedy below it: the one rendering of a problem in a terminal. */
export function problemText(p: Problem): string {
  const excerpt = p.excerpt === undefined ? [] : p.excerpt.split('\n').map((line) => `  ${line}`);
  const remedy = p.remedy === undefined ? [] : [`  remedy: ${p.remedy}`];
  return [`${p.place === undefined ? '' : `${p.place}: `}${p.message} [${p.code}]`, ...excerpt, ...remedy].join('\n');
}
