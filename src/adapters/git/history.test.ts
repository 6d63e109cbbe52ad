/** The walk over every kind of history, held against the reader of single changes, and over clones that are not whole. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { hex } from '../../core/base/bytes.ts';
import type { Commit } from '../../core/change/change.ts';
import { encodeTreeDiff, parseTreeDiff } from '../../core/change/manifest.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { LOG, openHistory, RAW } from './history.ts';
import { logStream } from './history-stream.ts';
import { openRepository } from './repository.ts';

const room = gitRoom();
afterAll(() => room.remove());

interface Seen {
  readonly commit: Commit;
  readonly diff: Uint8Array | undefined;
}

async function walked(repo: TestRepository, tip = repo.git('rev-parse', 'HEAD')): Promise<{ readonly all: readonly Seen[]; readonly notSeen: readonly string[] }> {
  const all: Seen[] = [];
  const seen = await openHistory({ dir: repo.dir }).walk({ tip, each: (commit, diff) => all.push({ commit, diff: diff() }) });
  if (!seen.ok) throw new Error(seen.error.message);
  return { all, notSeen: seen.value };
}

const paths = (diff: Uint8Array | undefined): readonly string[] => {
  const records = parseTreeDiff(diff ?? new Uint8Array([1]));
  return records.ok ? records.value.map((r) => `${r.status} ${r.path}`) : [`unreadable: ${records.error.message}`];
};

/** Everything an author may write that could be taken for the frame around it. */
const EVIL = [
  '\u001e\u001f\u0002 separators\n\n\n:100644 100644 0000000000000000000000000000000000000000 0000000000000000000000000000000000000000 M\nnot a record\n',
  ':100644 100644 x\n',
  '\n\nstarts with empty lines\n',
  'no line feed at the end',
  `${'a'.repeat(200_000)}\n\nlonger than any chunk\n`,
  '%H %x00 $Format:%H$ -z --raw\n',
  'commit 0000000000000000000000000000000000000000\nAuthor: Nobody <n@example.org>\n',
];

function eventful(format: string): TestRepository {
  const repo = room.init(`--object-format=${format}`);
  const first = repo.commit({ 'a.txt': 'one\n', 'dir/b': 'two\n', ':100644 x': 'a path like a record\n' }, { message: 'First\n' });
  for (const [i, message] of EVIL.entries()) repo.commit({ [`e${i}`]: message.slice(0, 50) }, { message, author: { name: `:10 \u001e ${i}`, email: `e${i}@example.org` } });
  repo.commit({}, { message: 'changes nothing\n' });
  repo.commit({ 'a.txt': { exec: 'one\n' }, link: { link: 'dir/b' }, sub: { gitlink: first }, 'dir/b': null, 'new\nline "q" \u00e9': 'x' }, { message: 'kinds\n' });
  for (const name of ['one', 'two', 'three']) {
    repo.git('checkout', '-q', '-b', name, first);
    repo.commit({ [name]: `${name}\n` }, { message: `On ${name}\n` });
  }
  repo.git('checkout', '-q', 'main');
  repo.git('merge', '-q', '--no-edit', '-m', 'octopus', 'one', 'two');
  repo.git('merge', '-q', '--no-ff', '--no-edit', '-m', 'evil merge', '--no-commit', 'three');
  repo.commit({ sneaked: 'by nobody else\n' }, { message: 'evil merge\n' });
  return repo;
}

describe.each(['sha1', 'sha256'])('a %s history of every kind of commit', (format) => {
  const repo = eventful(format);

  test('is what the reader of single changes says, commit by commit', async () => {
    const { all, notSeen } = await walked(repo);
    expect(notSeen).toEqual([]);
    expect(all.map((s) => s.commit.id).sort()).toEqual(repo.git('rev-list', 'HEAD').split('\n').sort());
    const single = openRepository({ dir: repo.dir });
    const chain = repo.git('rev-list', '--first-parent', 'HEAD').split('\n');
    for (const { commit, diff } of all) {
      const change = await single.change({ repo: 'r', targetRef: 'refs/heads/main', base: commit.parents[0] ?? null, head: commit.id });
      if (!change.ok) throw new Error(change.error.message);
      expect(commit).toEqual(change.value.commits.at(-1));
      if (chain.includes(commit.id)) expect(hex(diff ?? new Uint8Array([1]))).toBe(hex(encodeTreeDiff(change.value.records)));
      else expect(diff).toBeUndefined();
    }
  });

  test('begins with what the branch went through, from the tip down', async () => {
    const chain = repo.git('rev-list', '--first-parent', 'HEAD').split('\n');
    const { all } = await walked(repo);
    expect(all.length).toBeGreaterThan(chain.length);
    expect(all.slice(0, chain.length).map((s) => s.commit.id)).toEqual(chain);
  });

  test('is the same wherever the chunks fall', () => {
    const whole = Buffer.from(repo.raw([...LOG, ...RAW, '--topo-order', 'HEAD']));
    const cut = (ends: readonly number[]): string => {
      const seen: string[] = [];
      const stream = logStream(format === 'sha1' ? 40 : 64, (commit, diff) => seen.push(JSON.stringify([commit, hex(diff())])));
      let from = 0;
      for (const end of [...ends].sort((a, b) => a - b)) {
        expect(stream.take(whole.subarray(from, end))).toBe(true);
        from = end;
      }
      stream.take(whole.subarray(from));
      stream.end();
      return seen.join('\n');
    };
    const expected = cut([]);
    expect(expected.split('\n')).toHaveLength(Number(repo.git('rev-list', '--count', 'HEAD')));
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 400 }), (ends) => cut(ends) === expected),
      { numRuns: 40 },
    );
    // and with every byte alone, where most of it stands: the frames
    const tail = Array.from({ length: 6_000 }, (_, i) => i);
    expect(cut(tail) === expected).toBe(true);
  });

  test('an output that breaks off gives only whole commits', () => {
    const whole = Buffer.from(repo.raw([...LOG, ...RAW, '--topo-order', '-3', 'HEAD']));
    const seen: Commit[] = [];
    const stream = logStream(format === 'sha1' ? 40 : 64, (commit) => seen.push(commit));
    stream.take(whole.subarray(0, whole.length - 3));
    stream.end();
    expect(seen.length).toBeLessThan(3);
  });
});

test('bytes that are no log are refused, not guessed at', () => {
  expect(logStream(40, () => undefined).take(Buffer.from('fatal: something\0'))).toBe(false);
});

test('what is not UTF-8 is brought to it where the commit says what it is', async () => {
  const repo = room.init();
  const tree = repo.git('write-tree');
  const raw = (encoding: string): Buffer =>
    Buffer.from(`tree ${tree}\nauthor J\xf6rg <j@example.org> 1700000000 +0000\ncommitter J\xf6rg <j@example.org> 1700000000 +0000\n${encoding}\ngr\xfc\xdfe\n`, 'latin1');
  for (const [encoding, message] of [
    ['', 'gr\ufffd\ufffde\n'],
    ['encoding ISO-8859-1\n', 'grüße\n'],
    ['encoding nonsense\n', 'gr\ufffd\ufffde\n'],
  ] as const) {
    const id = Buffer.from(repo.raw(['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], raw(encoding)))
      .toString()
      .trim();
    const { all } = await walked(repo, id);
    const change = await openRepository({ dir: repo.dir }).change({ repo: 'r', targetRef: 'x', base: null, head: id });
    expect(all.map((s) => s.commit.message)).toEqual([message]);
    expect(change.ok && change.value.commits.map((c) => c.message)).toEqual([message]);
  }
});

describe('a clone that is not whole', () => {
  const source = room.init();
  for (let i = 1; i <= 5; i++) source.commit({ [`d${i}/f`]: `${i}\n`, same: `${i}\n` }, { message: `Commit ${i}\n` });

  test('shallow: the last commit it has is no landing of a whole tree', async () => {
    const { all, notSeen } = await walked(source.clone('--depth=3'));
    expect(all.map((s) => s.commit.message)).toEqual(['Commit 5\n', 'Commit 4\n', 'Commit 3\n']);
    expect(all.map((s) => s.diff === undefined)).toEqual([false, false, true]);
    expect(notSeen).toEqual([expect.stringMatching(/^this clone is shallow: history ends at 1 commit/)]);
  });

  test('without contents: everything but contents is seen, and nothing is fetched', async () => {
    source.git('config', 'uploadpack.allowFilter', 'true');
    const partial = source.clone('--filter=blob:none', '--no-checkout');
    const before = objects(partial);
    const { all, notSeen } = await walked(partial);
    expect(all.map((s) => paths(s.diff).length)).toEqual([2, 2, 2, 2, 2]);
    expect(notSeen).toEqual([]);
    const contents = await openHistory({ dir: partial.dir }).contents();
    if (!contents.ok) throw new Error(contents.error.message);
    const blob = source.git('rev-parse', 'HEAD:same');
    expect(await contents.value.read([blob], 10)).toEqual([{ id: blob, problem: 'missing' }]);
    contents.value.close();
    expect(objects(partial)).toEqual(before);
  });

  test('a folder is missing: the commits are there all the same', async () => {
    const damaged = loose(source);
    drop(damaged, source.git('rev-parse', 'HEAD~2:d3'));
    const { all, notSeen } = await walked(damaged);
    expect(all.map((s) => s.commit.message)).toEqual(['Commit 5\n', 'Commit 4\n', 'Commit 3\n', 'Commit 2\n', 'Commit 1\n']);
    expect(all.map((s) => s.diff !== undefined)).toEqual([true, false, false, false, false]);
    expect(notSeen).toEqual([expect.stringMatching(/folders are missing/)]);
  });

  test('a commit is missing: what came after it is there', async () => {
    const damaged = loose(source);
    drop(damaged, source.git('rev-parse', 'HEAD~3'));
    const { all, notSeen } = await walked(damaged);
    expect(all.map((s) => s.commit.message)).toEqual(['Commit 5\n']);
    expect(all[0]?.diff).toBeDefined();
    expect(notSeen.join()).toMatch(/commits are missing/);
  });

  test('the tip is missing: a problem, and no pass', async () => {
    const seen = await openHistory({ dir: source.dir }).walk({ tip: 'f'.repeat(40), each: () => undefined });
    expect(seen.ok).toBe(false);
    const odd = await openHistory({ dir: source.dir }).walk({ tip: '--output=x', each: () => undefined });
    expect(odd.ok).toBe(false);
    const nowhere = await openHistory({ dir: room.folder() }).walk({ tip: 'f'.repeat(40), each: () => undefined });
    expect(nowhere).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
  });

  test('a signal ends it with what it has', async () => {
    const stop = new AbortController();
    let count = 0;
    const seen = await openHistory({ dir: source.dir }).walk({
      tip: source.git('rev-parse', 'HEAD'),
      signal: stop.signal,
      each: () => {
        count += 1;
        stop.abort();
      },
    });
    expect(seen.ok).toBe(true);
    expect(count).toBeGreaterThan(0);
    const late = await openHistory({ dir: source.dir }).walk({ tip: source.git('rev-parse', 'HEAD'), signal: stop.signal, each: () => undefined });
    expect(late).toEqual({ ok: true, value: [] });
  });
});

const objects = (repo: TestRepository): string => repo.git('count-objects', '-v');

/** A bare copy whose objects are single files, so that one can be taken out. */
function loose(source: TestRepository): TestRepository {
  const copy = room.init('--bare');
  copy.raw(['unpack-objects', '-q'], source.raw(['pack-objects', '--all', '--stdout', '-q']));
  copy.git('update-ref', 'refs/heads/main', source.git('rev-parse', 'HEAD'));
  return copy;
}

function drop(repo: TestRepository, id: string): void {
  rmSync(join(repo.gitDir, 'objects', id.slice(0, 2), id.slice(2)), { force: true });
}
