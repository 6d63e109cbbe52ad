import { describe, expect, it } from 'vitest';
import { detect } from '../detect.ts';
import type { Parsed } from '../evidence.ts';
import type { Finding } from '../risk.ts';
import { submodule } from './submodule.ts';

const text = (t: string): Parsed => ({ kind: 'text', text: t });
const link = (target: string): Parsed => ({ kind: 'symlink', target });
const commit = (id: string): Parsed => ({ kind: 'gitlink', commit: id });
const BINARY: Parsed = { kind: 'binary' };

const look = (path: string, oldMode: string, newMode: string, base?: Parsed, head?: Parsed): readonly Finding[] =>
  detect([submodule], {
    plan: null,
    files: [{ path, status: base === undefined ? 'A' : head === undefined ? 'D' : 'M', oldMode, newMode, ...(base ? { base } : {}), ...(head ? { head } : {}) }],
  }).findings.filter((f) => f.rule === 'META007');

describe('content behind a diff', () => {
  it.each<[string, string, string, string, Parsed | undefined, Parsed | undefined, string]>([
    ['a pointer moves', 'lib', '160000', '160000', commit('a'.repeat(40)), commit('b'.repeat(40)), 'high'],
    ['a pointer is new', 'lib', '000000', '160000', undefined, commit('b'.repeat(40)), 'high'],
    ['a file becomes a link', 'a/x', '100644', '120000', text('x'), link('y'), 'high'],
    ['a new link leaves the tree', 'a/x', '000000', '120000', undefined, link('../../etc/passwd'), 'high'],
    ['a new link is absolute', 'a/x', '000000', '120000', undefined, link('/etc/passwd'), 'high'],
    ['a new link leads into git', 'a/x', '000000', '120000', undefined, link('../.git/hooks/pre-push'), 'high'],
    ['a link moves', 'a/x', '120000', '120000', link('y'), link('z'), 'high'],
    ['a link becomes a file', 'a/x', '120000', '100644', link('y'), text('x'), 'high'],
    ['a file runs', 'x', '100644', '100755', text('x'), text('x'), 'high'],
    ['a script runs', 'x', '100644', '100755', text('#!/bin/sh\n'), text('#!/bin/sh\n'), 'elevated'],
    ['a new program', 'x', '000000', '100755', undefined, BINARY, 'high'],
    ['a library changes', 'lib/x.so.1', '100644', '100644', BINARY, BINARY, 'high'],
    ['a new link stays beside', 'a/x', '000000', '120000', undefined, link('../b/y'), 'elevated'],
    ['a link goes', 'a/x', '120000', '000000', link('y'), undefined, 'elevated'],
  ])('%s', (_, path, oldMode, newMode, base, head, severity) => expect(look(path, oldMode, newMode, base, head).map((f) => f.severity)).toEqual([severity]));

  it('says where a pointer goes', () => {
    expect(look('lib', '160000', '160000', commit('a'.repeat(40)), commit('b'.repeat(40)))[0]?.what).toContain('moves from aaaaaaaaaaaa to bbbbbbbbbbbb');
  });

  it.each<[string, string, string, string, Parsed | undefined, Parsed | undefined]>([
    ['a plain edit', 'x', '100644', '100644', text('x'), text('y')],
    ['what no longer runs', 'x', '100755', '100644', text('x'), text('y')],
    ['a new script', 'x', '000000', '100755', undefined, text('y')],
    ['a picture', 'x.png', '100644', '100644', BINARY, BINARY],
    ['a program that goes', 'x.so', '100644', '000000', BINARY, undefined],
  ])('is silent on %s', (_, path, oldMode, newMode, base, head) => expect(look(path, oldMode, newMode, base, head)).toEqual([]));
});
