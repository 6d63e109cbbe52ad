/** The builder itself: ids are the same everywhere, and every kind of path lands as git stores it. */
import { afterAll, expect, test } from 'vitest';
import { gitRoom } from './git.ts';

const room = gitRoom();
afterAll(() => room.remove());

test('the same calls give the same commit', () => {
  const ids = [room.init(), room.init()].map((repo) => repo.commit({ a: '1\n' }, { message: 'One\n\nbody\n' }));
  expect(ids[0]).toMatch(/^[0-9a-f]{40}$/);
  expect(ids[0]).toBe(ids[1]);
});

test('every kind of path', () => {
  const repo = room.init();
  const first = repo.commit({ 'd/file': 'x', run: { exec: '#!/bin/sh\n' }, link: { link: 'd/file' }, bytes: new Uint8Array([0, 255]) });
  repo.commit({ sub: { gitlink: first }, run: null });
  const modes = repo.git('ls-tree', '-r', 'HEAD').split('\n');
  expect(modes.map((line) => `${line.slice(0, 6)} ${line.split('\t')[1]}`)).toEqual(['100644 bytes', '100644 d/file', '120000 link', '160000 sub']);
  repo.commit({ other: 'y' });
  expect(repo.git('ls-tree', 'HEAD', 'sub')).toContain(first);
});

test('clones share the history', () => {
  const repo = room.init();
  const id = repo.commit({ a: '1' });
  expect(repo.bare().git('rev-parse', 'main')).toBe(id);
  expect(repo.clone().git('rev-parse', 'origin/main')).toBe(id);
});
