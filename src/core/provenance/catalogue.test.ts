import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { PROVENANCE_LEVELS } from './provenance.ts';
import type { Row } from './row.ts';

const matches = (row: Row, text: string): boolean => row.pattern.test(text) && row.not?.test(text) !== true;

describe('the catalogue', () => {
  it.each(CATALOGUE.map((row) => [row.rule, row] as const))('%s matches its examples and none of its near misses', (_, row) => {
    expect(row.hits.length).toBeGreaterThan(0);
    expect(row.misses.length).toBeGreaterThan(0);
    expect(row.hits.filter((h) => !matches(row, h))).toEqual([]);
    expect(row.misses.filter((m) => matches(row, m))).toEqual([]);
  });

  it('has unique rule ids, known levels, and patterns without look-around, state or back-references', () => {
    expect(new Set(CATALOGUE.map((r) => r.rule)).size).toBe(CATALOGUE.length);
    for (const row of CATALOGUE) {
      expect(row.level === '*' || PROVENANCE_LEVELS.has(row.level)).toBe(true);
      expect(row.pattern.flags).toBe('i');
      expect(row.pattern.source).not.toMatch(/\(\?[=!<]|\\[1-9]/);
    }
  });
});
