/** Two servers on one PostgreSQL, killed in turn under load, the database once: nothing passes that should not, and nothing told is lost. */
import { expect, it } from 'vitest';
import { fleet } from './fleet.ts';

it('answers every push rightly, whichever dies', async () => {
  const tally = await fleet({ seconds: 11, killEvery: 3, kills: 2, crashAt: 7, pause: 200 }, () => undefined);
  expect(tally).toMatchObject({ falseAllows: 0, lost: 0, wrong: 0, audit: [] });
  expect(tally.kills).toBeGreaterThanOrEqual(2);
  expect(tally.allowed).toBeGreaterThan(0);
  expect(tally.refused).toBeGreaterThan(0);
});
