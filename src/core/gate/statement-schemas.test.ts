/**
 * The published JSON Schemas are made of the shapes by which statements are read, and this fails where a file is out of date.
 * To write them again: npx vitest run --project unit src/core/gate/statement-schemas.test.ts -u
 */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { NOW, signoffInput } from '../../testing/signoffs.ts';
import { utf8 } from '../base/bytes.ts';
import { signoffStatement } from '../signoff/build.ts';
import { ownershipStatement, parseOwnership } from '../signoff/ownership.ts';
import { parseStatement } from '../signoff/parse.ts';
import type { JsonSchema } from '../signoff/shape.ts';
import { NAMES } from '../signoff/statement.ts';
import { parseWord, wordStatement } from './break-glass-words.ts';
import { statementSchemas } from './statement-schemas.ts';

const SPEC = new URL('../../../docs/spec/', import.meta.url);

describe.each(statementSchemas)('$folder', ({ folder, predicateType, schema }) => {
  test('is published as it is read, with a page beside it', async () => {
    expect(schema).toBeDefined();
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(new URL(`${folder}/schema.json`, SPEC).pathname);
    const page = new URL(`${folder}/README.md`, SPEC);
    expect(existsSync(page)).toBe(true);
    expect(readFileSync(page, 'utf8')).toContain(predicateType);
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
    'minItems',
    'pattern',
    'enum',
    'const',
    'anyOf',
    'oneOf',
    'minimum',
    'maximum',
  ];
  const words = (schema: JsonSchema): readonly string[] => {
    const { properties = {}, items, anyOf = [], oneOf = [] } = schema as { properties?: object; items?: JsonSchema; anyOf?: readonly JsonSchema[]; oneOf?: readonly JsonSchema[] };
    return [...Object.keys(schema), ...[...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf, ...oneOf].flatMap((s) => words(s as JsonSchema))];
  };
  for (const { schema = {} } of statementSchemas) expect([...new Set(words(schema))].filter((w) => !known.includes(w))).toEqual([]);
});

test('every predicate of ours has one', () => {
  const ours = Object.entries(NAMES).flatMap(([name, value]) => (/predicate$/i.test(name) && value.startsWith(`https://${NAMES.domain}/`) ? [value] : []));
  // A genesis is no statement that people sign: it stands in entry 0 as it is.
  expect(statementSchemas.map((s) => s.predicateType).sort()).toEqual(ours.filter((p) => p !== NAMES.genesisPredicate).sort());
});

/** What the words used here mean. */
function accepts(schema: JsonSchema, value: unknown): boolean {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (schema.type !== undefined && schema.type !== kind) return false;
  if (schema.const !== undefined && schema.const !== value) return false;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return false;
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern, 'u').test(String(value))) return false;
  if (typeof value === 'number' && (value < Number(schema.minimum ?? value) || value > Number(schema.maximum ?? value))) return false;
  const some = (of: unknown): number => (of as readonly JsonSchema[]).filter((s) => accepts(s, value)).length;
  if (schema.anyOf !== undefined && some(schema.anyOf) === 0) return false;
  if (schema.oneOf !== undefined && some(schema.oneOf) !== 1) return false;
  if (Array.isArray(value)) return value.length >= Number(schema.minItems ?? 0) && value.every((item) => accepts((schema.items ?? {}) as JsonSchema, item));
  if (kind !== 'object') return true;
  const members = value as { readonly [name: string]: unknown };
  const properties = (schema.properties ?? {}) as { readonly [name: string]: JsonSchema };
  const missing = ((schema.required ?? []) as readonly string[]).some((name) => !Object.hasOwn(members, name));
  return (
    !missing &&
    Object.entries(members).every(([name, member]) => (Object.hasOwn(properties, name) ? accepts(properties[name] ?? {}, member) : schema.additionalProperties !== false))
  );
}

/** Each statement with one member gone, made another kind, or one too many. */
function* spoiled(value: unknown): Generator<unknown> {
  for (const other of [null, 0, -1, 0.5, '', 'x', true, [], {}]) yield other;
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) for (const other of spoiled(item)) yield value.map((v, at) => (at === i ? other : v));
    return;
  }
  yield { ...value, more: 'x' };
  for (const [name, member] of Object.entries(value)) {
    const { [name]: _, ...rest } = value as { readonly [name: string]: unknown };
    yield rest;
    for (const other of spoiled(member)) yield { ...value, [name]: other };
  }
}

describe('schema and reader agree', () => {
  const { change, seen, nonce, expires, assumptions, policy } = signoffInput();
  const credential = { id: 'AQID', type: 'webauthn' } as const;
  const said = { change, person: 'mara', credential, seen, nonce };
  const tier = { uri: policy.uri, digest: { sha256: policy.digest }, tier: policy.tier };
  const samples = [
    ['human-signoff/v1', signoffStatement(signoffInput()), parseStatement],
    [
      'ownership/v1',
      ownershipStatement({
        ...{ author: 'ada', credential, change, filesRead: 1, filesTotal: 3, ran: ['x'], notUnderstood: ['nothing'] },
        ...{ assumptions, seen, nonce, expires },
      }),
      parseOwnership,
    ],
    [
      'break-glass/v1',
      wordStatement({ kind: 'use', reason: 'x', incident: 'y', policy: tier, review: { withinSeconds: 1, level: 'L6' }, expires: new Date(NOW).toISOString() }, said),
      parseWord,
    ],
    ['break-glass-cancel/v1', wordStatement({ kind: 'cancel', reason: 'x', uses: ['a'.repeat(64)] }, said), parseWord],
    ['break-glass-review/v1', wordStatement({ kind: 'review', outcome: 'justified', note: 'x', uses: ['a'.repeat(64)] }, said), parseWord],
  ] as const;

  it.each(samples)('%s', (folder, statement, parse) => {
    const schema = statementSchemas.find((s) => s.folder === folder)?.schema ?? {};
    const plain: unknown = JSON.parse(JSON.stringify(statement));
    expect(accepts(schema, plain)).toBe(true);
    let refused = 0;
    for (const other of spoiled(plain)) {
      const read = parse(utf8(JSON.stringify(other)));
      // What contradicts itself is well-formed, and what is well-formed may not be a moment that exists.
      const accepted = accepts(schema, other);
      if (read.ok && !accepted) expect.fail(`read, and not in the schema: ${JSON.stringify(other)}`);
      if (read.ok) continue;
      if (!accepted) refused += 1;
      else expect(read.error.message).toMatch(/subject change-manifest|not a time that exists|is not a https/);
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('of texts, whatever they hold', () => {
    const schema = statementSchemas.find((s) => s.folder === 'ownership/v1')?.schema ?? {};
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((t) => t.isWellFormed()),
        (words) => {
          const [, statement] = samples[1];
          const other = JSON.parse(JSON.stringify({ ...statement, predicate: { ...statement.predicate, ran: [words] } }));
          expect(accepts(schema, other)).toBe(parseOwnership(utf8(JSON.stringify(other))).ok);
        },
      ),
    );
  });
});
