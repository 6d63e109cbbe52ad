/** Reads one case out of a policy file, a scenario file or a line of JSON. */
import type { Case } from './case.ts';

export type Complain = (path: readonly PropertyKey[], message: string, more?: { readonly remedy?: string | undefined; readonly key?: string }) => void;

/** No case where anything is wrong with it: every problem goes to `complain`, with its place. */
export function readCase(value: unknown, complain: Complain): readonly Case[] {
  if (value !== null) complain([], 'cases are not read yet');
  return [];
}
