/** Changes read once: the same answer as git gives again, and nothing kept that may be another tomorrow. */
import { afterAll, describe, expect, it } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import type { ChangeAsk } from './change.ts';
import { remembering } from './changes-read.ts';
import { openRepository } from './repository.ts';

const room = gitRoom();
afterAll(() => room.remove());
const repo = room.init();
const base = repo.commit({ 'a.txt': 'one\n' });
const head = repo.commit({ 'a.txt': 'two\n', 'b.txt': 'new\n' });
const of: ChangeAsk = { repo: 'infra', targetRef: 'refs/heads/main', base, head };

/** A real repository, and how often it was really asked. */
function counted() {
  let asked = 0;
  const real = openRepository({ gitDir: repo.gitDir });
  const read = remembering((ask) => {
    asked++;
    // Opened anew: what is counted is not remembered below.
    return openRepository({ gitDir: repo.gitDir }).change(ask);
  });
  return { read, real, asked: () => asked };
}

describe('a change between two commits', () => {
  it('is read once, and answered for whoever asks', async () => {
    const { read, real, asked } = counted();
    const [first, again, other] = [await read(of), await read(of), await read({ ...of, repo: 'pay', targetRef: 'refs/heads/x' })];
    expect(asked()).toBe(1);
    expect(again).toEqual(first);
    expect(first).toEqual(await real.change(of));
    expect(other).toEqual(await real.change({ ...of, repo: 'pay', targetRef: 'refs/heads/x' }));
  });

  it('asked for at the same time is read once', async () => {
    const { read, asked } = counted();
    const answers = await Promise.all([read(of), read(of), read(of)]);
    expect([asked(), new Set(answers.map((a) => JSON.stringify(a))).size]).toEqual([1, 1]);
  });

  it('is refused where it has more files than this one takes, whoever asked before', async () => {
    const { read } = counted();
    expect(await read(of)).toMatchObject({ ok: true });
    expect(await read({ ...of, most: 1 })).toMatchObject({ ok: false, error: { code: 'PUSH_TOO_LARGE' } });
    expect(await read({ ...of, most: 2 })).toMatchObject({ ok: true });
  });

  it('that could not be read is asked for again', async () => {
    const { read, asked } = counted();
    const gone = { ...of, head: 'f'.repeat(40) };
    for (const time of [1, 2]) {
      expect(await read(gone)).toMatchObject({ ok: false });
      expect(asked()).toBe(time);
    }
  });

  it('of more than a megabyte of words is read again, and many of them leave little behind', async () => {
    const big = room.init();
    const root = big.commit({ 'a.txt': 'one\n' });
    const heads = Array.from({ length: 6 }, (_, i) => big.commit({ 'a.txt': `${i}\n` }, { message: `${i}${'x'.repeat(i > 3 ? 600_000 : 300_000)}\n` }));
    let asked = 0;
    const read = remembering((ask) => {
      asked++;
      return openRepository({ gitDir: big.gitDir }).change(ask);
    });
    const small = { ...of, base: root, head: heads[0] ?? '' };
    const large = { ...of, base: heads[3] ?? '', head: heads[5] ?? '' };
    for (const ask of [small, small, large, large]) expect(await read(ask)).toMatchObject({ ok: true });
    expect(asked).toBe(3);
  });

  it('which a shallow clone hides a part of is asked for again', async () => {
    let asked = 0;
    const shallow = repo.clone('--depth=1');
    const read = remembering((ask) => {
      asked++;
      return openRepository({ gitDir: shallow.gitDir }).change(ask);
    });
    for (const time of [1, 2]) {
      await read({ ...of, base: null });
      expect(asked).toBe(time);
    }
  });

  it('stays known whatever fails meanwhile', async () => {
    const { read, asked } = counted();
    await read(of);
    for (let i = 0; i < 64; i++) await read({ ...of, head: i.toString(16).padStart(40, 'e') });
    const before = asked();
    await read(of);
    expect(asked()).toBe(before);
  });
});
