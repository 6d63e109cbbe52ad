import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { anchorPath, openAnchor } from '../adapters/git/anchor.ts';
import { ok, type Result } from '../core/base/result.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { someEntries, type TestLog, testLog } from '../testing/log-files.ts';
import { type Anchored, anchorLog } from './log-anchor.ts';
import type { Anchor, LogSource } from './ports-log.ts';

const ORIGIN = 'log.example/a';
const REF = 'refs/heads/log';
const PATH = `${ORIGIN}/checkpoint`;
const room = gitRoom();
afterAll(() => room.remove());

const over = (log: TestLog): LogSource => ({ name: 'memory', read: async (path) => ok(log.all.get(path) ?? null) });
const grown = (log: TestLog, size: number): TestLog => {
  log.append(someEntries(ORIGIN, log.size, size - log.size));
  return log;
};
const note = (log: TestLog): string => new TextDecoder().decode(log.all.get('checkpoint'));
const shown = (repo: TestRepository, rev = REF): string => repo.git('show', `${rev}:${PATH}`);

async function opened(repo: string): Promise<Anchor> {
  const anchor = await openAnchor(repo, REF);
  if (!anchor.ok) throw new Error(anchor.error.message);
  return anchor.value;
}

async function anchored(log: TestLog, repo: string): Promise<Result<Anchored>> {
  const anchor = await opened(repo);
  try {
    return await anchorLog(over(log), anchor, [log.key]);
  } finally {
    await anchor.close();
  }
}

describe('a log anchored in git', () => {
  it.each(['sha1', 'sha256'])('is a branch of its checkpoints, each on top of the one before (%s)', async (format) => {
    const repo = room.init('--bare', `--object-format=${format}`);
    if (format === 'sha256') {
      const made = room.init('--object-format=sha256');
      made.commit({ 'README.md': 'anchors\n' });
      made.git('push', '-q', repo.dir, `HEAD:${REF}`);
    }
    const log = grown(testLog(ORIGIN), 3);
    const before = format === 'sha256' ? 1 : 0;
    expect(await anchored(log, repo.dir)).toMatchObject({ ok: true, value: { origin: ORIGIN, from: null, size: 3, commit: expect.stringMatching(/^[0-9a-f]+$/) } });
    expect(`${shown(repo)}\n`).toBe(note(log));
    expect(await anchored(log, repo.dir)).toMatchObject({ ok: true, value: { from: 3, size: 3, commit: null } });
    grown(log, 700);
    expect(await anchored(log, repo.dir)).toMatchObject({ ok: true, value: { from: 3, size: 700 } });
    expect(`${shown(repo)}\n`).toBe(note(log));
    expect(shown(repo, `${REF}~1`)).toContain('\n3\n');
    expect(repo.git('rev-list', '--count', REF)).toBe(String(2 + before));
    if (before === 1) expect(repo.git('show', `${REF}:README.md`)).toBe('anchors');
  });

  it('beside other logs', async () => {
    const repo = room.init('--bare');
    const other = testLog('log.example/b');
    other.append(someEntries('log.example/b', 0, 5));
    const log = grown(testLog(ORIGIN), 3);
    await anchored(log, repo.dir);
    expect(await anchored(other, repo.dir)).toMatchObject({ ok: true, value: { from: null } });
    expect(`${shown(repo)}\n`).toBe(note(log));
  });

  it('is not forked, not shortened, and not taken over by another key', async () => {
    const repo = room.init('--bare');
    const log = grown(testLog(ORIGIN), 300);
    await anchored(log, repo.dir);
    const tip = repo.git('rev-parse', REF);
    const fork = testLog(ORIGIN, log);
    fork.append([...someEntries(ORIGIN, 0, 7), ...someEntries(ORIGIN, 8, 500)]);
    expect(await anchored(fork, repo.dir)).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
    expect(await anchored(grown(testLog(ORIGIN, log), 299), repo.dir)).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
    expect(await anchored(grown(testLog(ORIGIN), 400), repo.dir)).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
    expect(repo.git('rev-parse', REF)).toBe(tip);
  });

  it('waits for nobody: who moved the branch first has it', async () => {
    const repo = room.init('--bare');
    const log = grown(testLog(ORIGIN), 3);
    await anchored(log, repo.dir);
    const late = await opened(repo.dir);
    await late.last(ORIGIN);
    await anchored(grown(log, 5), repo.dir);
    expect(await late.put(ORIGIN, 'late', 'late')).toMatchObject({ ok: false, error: { code: 'REF_CHANGED' } });
    await late.close();
    expect(shown(repo)).toContain('\n5\n');
  });

  it('is a repository, and no option of git', async () => {
    expect(await openAnchor(join(room.root, 'nowhere'), REF)).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
    expect(await openAnchor(`--upload-pack=touch ${join(room.root, 'ran')}`, REF)).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
    expect(existsSync(join(room.root, 'ran'))).toBe(false);
  });

  it.each(['main', 'refs/tags/a', 'refs/heads/', 'refs/heads/a..b', 'refs/heads/-a', 'refs/heads/a/', 'refs/heads/a.lock', 'refs/heads/.a', 'refs/heads/a:b', 'refs/heads/a b'])(
    'is not anchored at %s',
    async (ref) => {
      expect(await openAnchor(room.root, ref)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    },
  );
});

it('calls the file after the log where no file system minds', () => {
  expect(anchorPath('countersign.example/log')).toBe('countersign.example/log/checkpoint');
  for (const origin of ['../x', 'a//b', 'a/', '/a', '.git/config', 'a/.git', 'a.lock', 'a/checkpoint', 'A', 'a\u0301', 'git~1', `${'a/'.repeat(120)}a`, `sha256-${'0'.repeat(64)}`])
    expect(anchorPath(origin), origin).toMatch(/^sha256-[0-9a-f]{64}\/checkpoint$/);
});
