import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { planKind } from './plan-file.ts';
import { MAX_PLAN_BYTES, readJson } from './plan-json.ts';

const problem = (source: string | Uint8Array): string => {
  const read = readJson(typeof source === 'string' ? utf8(source) : source);
  return 'problem' in read ? read.problem : '';
};

describe('JSON from outside', () => {
  it.each([
    ['', 'not JSON'],
    ['{"a": 1', 'not JSON'],
    [new Uint8Array([0x22, 0xff, 0x22]), 'not UTF-8'],
    ['['.repeat(201) + ']'.repeat(201), 'nested deeper'],
    ['['.repeat(1_000_000), 'nested deeper'],
    ['{"a":'.repeat(100_000), 'nested deeper'],
    [`[${'0,'.repeat(8_000_001)}0]`, 'more than 8000000 values'],
    [new Uint8Array(MAX_PLAN_BYTES + 1), 'larger than 64 MiB'],
  ])('refuses what is too much (%#)', (source, why) => {
    expect(problem(source)).toContain(why);
  });

  it.each(['"[[[["', `"${'['.repeat(300)}"`, `"\\"${'['.repeat(300)}"`, `["\\\\", "${'{'.repeat(300)}"]`, '\ufeff{}'])('reads what only looks like it: %s', (source) => {
    expect(problem(source)).toBe('');
  });

  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(readJson(utf8(JSON.stringify(value)))).toEqual({ json: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (raw) => typeof readJson(raw) === 'object'));
  });
});

describe('planKind', () => {
  it.each([
    [{ format_version: '1.2' }, 'terraform'],
    [{ ChangeSetId: 'x', Changes: [] }, 'cloudformation'],
    [{ steps: [] }, 'pulumi'],
    [{}, undefined],
    [[], undefined],
    [null, undefined],
  ])('%j', (json, kind) => {
    expect(planKind(json)).toBe(kind);
  });
});
