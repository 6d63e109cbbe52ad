import { expect, it } from 'vitest';
import { FEATURES } from './features.ts';
import { LandedHistory } from './history.ts';

it('has 94 values with names of their own, and gives as many of every change', () => {
  expect(FEATURES.length).toBe(94);
  expect(new Set(FEATURES.map((f) => f.name)).size).toBe(94);
  const who = { name: '', email: '' };
  const { x } = new LandedHistory().look({ id: '', parents: [], author: who, committer: who, authoredAt: 0, zone: 0, committedAt: 0, message: '', files: [] });
  expect(x.length).toBe(94);
  expect([...x].filter((v) => !Number.isFinite(v))).toEqual([]);
});

it('scales shares as rates and yes or no as it is', () => {
  const named = (scale: string): string =>
    FEATURES.filter((f) => f.scale === scale && !/^[wo]_/.test(f.name))
      .map((f) => f.name)
      .join(' ');
  expect(named('rate')).toBe('arevrate subrev dirrev extrev wrev wrevmean');
  expect(named('binary')).toBe('selfcommit bot fix reland tmpw riskw tick fri night');
});
