/** Whole files: who owns what, and what is said about lines that do not count. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DIALECTS, type Dialect, type OwnersFile, ownersOf } from './codeowners.ts';
import { ownersIndex } from './codeowners-index.ts';
import { pointsOf } from './codeowners-patterns.ts';
import { MOST_BYTES, readOwners } from './codeowners-read.ts';
import { type Meter, runs } from './wildcard.ts';

function read(text: string, dialect: Dialect): OwnersFile {
  const file = readOwners(text, dialect, 'CODEOWNERS');
  if (!file.ok) throw new Error(file.error.message);
  return file.value;
}

/** `line: owners`, one for each section that answers. */
const who = (text: string, path: string, dialect: Dialect): readonly string[] =>
  ownersOf(read(text, dialect), path).map(({ rule }) => `${rule.line}: ${rule.owners.map((o) => o.text).join(' ')}`);
const said = (text: string, dialect: Dialect): readonly string[] => read(text, dialect).problems.map((p) => `${p.place} ${p.message}`);

describe('github', () => {
  const FILE = `# everybody
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
`;
  test.each([
    ['README.md', ['2: @global-owner1 @global-owner2']],
    ['src/a.js', ['3: @js-owner']],
    ['main.go', ['4: docs@example.com']],
    ['notes.txt', ['5: @octo-org/octocats']],
    ['build/logs/a', ['11: @octocat']],
    ['docs/getting-started.md', ['9: @doctocat']],
    ['web/apps/a.js', ['8: @octocat']],
    ['scripts/x.sh', ['10: @doctocat @octocat']],
    ['apps/a', ['12: @octocat']],
    ['apps/github/a', ['13: ']],
  ])('%s', (path, expected) => {
    expect(who(FILE, path, 'github')).toEqual(expected);
    expect(said(FILE, 'github')).toEqual([]);
  });

  test('the last match wins, and nobody is an owner too', () => {
    expect(who('a @x\na @y\n', 'a', 'github')).toEqual(['2: @y']);
    expect(who('* @x\na\n', 'a', 'github')).toEqual(['2: ']);
    expect(who('b @x\n', 'a', 'github')).toEqual([]);
  });

  test('reads what editors leave behind', () => {
    expect(who('\uFEFFa @x\r\n\r\n \t\n  a\t@y  # z\r\n', 'a', 'github')).toEqual(['4: @y']);
    expect(who('a @x @x', 'a', 'github')).toEqual(['1: @x']);
    expect(said("a @org/team_one @a_b user.name+x@sub.example.com o'neil@example.com", 'github')).toEqual([]);
  });

  test.each([
    ['!a @x', 'CODEOWNERS:1:1 `!` takes nothing out'],
    ['a/*** @x', 'CODEOWNERS:1:3 has three `*`'],
    ['/ @x', 'CODEOWNERS:1:1 matches no file'],
    ['\\#a @x', 'CODEOWNERS:1:1 ends in a `\\`'],
    ['  a @x y', 'CODEOWNERS:1:8 is no owner'],
    ['a @org/team/sub', 'CODEOWNERS:1:3 is no owner'],
    ['a @@owner', 'CODEOWNERS:1:3 is no owner'],
    [`${'a'.repeat(4097)} @x`, 'CODEOWNERS:1:1 is longer than 4096'],
  ])('%s is skipped, and said', (line, words) => {
    expect(said(line, 'github')).toEqual([expect.stringContaining(words)]);
    expect(read(line, 'github').rules).toEqual([]);
    expect(who(`* @all\n${line}\n`, 'a', 'github')).toEqual(['1: @all']);
  });

  test('a problem has its line, a caret and a remedy', () => {
    expect(read('* @x\n  a @x nobody\n', 'github').problems).toEqual([
      {
        code: 'OWNERS_INVALID',
        message: 'is no owner, so GitHub skips the line',
        place: 'CODEOWNERS:2:8',
        excerpt: '2 |   a @x nobody\n  |        ^',
        remedy: 'write @user, @organisation/team or an e-mail address',
      },
    ]);
  });

  test('brackets count as themselves, and that is said', () => {
    expect(said('*.[ch] @x', 'github')).toEqual([expect.stringContaining('CODEOWNERS:1:3 `[ ]` is no range')]);
    expect(said('\\[a\\] @x', 'github')).toEqual([]);
  });
});

describe('gitlab', () => {
  test('sections answer each for themselves', () => {
    const file = '* @admin\n\n[README Owners]\nREADME.md @user1 @user2\ninternal/README.md @user4\n\n[README other owners]\nREADME.md @user3\n';
    expect(who(file, 'README.md', 'gitlab')).toEqual(['1: @admin', '4: @user1 @user2', '8: @user3']);
    expect(who(file, 'internal/README.md', 'gitlab')).toEqual(['1: @admin', '5: @user4', '8: @user3']);
    expect(who(file, 'x', 'gitlab')).toEqual(['1: @admin']);
  });

  test('owners behind a heading are those of lines without any', () => {
    const file = '* @general\n[Documentation] @docs-team\ndocs/\nREADME.md\n*.txt\n[Database] @database-team @agarcia\nmodel/db/\nconfig/db/database-setup.md @docs-team\n';
    expect(who(file, 'model/db/CHANGELOG.txt', 'gitlab')).toEqual(['1: @general', '5: @docs-team', '7: @database-team @agarcia']);
    expect(who(file, 'config/db/database-setup.md', 'gitlab')).toEqual(['1: @general', '8: @docs-team']);
    expect(said(file, 'gitlab')).toEqual([]);
  });

  test('sections of one name are one, whatever its case; the heading that asks for more holds', () => {
    const file = read('[Docs]\nee/ @a\n[Database]\nx @b\n^[DOCS][3] @c\nREADME.md\n[docs][2]\nz @d\n', 'gitlab');
    expect(file.sections).toEqual([
      { name: null, optional: false, humans: 1 },
      { name: 'Docs', optional: false, humans: 3 },
      { name: 'Database', optional: false, humans: 1 },
    ]);
    expect(file.rules.map((rule) => rule.section)).toEqual([1, 2, 1, 1]);
    expect(who('[D]\n* @a\n[E]\n* @b\n[d]\na @c\n', 'a', 'gitlab')).toEqual(['6: @c', '4: @b']);
  });

  test('optional sections, numbers, and numbers that are none', () => {
    expect(read('^[Go]\n*.go @root\n', 'gitlab').sections[1]).toEqual({ name: 'Go', optional: true, humans: 1 });
    expect(read('[A]\nx @a\n^[A]\ny @a\n', 'gitlab').sections[1]).toEqual({ name: 'A', optional: false, humans: 1 });
    expect(read('[Two][2] @a @b/c\nx\n', 'gitlab').rules[0]?.owners).toEqual([
      { kind: 'name', text: '@a' },
      { kind: 'team', text: '@b/c' },
    ]);
    expect(read('[Zero][0]\nx @a\n', 'gitlab').sections[1]?.humans).toBe(1);
    expect(said('[Zero][0]\nx @a\n', 'gitlab')).toEqual(['CODEOWNERS:1:7 counts as 1']);
    expect(said('^[Two][2]\nx @a\n', 'gitlab')).toEqual([expect.stringContaining('CODEOWNERS:1:7 an optional section asks for no approvals')]);
    expect(said('[Two][x]\nx @a\n', 'gitlab')).toEqual([expect.stringContaining('CODEOWNERS:1:6 is ignored')]);
    expect(said('[]\nx @a\n', 'gitlab')).toEqual(['CODEOWNERS:1:1 is a section without a name']);
    expect(said('[A] @a b\nx\n', 'gitlab')).toEqual([expect.stringContaining('CODEOWNERS:1:8 is no owner')]);
  });

  test('what is taken out of a section stays out of it, and of it alone', () => {
    const file = '* @username\n!pom.xml\n[Ruby]\n*.rb @ruby-team\n!/config/**/*.rb\n/config/routes.rb @ops\n[Config]\n/config/ @ops-team\n';
    expect(who(file, 'pom.xml', 'gitlab')).toEqual([]);
    expect(who(file, 'a.rb', 'gitlab')).toEqual(['1: @username', '4: @ruby-team']);
    expect(who(file, 'config/routes.rb', 'gitlab')).toEqual(['1: @username', '8: @ops-team']);
  });

  test('a heading that does not close is a path', () => {
    const file = '* @group\n\n[Section name\ndocs/ @docs_group\n';
    expect(read(file, 'gitlab').rules.map((rule) => [rule.pattern, rule.owners.length, rule.section])).toEqual([
      ['*', 1, 0],
      ['[Section', 0, 0],
      ['docs/', 1, 0],
    ]);
    expect(said(file, 'gitlab')[0]).toContain('CODEOWNERS:3:1 is no heading');
  });

  test('malformed owners are ignored, and said; roles and groups are owners', () => {
    const file = '/path/* @group user_without_at_symbol @user_with_at_symbol\n';
    expect(who(file, 'path/a', 'gitlab')).toEqual(['1: @group @user_with_at_symbol']);
    expect(said(file, 'gitlab')).toEqual(['CODEOWNERS:1:16 is no owner, and is ignored']);
    expect(read('a @@maintainer @@developers @g/s/t u@example.com', 'gitlab').rules[0]?.owners.map((o) => o.kind)).toEqual(['role', 'role', 'team', 'email']);
    expect(who('* @x\na\n', 'a', 'gitlab')).toEqual(['2: ']);
    expect(said('* @x\na\n', 'gitlab')).toEqual([expect.stringContaining('CODEOWNERS:2:1 has no owners')]);
  });

  test('there is no comment behind a path: whom it names is an owner', () => {
    expect(who('a @x # ask @y first\n', 'a', 'gitlab')).toEqual(['1: @x @y']);
    expect(said('a @x # ask @y first\n', 'gitlab')).toEqual([expect.stringContaining('CODEOWNERS:1:6 GitLab knows no comment')]);
    expect(who('#a @x\n', 'a', 'gitlab')).toEqual([]);
  });
});

test('gitignore: the last line decides, but for what is inside a folder that matches', () => {
  expect(who('*.log @a\n!keep.log\n', 'keep.log', 'gitignore')).toEqual(['2: ']);
  expect(who('logs/ @a\n!logs/keep\n', 'logs/keep', 'gitignore')).toEqual(['1: @a']);
  expect(who('logs/* @a\n!logs/keep\n', 'logs/keep', 'gitignore')).toEqual(['2: ']);
});

test('a file of 3 MB is not loaded', () => {
  expect(readOwners('a'.repeat(MOST_BYTES), 'github', 'CODEOWNERS')).toMatchObject({ ok: false, error: { code: 'OWNERS_INVALID', place: 'CODEOWNERS' } });
  expect(readOwners(' '.repeat(MOST_BYTES - 1), 'github', 'CODEOWNERS').ok).toBe(true);
});

test.each([
  ['sections', 'gitlab', '[s#]\na @x\n'],
  ['owners', 'github', '@o# '],
  ['lines', 'github', 'a# @x\n'],
  ['wrong words', 'gitlab', 'x# '],
  ['wrong lines', 'github', '!a#\n'],
] as const)('a file full of %s is read in time', (_, dialect, unit) => {
  const text = Array.from({ length: 100_000 }, (_, i) => unit.replace('#', String(i))).join('');
  const file = read(text, dialect);
  expect(ownersIndex(file)('a5').length).toBeLessThanOrEqual(file.sections.length);
  expect(file.problems.length).toBeLessThanOrEqual(1_000);
});

const TOKENS = [
  'a',
  'b',
  '.a',
  'ab',
  '*',
  '**',
  '***',
  '?',
  '/',
  '/',
  '\\',
  '\\ ',
  ' ',
  '\t',
  '[',
  ']',
  '[ab]',
  '[!a]',
  '^[',
  '[A]',
  '[b][2]',
  '!',
  '#',
  '\n',
  '\n',
  ' @x',
  ' @y/z',
  ' @@owner',
  ' u@e.io',
  '\r\n',
  'é',
  '\u{1f600}',
  '*.js',
  '[[:alpha:]]',
];
const someText = fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((tokens) => tokens.join(''));
const somePath = fc.array(fc.constantFrom('a', 'b', '.a', 'ab', 'a.js', 'é', '[ab]', 'a b', '#', '!'), { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
const someDialect = fc.constantFrom(...DIALECTS);

test('any text is read, any path answered, and the index answers as the rules one by one', () => {
  fc.assert(
    fc.property(
      fc.oneof(someText, fc.string({ unit: 'grapheme', maxLength: 80 })),
      someDialect,
      fc.array(fc.oneof(somePath, fc.string({ unit: 'binary' })), { maxLength: 8 }),
      (text, dialect, paths) => {
        const file = read(text, dialect);
        const index = ownersIndex(file);
        for (const path of [...paths, ...paths]) expect(index(path)).toEqual(ownersOf(file, path));
        for (const problem of file.problems)
          expect(problem).toMatchObject({ code: 'OWNERS_INVALID', place: expect.stringMatching(/^CODEOWNERS:\d+:\d+$/), remedy: expect.any(String), excerpt: expect.any(String) });
      },
    ),
    { numRuns: 2_000 },
  );
});

test('steps are bounded by the length of the pattern times that of the path', () => {
  const hostile = fc.array(fc.constantFrom('*', '**/', 'a', '?', '*a', '[ab]'), { maxLength: 200 }).map((tokens) => tokens.join('').replace(/\*{3,}/g, '**'));
  fc.assert(
    fc.property(hostile, someDialect, fc.integer({ min: 1, max: 400 }), fc.boolean(), (pattern, dialect, length, deep) => {
      const rule = read(`x${pattern} @x`, dialect).rules[0];
      if (rule === undefined) return;
      const points = pointsOf((deep ? 'a/' : 'aa').repeat(length));
      const meter: Meter = { steps: 0 };
      runs(rule.wildcard, points, 0, points.length, meter);
      runs({ head: [], tail: [], steps: rule.wildcard.steps }, points, 0, points.length, meter);
      expect(meter.steps).toBeLessThanOrEqual(2 * (rule.wildcard.steps.length + 1) * points.length);
      expect(rule.wildcard.steps.length).toBeLessThanOrEqual(3 * (pattern.length + 8));
    }),
  );
});
