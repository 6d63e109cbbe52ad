/** Files of a commit that are asked for at the same time, or soon after: one git reads them, and none is handed another's. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import { openRepository } from './repository.ts';

const room = gitRoom();
const path = process.env.PATH ?? '';
afterAll(() => {
  process.env.PATH = path;
  room.remove();
});

/** How often git was started to read objects, by a `git` that counts before it becomes git. */
function counted(): () => number {
  const folder = room.folder();
  const log = join(folder, 'started');
  writeFileSync(log, '');
  writeFileSync(join(folder, 'git'), `#!/bin/sh\ncase " $* " in *" cat-file "*) echo x >> '${log}' ;; esac\nPATH='${path}' exec git "$@"\n`);
  chmodSync(join(folder, 'git'), 0o755);
  process.env.PATH = `${folder}:${path}`;
  return () => readFileSync(log, 'utf8').split('\n').filter(Boolean).length;
}

test('are read by one git, each its own, and what was committed since by the same', async () => {
  const repo = room.init();
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d/${i}`, `content of ${i}\n`]));
  const head = repo.commit(files);
  const started = counted();
  const repository = openRepository({ dir: repo.dir });
  const read = await Promise.all([...Object.keys(files), 'nowhere'].map((p) => repository.file(head, p)));
  expect(read.map((b) => (b === null ? null : Buffer.from(b).toString()))).toEqual([...Object.values(files), null]);
  expect(started()).toBe(1);
  const next = repo.commit({ 'd/0': 'newer\n' });
  expect(Buffer.from((await repository.file(next, 'd/0')) ?? []).toString()).toBe('newer\n');
  expect(started()).toBe(1);
});

test('one that cannot be read leaves the others theirs', async () => {
  const repo = room.init();
  const head = repo.commit({ a: 'a\n' });
  const repository = openRepository({ dir: repo.dir });
  const [missing, there] = await Promise.allSettled([repository.file('e'.repeat(40), 'a'), repository.file(head, 'a')]);
  expect([missing.status, there.status]).toEqual(['rejected', 'fulfilled']);
  await expect(openRepository({ dir: room.folder() }).file(head, 'a')).rejects.toThrow('no git repository');
});
