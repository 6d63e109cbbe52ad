/**
 * The published JSON Schemas are made of the shapes by which statements are read, and this fails where a file is out of date.
 * To write them again: npx vitest run --project unit src/core/gate/statement-schemas.test.ts -u
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../signoff/shape.ts';
import { NAMES } from '../signoff/statement.ts';
import { bodySchemas, statementSchemas } from './statement-schemas.ts';

const SPEC = new URL('../../../docs/spec/', import.meta.url);

describe.each([...statementSchemas, ...bodySchemas])('$folder', ({ folder, schema }) => {
  test('is published as it is read, with a page beside it', async () => {
    expect(schema).toBeDefined();
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(new URL(`${folder}/schema.json`, SPEC).pathname);
    expect(existsSync(new URL(`${folder}/README.md`, SPEC))).toBe(true);
  });
});

describe.each(statementSchemas)('$folder', ({ folder, predicateType, schema }) => {
  test('its page names the predicate', () => {
    expect(readFileSync(new URL(`${folder}/README.md`, SPEC), 'utf8')).toContain(predicateType);
  });

  test('says of every member what it is', () => {
    const bare = (at: unknown): boolean => typeof at === 'object' && at !== null && (Object.keys(at).length === 0 || Object.values(at).some(bare));
    const { properties } = schema as { properties: { predicate: { required: readonly string[]; additionalProperties: boolean } } };
    expect(bare(properties)).toBe(false);
    expect(properties.predicate.additionalProperties).toBe(false);
    expect(properties.predicate.required).toContain('nonce');
  });
});

test('no schema uses a word that this test would not understand', () => {
  const known = [
    '$schema',
    '$id',
    'title',
    'description',
    'type',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'prefixItems',
    'minItems',
    'maxItems',
    'pattern',
    'enum',
    'const',
    'anyOf',
    'oneOf',
    'minimum',
    'maximum',
  ];
  const words = (schema: JsonSchema): readonly string[] => {
    type Lists = { readonly [word in 'anyOf' | 'oneOf' | 'prefixItems']?: readonly JsonSchema[] };
    const { properties = {}, items, anyOf = [], oneOf = [], prefixItems = [] } = schema as Lists & { properties?: object; items?: JsonSchema };
    const inner = [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf, ...oneOf, ...prefixItems];
    return [...Object.keys(schema), ...inner.flatMap((s) => words(s as JsonSchema))];
  };
  for (const { schema = {} } of [...statementSchemas, ...bodySchemas]) expect([...new Set(words(schema))].filter((w) => !known.includes(w))).toEqual([]);
});

test('every predicate of ours has one', () => {
  const ours = Object.entries(NAMES).flatMap(([name, value]) => (/predicate$/i.test(name) && value.startsWith(`https://${NAMES.domain}/`) ? [value] : []));
  // A genesis is no statement that people sign: it stands in entry 0 as it is.
  expect(statementSchemas.map((s) => s.predicateType).sort()).toEqual(ours.filter((p) => p !== NAMES.genesisPredicate).sort());
});
