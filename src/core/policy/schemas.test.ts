/**
 * The published JSON Schemas are made of the shapes, and this fails where a file is out of date.
 * To write them again: npx vitest run --project unit src/core/policy/schemas.test.ts -u
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FACT_TYPES } from './fact-types.ts';
import { SCHEMA_FILES, SCHEMA_NAMES, schemaOf, schemaText } from './schemas.ts';

test.each(SCHEMA_NAMES)('%s', async (name) => {
  await expect(schemaText(name)).toMatchFileSnapshot(`../../../docs/spec/${SCHEMA_FILES[name]}`);
});

/** Property names anywhere in a schema. */
function namesIn(schema: unknown): ReadonlySet<string> {
  if (typeof schema !== 'object' || schema === null) return new Set();
  const own = 'properties' in schema && typeof schema.properties === 'object' && schema.properties !== null ? Object.keys(schema.properties) : [];
  return new Set([...own, ...Object.values(schema).flatMap((v) => [...namesIn(v)])]);
}

test('the policy schema types its tests, and what it asks for nothing of may be left out', () => {
  const schema = schemaOf('policy');
  expect(schema.required).toEqual(['version', 'ladder', 'senior', 'protected']);
  expect(namesIn(schema.properties)).toContain('signoffs');
  expect(schema.additionalProperties).toBe(false);
});

test('every root a condition may ask about can be said in a case, or follows from it', () => {
  const said = namesIn(schemaOf('facts'));
  const follows = { system: 'paths', author: 'author', people: 'people', incident: 'incidents', change: 'change' };
  for (const root of Object.keys(FACT_TYPES)) expect(said).toContain(Object.hasOwn(follows, root) ? follows[root as keyof typeof follows] : root);
});

test('docs/spec/policy.md names the schemas and shows editors where they are', () => {
  const page = readFileSync(new URL('../../../docs/spec/policy.md', import.meta.url), 'utf8');
  for (const file of Object.values(SCHEMA_FILES)) expect(page).toContain(file);
  expect(page).toMatch(/# yaml-language-server: \$schema=\S*countersign\.schema\.json/);
});
