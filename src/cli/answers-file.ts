/** What a person says in a file, for signing in the terminal: a JSON object with members of their own. */
import { readFileSync } from 'node:fs';
import type { Json } from '../core/base/json.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';

export type Said = { readonly [member: string]: Json };

/** @param defaults members that may be left out. @param owed those that may not. Problems: USAGE. */
export function readAnswers(file: string, defaults: Said, owed: readonly string[]): Result<Said, readonly Problem[]> {
  try {
    const said: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof said !== 'object' || said === null || Array.isArray(said)) return err([problem('USAGE', 'the answers are not a JSON object', { place: file })]);
    const own = { ...defaults, ...(said as Said) };
    const silent = owed.filter((name) => !Object.hasOwn(own, name));
    return silent.length === 0 ? ok(own) : err([problem('USAGE', `the answers do not say: ${silent.join(', ')}`, { place: file, remedy: 'the form comes without --answers' })]);
  } catch (error) {
    return err([problem('USAGE', `the answers cannot be read: ${error instanceof Error ? error.message : String(error)}`, { place: file })]);
  }
}
