import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, type DataNode, dig, entries, scalar } from '../../core/risk/data.ts';
import { parseHcl } from './hcl.ts';

async function value(expression: string): Promise<DataNode | undefined> {
  const parsed = await parseHcl(`a = ${expression}\n`);
  return parsed.kind === 'hcl' ? parsed.blocks[0]?.attributes[0]?.value : undefined;
}
/** Without lines. */
const plain = async (expression: string): Promise<string> => canonical(await value(expression));

describe('the constant value of an expression', () => {
  it.each([
    [`"a\\n\\"b\\" \\u00e9 $\${c}"`, `"a\\n\\"b\\" é \${c}"`],
    ['""', '""'],
    ['1', '1'],
    ['-2.5', '-2.5'],
    ['true', 'true'],
    ['null', 'null'],
    ['((7))', '7'],
    ['["a", 1, [], # why\n  { b = 2 }]', '["a",1,[],{"b":2}]'],
    ['{ a = 1, "b" : 2\n c = [3] }', '{"a":1,"b":2,"c":[3]}'],
    ['jsonencode({ Statement = [{ Effect = "Deny" }] })', '{"Statement":[{"Effect":"Deny"}]}'],
    ['toset(["a"])', '["a"]'],
    ['flatten(["a", ["b"]])', '["a","b"]'],
    [`<<EOF\n{"a": "$\${b}"}\n  c\nEOF`, `"{\\"a\\": \\"\${b}\\"}\\n  c\\n"`],
    ['<<-EOF\n    a\n\n      b\n    EOF', '"a\\n\\n  b\\n"'],
    ['<<EOF\nEOF', '""'],
  ])('%s', async (expression, expected) => expect(await plain(expression)).toBe(expected));

  it.each([
    'var.a',
    'a.b[0]',
    `"x\${a}"`,
    '"%{ if a }b%{ endif }"',
    'a ? "b" : "c"',
    '!true',
    '1 + 2',
    '-a',
    'file("x")',
    'jsonencode(local.a)',
    '[for x in y : x]',
    'a[*].b',
    'concat(a...)',
  ])('of %s is unknown, and says how it is written', async (expression) => expect(await value(expression)).toEqual({ is: 'unknown', text: expression, line: 1 }));

  it('is unknown in parts', async () => {
    expect(await plain('concat(["a"], var.b)')).toBe('["a",?"var.b"]');
    expect(await plain(`{ "\${var.issuer}:sub" = "x", (k) = var.v, z = { y = f( 1,\n 2 ) } }`)).toBe(`{"\${var.issuer}:sub":"x","(k)":?"var.v","z":{"y":?"f( 1, 2 )"}}`);
  });

  it('keeps the lines of a heredoc with templates', async () => {
    expect(await value(`<<EOF\n{\n  "Resource": "\${a}"\n}\nEOF`)).toEqual({ is: 'unknown', text: `<<EOF\n{\n  "Resource": "\${a}"\n}\nEOF`, line: 1 });
  });

  it('knows the line of everything', async () => {
    const read = await value('jsonencode({\n  a = [\n    "b",\n    var.c,\n  ]\n})');
    expect(entries(read)[0]?.line).toBe(2);
    expect(dig(read, 'a', 0)?.line).toBe(3);
    expect(dig(read, 'a', 1)).toEqual({ is: 'unknown', text: 'var.c', line: 4 });
  });

  it('is unknown below a depth that nobody writes', async () => {
    const read = await value(`${'['.repeat(2_000)}1${']'.repeat(2_000)}`);
    let depth = 0;
    let at = read;
    while (at?.is === 'list') [at, depth] = [at.items[0], depth + 1];
    expect(at?.is).toBe('unknown');
    expect(depth).toBeLessThan(64);
  });

  it('is what was written, for any data', async () => {
    const json = fc.json({ maxDepth: 3, stringUnit: fc.constantFrom('a', 'é', '"', '\\', '\n', '$', ' ', '😀') }).filter((text) => !/\de[-+]?\d/.test(text));
    await fc.assert(
      fc.asyncProperty(json, async (text) => {
        const data: unknown = JSON.parse(text);
        const read = await value(literal(data));
        expect(rebuilt(read)).toEqual(data);
      }),
      { numRuns: 200 },
    );
  });
});

function literal(data: unknown): string {
  if (Array.isArray(data)) return `[${data.map(literal).join(', ')}]`;
  if (typeof data === 'object' && data !== null)
    return `{ ${Object.entries(data)
      .map(([k, v]) => `${literal(k)} = ${literal(v)}`)
      .join(', ')} }`;
  return typeof data === 'string' ? JSON.stringify(data).replaceAll(`\${`, `$\${`) : JSON.stringify(data);
}

function rebuilt(node: DataNode | undefined): unknown {
  if (node?.is === 'list') return node.items.map(rebuilt);
  if (node?.is === 'map') return Object.fromEntries(node.entries.map((e) => [e.key, rebuilt(e.value)]));
  return scalar(node);
}
