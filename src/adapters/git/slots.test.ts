import { expect, it } from 'vitest';
import { slots } from './slots.ts';

it('lets so many in and no more, in order, and takes back once', async () => {
  const two = slots(2);
  const seen: number[] = [];
  const [first, second] = [await two.take(), await two.take()];
  const later = [3, 4].map(async (n) => {
    const back = await two.take();
    seen.push(n);
    return back;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([]);
  first();
  first();
  await later[0];
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([3]);
  second();
  await later[1];
  expect(seen).toEqual([3, 4]);
});
