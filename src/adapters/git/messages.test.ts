/** The fast reader held against the reader of whole commits, over every kind of message, and over clones that are not whole. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { CommitMessage, MessagesAsked } from '../../flows/ports.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { openHistory } from './history.ts';
import { messageStream } from './message-stream.ts';
import { MESSAGE_LOG, openMessages } from './messages.ts';

const room = gitRoom();
afterAll(() => room.remove());

async function read(dir: string, asked: MessagesAsked = {}) {
  const commits: CommitMessage[] = [];
  const end = await openMessages({ dir }).read(asked, (batch) => void commits.push(...batch));
  return { commits, end };
}

const MESSAGES = [
  '\u001e\u001f separators\n\n\nCo-authored-by: \u00e9\u{1f600} <a@b.example>\n',
  'no line feed at the end',
  '\n\nstarts empty\n',
  `${'\u00e9'.repeat(60_000)}\n\nlonger than any chunk\n`,
  '%H %x00 $Format:%H$\n',
];

function eventful(format: string): TestRepository {
  const repo = room.init(`--object-format=${format}`);
  const first = repo.commit({ a: '1' }, { message: 'First\n' });
  for (const [i, message] of MESSAGES.entries()) repo.commit({ [`e${i}`]: `${i}` }, { message, author: { name: `  N\u00fc ${i} \u001e`, email: `e${i}@example.org` } });
  repo.git('checkout', '-q', '-b', 'topic', first);
  repo.commit({ t: 't' }, { message: 'Topic\n' });
  repo.git('tag', '-a', '-m', 'a tag', 'v1');
  repo.git('checkout', '-q', 'main');
  return repo;
}

describe.each(['sha1', 'sha256'])('a %s history', (format) => {
  const repo = eventful(format);

  test('says what the reader of whole commits says, newest first', async () => {
    const whole = new Map<string, unknown>();
    const each = ({ id, author, committer, message }: Parameters<Parameters<ReturnType<typeof openHistory>['walk']>[0]['each']>[0]): void => {
      const who = ({ name, email }: { name: string; email: string }) => ({ name, email });
      whole.set(id, { id, author: who(author), committer: who(committer), at: author.at, message });
    };
    await openHistory({ dir: repo.dir }).walk({ tip: repo.git('rev-parse', 'HEAD'), each });
    const { commits, end } = await read(repo.dir);
    expect(end).toEqual({ ok: true, value: [] });
    expect(commits.map((c) => c.id)).toEqual(repo.git('rev-list', 'HEAD').split('\n'));
    expect(commits).toEqual(commits.map((c) => whole.get(c.id)));
  });

  test('a range, a side, every branch and tag, and nothing of what notes hold', async () => {
    repo.git('notes', '--ref=ai', 'add', '-f', '-m', 'a note', 'HEAD');
    expect((await read(repo.dir, { range: 'main..topic' })).commits.map((c) => c.message)).toEqual(['Topic\n']);
    expect((await read(repo.dir, { range: 'topic...main' })).commits).toHaveLength(MESSAGES.length + 1);
    expect((await read(repo.dir, { range: 'v1' })).commits.map((c) => c.message)).toEqual(['Topic\n', 'First\n']);
    expect((await read(repo.dir, { all: true })).commits).toHaveLength(MESSAGES.length + 2);
  });

  test.each(['--all', 'no-such-branch', 'main..nowhere', '-n1', 'a\0b'])('%j names nothing', async (range) => {
    expect(await read(repo.dir, { range })).toEqual({ commits: [], end: expect.objectContaining({ ok: false, error: expect.objectContaining({ code: 'NOT_FOUND' }) }) });
  });

  test('wherever chunks fall, and however odd the bytes', async () => {
    const whole = await read(repo.dir);
    const printed = Buffer.from(repo.git(...MESSAGE_LOG, 'HEAD'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(printed.length), { maxLength: 12 }), async (cuts) => {
        const commits: CommitMessage[] = [];
        const stream = messageStream(format === 'sha1' ? 40 : 64, (batch) => void commits.push(...batch));
        const at = [0, ...[...cuts].sort((a, b) => a - b), printed.length];
        for (let i = 1; i < at.length; i++) expect(await stream.take(printed.subarray(at[i - 1], at[i]))).toBe(true);
        expect(commits).toEqual(whole.commits);
      }),
      { numRuns: 50 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), async (chunks) => {
        const stream = messageStream(40, () => undefined);
        for (const chunk of chunks) if (!(await stream.take(Buffer.from(chunk)))) return;
      }),
    );
  });
});

test('one person is one object', async () => {
  const repo = room.init();
  for (const n of ['1', '2', '3']) repo.commit({ a: n });
  const { commits } = await read(repo.dir);
  expect(new Set(commits.flatMap((c) => [c.author, c.committer])).size).toBe(new Set(commits.flatMap((c) => [c.author, c.committer]).map((p) => p.email)).size);
});

test('a message of many megabytes is not held whole, and the next commit is whole', async () => {
  const repo = room.init();
  repo.commit({ a: '1' }, { message: 'Before\n' });
  repo.commit({ a: '2' }, { message: `Huge\n\n${'x'.repeat(5 << 20)}\n` });
  repo.commit({ a: '3' }, { message: 'After\n' });
  const { commits } = await read(repo.dir);
  expect(commits.map((c) => c.message.slice(0, 6))).toEqual(['After\n', 'Huge\n\n', 'Before']);
  expect(commits[1]?.message.length).toBeLessThan(300_000);
  expect(commits[1]?.message.length).toBeGreaterThan(64 * 1024);
});

test('a damaged clone hands over what it can, then says what is wrong', async () => {
  const repo = room.init();
  const ids = ['1', '2', '3', '4'].map((n) => repo.commit({ a: n }, { message: n }));
  const second = ids[1] ?? '';
  rmSync(join(repo.dir, '.git/objects', second.slice(0, 2), second.slice(2)), { force: true });
  const { commits, end } = await read(repo.dir);
  expect(commits.map((c) => c.message.trim()).slice(0, 1)).toEqual(['4']);
  expect(end).toMatchObject({ ok: false, error: { code: 'CONTENT_UNSEEN' } });
});

test('a shallow clone says where it ends', async () => {
  const repo = room.init();
  for (const n of ['1', '2', '3']) repo.commit({ a: n });
  repo.git('clone', '-q', '--depth', '2', `file://${repo.dir}`, 'shallow');
  const { commits, end } = await read(join(repo.dir, 'shallow'));
  expect(commits).toHaveLength(2);
  expect(end).toEqual({ ok: true, value: ['this clone is shallow: history ends at 1 commit; git fetch --unshallow brings the rest'] });
});

test('it stops when it is told, and where there is no repository it says so', async () => {
  const repo = room.init();
  for (const n of ['1', '2', '3']) repo.commit({ a: n });
  const stop = new AbortController();
  stop.abort();
  expect((await read(repo.dir, { signal: stop.signal })).end).toEqual({ ok: true, value: [] });
  expect((await read('/nonexistent')).end).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
});
