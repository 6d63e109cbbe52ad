import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { bounded, INLINE } from './bounded.ts';
import { parseContent } from './content.ts';
import { parseYaml } from './data.ts';

const long = (text: string): string => `${text}# ${'x'.repeat(INLINE)}\n`;
/** No file of a thread is done in no time. */
const hasty = (): ReturnType<typeof bounded> => bounded(0);
const heavy = 'a: [1, 2, 3]\n'.repeat(60_000);

describe('a bound in time', () => {
  it('gives in a thread what is given without one', async () => {
    const text = long('a: 1\n---\nb: [2, &x c, *x]\n');
    expect(await bounded().parse('yaml', text)).toEqual(parseYaml(text));
    expect(await bounded().parse('hcl', long('resource "a" "b" {\n  c = 1\n}\n'))).toMatchObject({ kind: 'hcl', blocks: [{ type: 'resource', labels: ['a', 'b'] }] });
    expect(await bounded().parse('sql', `DROP TABLE t; -- ${'x'.repeat(INLINE)}`)).toMatchObject({ kind: 'sql', statements: [{ line: 1 }] });
    expect(await bounded().parse('json', `{"a": 1}${' '.repeat(INLINE)}`)).toMatchObject({ kind: 'data', format: 'json' });
  });

  it('ends what runs over, says so, and reads the next file', async () => {
    expect(await hasty().parse('yaml', heavy)).toEqual({ kind: 'unreadable', why: expect.stringMatching(/^too large or slow/) });
    expect(await bounded().parse('yaml', long('a: 1\n'))).toMatchObject({ kind: 'data' });
  });

  it('does not try file after file of one change', async () => {
    const by = hasty();
    for (let i = 0; i < 3; i++) await by.parse('yaml', heavy);
    expect(await by.parse('yaml', heavy)).toMatchObject({ why: expect.stringContaining('3 other files') });
    expect(await by.parse('yaml', 'a: 1\n')).toMatchObject({ kind: 'data' });
  });

  it('answers all who ask at once', async () => {
    const by = bounded();
    const all = await Promise.all([1, 2, 3].map((n) => by.parse('yaml', long(`a: ${n}\n`))));
    expect(all.map((p) => p.kind === 'data' && p.documents.length)).toEqual([1, 1, 1]);
  });

  it('leaves the text of data to those who read lines', async () => {
    expect(await parseContent('k8s/a.yaml', '100644', { id: '', bytes: utf8(heavy) }, hasty())).toEqual({
      kind: 'data',
      format: 'yaml',
      documents: [],
      text: heavy,
      problem: expect.stringMatching(/^too large or slow/),
    });
  });
});

it.each([
  ['anchors', '&a '.repeat(100_000)],
  ['brackets', ']'.repeat(100_000)],
  ['lists in lists', '['.repeat(100_000)],
])('%s without end are a problem, and no long wait', (_, text) => {
  expect(parseYaml(text).problem).toMatch(/^line 1: /);
});
