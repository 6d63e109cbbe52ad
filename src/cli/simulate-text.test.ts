import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleSimulation } from '../testing/sample-simulation.ts';
import { simulateText } from './simulate-text.ts';
import { tooFew } from './simulate-words.ts';

const PLAIN = { colour: false, ascii: false };
const lines = (text: string): readonly string[] => text.split('\n');
const width = (line: string): number => [...line].length;

describe('the summary', () => {
  const text = simulateText(sampleSimulation(), PLAIN);

  test('says the verdict first, then hours, catches, the costly rules, people, what was not seen', () => {
    expect(text).toMatch(/^From 2026-01-05 to 2026-03-\d\d this policy would have held \d+ of 6\d\d landings/);
    const order = ['hours', 'held', 'wait', 'catches', 'friction', 'most expensive', 'people', 'against', 'not seen', 'assumed'].map((word) => text.indexOf(`\n  ${word}`));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
  });

  test('fits 100 columns, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (odd) => {
        const simulation = sampleSimulation({
          landings: 100,
          weeks: 3,
          change: (l) => ({
            ...l,
            title: odd,
            rules: l.rules.map(() => odd),
            seats: l.seats.map((s) => ({ ...s, rule: odd, candidates: [odd, ...s.candidates] })),
            notSeen: [odd],
          }),
        });
        const shown = simulateText({ ...simulation, subject: { ...simulation.subject, repo: odd, policy: odd, notes: [odd] } }, PLAIN);
        expect(lines(shown).filter((l) => width(l) > 100)).toEqual([]);
        expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 15 },
    );
  });

  test('in ASCII where that is all there is', () => {
    expect(simulateText(sampleSimulation(), { colour: false, ascii: true })).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toMatch(/[▁▂▃▄▅▆▇█]{6}/);
  });

  test('in colour only where asked', () => {
    expect(text).not.toContain('\u001b');
    expect(simulateText(sampleSimulation(), { ...PLAIN, colour: true })).toContain('\u001b[1m');
  });

  test('says what it could not see, and that it ended early', () => {
    const { subject, ...rest } = sampleSimulation({ change: (l) => ({ ...l, notSeen: ['huge.bin: larger than 1 MiB'] }) });
    const shown = simulateText({ ...rest, subject: { ...subject, complete: false } }, PLAIN);
    expect(shown).toContain('ended before every landing was judged');
    expect(shown).toContain('huge.bin: larger than 1 MiB');
  });

  test('says so where people cannot keep up, and whom it drowns', () => {
    const shown = simulateText(sampleSimulation({ landings: 3000, assumed: { hoursPerDay: 0.1 } }), PLAIN);
    expect(shown).toContain('cannot keep up');
    expect(shown).toMatch(/over their 0\.5 h a week: \w+ in \d+ weeks/);
  });

  test('of nothing says that there is nothing', () => {
    expect(simulateText(sampleSimulation({ landings: 0 }), PLAIN)).toMatch(/^Nothing landed in this window/);
  });

  test('has no figure that is none', () => {
    for (const landings of [1, 5, 600]) expect(simulateText(sampleSimulation({ landings }), PLAIN)).not.toMatch(/NaN|Infinity|undefined|null/);
  });
});

test.each([
  [0, ''],
  [1, 'one is too few to choose between policies by'],
  [29, '29 are too few to choose between policies by'],
  [30, ''],
])('of %d that hurt: %j', (hurt, words) => {
  expect(tooFew(hurt)).toBe(words);
});

test('few that hurt are said to be few', () => {
  const { report, ...rest } = sampleSimulation({ landings: 100, weeks: 3 });
  const said = (hurt: number): string => simulateText({ ...rest, report: { ...report, catches: { ...report.catches, hurt } } }, PLAIN).replace(/\s+/g, ' ');
  expect(said(2)).toContain('; 2 are too few to choose between policies by');
  expect(said(40)).not.toContain('too few to choose');
});
