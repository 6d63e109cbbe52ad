/** Notes of real repositories, read and written: every ref, every layout, what is broken, and two writers at once. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { NoteRead } from '../../flows/ports.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { NOTE_CAPS, openNotes } from './notes.ts';

const room = gitRoom();
afterAll(() => room.remove());

const commits = (repo: TestRepository, count: number): readonly string[] => Array.from({ length: count }, (_, i) => repo.commit({ a: `${i}\n` }));
const blob = (repo: TestRepository, content: string | Uint8Array): string =>
  Buffer.from(repo.raw(['hash-object', '-w', '--stdin'], content))
    .toString()
    .trim();
const tree = (repo: TestRepository, entries: readonly string[]): string =>
  Buffer.from(repo.raw(['mktree', '--missing'], `${entries.join('\n')}\n`))
    .toString()
    .trim();
const read = async (repo: TestRepository, of: readonly string[], caps = NOTE_CAPS): Promise<readonly NoteRead[]> => {
  const notes = await openNotes({ dir: repo.dir }, caps).read(of);
  return notes.ok ? notes.value : Promise.reject(new Error(notes.error.message));
};
const each = async (repo: TestRepository, caps = NOTE_CAPS): Promise<readonly NoteRead[]> => {
  const notes: NoteRead[] = [];
  const done = await openNotes({ dir: repo.dir }, caps).each((note) => notes.push(note));
  expect(done).toEqual({ ok: true, value: undefined });
  return notes;
};
const texts = (notes: readonly NoteRead[]) => notes.map((n) => [n.ref, n.problem ?? n.text]);

describe.each([
  ['sha1', []],
  ['sha256', ['--object-format=sha256']],
])('in a repository of %s', (_, args) => {
  const repo = room.init(...args);
  const [one = '', two = '', three = ''] = commits(repo, 3);
  repo.git('notes', '--ref=ai', 'add', '-m', 'by git-ai', one);
  repo.git('notes', '--ref=countersign', 'add', '-m', 'ours', one);
  repo.git('notes', '--ref=exceeds-ink', 'add', '-m', 'by exceeds', two);
  repo.git('notes', '--ref=commits', 'add', '-m', 'something else', two);
  repo.git('update-ref', `refs/ai/authorship/${two}`, blob(repo, 'old'));
  repo.git('update-ref', 'refs/countersign/origin/notes/ai', repo.git('rev-parse', 'refs/notes/ai'));

  test('every ref that may hold line records is read, in the order of the ask, and no other', async () => {
    expect(texts(await read(repo, [two, one, three]))).toEqual([
      ['refs/ai/authorship/'.concat(two), 'old'],
      ['refs/notes/exceeds-ink', 'by exceeds\n'],
      ['refs/countersign/origin/notes/ai', 'by git-ai\n'],
      ['refs/notes/ai', 'by git-ai\n'],
      ['refs/notes/countersign', 'ours\n'],
    ]);
    expect((await each(repo)).map((n) => n.commit).sort()).toEqual([one, one, one, two, two].sort());
    expect(await read(repo, [])).toEqual([]);
  });

  test('what is written replaces, keeps the rest, and git itself reads it', async () => {
    const notes = openNotes({ dir: repo.dir });
    expect(
      await notes.write('refs/notes/countersign', [
        { commit: one, text: 'new\n' },
        { commit: three, text: 'third\n' },
      ]),
    ).toEqual({ ok: true, value: undefined });
    expect(repo.git('notes', '--ref=countersign', 'show', one)).toBe('new');
    expect(repo.git('notes', '--ref=countersign', 'show', three)).toBe('third');
    expect(repo.git('notes', '--ref=ai', 'show', one)).toBe('by git-ai');
    expect(await notes.write('refs/notes/countersign', [{ commit: three, text: 'again\n' }])).toMatchObject({ ok: true });
    expect(repo.git('notes', '--ref=countersign', 'list').split('\n')).toHaveLength(2);
    expect(repo.git('rev-list', '--count', 'refs/notes/countersign')).toBe('3');
  });
});

test('thousands of notes, in folders of two digits as git makes them', async () => {
  const repo = room.init();
  const head = repo.commit({ a: 'x\n' });
  const made = Array.from({ length: 3_000 }, (_, i) => createHash('sha1').update(String(i)).digest('hex'));
  const text = 'x'.repeat(100);
  const stream = made.map((commit, i) => `commit refs/notes/ai\ncommitter a <a@x> ${i} +0000\ndata 1\nx\nN inline ${commit}\ndata ${text.length}\n${text}\n`);
  // git makes folders of its own accord
  repo.raw(
    ['fast-import', '--quiet', '--force'],
    stream.join('\n').replaceAll(/N inline ([0-9a-f]{40})/g, (_, id) => `M 100644 inline ${id.slice(0, 2)}/${id.slice(2)}`),
  );
  expect((await each(repo)).map((n) => n.commit).sort()).toEqual([...made].sort());
  expect(texts(await read(repo, [made[7] ?? '', head]))).toEqual([['refs/notes/ai', text]]);
  expect(await openNotes({ dir: repo.dir }).write('refs/notes/ai', [{ commit: head, text: 'new\n' }])).toMatchObject({ ok: true });
  expect(repo.git('notes', '--ref=ai', 'show', head)).toBe('new');
  expect(await each(repo)).toHaveLength(3_001);
});

test('writers at once lose nothing of each other’s', async () => {
  const repo = room.init();
  const made = commits(repo, 6);
  const all = await Promise.all(made.map((commit) => openNotes({ dir: repo.dir }).write('refs/notes/countersign', [{ commit, text: `${commit}\n` }])));
  expect(all.every((done) => done.ok)).toBe(true);
  expect(texts(await read(repo, made))).toEqual(made.map((commit) => ['refs/notes/countersign', `${commit}\n`]));
});

test('nothing of the clone runs while a note is written', async () => {
  const repo = room.init();
  const [one = ''] = commits(repo, 1);
  const ran = join(room.folder(), 'ran');
  mkdirSync(join(repo.gitDir, 'hooks'), { recursive: true });
  for (const hook of ['reference-transaction', 'post-commit', 'pre-commit']) {
    writeFileSync(join(repo.gitDir, 'hooks', hook), `#!/bin/sh\ntouch ${ran}\n`);
    chmodSync(join(repo.gitDir, 'hooks', hook), 0o755);
  }
  repo.git('config', 'commit.gpgsign', 'true');
  expect(await openNotes({ dir: repo.dir }).write('refs/notes/countersign', [{ commit: one, text: 'x\n' }])).toMatchObject({ ok: true });
  expect(existsSync(ran)).toBe(false);
});

describe('what is broken', () => {
  test('is a problem of the note it is', async () => {
    const repo = room.init();
    const [one = '', two = '', three = '', four = '', five = ''] = commits(repo, 5);
    const missing = 'f'.repeat(40);
    const entries = [
      `100644 blob ${blob(repo, 'x'.repeat(2_000))}\t${one}`,
      `100644 blob ${missing}\t${two}`,
      `100644 blob ${blob(repo, Uint8Array.of(0xff, 0xfe))}\t${three}`,
      `160000 commit ${one}\t${four}`,
      `100644 blob ${blob(repo, 'fine')}\t${five}`,
      `100644 blob ${blob(repo, 'no note')}\tREADME`,
    ];
    repo.git('update-ref', 'refs/notes/ai', repo.git('commit-tree', tree(repo, entries.sort()), '-m', 'x'));
    const said = texts(await read(repo, [one, two, three, four, five], { ...NOTE_CAPS, note: 1_000 }));
    expect(said.map(([, text]) => text)).toEqual([
      'it is 2000 bytes, over the 1000 that are read',
      `its object ${missing} is missing`,
      'it is not UTF-8',
      `its object ${one} is no text`,
      'fine',
    ]);
  });

  test('over the cap of all together every further note says so', async () => {
    const repo = room.init();
    const made = commits(repo, 40);
    const notes = openNotes({ dir: repo.dir });
    await notes.write(
      'refs/notes/ai',
      made.map((commit) => ({ commit, text: 'x'.repeat(1_000) })),
    );
    const found = await read(repo, made, { note: 2_000, read: 20_000, each: 20_000 });
    expect(found).toHaveLength(40);
    expect(found.filter((n) => n.problem === undefined).length).toBeLessThan(20);
    expect(found.at(-1)?.problem).toMatch(/in all|over the/);
  });

  test('a ref that leads nowhere is a problem of whatever was asked, and is never written over', async () => {
    const repo = room.init();
    const [one = ''] = commits(repo, 1);
    const lost = repo.git('commit-tree', tree(repo, [`040000 tree ${'e'.repeat(40)}\tab`]), '-m', 'x');
    repo.git('update-ref', 'refs/notes/ai', lost);
    repo.git('update-ref', 'refs/notes/countersign', blob(repo, 'no commit'));
    const said = await read(repo, [one]);
    expect(said.map((n) => [n.ref, n.problem])).toEqual([
      ['refs/notes/ai', `refs/notes/ai cannot be read: the tree ${'e'.repeat(40)} of its notes is missing`],
      ['refs/notes/countersign', expect.stringMatching(/is no commit$/)],
    ]);
    expect((await each(repo)).map((n) => n.commit)).toEqual(['', '']);
    expect(await openNotes({ dir: repo.dir }).write('refs/notes/ai', [{ commit: one, text: 'x' }])).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
    expect(repo.git('rev-parse', 'refs/notes/ai')).toBe(lost);
  });

  test('a tree that holds itself over and over ends', async () => {
    const repo = room.init();
    const [one = ''] = commits(repo, 1);
    const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
    let at = tree(repo, [`100644 blob ${blob(repo, 'x')}\tx`]);
    for (let depth = 0; depth < 6; depth += 1) {
      const below = at;
      at = tree(
        repo,
        hex.map((name) => `040000 tree ${below}\t${name}`),
      );
    }
    repo.git('update-ref', 'refs/notes/ai', repo.git('commit-tree', at, '-m', 'x'));
    expect((await read(repo, [one]))[0]?.problem).toMatch(/stands in it twice$/);
  });
});

test('nothing else is written to, and no folder without git', async () => {
  const repo = room.init();
  const [one = ''] = commits(repo, 1);
  const notes = openNotes({ dir: repo.dir });
  for (const ref of ['refs/heads/main', 'refs/notes/../heads/main', '-d', 'refs/notes/x y'])
    expect(await notes.write(ref, [{ commit: one, text: 'x' }])).toMatchObject({ ok: false });
  expect(await notes.write('refs/notes/countersign', [{ commit: 'HEAD', text: 'x' }])).toMatchObject({ ok: false });
  expect(await openNotes({ dir: room.folder() }).read([one])).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
});
