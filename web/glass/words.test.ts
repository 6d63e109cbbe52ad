import { expect, it } from 'vitest';
import { consequences, lasting } from './words.ts';

it('says how long something lasts as people do', () => {
  expect([60_000, 600_000, 3_600_000, 5_400_000, 86_400_000, 172_800_000].map(lasting)).toEqual(['1 minute', '10 minutes', '1 hour', '90 minutes', '24 hours', '2 days']);
});

it('says what follows, and nothing policy does not say', () => {
  const terms = { humans: 2, level: 'L6', aloneAfter: 600_000, expires: 3_600_000, reviewWithin: 86_400_000, reviewLevel: 'L7', perMonth: 4 };
  const text = consequences(terms).join(' ');
  expect(text).toContain('2 people at L6 or above');
  expect(text).toContain('alone waits 10 minutes');
  expect(text).toContain('Within 24 hours of landing, somebody at L7');
  expect(text).toContain('At most 4');
  expect(consequences({ ...terms, aloneAfter: null, perMonth: null }).join(' ')).not.toMatch(/alone|At most/);
});
