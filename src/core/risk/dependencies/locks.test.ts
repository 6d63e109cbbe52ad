import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from '../detect.ts';
import type { FileEvidence } from '../evidence.ts';
import type { Risk } from '../risk.ts';
import { DEPENDENCY_DETECTORS } from './detectors.ts';
import { sourceOf } from './lock.ts';
import { readPackageLock, readPnpmLock, readYarnLock } from './read-npm.ts';
import { readComposerLock, readGemfileLock, readGoSum, readPipfileLock, readRequirements, readTomlLock } from './read-others.ts';
import { within } from './versions.ts';

type Files = { readonly [path: string]: readonly [string | null, string | null] };
const look = (files: Files): Risk =>
  detect(DEPENDENCY_DETECTORS, {
    plan: null,
    files: Object.entries(files).map(
      ([path, [before, after]]): FileEvidence => ({
        path,
        status: before === null ? 'A' : after === null ? 'D' : 'M',
        oldMode: before === null ? '000000' : '100644',
        newMode: after === null ? '000000' : '100644',
        ...(before === null ? {} : { base: { kind: 'text', text: before } }),
        ...(after === null ? {} : { head: { kind: 'text', text: after } }),
      }),
    ),
  });
const fired = (files: Files): readonly string[] => look(files).findings.map((f) => `${f.rule}:${f.severity}`);

const [HOST, TWIN] = ['npmjs', 'yarnpkg'].map((name) => `registry.${name}.${name === 'npmjs' ? 'org' : 'com'}`) as [string, string];
const NPM = `https://${HOST}/a/-/a-1.0.0.tgz`;
const npm = (entry: object, more: object = {}): string =>
  JSON.stringify(
    { lockfileVersion: 3, packages: { '': { dependencies: { a: '^1.0.0' } }, 'node_modules/a': { version: '1.0.0', resolved: NPM, integrity: 'sha512-AAA=', ...entry }, ...more } },
    null,
    2,
  );
const npm1 = (entry: object): string => JSON.stringify({ lockfileVersion: 1, dependencies: { a: { version: '1.0.0', resolved: NPM, integrity: 'sha512-AAA=', ...entry } } });
const yarn = (hash: string, version = '1.0.0', host = TWIN): string =>
  `# yarn lockfile v1\n\n\na@^1.0.0:\n  version "${version}"\n  resolved "https://${host}/a/-/a-${version}.tgz#da39a3ee5e6b4b0d3255bfef95601890afd80709"\n  integrity sha512-${hash}\n  dependencies:\n    b "^1.0.0"\n`;
const berry = (checksum: string, resolution = 'a@npm:1.0.0'): string =>
  `__metadata:\n  version: 8\n\n"a@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "${resolution}"\n  checksum: ${checksum}\n`;
const pnpm = (integrity: string, more = ''): string =>
  `lockfileVersion: '9.0'\n\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: sha512-${integrity}${more}}\n\nsnapshots:\n\n  a@1.0.0: {}\n`;
const cargo = (sum: string, source = 'registry+https://github.com/rust-lang/crates.io-index'): string =>
  `version = 4\n\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "${source}"\nchecksum = "${sum}"\n`;
const uv = (hash: string): string =>
  `version = 1\n\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = { registry = "https://pypi.org/simple" }\nsdist = { url = "https://files.example/a-1.0.0.tar.gz", hash = "sha256:${hash}", size = 1 }\nwheels = [\n    { url = "https://files.example/a-1.0.0-py3.whl", hash = "sha256:bb", size = 2 },\n]\n`;
const poetry = (hash: string, more = ''): string => `[[package]]\nname = "a"\nversion = "1.0.0"\nfiles = [\n    {file = "a-1.0.0.tar.gz", hash = "sha256:${hash}"},\n${more}]\n`;
const gems = (remote: string, version = '1.0.0'): string => `GEM\n  remote: ${remote}\n  specs:\n    a (${version})\n      b (>= 1)\n    b (2.0.0)\n\nPLATFORMS\n  ruby\n`;
const composer = (entry: object): string =>
  JSON.stringify({
    packages: [{ name: 'v/a', version: '1.0.0', source: { url: 'https://github.com/v/a.git', reference: 'aaa' }, dist: { shasum: 'x', reference: 'aaa' }, ...entry }],
  });
const pip = (hash: string): string => `a==1.0.0 \\\n    --hash=sha256:${hash} \\\n    --hash=sha256:cc\nb==2.0 --hash=sha256:dd\n`;

describe('the same version with other content', () => {
  it.each<[string, string, string]>([
    ['package-lock.json', npm({}), npm({ integrity: 'sha512-BBB=' })],
    ['package-lock.json', npm1({}), npm1({ integrity: 'sha512-BBB=' })],
    ['npm-shrinkwrap.json', npm({}), npm({ integrity: 'sha512-BBB=' })],
    ['web/yarn.lock', yarn('AAA='), yarn('BBB=')],
    ['yarn.lock', berry('10c0/aaa'), berry('10c0/bbb')],
    ['pnpm-lock.yaml', pnpm('AAA='), pnpm('BBB=')],
    ['go.sum', 'example.com/a v1.0.0 h1:AAA=\n', 'example.com/a v1.0.0 h1:BBB=\n'],
    ['go.sum', 'example.com/a v1.0.0/go.mod h1:AAA=\n', 'example.com/a v1.0.0/go.mod h1:BBB=\n'],
    ['Cargo.lock', cargo('aa'), cargo('bb')],
    ['uv.lock', uv('aa'), uv('ab')],
    ['poetry.lock', poetry('aa'), poetry('ab')],
    ['composer.lock', composer({}), composer({ dist: { shasum: 'y', reference: 'aaa' } })],
    ['composer.lock', composer({}), composer({ source: { url: 'https://github.com/v/a.git', reference: 'bbb' }, dist: { shasum: 'x', reference: 'bbb' } })],
    ['requirements/main.txt', pip('aa'), pip('ab').replace('cc', 'ee')],
    ['Pipfile.lock', '{"default": {"a": {"version": "==1.0", "hashes": ["sha256:aa"]}}}', '{"default": {"a": {"version": "==1.0", "hashes": ["sha256:bb"]}}}'],
  ])('%s', (path, before, after) => expect(fired({ [path]: [before, after] })).toEqual(['DEP101:critical']));

  it.each<[string, string, string]>([
    ['a stronger algorithm', npm({ integrity: 'sha1-xx=' }), npm({ integrity: 'sha512-BBB=' })],
    ['another format of the cache', berry('8/aaa'), berry('10c0/bbb')],
    ['a further wheel of the same version', poetry('aa'), poetry('aa', '    {file = "a.whl", hash = "sha256:zz"},\n')],
    ['one hash of several fewer', pip('aa'), pip('ab')],
    ['the same written otherwise', npm({}), JSON.stringify(JSON.parse(npm({})))],
  ])('is not %s', (what, before, after) => {
    const path = what.includes('cache') ? 'yarn.lock' : what.includes('wheel') ? 'poetry.lock' : what.includes('hash') ? 'requirements.txt' : 'package-lock.json';
    expect(fired({ [path]: [before, after] })).toEqual([]);
  });

  it('no hash where one was is less, and a file that cannot be read too', () => {
    expect(fired({ 'package-lock.json': [npm({}), npm({ integrity: undefined })] })).toEqual(['DEP101:high']);
    expect(fired({ 'package-lock.json': [npm({}), '{'] })).toEqual(['DEP101:high']);
    expect(fired({ 'go.sum': ['a v1 h1:x\n', '<<<<<<< HEAD\na v1 h1:x and more\n'] })).toEqual(['DEP101:high']);
  });
});

describe('a lockfile without its manifest', () => {
  it('locks what nobody asks for', () => {
    expect(fired({ 'package-lock.json': [npm({}), npm({ version: '2.0.0', integrity: 'sha512-BBB=' })] })).toEqual(['DEP101:critical']);
    expect(fired({ 'yarn.lock': [yarn('AAA='), yarn('BBB=', '2.0.0')] })).toEqual(['DEP101:critical']);
  });
  it('moves within what is asked', () => expect(fired({ 'yarn.lock': [yarn('AAA='), yarn('BBB=', '1.4.0')] })).toEqual(['DEP101:elevated']));
  it('is safe with the manifest that asks for it', () => {
    expect(fired({ 'package.json': ['{"name": "x"}', '{"name": "y"}'], 'yarn.lock': [yarn('AAA='), yarn('BBB=', '2.0.0')] })).toEqual([]);
  });
});

describe('another source', () => {
  it.each<[string, string, string]>([
    ['package-lock.json', npm({}), npm({ resolved: 'https://evil.example/a-1.0.0.tgz' })],
    ['package-lock.json', npm({}), npm({ resolved: 'git+ssh://git@github.com/x/a.git#abc' })],
    ['package-lock.json', npm({}), npm({}, { 'node_modules/b': { version: '1.0.0', resolved: 'https://evil.example/b.tgz', integrity: 'sha512-CCC=' } })],
    ['yarn.lock', yarn('AAA='), yarn('AAA=', '1.0.0', 'evil.example')],
    ['yarn.lock', berry('10c0/aaa'), berry('10c0/aaa', 'a@https://github.com/x/a.git#commit=abc')],
    ['Cargo.lock', cargo('aa'), cargo('aa', 'git+https://github.com/x/a?rev=1#abc')],
    ['Gemfile.lock', gems('https://rubygems.org/'), gems('https://evil.example/')],
    ['composer.lock', composer({}), composer({ source: { url: 'https://github.com/evil/a.git', reference: 'aaa' } })],
    ['.npmrc', 'x=1\n', 'x=1\nregistry=https://evil.example/\n'],
    ['.yarnrc.yml', 'a: 1\n', 'a: 1\nnpmRegistryServer: "https://evil.example"\n'],
    ['requirements.in', 'a\n', '--extra-index-url https://evil.example/simple\na\n'],
    ['Gemfile', 'source "https://rubygems.org"\n', 'source "https://evil.example"\n'],
    ['Dockerfile', 'FROM x\n', 'FROM x\nENV PIP_INDEX_URL=https://evil.example/simple\n'],
    ['go.mod', 'module x\n', 'module x\nreplace example.com/a => example.org/b v1.0.0\n'],
    ['go.mod', 'module x\nreplace (\n)\n', 'module x\nreplace (\n\texample.com/a v1.0.0 => example.org/b v1.0.0\n)\n'],
    ['Cargo.toml', '[package]\n', '[package]\n[patch.crates-io]\na = { git = "https://example.org/a" }\n'],
    ['Dockerfile', 'FROM x\n', 'FROM x\nENV GOSUMDB=off\n'],
    ['ci.sh', 'x\n', 'export GONOSUMDB=example.com/*\n'],
  ])('%s', (path, before, after) => expect(new Set(fired({ [path]: [before, after] }).filter((f) => f.startsWith('DEP102')))).toEqual(new Set(['DEP102:critical'])));

  it.each<[string, string, string]>([
    ['package-lock.json', npm({}), npm({ resolved: NPM.replace(HOST, TWIN) })],
    ['package-lock.json', npm({}), npm({}, { 'node_modules/b': { version: '1.0.0', resolved: `https://${HOST}/b/-/b-1.0.0.tgz`, integrity: 'sha512-CCC=' } })],
    ['package-lock.json', npm({}), npm({}, { 'node_modules/b': { link: true, resolved: 'packages/b' } })],
    ['Gemfile.lock', gems('https://rubygems.org/'), gems('https://rubygems.org/').replace('b (2', 'c (2')],
    ['.npmrc', 'registry=https://a.example/\n', 'registry=https://a.example/ \nsave-exact=true\n'],
    ['requirements.in', 'a\n', '--index-url https://pypi.org/simple\na\n'],
    ['go.mod', 'module x\nreplace example.com/a => example.org/b v1.0.0\n', 'module x\n'],
    ['docs/setup.md', 'x', 'PIP_INDEX_URL=https://evil.example'],
  ])('%s is silent', (path, before, after) => expect(fired({ [path]: [before, after] }).filter((f) => f.startsWith('DEP102'))).toEqual([]));

  it('that is where the others come from again is less', () => {
    const git = 'GIT\n  remote: https://github.com/x/a\n  specs:\n    a (1.0.0)\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    b (2.0.0)\n';
    expect(fired({ 'Gemfile.lock': [git, gems('https://rubygems.org/')] })).toContain('DEP102:high');
  });
  it('of this tree is less', () => {
    expect(fired({ 'go.mod': ['module x\n', 'module x\nreplace example.com/a => ../a\n'] })).toContain('DEP102:elevated');
  });
  it('is of the same text however it is written', () => {
    expect(sourceOf('git+ssh://git@github.com/X/a.git#abc')).toBe(sourceOf('https://codeload.github.com/x/a/tar.gz/abc'));
    expect(sourceOf('registry+https://github.com/rust-lang/crates.io-index')).toContain('registry');
    expect([sourceOf('./a'), sourceOf('file:../a'), sourceOf('workspace:*')]).toEqual(['local', 'local', 'local']);
  });
});

describe('what runs when it is installed', () => {
  it.each<[string, string, string, string]>([
    ['package-lock.json', npm({}), npm({ hasInstallScript: true }), 'high'],
    ['package.json', '{"scripts": {}}', '{"scripts": {"postinstall": "node x"}}', 'high'],
    ['package.json', '{"scripts": {"preinstall": "a"}}', '{"scripts": {"preinstall": "b"}}', 'high'],
    ['package.json', '{}', '{"scripts": {"prepare": "husky"}}', 'elevated'],
    ['.npmrc', 'ignore-scripts=true\n', 'ignore-scripts=false\n', 'high'],
    ['pnpm-workspace.yaml', 'packages: [a]\n', 'packages: [a]\nonlyBuiltDependencies: [x]\n', 'high'],
  ])('%s', (path, before, after, severity) => expect(fired({ [path]: [before, after] })).toEqual([`DEP103:${severity}`]));
  it('a build hook that is new', () => expect(fired({ 'crates/a/build.rs': [null, 'fn main() {}'] })).toEqual(['DEP103:high']));

  it.each<[string, string, string]>([
    ['package-lock.json', npm({ hasInstallScript: true }), npm({ hasInstallScript: true, version: '1.0.1', integrity: 'sha512-BB=' })],
    ['package.json', '{"scripts": {"postinstall": "a"}}', '{"scripts": {"postinstall": "a", "test": "b"}}'],
    ['.npmrc', 'ignore-scripts=false\n', 'ignore-scripts=true\n'],
    ['tests/build.rs', '', 'fn main() {}'],
  ])('%s is silent', (path, before, after) => expect(fired({ [path]: [before, after] }).filter((f) => f.startsWith('DEP103'))).toEqual([]));
});

describe('readers', () => {
  const all = [readPackageLock, readYarnLock, readPnpmLock, readTomlLock, readGoSum, readGemfileLock, readComposerLock, readPipfileLock, readRequirements];
  it('take any text', () => {
    for (const read of all)
      fc.assert(
        fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => read(text) === null || Array.isArray(read(text))),
        { numRuns: 60 },
      );
    for (const read of all) expect(() => read('{"dependencies":'.repeat(100_000))).not.toThrow();
  });
  it('find the place', () => {
    expect(readPackageLock(npm({}))?.[0]?.line).toBe(9);
    expect(readYarnLock(yarn('A='))?.[0]).toMatchObject({ name: 'a', version: '1.0.0', line: 4, asked: ['^1.0.0'] });
    expect(readPnpmLock(pnpm('A='))).toMatchObject([{ name: 'a', version: '1.0.0', line: 5 }]);
    expect(readGemfileLock(gems('https://rubygems.org/'))?.map((e) => e.name)).toEqual(['a', 'b']);
  });
});

describe('ranges', () => {
  it.each([
    ['^1.2.3', '1.9.0', true],
    ['^1.2.3', '2.0.0', false],
    ['^0.2.3', '0.3.0', false],
    ['~1.2.3', '1.3.0', false],
    ['>=1 <3', '2.5.0', true],
    ['1.x || 3.x', '2.0.0', false],
    ['1.2.3', '1.2.4', false],
    ['*', '9.0.0', true],
    ['latest', '9.0.0', undefined],
    ['github:a/b', '1.0.0', undefined],
    ['1.0.0 - 2.0.0', '3.0.0', undefined],
  ])('%s has %s: %s', (range, version, expected) => expect(within(range, version)).toBe(expected));
});
