/** One pattern at a time: what each dialect documents, and what follows from it. `yes` and `no` are paths. */
import { describe, expect, test } from 'vitest';
import { type Dialect, ownersOf } from './codeowners.ts';
import { ownersIndex } from './codeowners-index.ts';
import { readOwners } from './codeowners-read.ts';

type Row = readonly [pattern: string, yes: readonly string[], no: readonly string[]];

function owned(dialect: Dialect, pattern: string, path: string): boolean {
  const file = readOwners(`${pattern} @o\n`, dialect, 'CODEOWNERS');
  if (!file.ok) throw new Error(file.error.message);
  const plain = ownersOf(file.value, path).some(({ rule }) => rule.owners.length > 0);
  expect(ownersIndex(file.value)(path).some(({ rule }) => rule.owners.length > 0)).toBe(plain);
  return plain;
}

const GITHUB: readonly Row[] = [
  ['*', ['README.md', '.hidden', 'src/main.ts', 'a/b/c/d'], []],
  ['**', ['README.md', 'src/main.ts'], []],
  ['*.js', ['app.js', 'web/app.js', 'a/b/.js', 'lib.js/readme'], ['app.jsx', 'js', 'app.JS', 'appXjs']],
  ['*.spec.ts', ['a.spec.ts', 'src/b.spec.ts'], ['spec.ts', 'a.test.ts']],
  ['/build/logs/', ['build/logs/a.txt', 'build/logs/old/b.txt'], ['build/logs', 'lib/build/logs/a.txt', 'build/logs.txt']],
  ['docs/*', ['docs/getting-started.md', 'docs/.index'], ['docs/build-app/troubleshooting.md', 'docs', 'web/docs/a.md']],
  ['/docs/*', ['docs/a.md'], ['docs/a/b.md']],
  ['apps/', ['apps/a', 'web/apps/b/c'], ['apps', 'web/apps', 'myapps/a', 'apps2/a']],
  ['/docs/', ['docs/a', 'docs/a/b'], ['web/docs/a', 'docs']],
  ['**/logs', ['logs', 'logs/a', 'build/logs', 'build/logs/x', 'deeply/nested/logs/y'], ['build/logs2', 'build/mylogs']],
  ['/apps/github', ['apps/github', 'apps/github/a/b'], ['apps/githubs', 'web/apps/github']],
  ['/*', ['a', '.env'], ['a/b']],
  ['/.*', ['.env', '.github/workflows/ci.yml'], ['env', 'a/.env']],
  ['README', ['README', 'docs/README', 'README/a'], ['README.md', 'AREADME']],
  ['src/main', ['src/main', 'src/main/a'], ['src/main.ts', 'lib/src/main']],
  ['src/*.ts', ['src/a.ts'], ['src/a/b.ts', 'lib/src/a.ts', 'src/a.tsx']],
  ['src/**/test', ['src/test', 'src/a/test', 'src/a/b/test/c'], ['test', 'src/atest', 'lib/src/test']],
  ['src/**', ['src/a', 'src/a/b'], ['src', 'lib/src/a']],
  ['src/**/', ['src/a', 'src/a/b'], ['src']],
  ['src/**/*', ['src/a', 'src/a/b'], ['src']],
  ['**/docs/*.md', ['docs/a.md', 'x/y/docs/a.md'], ['docs/a/b.md', 'docs/a.txt']],
  ['src/*/index.ts', ['src/a/index.ts'], ['src/index.ts', 'src/a/b/index.ts']],
  ['f?o', ['foo', 'a/f-o', 'fxo/bar'], ['fo', 'fooo', 'f/o']],
  ['v?.md', ['v1.md', 'v\u{1f600}.md'], ['v12.md']],
  ['a\\*b', ['a*b'], ['axb', 'a\\*b']],
  ['a\\?b', ['a?b'], ['axb']],
  ['my\\ file.txt', ['my file.txt', 'a/my file.txt'], ['my', 'file.txt', 'my\\ file.txt']],
  ['/my\\ dir/*', ['my dir/a'], ['my dir/a/b']],
  ['pages/[id].ts', ['pages/[id].ts'], ['pages/i.ts', 'pages/d.ts']],
  ['file(1)/{a,b}', ['file(1)/{a,b}', 'file(1)/{a,b}/c'], ['file(1)/a']],
  ['a+b@c~d:e^f', ['a+b@c~d:e^f'], ['ab']],
  ['a.b', ['a.b'], ['axb']],
  ['Docs/', ['Docs/a'], ['docs/a', 'DOCS/a']],
  ['f*', ['foo', 'a/foo', 'foo/bar', 'x/f/y'], ['xfoo']],
  ['/f*/', ['foo/a', 'f/b/c'], ['foo', 'a/foo/b']],
  ['a**b', ['ab', 'axb'], ['a/b', 'ax/yb']],
  ['/ab*ba', ['abba', 'abxba'], ['aba']],
  ['a//b', [], ['a/b', 'a//c']],
];

/** GitLab's reference page, and Ruby's fnmatch behind it. */
const GITLAB: readonly Row[] = [
  ['*', ['README.md', '.gitlab-ci.yml', 'a/b/c'], []],
  ['/*', ['README.md'], ['a/b']],
  ['README.md', ['README.md', 'internal/README.md', 'app/lib/README.md'], ['README.mdx', 'xREADME.md', 'README.md/a']],
  ['internal/README.md', ['internal/README.md', 'docs/internal/README.md', 'docs/api/internal/README.md'], ['README.md', 'internal/a/README.md']],
  ['/README.md', ['README.md'], ['docs/README.md']],
  ['/docs/README.md', ['docs/README.md'], ['a/docs/README.md', 'README.md']],
  ['/docs/', ['docs/a.md', 'docs/api/b.md'], ['docs', 'web/docs/a.md']],
  ['docs/', ['docs/a.md', 'web/docs/api/b.md'], ['docs', 'web/docs']],
  ['docs', ['docs', 'web/docs'], ['docs/a.md']],
  ['/docs/*.md', ['docs/a.md'], ['docs/a/b.md', 'docs/a.txt']],
  ['/docs/index.*', ['docs/index.md', 'docs/index.html', 'docs/index.xml'], ['docs/index', 'docs/a/index.md']],
  ['/docs/*spec*', ['docs/qa_specs.rb', 'docs/spec_helpers.rb', 'docs/runtime.spec'], ['docs/a/spec', 'docs/SPEC']],
  ['/docs/*/README.md', ['docs/api/README.md'], ['docs/README.md', 'docs/a/b/README.md']],
  ['/docs/**/index.md', ['docs/index.md', 'docs/api/index.md', 'docs/api/graphql/index.md'], ['index.md', 'docs/xindex.md']],
  ['/docs/**', ['docs/a.md'], ['docs', 'docs/a/b.md']],
  ['docs/**/*', ['docs/a', 'docs/a/b', 'web/docs/c'], ['docs']],
  ['*.rb', ['a.rb', 'config/b.rb', '.rb'], ['a.rbx', 'a.rb/c']],
  ['**/*.rb', ['a.rb', 'config/database.rb', 'app/controllers/users/stars_controller.rb'], ['a.py']],
  ['/config/**/*.rb', ['config/a.rb', 'config/x/y.rb'], ['app/config/a.rb']],
  ['path\\ with\\ spaces/', ['path with spaces/a', 'x/path with spaces/b'], ['path', 'path with/a']],
  ['path\\ with\\ spaces/*.md', ['path with spaces/a.md'], ['path with spaces/a/b.md']],
  ['\\#file_with_pound.rb', ['#file_with_pound.rb', 'a/#file_with_pound.rb'], ['file_with_pound.rb']],
  ['file.[ch]', ['file.c', 'src/file.h'], ['file.o', 'file.[ch]']],
  ['file.[!ch]', ['file.o'], ['file.c', 'file.']],
  ['/[^a-c]x', ['dx'], ['ax', '/x']],
  ['/[c-a]', ['a', 'c'], ['b']],
  ['/v[0-9]', ['v1'], ['va', 'v10']],
  ['/a\\*', ['a*'], ['ab', 'a\\*']],
  ['/a?', ['ab', 'a\u00e9'], ['a', 'a/b', 'abc']],
  ['/{a,b}', ['{a,b}'], ['a', 'b']],
  ['/a[', [], ['a', 'a[']],
  ['/a[]', [], ['a', 'a[]']],
  ['/a**b', ['ab', 'axb'], ['a/b']],
  ['/', ['a', 'a/b'], []],
];

/** git's documentation; the property in src/testing/gitignore.test.ts asks git itself. */
const GITIGNORE: readonly Row[] = [
  ['hello.*', ['hello.txt', 'a/hello.java'], ['hello', 'xhello.c']],
  ['/hello.*', ['hello.txt', 'hello.c'], ['a/hello.java']],
  ['foo/', ['foo/a', 'x/foo/b'], ['foo', 'x/foo']],
  ['doc/frotz', ['doc/frotz', 'doc/frotz/a'], ['a/doc/frotz']],
  ['/doc/frotz', ['doc/frotz'], ['a/doc/frotz']],
  ['doc/frotz/', ['doc/frotz/a'], ['doc/frotz', 'a/doc/frotz/b']],
  ['foo/*', ['foo/test.json', 'foo/bar', 'foo/bar/hello.c'], ['foo', 'x/foo/a']],
  ['**/foo', ['foo', 'a/foo', 'a/b/foo/c'], ['afoo']],
  ['**/foo/bar', ['foo/bar', 'x/foo/bar'], ['foo/x/bar']],
  ['abc/**', ['abc/a', 'abc/a/b'], ['abc', 'x/abc/a']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
  ['a/**/', ['a/x/b'], ['a/b', 'a']],
  ['/*', ['a', 'a/b/c'], []],
  ['*', ['a', 'a/b/c'], []],
  ['a?c', ['abc'], ['ac', 'a/c', 'a\u00e9c']],
  ['[a-c]x', ['ax', 'd/cx'], ['dx']],
  ['[!a-c]x', ['dx'], ['ax']],
  ['[[:digit:]]', ['1'], ['a', ':']],
  ['\\#a', ['#a'], ['a', '\\#a']],
  ['\\!a', ['!a'], ['a']],
  ['a\\ b', ['a b'], ['a']],
  ['a\\', [], ['a', 'a\\']],
  ['Foo', ['Foo'], ['foo']],
  ['foo**/bar', ['foobar', 'foo/x/bar'], ['bar']],
];

describe.each([
  ['github', GITHUB],
  ['gitlab', GITLAB],
  ['gitignore', GITIGNORE],
] as const)('%s', (dialect, rows) => {
  test.each(rows)('%s', (pattern, yes, no) => {
    expect(yes.filter((path) => !owned(dialect, pattern, path))).toEqual([]);
    expect(no.filter((path) => owned(dialect, pattern, path))).toEqual([]);
  });
});

test('the table is as long as it says', () => {
  const checks = [...GITHUB, ...GITLAB, ...GITIGNORE].reduce((sum, [, yes, no]) => sum + yes.length + no.length, 0);
  expect(checks).toBeGreaterThanOrEqual(250);
});
