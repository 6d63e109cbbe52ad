import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf } from './fields.ts';

describe('fieldsOf', () => {
  it('shows fields, shortens digests and leaves out what has a column of its own', () => {
    const leaf = { type: 'verdict', time: 1, body: 'ab', repo: 'infra', manifest: 'ab'.repeat(32), codes: ['ST_REF', 'PASS'], tier: { a: 1 }, nonce: null };
    expect(fieldsOf(JSON.stringify(leaf))).toEqual([
      ['repo', 'infra'],
      ['manifest', 'abababababab…'],
      ['codes', 'ST_REF PASS'],
      ['tier', '{"a":1}'],
    ]);
  });

  it.each(['plain words', '[1]', '3', 'null', '{"a":'])('leaves %j as it is', (text) => expect(fieldsOf(text)).toBeUndefined());

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => Array.isArray(fieldsOf(text)) || fieldsOf(text) === undefined));
  });
});
