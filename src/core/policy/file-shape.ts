/** Checks a value against a zod schema and says what is wrong in the words of the file: place, caret, near names. */
import * as z from 'zod';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import { hint } from './suggest.ts';
import type { Remedy, YamlFile } from './yaml-file.ts';

/** Hands on one thing that is wrong, by the path of what is wrong. */
export type Complain = (path: readonly PropertyKey[], message: string, more?: { readonly remedy?: Remedy; readonly key?: string }) => void;

export function shaped<T>(schema: z.ZodType<T>, file: YamlFile): Result<T, readonly Problem[]> {
  const problems: Problem[] = [];
  const value = shapedValue(schema, file.value, (path, message, more) => problems.push(file.at(path, message, more)));
  return value === undefined ? err(problems) : ok(value.value);
}

/** The value, or undefined once everything that is wrong with it was complained about. */
export function shapedValue<T>(schema: z.ZodType<T>, value: unknown, complain: Complain): { readonly value: T } | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  for (const issue of parsed.error.issues) told(issue, schema, value, complain);
  return undefined;
}

function told(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, complain: Complain): void {
  const { path } = issue;
  const given = valueAt(value, path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    for (const key of issue.keys) complain(path, `unknown key ${key}`, { key, remedy: () => hint(key, known) });
    return;
  }
  if (issue.code === 'invalid_union') {
    const inside = nearestBranch(issue.errors);
    if (inside === undefined) complain(path, lower(issue.message), { remedy: nearWord(given, issue.errors) });
    for (const inner of inside ?? []) told({ ...inner, path: [...path, ...inner.path] }, schema, value, complain);
    return;
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    complain(path, `must be ${values.join(' or ')}`, { remedy: typeof given === 'string' ? hint(given, values) : undefined });
    return;
  }
  const missing = issue.code === 'invalid_type' && given === undefined;
  complain(path, missing ? `is missing; it must be ${issue.expected}` : lower(issue.message));
}

/** Of the shapes a value may have, the one it is meant to be: the one whose own kind it is. */
function nearestBranch(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  return errors.find((issues) => issues.every((i) => i.path.length > 0 || (i.code !== 'invalid_type' && i.code !== 'invalid_value' && i.code !== 'invalid_union')));
}

function nearWord(given: unknown, errors: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const words = errors.flatMap((issues) => issues.flatMap((i) => (i.code === 'invalid_value' ? i.values.map(String) : [])));
  return typeof given === 'string' ? hint(given, words) : undefined;
}

/** Keys the schema knows at this path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = schema;
  for (const step of path) {
    at = unwrapped(at);
    at = at instanceof z.ZodObject ? at.shape[String(step)] : at instanceof z.ZodArray ? at.element : undefined;
  }
  at = unwrapped(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault) at = at.unwrap();
  // Of a union, the one that has keys or items: words have none to look into.
  return at instanceof z.ZodUnion ? unwrapped(at.options.find((o: unknown) => holds(unwrapped(o)))) : at;
}

const holds = (schema: unknown): boolean => schema instanceof z.ZodObject || schema instanceof z.ZodArray;

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Record<PropertyKey, unknown>)[step] : undefined), value);
}

const lower = (message: string): string => `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
