/** Git looks for a name in six places. Whatever stands in the other five, a ref is the one that was named, or it is none. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { openLines } from './lines.ts';
import { openMessages } from './messages.ts';
import { openNaming } from './naming.ts';
import { openRepository } from './repository.ts';

const room = gitRoom();
afterAll(() => room.remove());

const MAIN = 'refs/heads/main';
const NAMES = [MAIN, 'main', 'HEAD', 'refs/heads/absent', 'refs/heads/über', 'refs/remotes/origin/main', 'origin/main', 'refs/tags/v1', 'v1'];
const PLACES = [
  (n: string) => `refs/${n}`,
  (n: string) => `refs/tags/${n}`,
  (n: string) => `refs/heads/${n}`,
  (n: string) => `refs/remotes/${n}`,
  (n: string) => `refs/remotes/${n}/HEAD`,
];
const DECOYS = [...new Set(NAMES.flatMap((name) => PLACES.map((place) => place(name))))].filter((ref) => !NAMES.includes(ref));

let written = 0;

/** What stands is written in one file, as git packs it: half of these it would not make. No two are of a length, by which git knows a file again. */
function standing(repo: TestRepository, refs: readonly (readonly [string, string])[], head: string): void {
  written += 1;
  const others = Array.from({ length: written }, (_, i) => [`refs/beside/${i}`, refs[0]?.[1] ?? own] as const);
  const rows = [...refs, ...others].sort(([a], [b]) => (a < b ? -1 : 1)).map(([ref, id]) => `${id} ${ref}\n`);
  writeFileSync(join(repo.gitDir, 'packed-refs.new'), `# pack-refs with: sorted \n${rows.join('')}`);
  renameSync(join(repo.gitDir, 'packed-refs.new'), join(repo.gitDir, 'packed-refs'));
  writeFileSync(join(repo.gitDir, 'HEAD'), head);
}

function two() {
  const work = room.init();
  const own = work.commit({ a: '1' }, { message: 'Own\n' });
  const decoy = work.commit({ a: '2' }, { message: 'Decoy\n' });
  const repo = work.bare();
  return { repo, own, decoy };
}

const { repo, own, decoy } = two();
const { resolve } = openRepository({ gitDir: repo.gitDir });
const some = fc.record({ there: fc.boolean(), decoys: fc.subarray(DECOYS), head: fc.constantFrom(`ref: ${MAIN}\n`, `${own}\n`) });

describe('a full name', () => {
  it('is the very ref, or none, whatever else stands', async () => {
    await fc.assert(
      fc.asyncProperty(some, async ({ there, decoys, head }) => {
        standing(repo, [...(there ? [MAIN, 'refs/heads/über', 'refs/tags/v1'].map((ref) => [ref, own] as const) : []), ...decoys.map((ref) => [ref, decoy] as const)], head);
        for (const ref of [MAIN, 'refs/heads/über', 'refs/tags/v1']) expect(await resolve(ref), ref).toBe(there ? own : null);
        for (const ref of ['refs/heads/absent', 'refs/remotes/origin/main', `refs/heads/x-g${decoy.slice(0, 12)}`]) expect(await resolve(ref), ref).toBeNull();
        expect(await resolve('HEAD')).toBe(there || head === `${own}\n` ? own : null);
        expect(await resolve(`${MAIN}~0`)).toBe(there ? own : null);
        expect(await openNaming(repo.dir).branch(MAIN)).toEqual({ ok: true, value: there ? MAIN : null });
        expect(await openNaming(repo.dir).branch('HEAD')).toEqual({ ok: true, value: there && head !== `${own}\n` ? MAIN : null });
      }),
      { numRuns: 25 },
    );
  });

  it('leads through a symbolic ref only where that one leads', async () => {
    standing(repo, [['refs/tags/refs/heads/alias', decoy] as const], `ref: ${MAIN}\n`);
    writeFileSync(join(repo.gitDir, 'refs/heads/alias'), `ref: ${MAIN}\n`);
    expect(await resolve('refs/heads/alias')).toBeNull();
    standing(repo, [['refs/tags/refs/heads/alias', decoy] as const, [MAIN, own]], `ref: ${MAIN}\n`);
    expect(await resolve('refs/heads/alias')).toBe(own);
  });
});

describe('a short name', () => {
  it('that several refs answer to is one commit or a refusal, never a choice of git', async () => {
    standing(repo, [[MAIN, own] as const, ['refs/tags/main', decoy]], `ref: ${MAIN}\n`);
    await expect(resolve('main')).rejects.toThrow(/refs\/heads\/main.*refs\/tags\/main|refs\/tags\/main.*refs\/heads\/main/);
    await expect(resolve('main~1')).rejects.toThrow(/full name/);
    standing(repo, [[MAIN, own] as const, ['refs/tags/main', own]], `ref: ${MAIN}\n`);
    expect(await resolve('main')).toBe(own);
    standing(repo, [[MAIN, own] as const, [`refs/tags/${own.slice(0, 10)}`, decoy]], `ref: ${MAIN}\n`);
    await expect(resolve(own.slice(0, 10))).rejects.toThrow(/full name/);
    standing(repo, [[MAIN, own] as const, [`refs/heads/${own}`, decoy]], `ref: ${MAIN}\n`);
    expect(await resolve(own)).toBe(own);
  });
});

it('what is staged, and what was said, is read from the very HEAD', async () => {
  const bare = two();
  standing(bare.repo, [['refs/heads/HEAD', bare.decoy] as const], `ref: ${MAIN}\n`);
  const said: string[] = [];
  const read = (range?: string) => openMessages({ gitDir: bare.repo.gitDir }).read(range === undefined ? {} : { range }, (batch) => void said.push(...batch.map((c) => c.id)));
  expect(await read()).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  expect(await read(`${bare.own}..`)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  expect(said).toEqual([]);
  standing(bare.repo, [[MAIN, bare.own] as const, ['refs/tags/main', bare.decoy]], `ref: ${MAIN}\n`);
  await expect(read('main')).resolves.toMatchObject({ ok: false, error: { remedy: expect.stringMatching(/full name/) } });
  expect(await read(`${MAIN}..refs/tags/main`)).toMatchObject({ ok: true });
  expect(said).toEqual([bare.decoy]);

  const unborn = room.init();
  const only = unborn.commit({ a: '1' });
  standing(unborn, [['refs/heads/HEAD', only] as const], 'ref: refs/heads/unborn\n');
  expect(await openLines({ dir: unborn.dir }).staged()).toMatchObject({ ok: true, value: [{ path: 'a' }] });
});
