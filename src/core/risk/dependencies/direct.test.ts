import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { said, type TextFiles, textEvidence } from '../../../testing/evidence.ts';
import { detect } from '../detect.ts';
import { DEPENDENCY_DETECTORS } from './detectors.ts';
import { nearName, oneSlip } from './near-names.ts';

const fired = (files: TextFiles): readonly string[] => said(detect(DEPENDENCY_DETECTORS, { plan: null, files: textEvidence(files) }));

const pkg = (deps: object, more: object = {}): string => JSON.stringify({ dependencies: deps, ...more });

describe('a major step, a step back, a pin that goes', () => {
  it.each<[string, string, string]>([
    ['package.json', pkg({ a: '^1.0.0' }), pkg({ a: '^2.0.0' })],
    ['package.json', pkg({ a: '^1.4.0' }), pkg({ a: '^1.3.0' })],
    ['package.json', pkg({ a: '^0.4.0' }), pkg({ a: '^0.5.0' })],
    ['package.json', pkg({}, { overrides: { b: '1.0.0' } }), pkg({})],
    ['package.json', pkg({}, { resolutions: { b: '1.0.0' } }), pkg({})],
    ['go.mod', 'require (\n\texample.com/a v1.0.0\n)\n', 'require (\n\texample.com/a v2.0.0\n)\n'],
    ['Cargo.toml', '[dependencies]\na = "1"\n', '[dependencies]\na = "2"\n'],
    ['Cargo.toml', '[dependencies]\na = { version = "1", features = ["x"] }\n', '[dependencies]\na = { version = "2" }\n'],
    ['pyproject.toml', '[project]\ndependencies = [\n  "a>=1.0",\n]\n', '[project]\ndependencies = [\n  "a>=2.0",\n]\n'],
    ['pyproject.toml', '[tool.poetry.dependencies]\na = "^1.0"\n', '[tool.poetry.dependencies]\na = "^2.0"\n'],
    ['requirements.txt', 'a==1.0\n', 'a==2.0\n'],
    ['Gemfile', "gem 'a', '~> 1.0'\n", "gem 'a', '~> 2.0'\n"],
    ['composer.json', '{"require": {"v/a": "^1.0"}}', '{"require": {"v/a": "^2.0"}}'],
  ])('%s: %s', (path, before, after) => expect(fired({ [path]: [before, after] })).toEqual(['DEP104:elevated']));

  it.each<[string, string, string]>([
    ['package.json', pkg({ a: '^1.0.0' }), pkg({ a: '^1.9.0' })],
    ['package.json', '{"devDependencies": {"a": "1.0.0"}}', '{"devDependencies": {"a": "2.0.0"}}'],
    ['go.mod', 'require example.com/a v1.0.0 // indirect\n', 'require example.com/a v2.0.0 // indirect\n'],
    ['Cargo.toml', '[package]\nversion = "1.0.0"\n', '[package]\nversion = "2.0.0"\n'],
  ])('%s: %s to %s is silent', (path, before, after) => expect(fired({ [path]: [before, after] })).toEqual([]));
});

describe('a new dependency', () => {
  it.each<[string, string, string, string]>([
    ['package.json', pkg({}), pkg({ 'some-thing': '1' }), 'elevated'],
    ['package.json', pkg({}), pkg({ lodahs: '1' }), 'high'],
    ['package.json', pkg({}), pkg({ crossenv: '1' }), 'high'],
    ['requirements.txt', 'x==1\n', 'x==1\nreqeusts==2\n', 'high'],
    ['Cargo.toml', '[dependencies]\n', '[dependencies]\nserde_jsonn = "1"\n', 'high'],
    ['go.mod', 'module x\n', 'module x\nrequire github.com/gorila/mux v1.8.0\n', 'high'],
  ])('%s: %s', (path, before, after, severity) => expect(fired({ [path]: [before, after] })).toEqual([`DEP105:${severity}`]));

  it('that others of the tree have is none to look at twice', () => {
    const files: TextFiles = { 'a/package.json': [pkg({}), pkg({ lodahs: '1' })], 'b/package.json': [pkg({ lodahs: '1' }), pkg({ lodahs: '2' })] };
    expect(fired(files)).not.toContain('DEP105:high');
  });
  it('well known is not close to a known one', () => {
    for (const name of ['preact', 'react', 'colors', 'lodash-es', 'mysql2']) expect(nearName('npm', name)).toBeUndefined();
    expect(fired({ 'package.json': [null, pkg({ lodahs: '1' })] })).toEqual([]);
  });
  it('is one slip away when one letter is', () => {
    const word = fc.stringMatching(/^[a-z]{5,12}$/);
    fc.assert(fc.property(word, fc.nat(11), (w, at) => w.length <= at || oneSlip(w, w.slice(0, at) + w.slice(at + 1))));
    fc.assert(fc.property(word, (w) => !oneSlip(w, w) && !oneSlip(w, `${w}xx`)));
  });
});

describe('what everything runs on', () => {
  it.each<[string, string, string, string]>([
    ['Dockerfile', 'FROM postgres:14\n', 'FROM postgres:16\n', 'critical'],
    ['docker-compose.yml', '  image: mysql:5.7\n', '  image: mysql:8.0\n', 'critical'],
    ['main.tf', '  engine_version = "14.9"\n', '  engine_version = "16.1"\n', 'critical'],
    ['main.tf', '  database_version = "POSTGRES_14"\n', '  database_version = "POSTGRES_16"\n', 'critical'],
    ['Dockerfile', 'FROM node:20 AS build\n', 'FROM node:22 AS build\n', 'high'],
    ['Dockerfile', 'FROM python:3.12-slim\n', 'FROM python:3.13-slim\n', 'high'],
    ['Dockerfile', 'FROM debian:bookworm\n', 'FROM debian:trixie\n', 'high'],
    ['.nvmrc', 'v20.1.0\n', 'v22.0.0\n', 'high'],
    ['.tool-versions', 'ruby 3.2.1\n', 'ruby 3.3.0\n', 'high'],
    ['test/Dockerfile', 'FROM node:20\n', 'FROM node:22\n', 'elevated'],
  ])('%s: %s becomes %s', (path, before, after, severity) => expect(fired({ [path]: [before, after] })).toEqual([`DEP106:${severity}`]));

  it.each<[string, string, string]>([
    ['Dockerfile', 'FROM postgres:16.1\n', 'FROM postgres:16.2\n'],
    ['Dockerfile', `FROM node:22@sha256:${'a'.repeat(64)}\n`, `FROM node:22@sha256:${'b'.repeat(64)}\n`],
    ['Dockerfile', 'FROM node:latest\n', 'FROM node:22\n'],
    ['.nvmrc', 'v22.1.0\n', 'v22.4.0\n'],
    ['README.md', 'FROM node:20\n', 'FROM node:22\n'],
  ])('%s: %s to %s is silent', (path, before, after) => expect(fired({ [path]: [before, after] })).toEqual([]));
});

it('a module called build is no build hook', () => expect(fired({ 'crates/a/src/build.rs': [null, 'fn x() {}'] })).toEqual([]));

describe('code of others', () => {
  it('that is edited here', () => expect(fired({ 'vendor/github.com/x/y.go': ['a', 'b'] })).toEqual(['DEP107:high']));
  it('that says it is not as it was published is less', () =>
    expect(fired({ 'src/vendored/a.ts': ['// Vendored from x, with changes\na', '// Vendored from x, with changes\nb'] })).toEqual(['DEP107:elevated']));
  it.each<[string, TextFiles]>([
    ['moves with its version', { 'vendor/github.com/x/y.go': ['a', 'b'], 'go.mod': ['module x\n', 'module y\n'] }],
    ['is patched by name', { 'third_party/zlib/a.c': ['a', 'b'], 'third_party/zlib/0001-fix.patch': [null, 'x'] }],
    ['is new', { 'vendor/github.com/x/y.go': [null, 'b'] }],
    ['has no code', { 'vendor/logo.svg': ['a', 'b'] }],
    ['stands elsewhere', { 'src/vendors.ts': ['a', 'b'] }],
  ])('that %s is silent', (_, files) => expect(fired(files)).toEqual([]));
});
