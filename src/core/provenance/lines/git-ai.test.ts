/** git-ai's notes: what its standard says, what hostile ones hold, and that ours come back as they went. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attribution, Hand } from './attribution.ts';
import { sessionId } from './fingerprint.ts';
import { readGitAi } from './git-ai.ts';
import { writeGitAi } from './git-ai-write.ts';
import { readNote } from './read-note.ts';

const COMMIT = 'c'.repeat(40);
const META = {
  schema_version: 'authorship/3.0.0',
  git_ai_version: '1.4.5',
  base_commit_sha: COMMIT,
  prompts: {
    d9978a8723e02b52: { agent_id: { tool: 'cursor', id: 'conv 9', model: 'gpt-5' }, human_author: 'N <m>', overriden_lines: 0, messages: [{ role: 'user', text: 'a secret' }] },
  },
  sessions: { s_c9883b05a2487d: { agent_id: { tool: 'claude', id: 'conv_1', model: 'opus' }, human_author: 'Ada <a@x>', custom_attributes: {} } },
  humans: { h_31dce776f88375: { author: 'Rui <r@x>' } },
};
const note = (attested: string, meta: unknown = META): string => `${attested}---\n${JSON.stringify(meta, undefined, 1)}\n`;
const read = (text: string): Attribution => readGitAi(text, COMMIT);
const ranges = (a: Attribution) => Object.fromEntries(a.files.map((f) => [f.path, f.ranges.map((r) => `${r.start}-${r.end} ${r.hand}`)]));

describe('a note of standard 3.0.0', () => {
  const found = read(note('src/a.ts\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10,15,20-22\n  h_31dce776f88375 35-40\n"docs/my file.md"\n  d9978a8723e02b52 4-9\n'));

  test('says whose each range is', () => {
    expect(found).toMatchObject({ commit: COMMIT, source: 'git-ai', version: 'authorship/3.0.0', trust: 3, unreadable: [] });
    expect(ranges(found)).toEqual({
      'src/a.ts': ['1-10 s_c9883b05a2487d', '15-15 s_c9883b05a2487d', '20-22 s_c9883b05a2487d', '35-40 h_31dce776f88375'],
      'docs/my file.md': ['4-9 d9978a8723e02b52'],
    });
  });

  test('may name a hand by the id of its conversation, as the earliest did', () => {
    const id = '7c3674d9-59e3-44bd-9ce7-bf935fce1689';
    const early = read(note(`a.ts\n  ${id} 2,5-6\n`, { ...META, prompts: { [id]: { agent_id: { tool: 'cursor', id, model: 'gpt-5' } } } }));
    expect([...early.hands.values()]).toMatchObject([{ by: 'ai', tool: 'cursor' }]);
    expect(early.unreadable).toEqual([]);
  });

  test('names tool, model, session and person', () => {
    expect([...found.hands.values()]).toEqual([
      { by: 'ai', tool: 'claude', model: 'opus', session: 's_c9883b05a2487d', person: 'Ada <a@x>' },
      { by: 'human', tool: '', person: 'Rui <r@x>' },
      { by: 'ai', tool: 'cursor', model: 'gpt-5', session: sessionId('cursor', 'conv 9'), person: 'N <m>' },
    ]);
  });

  test('keeps no word of a transcript', () => {
    expect(JSON.stringify([...found.hands.values(), found.files])).not.toContain('secret');
  });

  test('that attests nothing is no human’s', () => {
    expect(read(note('', { ...META, sessions: undefined, humans: undefined }))).toMatchObject({ files: [], unreadable: [] });
  });
});

describe('hostile or damaged', () => {
  test.each([
    ['a file called like the divider', note('---\n  s_c9883b05a2487d 1\n'), { '---': ['1-1 s_c9883b05a2487d'] }, []],
    ['a line feed in a quoted path', note('"a\nb"\n  s_c9883b05a2487d 1\n'), { 'a\nb': ['1-1 s_c9883b05a2487d'] }, []],
    ['a quoted path that holds an entry', note('"a\n  s_c9883b05a2487d 7\n---\n{}"\n  s_c9883b05a2487d 1\n'), { 'a\n  s_c9883b05a2487d 7\n---\n{}': ['1-1 s_c9883b05a2487d'] }, []],
    ['carriage returns', note('a.ts\r\n  s_c9883b05a2487d 1\r\n').replaceAll('---\n', '---\r\n'), { 'a.ts': ['1-1 s_c9883b05a2487d'] }, []],
    ['a range that ends before it begins', note('a\n  s_c9883b05a2487d 4-1,2\n'), { a: ['2-2 s_c9883b05a2487d'] }, ['"4-1" of s_c9883b05a2487d is no range of lines']],
    [
      'lines without end',
      note('a\n  s_c9883b05a2487d 1-999999999\n  s_c9883b05a2487d 1-99999999999\n'),
      { a: ['1-999999999 s_c9883b05a2487d'] },
      [expect.stringContaining('is no range')],
    ],
    ['an unknown kind of key', note('a\n  x_12 1-2\n'), {}, ['an entry is not understood: x_12 1-2']],
    ['an entry under no path', note('  s_c9883b05a2487d 1\n'), {}, ['an entry stands under no path: s_c9883b05a2487d 1']],
    ['a key twice, an AI’s lines under a human’s name', note('a\n  s_c9883b05a2487d 1-4\n  h_31dce776f88375 3-6\n'), { a: ['1-4 s_c9883b05a2487d', '5-6 h_31dce776f88375'] }, []],
    ['no divider', 'a\n  s_c9883b05a2487d 1\n', { a: ['1-1 s_c9883b05a2487d'] }, ['no line "---" ends its attestations', 'it ends before its JSON']],
  ])('%s', (_, text, expected, unreadable) => {
    const found = read(text);
    expect(ranges(found)).toEqual(expected);
    expect(found.unreadable).toEqual(unreadable);
  });

  test('damaged JSON does not unsay an AI, and is said', () => {
    const found = read('a\n  s_c9883b05a2487d 1-2\n---\n{"schema_version":"authorship/3.0.0","sess');
    expect(found.hands.get('s_c9883b05a2487d')).toEqual({ by: 'ai', tool: 'unknown', session: 's_c9883b05a2487d' });
    expect(found.unreadable).toEqual(['its JSON is damaged']);
  });

  test('two notes that git put one behind the other are both read, and said to be', () => {
    const found = read(`${note('a\n  s_c9883b05a2487d 1\n')}\n${note('b\n  d9978a8723e02b52 2\n')}`);
    expect(ranges(found)).toEqual({ a: ['1-1 s_c9883b05a2487d'], b: ['2-2 d9978a8723e02b52'] });
    expect(found.unreadable).toEqual([expect.stringContaining('one behind the other')]);
  });

  test('names of JavaScript’s own are names', () => {
    const found = read('__proto__\n  s_0 1\nconstructor\n  s_1 1\n---\n{"schema_version":"authorship/3.0.0","sessions":{"__proto__":{},"constructor":1}}');
    expect(found.files.map((f) => f.path)).toEqual(['__proto__', 'constructor']);
    expect([...found.hands.values()].map((h) => h.tool)).toEqual(['unknown', 'unknown']);
  });

  test.each([
    ['ranges', `a\n  s_1 ${'7,'.repeat(1_500_000)}7\n---\n{}`],
    ['paths', `${'a\n'.repeat(1_500_000)}---\n{}`],
    ['quotes', `${'"a"b\n'.repeat(600_000)}---\n{}`],
    ['dividers', '---\n'.repeat(1_000_000)],
    ['braces', `---\n${'{'.repeat(3_000_000)}`],
    ['backslashes', `---\n{"a":"${'\\'.repeat(3_000_000)}`],
    ['notes', '---\n{}\n'.repeat(400_000)],
  ])('millions of %s are read in a moment', (_, text) => {
    // Work by the square of it would go far beyond the limit of a test; nothing here reads a clock.
    expect(read(text).unreadable.length).toBeGreaterThan(0);
  });
});

const AUTHORSHIP = {
  files: {
    'src/a.py': {
      file: 'src/a.py',
      authors: [
        { author: 'Claude', lines: [22, [8, 10]], agent_metadata: null },
        { author: 'Dana Lee', lines: [[9, 12]], agent_metadata: null },
      ],
    },
  },
};

describe('older formats', () => {
  test('0.0.1: a tool’s label is an AI, a name is a person, and the AI has the line both claim', () => {
    for (const value of [AUTHORSHIP, { ...AUTHORSHIP, schema_version: 'authorship/0.0.1' }]) {
      const { attribution } = readNote(JSON.stringify(value), COMMIT);
      const by = (key: string) => attribution.hands.get(key)?.tool || attribution.hands.get(key)?.person;
      expect(attribution.files[0]?.ranges.map((r) => `${r.start}-${r.end} ${by(r.hand)}`)).toEqual(['8-10 claude', '11-12 Dana Lee', '22-22 claude']);
      expect(attribution.unreadable).toEqual([]);
    }
  });

  test('1.0.0 and 2.0.0 are refused in words', () => {
    for (const version of ['1.0.0', '2.0.0']) {
      const { attribution } = readNote(JSON.stringify({ ...AUTHORSHIP, schema_version: `authorship/${version}` }), COMMIT);
      expect(attribution).toMatchObject({ files: [], unreadable: [`its version authorship/${version} is not read`] });
    }
  });

  test('a format is told by what the note holds', () => {
    expect(readNote(note('a\n  s_c9883b05a2487d 1\n'), COMMIT).attribution.version).toBe('authorship/3.0.0');
    expect(readNote('{"hello":1}', COMMIT).attribution.unreadable).toEqual(['it is JSON of no format known, or it is damaged']);
    expect(readNote('hello', COMMIT).attribution.unreadable.length).toBeGreaterThan(0);
  });
});

const person = fc.constantFrom('Ada <ada@x.example>', 'Rui');
const hand: fc.Arbitrary<Hand> = fc.oneof(
  fc.record({
    by: fc.constant('ai' as const),
    tool: fc.constantFrom('claude', 'codex', 'pi'),
    model: fc.constantFrom('opus', 'gpt-5.1'),
    session: fc.integer({ min: 0, max: 9 }).map((i) => sessionId('x', `${i}`)),
    person,
  }),
  fc.record({ by: fc.constant('human' as const), tool: fc.constant(''), person }),
);
const path = fc.oneof(fc.constantFrom('a.ts', 'docs/my file.md', 'tab\there', 'line\nbreak', 'x"y', 'caf\u00e9', '- -', '-- -', 'a:b'), fc.string({ minLength: 1, maxLength: 12 }));
const attribution = fc
  .tuple(
    fc.uniqueArray(hand, { minLength: 1, maxLength: 4, selector: (h) => `${h.session ?? h.person}` }),
    fc.uniqueArray(fc.tuple(path, fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(3)), { minLength: 1 })), { selector: ([p]) => p, maxLength: 5 }),
  )
  .map(([hands, files]): Attribution => {
    const named = new Map(hands.map((h, i) => [`k${i}`, h]));
    return {
      commit: COMMIT,
      source: 'countersign',
      version: '1',
      trust: 3,
      hands: named,
      unreadable: [],
      files: files.map(([p, spans]) => {
        let at = 0;
        const ranges = spans.map(([gap, size, of]) => {
          const start = at + gap + 1;
          at = start + size;
          return { start, end: at, hand: `k${of % hands.length}` };
        });
        return { path: p, ranges, removed: [] };
      }),
    };
  });
const plain = (a: Attribution) => a.files.map((f) => [f.path, f.ranges.map((r) => [r.start, r.end, a.hands.get(r.hand)])]);

describe('what we write', () => {
  test('comes back as it went, but for paths that cannot be spelled, and those are said', () => {
    fc.assert(
      fc.property(attribution, (mine) => {
        const { text, left } = writeGitAi(mine);
        const back = readGitAi(text, COMMIT);
        expect(back.unreadable).toEqual([]);
        const kept = plain(mine).filter(([p]) => !left.some((words) => words.startsWith(`${JSON.stringify(p)}:`)));
        expect(plain(back)).toEqual(kept);
        expect(left.length).toBe(mine.files.length - kept.length);
        for (const usual of ['a.ts', 'docs/my file.md', 'line\nbreak', 'x"y']) expect(left.join()).not.toContain(JSON.stringify(usual));
      }),
      { numRuns: 300 },
    );
  });
});

const bits = fc.constantFrom(
  'a.ts',
  '"',
  '  ',
  's_12',
  'h_3',
  '::t_4',
  ' ',
  '1-2',
  ',',
  '\n',
  '---\n',
  '{',
  '}',
  '"files"',
  ':',
  '[',
  ']',
  '9999999999',
  '\\',
  '{"version":"1","files":[',
  'countersign/lines/1',
  '\0',
  '\ud800',
);
describe('any text at all', () => {
  test('is read without a throw, into ranges that are whole', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(bits, { maxLength: 60 }).map((b) => b.join('')),
          fc.string(),
          fc.json(),
        ),
        (text) => {
          const { attribution: found } = readNote(text, COMMIT);
          for (const file of found.files) {
            expect(file.path).not.toBe('');
            for (const [i, r] of file.ranges.entries()) expect(r.start >= 1 && r.end >= r.start && r.start > (file.ranges[i - 1]?.end ?? 0) && found.hands.has(r.hand)).toBe(true);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
