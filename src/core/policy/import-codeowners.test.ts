/** CODEOWNERS to rules and back: whoever a path's owners were, the imported rules ask for the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { type OwnersFile, ownersOf } from '../change/codeowners.ts';
import { readOwners } from '../change/codeowners-read.ts';
import { matches, validGlob } from '../change/glob.ts';
import type { From, Imported } from './import.ts';
import { importCodeowners } from './import-codeowners.ts';
import { peopleOf } from './import-owners.ts';
import { importedYaml } from './import-yaml.ts';
import { loadPolicy } from './load.ts';
import { readYaml } from './yaml-file.ts';

type Dialect = 'github' | 'gitlab';

function read(text: string, dialect: Dialect): OwnersFile {
  const file = readOwners(text, dialect, 'CODEOWNERS');
  if (!file.ok) throw new Error(file.error.message);
  return file.value;
}

function imported(text: string, dialect: Dialect = 'github'): Imported {
  const result = importCodeowners(read(text, dialect), 'CODEOWNERS');
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const rule = (text: string, id: string, dialect?: Dialect) => imported(text, dialect).rules.find((r) => r.id === id);

describe('github', () => {
  test('one rule for each set of owners; later lines of others are taken out again', () => {
    const { rules } = imported('* @a\n/docs/ @org/docs\n*.md @a\n/docs/legal/\n');
    expect(rules).toEqual([
      { id: 'owners.a', description: 'Owned by @a.', paths: ['**', '!docs/**/*', '**/*.md/**', '!docs/legal/**/*'], ask: { humans: 1, from: { teams: [], people: ['a'] } } },
      { id: 'owners.docs', description: 'Owned by @org/docs.', paths: ['docs/**/*', '!**/*.md/**', '!docs/legal/**/*'], ask: { humans: 1, from: { teams: ['docs'], people: [] } } },
      { id: 'owners.nobody', description: 'Owned by nobody, so nobody is asked.', paths: ['docs/legal/**/*'], ask: null },
    ]);
  });

  test('what nothing matches is a rule of its own', () => {
    expect(rule('/src/ @a\n', 'owners.nobody')?.paths).toEqual(['**', '!src/**/*']);
    expect(rule('* @a\n', 'owners.nobody')).toBeUndefined();
    expect(rule('', 'owners.nobody')?.paths).toEqual(['**']);
  });

  test('lines that cannot matter to a rule are not in it', () => {
    expect(rule('/a/ @x\n/b/ @y\n', 'owners.x')?.paths).toEqual(['a/**/*']);
    expect(rule('/a/ @x\n* @y\n', 'owners.x')).toBeUndefined();
    expect(rule('/a/ @x\n/a/ @y\n/a/ @x\n', 'owners.x')?.paths).toEqual(['a/**/*']);
  });

  test('organisations are told apart where there are two', () => {
    expect(rule('a @One/t @two/t', 'owners.one-t-two-t')?.ask?.from.teams).toEqual(['one/t', 'two/t']);
  });

  test('says what is lost, weaker, stricter and to be looked at', () => {
    const { notes } = imported('!a @x\n/b @Y m@e.io\n./c @z\n');
    expect(notes.map(({ kind, line }) => [kind, line])).toEqual([
      ['lost', 1],
      ['lost', 3],
      ['weaker', null],
      ['check', null],
      ['check', null],
      ['check', null],
      ['stricter', null],
      ['stricter', null],
    ]);
    expect(notes.map(({ text }) => text).join('\n')).toMatch(
      /skips the line[\s\S]*no path a repository can have[\s\S]*no owner pass[\s\S]*m@e\.io[\s\S]*@Name from @name[\s\S]*stands behind the change/,
    );
  });

  test('says where a rule is larger than policy takes', () => {
    const lines = Array.from({ length: 501 }, (_, i) => `/d${i}/ @a`).join('\n');
    expect(imported(lines).notes.map(({ text }) => text)).toContainEqual(expect.stringContaining('owners.a has 501 paths'));
    expect(imported(`/${'a'.repeat(1200)} @a`).notes[0]).toMatchObject({ kind: 'lost', line: 1 });
    const many = importCodeowners(read(Array.from({ length: 1_500 }, (_, i) => `${i} @p${i}`).join('\n'), 'github'), 'CODEOWNERS');
    expect(many).toMatchObject({ ok: false, error: { code: 'OWNERS_INVALID' } });
  });
});

describe('gitlab', () => {
  test('one rule a section and set of owners, with its number; optional ones ask nobody', () => {
    const { rules } = imported('* @all\n[Docs][2] @g/docs\n*.md\n/legal.md @law\n!/gen.md\n^[Go]\n*.go @@maintainers\n', 'gitlab');
    expect(rules).toEqual([
      { id: 'owners.all', description: 'Owned by @all.', paths: ['**'], ask: { humans: 1, from: { teams: [], people: ['all'] } } },
      { id: 'owners.docs', description: 'Docs: owned by @g/docs.', paths: ['**/*.md', '!legal.md', '!gen.md'], ask: { humans: 2, from: { teams: ['g/docs'], people: [] } } },
      { id: 'owners.docs-2', description: 'Docs: owned by @law.', paths: ['legal.md'], ask: { humans: 2, from: { teams: [], people: ['law'] } } },
      { id: 'owners.go', description: 'Go, optional: owned by @@maintainers.', paths: ['**/*.go'], ask: null },
      { id: 'owners.nobody', description: 'Owned by nobody, so nobody is asked.', paths: ['**'], ask: null },
    ]);
  });

  test('a set of nothing but what would negate it', () => {
    const paths = rule('/[\\!^]x @a\n', 'owners.a', 'gitlab')?.paths ?? [];
    expect(['!x', '^x', 'ax', '\\x'].filter((path) => matches(paths, path))).toEqual(['!x', '^x']);
  });

  test('says what an approval count, a role, a group and an exclusion became', () => {
    const words = imported('!x\na @m\n[B][40]\nb @@owner\n^[C]\nc @c\n', 'gitlab')
      .notes.map(({ text }) => text)
      .join('\n');
    expect(words).toMatch(/asks for 40 approvals[\s\S]*optional sections ask nobody[\s\S]*stays out of it[\s\S]*@@owner[\s\S]*@name may be a group/);
  });
});

test('the fragment is YAML that policy reads, whatever the file holds', () => {
  const hostile = ['* @a', 'x"y\\\\ @b', `a\u202eb\u0007 @c`, '/{q},[z] @d', '[S\u2028: "x" # y][3] @e', 'k', '\u{1f600} @f'].join('\n');
  for (const dialect of ['github', 'gitlab'] as const) {
    const result = imported(hostile, dialect);
    const yaml = readYaml(utf8(importedYaml(result)), 'fragment', 'POLICY_INVALID');
    if (!yaml.ok) throw new Error(yaml.error[0]?.message);
    expect(yaml.value.value).toEqual({
      rules: result.rules.map(({ id, description, paths, ask }) => ({
        id,
        description,
        paths,
        ...(ask === null ? { optional: true } : { require: { humans: ask.humans, from: Object.fromEntries(Object.entries(ask.from).filter(([, names]) => names.length > 0)) } }),
      })),
      tests: result.tests.map(({ name, path, rules }) => ({ name, change: { paths: [path] }, expect: { rules } })),
    });
  }
});

test('the rules are rules that policy takes', () => {
  const head = 'version: 1\nladder: [L5, L6]\nsenior: L6\nprotected: [refs/heads/main]\n';
  for (const [source, dialect] of [
    ['* @a @o/t\n/x/ m@e.io\n*.md\n', 'github'],
    ['* @a\n[Docs and more][2] @g/s/t @@owner\n*.md\n!x.md\n^[Go]\n*.go @b\n', 'gitlab'],
  ] as const) {
    const result = imported(source, dialect);
    const policy = loadPolicy(utf8(head + importedYaml({ ...result, tests: [] })), 'countersign.yml');
    if (!policy.ok) throw new Error(policy.error.map(({ place, message }) => `${place} ${message}`).join('\n'));
    expect(policy.value.rules.map(({ id, paths, require }) => [id, paths, require?.humans, require?.from])).toEqual(
      result.rules.map(({ id, paths, ask }) => [id, paths, ask?.humans, ask?.from]),
    );
  }
});

const TOKENS = [
  'a',
  'b',
  '.a',
  'ab',
  '*',
  '*',
  '**',
  '?',
  '/',
  '/',
  '/',
  '\\*',
  '\\ ',
  'x.js',
  '*.js',
  '[ab]',
  '[!a]',
  '[a-c-]',
  '[]',
  '[^]]',
  '[+-9]',
  '{',
  '}',
  ',',
  ']',
  'é',
  '\u{1f600}',
  '!',
  '-',
];
const aPattern = fc.array(fc.constantFrom(...TOKENS), { minLength: 1, maxLength: 6 }).map((tokens) => tokens.join(''));
const owners = fc.constantFrom('', '@x', '@Y', '@x @y', '@o/t', '@o/t @x', 'm@e.io', '@@maintainer');
const aLine = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(aPattern, owners).map(([pattern, who]) => `${pattern} ${who}`) },
  { weight: 1, arbitrary: fc.constantFrom('[One]', '[Two][2] @d', '^[Three]', '[one] @e', '!*.js', '!/a/') },
);
const aFile = fc.array(aLine, { maxLength: 10 }).map((lines) => lines.join('\n'));
const aPath = fc
  .array(fc.constantFrom('a', 'b', 'c', '.a', 'ab', 'aab', 'x.js', 'a b', 'é', '\u{1f600}', '{', '}', ',', ']', '[', '*', '!', '-', '^', '\\', '[ab]', '0', '+'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((names) => names.join('/'));

const text = (from: From): string => JSON.stringify([from.teams, from.people]);

test.each(['github', 'gitlab'] as const)('%s: the rules ask for the owners of every path', (dialect) => {
  fc.assert(
    fc.property(aFile, fc.array(aPath, { minLength: 1, maxLength: 20 }), (source, paths) => {
      const file = read(source, dialect);
      const from = peopleOf(file);
      const { rules, tests } = imported(source, dialect);
      for (const glob of rules.flatMap((r) => r.paths)) expect([glob, validGlob(glob)]).toEqual([glob, undefined]);
      for (const path of [...paths, ...tests.map((t) => t.path)]) {
        const found = ownersOf(file, path).filter(({ rule: r }) => r.owners.length > 0);
        const asks = found.filter(({ section }) => !section.optional).map(({ rule: r, section }) => `${section.humans} ${text(from(r.owners))}`);
        const applies = rules.filter((r) => matches(r.paths, path));
        expect([path, applies.flatMap(({ ask }) => (ask === null ? [] : [`${ask.humans} ${text(ask.from)}`])).sort()]).toEqual([path, asks.sort()]);
        // And nothing is left uncovered.
        expect([path, applies.length > 0]).toEqual([path, true]);
        // GitHub: exactly one rule speaks, and it is nobody's where nobody owns it.
        if (dialect === 'github') expect(applies.map((r) => r.ask === null)).toEqual([found.length === 0]);
      }
      for (const t of tests) expect(rules.filter((r) => r.ask !== null && matches(r.paths, t.path)).map((r) => r.id)).toEqual(t.rules);
    }),
    { numRuns: 1_500 },
  );
});
