/** Checks a value against a zod schema and says what is wrong in the words of the file: place, caret, near names. */
import * as z from 'zod';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import { hint } from './suggest.ts';
import type { YamlFile } from './yaml-file.ts';

export function shaped<T>(schema: z.ZodType<T>, file: YamlFile): Result<T, readonly Problem[]> {
  const parsed = schema.safeParse(file.value);
  return parsed.success ? ok(parsed.data) : err(parsed.error.issues.flatMap((issue) => problemsOf(issue, schema, file)));
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType, file: YamlFile): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => file.at(issue.path, `unknown key ${key}`, { key, remedy: hint(key, known) }));
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const given = valueAt(file.value, issue.path);
    const remedy = typeof given === 'string' ? hint(given, values) : undefined;
    return [file.at(issue.path, `must be ${values.join(' or ')}`, { remedy })];
  }
  const missing = issue.code === 'invalid_type' && valueAt(file.value, issue.path) === undefined;
  return [file.at(issue.path, missing ? `is missing; it must be ${issue.expected}` : lower(issue.message))];
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
  return at;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Record<PropertyKey, unknown>)[step] : undefined), value);
}

const lower = (message: string): string => `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
