import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rampOf, type Watched } from './ramp.ts';

const at = (iso: string) => Date.parse(iso);
const seen = (change: string, would: string, when: string, more: Partial<Watched> = {}): Watched => ({
  ...{ change, repo: 'infra', ref: 'refs/heads/main', mode: 'observe', would, codes: would === 'allow' ? ['PASS'] : ['MODE', 'SIGNOFF_MISSING'], at: at(when) },
  ...more,
});

describe('what watching showed', () => {
  test('a change is counted once, by its last verdict, in its week', () => {
    const ramp = rampOf([
      seen('a', 'deny', '2026-06-01T08:00Z'),
      seen('a', 'deny', '2026-06-02T08:00Z'),
      seen('b', 'allow', '2026-06-07T23:59Z'),
      seen('c', 'deny', '2026-06-08T00:00Z'),
      seen('d', 'deny', '2026-06-08T00:00Z'),
      seen('d', 'allow', '2026-06-09T00:00Z'),
    ]);
    expect(ramp).toMatchObject({ changes: 4, denied: 2 });
    expect(ramp.weeks).toEqual([
      { week: '2026-06-01', changes: 2, denied: 1 },
      { week: '2026-06-08', changes: 2, denied: 1 },
    ]);
    expect(ramp.codes).toEqual([{ code: 'SIGNOFF_MISSING', changes: 2 }]);
  });

  test('repositories and modes stand apart', () => {
    const ramp = rampOf([seen('a', 'deny', '2026-06-01'), seen('b', 'deny', '2026-06-01', { repo: 'web', mode: 'warn' })]);
    expect(ramp.repositories.map((r) => [r.repo, r.mode, r.denied])).toEqual([
      ['infra', 'observe', 1],
      ['web', 'warn', 1],
    ]);
  });

  test('weeks and repositories add up, whatever the order', () => {
    const one = fc.record({
      change: fc.constantFrom('a', 'b', 'c', 'd'),
      would: fc.constantFrom('allow', 'deny'),
      day: fc.integer({ min: 0, max: 60 }),
      repo: fc.constantFrom('x', 'y'),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: (o) => `${o.change} ${o.day}` }), (all) => {
        const list = all.map((o) => seen(`${o.repo}${o.change}`, o.would, new Date(o.day * 86_400_000 + o.change.charCodeAt(0)).toISOString(), { repo: o.repo }));
        const ramp = rampOf(list);
        const sum = (of: readonly { changes: number; denied: number }[]) => [of.reduce((n, o) => n + o.changes, 0), of.reduce((n, o) => n + o.denied, 0)];
        expect(sum(ramp.weeks)).toEqual([ramp.changes, ramp.denied]);
        expect(sum(ramp.repositories)).toEqual([ramp.changes, ramp.denied]);
        expect(rampOf([...list].reverse())).toEqual(ramp);
      }),
    );
  });
});
