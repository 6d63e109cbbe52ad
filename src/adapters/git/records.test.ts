/** Records as a push in flight leaves them: refs it moves, deletes and brings, with its objects still in quarantine. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import { pushedRecords } from './records.ts';

const room = gitRoom();
afterAll(() => room.remove());

test('are read at the tips the push moves its refs to, and only refs that hold records', async () => {
  const repo = room.init();
  const one = repo.commit({ a: '1\n' });
  repo.git('notes', '--ref=ai', 'add', '-m', 'before', one);
  const before = repo.git('rev-parse', 'refs/notes/ai');
  repo.git('notes', '--ref=ai', 'add', '-f', '-m', 'after', one);
  const after = repo.git('rev-parse', 'refs/notes/ai');
  repo.git('update-ref', 'refs/notes/ai', before);
  const said = async (moving: readonly (readonly [string, string])[]) => {
    const records = await pushedRecords((id) => (id === 'infra' ? repo.gitDir : undefined), { repo: 'infra', quarantine: undefined, moving: new Map(moving) });
    if (!records.ok) throw new Error(records.error.message);
    const notes = await records.value.notes.read([one]);
    return notes.ok ? notes.value.map((n) => `${n.ref} ${n.text.trim()}`) : notes.error.message;
  };
  expect(await said([])).toEqual(['refs/notes/ai before']);
  expect(await said([['refs/notes/ai', after]])).toEqual(['refs/notes/ai after']);
  expect(await said([['refs/notes/ai', '0'.repeat(40)]])).toEqual([]);
  expect(
    await said([
      ['refs/notes/countersign', after],
      ['refs/notes/commits', after],
      ['refs/heads/notes/ai', after],
    ]),
  ).toEqual(['refs/notes/ai before', 'refs/notes/countersign after']);
});

test('name a quarantine of this repository, or are refused', async () => {
  const repo = room.init();
  repo.commit({ a: '1\n' });
  mkdirSync(join(repo.gitDir, 'objects', 'tmp_objdir-incoming-Ab12'));
  const asked = (of: string, quarantine: string) => pushedRecords((id) => (id === 'infra' ? repo.gitDir : undefined), { repo: of, quarantine, moving: new Map() });
  expect((await asked('infra', 'tmp_objdir-incoming-Ab12')).ok).toBe(true);
  expect(await asked('infra', '../..')).toMatchObject({ ok: false, error: { code: 'GATE_REQUEST_INVALID' } });
  expect(await asked('infra', 'tmp_objdir-incoming-gone')).toMatchObject({ ok: false, error: { code: 'GATE_REQUEST_INVALID' } });
  expect(await asked('other', 'tmp_objdir-incoming-Ab12')).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNKNOWN' } });
});
