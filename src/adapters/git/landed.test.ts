/** What landed, read from real repositories: whatever their authors write, in the order it landed, as far as it is there. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { LandedCommit, TouchedFile } from '../../core/risk/score/landed.ts';
import type { LandedAsked } from '../../flows/ports-risk.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { LANDED_LOG, openLanded } from './landed.ts';
import { landedStream } from './landed-stream.ts';

const room = gitRoom();
afterAll(() => room.remove());

async function read(repo: TestRepository, more: Partial<LandedAsked> = {}): Promise<{ readonly all: readonly LandedCommit[]; readonly notSeen: readonly string[] }> {
  const all: LandedCommit[] = [];
  const seen = await openLanded({ dir: repo.dir }).read({ tip: repo.git('rev-parse', 'HEAD'), ...more }, (commits) => void all.push(...commits));
  if (!seen.ok) throw new Error(seen.error.message);
  return { all, notSeen: seen.value };
}
const fileText = ({ path, added, deleted, binary, how }: TouchedFile): string => `${how} ${path} +${added} -${deleted}${binary ? ' binary' : ''}`;
const files = (commit: LandedCommit | undefined): readonly string[] => commit?.files.map(fileText) ?? [];

/** Everything an author may write that could be taken for the frame around it. */
const EVIL = [
  '\u001e\u001f\u0001 separators\n\n\n:100644 100644 0000000000000000000000000000000000000000 0000000000000000000000000000000000000000 M\n1\t1\tx\n',
  ':100644 100644 x',
  '1\t2\tfile',
  '\n\nstarts with empty lines',
  `${'a'.repeat(40)}`,
  `${'long '.repeat(80_000)}\n\nlonger than any chunk`,
  '%H %x00 $Format:%H$ -z --raw',
  'Revert "x"\n\nThis reverts commit 0000000000000000000000000000000000000000.\n\ncreate mode 100644 forged',
];

describe.each(['sha1', 'sha256'])('a history of %s', (format) => {
  test('comes as it is, whatever is written in it', async () => {
    const repo = room.init(`--object-format=${format}`);
    const first = repo.commit({ 'a.txt': 'one\ntwo\n', ':100644 x': 'like a record\n', '1\t2\tx': 'like a count\n' }, { message: 'First' });
    const ids = EVIL.map((message, i) => repo.commit({ [`e${i}`]: 'x\n' }, { message, author: { name: `:10 \u001e ${i}`, email: `e${i}@example.org` } }));
    const empty = repo.commit({}, { message: 'changes nothing' });
    const kinds = repo.commit(
      { 'a.txt': { exec: 'one\nthree\nfour\n' }, link: { link: 'a.txt' }, sub: { gitlink: first }, ':100644 x': null, 'new\nline "q" \u00e9': 'x', bin: new Uint8Array([0, 1, 2]) },
      { message: 'kinds' },
    );
    const { all, notSeen } = await read(repo);
    expect(notSeen).toEqual([]);
    expect(all.map((c) => c.id)).toEqual([first, ...ids, empty, kinds]);
    expect(files(all[0])).toEqual(['created 1\t2\tx +1 -0', 'created :100644 x +1 -0', 'created a.txt +2 -0']);
    for (const [i, message] of EVIL.entries()) {
      const commit = all[i + 1];
      // git itself takes empty lines out of what it is given
      const kept = message
        .replace(/^\n+/, '')
        .replace(/\n{3,}/g, '\n\n')
        .slice(0, 256 << 10);
      expect([commit?.message.trimEnd(), commit?.author.email, files(commit)]).toEqual([kept.trimEnd(), `e${i}@example.org`, [`created e${i} +1 -0`]]);
    }
    expect([files(all.at(-2)), files(all.at(-1))]).toEqual([
      [],
      ['removed :100644 x +0 -1', 'mode a.txt +2 -1', 'created bin +0 -0 binary', 'created link +1 -0', 'created new\nline "q" \u00e9 +1 -0', 'created sub +1 -0'],
    ]);
  });
});

test('the order is that of committers, a parent first where their times are the same', async () => {
  const repo = room.init();
  const ids = [50, 100, 100, 40, 100].map((at, i) => repo.commit({ f: `${i}` }, { message: `${i}`, at: 1_700_000_000 + at }));
  const { all } = await read(repo);
  expect(all.map((c) => ids.indexOf(c.id))).toEqual([3, 0, 1, 2, 4]);
  expect(all.map((c) => c.committedAt - 1_700_000_000)).toEqual([40, 50, 100, 100, 100]);
});

test('a merge comes without files, and what stands behind `from` does not come', async () => {
  const repo = room.init();
  const root = repo.commit({ a: '1\n' });
  repo.git('checkout', '-q', '-b', 'side');
  const side = repo.commit({ b: '1\n' });
  repo.git('checkout', '-q', 'main');
  const main = repo.commit({ c: '1\n' });
  repo.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
  const merge = repo.git('rev-parse', 'HEAD');
  const { all } = await read(repo);
  expect(all.map((c) => c.id).sort()).toEqual([root, side, main, merge].sort());
  expect([all.find((c) => c.id === merge)?.parents, files(all.find((c) => c.id === merge))]).toEqual([[main, side], []]);
  expect((await read(repo, { from: main })).all.map((c) => c.id).sort()).toEqual([side, merge].sort());
  expect(await openLanded({ dir: repo.dir }).count({ tip: merge, from: main })).toEqual({ ok: true, value: 2 });
});

describe('what is not there', () => {
  const three = (): TestRepository => {
    const repo = room.init();
    repo.commit({ a: '1\n', b: 'gone\n' }, { message: 'one' });
    repo.commit({ a: '1\n2\n' }, { message: 'two' });
    repo.commit({ b: 'new\n', c: 'x\n' }, { message: 'three' });
    repo.commit({ a: '1\n2\n3\n' }, { message: 'four' });
    return repo;
  };
  const drop = (repo: TestRepository, object: string): void => {
    const id = repo.git('rev-parse', object);
    rmSync(join(repo.gitDir, 'objects', id.slice(0, 2), id.slice(2)));
  };

  test('lines are counted of every commit whose contents are there', async () => {
    const repo = three();
    drop(repo, 'HEAD~3:b');
    const { all, notSeen } = await read(repo);
    expect(all.map((c) => c.message.trim())).toEqual(['one', 'two', 'three', 'four']);
    expect(all.map((c) => c.files.map((f) => `${f.path} ${f.how} ${f.added}`).join(', '))).toEqual([
      'a created 0, b created 0',
      'a changed 1',
      'b changed 0, c created 0',
      'a changed 1',
    ]);
    expect(notSeen).toEqual(['contents are missing from this repository, so lines were not counted of 2 commits']);
  });

  test('a folder that is missing takes away what the commits on both sides of it changed, and no more', async () => {
    const repo = three();
    drop(repo, 'HEAD~1^{tree}');
    const { all } = await read(repo);
    expect(all.map((c) => c.files.length)).toEqual([2, 1, 0, 0]);
  });

  test('a commit that is missing is a problem', async () => {
    const repo = three();
    const tip = repo.git('rev-parse', 'HEAD');
    drop(repo, 'HEAD~2');
    const seen = await openLanded({ dir: repo.dir }).read({ tip }, () => undefined);
    expect(seen.ok ? 'read' : seen.error.code).toBe('CONTENT_UNSEEN');
  });

  test('a shallow clone says where it ends, and does not make up a change there', async () => {
    const repo = three().clone('--depth=2');
    const { all, notSeen } = await read(repo);
    expect(all.map((c) => c.files.length)).toEqual([0, 1]);
    expect(notSeen).toEqual(['this clone is shallow: history ends at 1 commit; git fetch --unshallow brings the rest']);
  });

  test('no repository, and no id', async () => {
    const repo = three();
    const asked = async (dir: string, tip: string): Promise<string> => {
      const seen = await openLanded({ dir }).read({ tip }, () => undefined);
      return seen.ok ? 'read' : seen.error.code;
    };
    expect([await asked(room.folder(), 'a'.repeat(40)), await asked(repo.dir, '--all'), await asked(repo.dir, 'HEAD')]).toEqual(['GIT_FAILED', 'GIT_FAILED', 'GIT_FAILED']);
  });
});

test('it stops when told, and holds git up while what it handed on is looked at', async () => {
  const repo = room.init();
  for (let i = 0; i < 30; i++) repo.commit({ f: `${i}\n`, long: `${i}\n`.repeat(10) }, { message: `${i} ${'x'.repeat(20_000)}` });
  const stop = new AbortController();
  const told: string[] = [];
  let [busy, most, seen] = [0, 0, 0];
  const take = async (commits: readonly LandedCommit[]): Promise<void> => {
    busy += 1;
    most = Math.max(most, busy);
    await new Promise((done) => setTimeout(done, 1));
    seen += commits.length;
    busy -= 1;
    if (seen >= 5) stop.abort();
  };
  const asked = { tip: repo.git('rev-parse', 'HEAD'), signal: stop.signal, progress: (done: number, all: number) => void told.push(`${done <= all} ${all}`) };
  expect(await openLanded({ dir: repo.dir }).read(asked, take)).toEqual({ ok: true, value: [] });
  expect([most, seen >= 5 && seen < 30, new Set(told)]).toEqual([1, true, new Set(['true 30'])]);
  expect(await openLanded({ dir: repo.dir }).read({ ...asked, signal: AbortSignal.abort() }, take)).toEqual({ ok: true, value: [] });
});

describe('the stream', () => {
  const repo = room.init();
  for (const [i, message] of EVIL.entries()) repo.commit({ [`e${i}`]: 'x\ny\n', same: `${i}\n`, ':1 ': i % 2 === 0 ? { exec: 'x' } : 'x' }, { message });
  repo.commit({}, { message: 'nothing' });
  const ids = repo.git('rev-list', '--reverse', 'HEAD');
  const printed = Buffer.from(repo.raw(LANDED_LOG, `${ids}\n`));

  test('is the same wherever chunks fall', () => {
    const whole = landedStream(40);
    const all = [...(whole.take(printed) ?? []), whole.end()];
    expect(all.map((c) => c?.id).join('\n')).toBe(ids);
    fc.assert(
      fc.property(fc.array(fc.nat(printed.length), { maxLength: 20 }), (cuts) => {
        const stream = landedStream(40);
        const ends = [...cuts, printed.length].sort((a, b) => a - b);
        const parts = ends.flatMap((end, i) => stream.take(printed.subarray(ends[i - 1] ?? 0, end)) ?? []);
        expect([...parts, stream.end()]).toEqual(all);
      }),
    );
  });

  test('takes any bytes', () => {
    const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\n:', '1\t2\t', 'a'.repeat(40), ':100644 100644 ', '-\t-\tx'));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const stream = landedStream(40);
        for (const text of pieces) if (stream.take(Buffer.from(text)) === null) return;
        stream.end();
      }),
    );
  });
});

test('no message and no path makes a record of its own', async () => {
  const letters = fc.constantFrom('\n', '\t', ':', '0', '1', ' ', 'a', '\u001e', '\u0001', '"', '\\', '-', 'create mode 100644 x', `${'b'.repeat(40)}`);
  const text = fc.array(letters, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
  const repo = room.init();
  await fc.assert(
    fc.asyncProperty(text, text, text, async (message, name, path) => {
      const before = repo.git('rev-list', '--count', '--all');
      const id = repo.commit({ [`p${path}`]: 'x\n' }, { message: `m${message}`, author: { name: `n${name}`.replaceAll('\n', ' '), email: 'x@example.org' } });
      const { all } = await read(repo);
      expect([all.length, all.at(-1)?.id, all.at(-1)?.message.trimEnd().startsWith('m')]).toEqual([Number(before) + 1, id, true]);
      expect(all.at(-1)?.files.every((f) => f.path === `p${path}`)).toBe(true);
    }),
    { numRuns: 25 },
  );
});
