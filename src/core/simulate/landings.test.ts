/** Landings over histories of every shape, held against the plain definition: reachable from it and not from its first parent. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commitOf } from '../../testing/history.ts';
import type { Commit } from '../change/change.ts';
import { landings, makerOf, since, subjectOf } from './landings.ts';

/** Each commit has parents among those before it. */
const history = fc
  .array(fc.uniqueArray(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
  .map((shape) => shape.map((parents, i) => commitOf(`c${i}`, { parents: parents.filter((p) => p < i).map((p) => `c${p}`), at: i })));

function reachable(commits: readonly Commit[], from: string | null): ReadonlySet<string> {
  const found = new Set<string>();
  const open = from === null ? [] : [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(commits.find((c) => c.id === id)?.parents ?? []));
  }
  return found;
}

describe('landings', () => {
  test('bring what their first parent did not reach, parents first, each commit once', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (commits, backwards) => {
        const tip = commits.at(-1)?.id ?? '';
        const all = landings(backwards ? [...commits].reverse() : commits, tip);
        expect(all.at(-1)?.id).toBe(tip);
        for (const landing of all) {
          const before = reachable(commits, landing.parent);
          const brought = landing.commits.map((c) => c.id);
          expect([...brought].sort()).toEqual([...reachable(commits, landing.id)].filter((id) => !before.has(id)).sort());
          expect(brought.at(-1)).toBe(landing.id);
          for (const [i, c] of landing.commits.entries()) for (const p of c.parents) if (brought.includes(p)) expect(brought.indexOf(p)).toBeLessThan(i);
        }
        const ids = all.flatMap((l) => l.commits.map((c) => c.id));
        expect(ids).toHaveLength(new Set(ids).size);
        expect([...ids].sort()).toEqual([...reachable(commits, tip)].sort());
        expect(all.slice(1).map((l) => l.parent)).toEqual(all.slice(0, -1).map((l) => l.id));
      }),
    );
  });

  test('a branch of a hundred thousand commits is one merge', () => {
    const branch = Array.from({ length: 100_000 }, (_, i) => commitOf(`b${i}`, { parents: [i === 0 ? 'root' : `b${i - 1}`] }));
    const commits = [commitOf('root', {}), ...branch, commitOf('merge', { parents: ['root', 'b99999'] })];
    expect(landings(commits, 'merge').map((l) => l.commits.length)).toEqual([1, 100_001]);
  });

  test('history that is cut off begins where it was cut, and a circle ends', () => {
    expect(landings([commitOf('b', { parents: ['a'] }), commitOf('c', { parents: ['b'] })], 'c').map((l) => [l.id, l.parent])).toEqual([
      ['b', 'a'],
      ['c', 'b'],
    ]);
    expect(landings([commitOf('a', { parents: ['b'] }), commitOf('b', { parents: ['a'] })], 'a')).toHaveLength(2);
    expect(landings([], 'a')).toEqual([]);
  });

  test('since a date counts the day it landed, not the day it was written', () => {
    const all = landings([commitOf('a', { at: 1_000 }), commitOf('b', { parents: ['a'], at: 2_000, written: 5 }), commitOf('c', { parents: ['b'], at: 3_000 })], 'c');
    expect(since(all, 2_000).map((l) => l.id)).toEqual(['b', 'c']);
    expect(since(all, null)).toHaveLength(3);
  });
});

test('whoever merged is not who made it', () => {
  const merged = landings([commitOf('a', {}), commitOf('b', { parents: ['a'], author: 'maker' }), commitOf('m', { parents: ['a', 'b'], author: 'presser of buttons' })], 'm').at(
    -1,
  );
  expect(merged === undefined ? undefined : makerOf(merged)?.author.name).toBe('maker');
});

test('a subject is a first line of bounded length', () => {
  expect(subjectOf(' One \n\nTwo')).toBe('One');
  expect(subjectOf('x'.repeat(1_000))).toHaveLength(200);
  expect(subjectOf('')).toBe('');
});
