import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { problemText } from '../base/result.ts';
import { dateOf, readIncidents } from './incident-file.ts';

const read = (text: string) => readIncidents(utf8(text), 'incidents.yml');
const wrong = (text: string): string => {
  const found = read(text);
  return found.ok ? 'nothing' : found.error.map(problemText).join('\n');
};

describe('an incidents file', () => {
  test('is a list, in YAML or JSON', () => {
    const expected = [{ id: 'INC-1', at: Date.UTC(2026, 0, 31), severity: 2, class: 'data-loss', commits: ['0a1b2c3d'] }];
    expect(read('- {id: INC-1, at: 2026-01-31, severity: 2, class: data-loss, commits: ["0A1B2C3D"]}\n')).toEqual({ ok: true, value: expected });
    expect(read(JSON.stringify([{ id: 'INC-1', at: '2026-01-31', severity: 2, class: 'data-loss', commits: ['0a1b2c3d'] }]))).toEqual({ ok: true, value: expected });
    expect(read('- {id: a, at: 2026-01-31, severity: 4, commits: ["0a1b2c3d"]}')).toMatchObject({ value: [{ class: null }] });
  });

  test('says what is wrong, where, and all of it', () => {
    const said = wrong('- {id: 1, at: yesterday, severity: 5, commits: [12e4567, 1234567]}\n- {id: b, at: 2026-02-30T10:00, severity: 1, commits: []}\n');
    expect(said).toContain('incidents.yml:1:8 [0].id: must be a text');
    expect(said).toContain('[0].at: must be a date');
    expect(said).toContain('[0].severity: must be 1');
    expect(said).toContain('[0].commits: must be a list of commit ids');
    expect(said).toContain('put each id in quotes');
    expect(said).toContain('[1].commits');
    expect(wrong('a: b')).toContain('is no list of incidents');
    expect(wrong('- text')).toContain('[0].id');
    expect(wrong('- [')).toContain('incidents.yml:1');
  });
});

test('dates are days, or moments with a zone; without one they are UTC', () => {
  expect(dateOf('2026-01-31')).toBe(Date.UTC(2026, 0, 31));
  expect(dateOf('2026-01-31T10:00')).toBe(Date.UTC(2026, 0, 31, 10));
  expect(dateOf('2026-01-31 10:00:30+02:00')).toBe(Date.UTC(2026, 0, 31, 8, 0, 30));
  for (const text of ['', '2026', '31.1.2026', '2026-13-01', '2026-01-31T25:00', 'now', '2026-01-31T10:00 or so']) expect(dateOf(text)).toBeNull();
});
