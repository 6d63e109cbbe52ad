import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, dig, scalar } from '../../core/risk/data.ts';
import { parseJson, parseYaml } from './data.ts';

const yaml = (text: string) => canonical(parseYaml(text).documents[0]);

describe('YAML', () => {
  it('keeps where everything stands', () => {
    const { documents } = parseYaml('kind: Service\nspec:\n  ports:\n    - port: 80\n---\nkind: Job\n');
    expect(dig(documents[0], 'spec', 'ports', 0, 'port')).toEqual({ is: 'scalar', value: 80, line: 4 });
    expect(dig(documents[1], 'kind')?.line).toBe(6);
  });

  it('follows aliases, and lets what is written out win over what is merged in', () => {
    expect(yaml('x: &a {b: 1, c: 2}\ny: *a\nz: {c: 3, <<: *a}')).toBe('{"x":{"b":1,"c":2},"y":{"b":1,"c":2},"z":{"b":1,"c":3}}');
    expect(yaml('y: *later\nx: &later 1')).toBe('{"x":1,"y":?"*later"}');
  });

  it('does not guess what a tag means', () => {
    expect(yaml('a: !Ref Bucket\nb: !!str 12\nc: !Sub x')).toBe('{"a":?"!Ref Bucket","b":"12","c":?"!Sub x"}');
  });

  it('reads what stands before the document that does not read', () => {
    const read = parseYaml('a: 1\n---\nb: [\n');
    expect(read.documents.map(canonical)).toEqual(['{"a":1}']);
    expect(read.problem).toMatch(/^line \d+: /);
  });

  it('says so where aliases or depth go beyond what anybody can read', () => {
    const laughs = ['a: &a [x, x, x, x, x, x, x, x, x]', ...'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(', ')}]`)].join('\n');
    expect(parseYaml(laughs).problem).toMatch(/aliases/);
    expect(parseYaml(`${'['.repeat(200)}${']'.repeat(200)}`).problem).toMatch(/nested/);
  });
});

describe('JSON', () => {
  it('keeps where everything stands', () => {
    expect(dig(parseJson('{\n "a": [1,\n  {"b": null}]}').documents[0], 'a', 1, 'b')).toEqual({ is: 'scalar', value: null, line: 3 });
  });

  it('says where it is none, and how deep it goes', () => {
    expect(parseJson('{"a": 1,\n b }').problem).toMatch(/^line 2: /);
    expect(parseJson('['.repeat(200_000)).problem).toMatch(/nested/);
  });

  it('means what JSON.parse means', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const read = parseJson(JSON.stringify(value, null, 1));
        expect(read.problem).toBeUndefined();
        const back = read.documents[0];
        if (value === null || typeof value !== 'object') expect(scalar(back)).toBe(Object.is(value, -0) ? 0 : value);
        else expect(JSON.parse(canonical(back))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

it('never throws, whatever it is given', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom('a', ':', ' ', '\n', '-', '[', ']', '{', '}', '&', '*', '!', '|', '"', '<<', ',', '?'), { maxLength: 60 }).map((s) => s.join('')),
      ),
      (text) => {
        expect(parseYaml(text).kind).toBe('data');
        expect(parseJson(text).kind).toBe('data');
      },
    ),
  );
});
