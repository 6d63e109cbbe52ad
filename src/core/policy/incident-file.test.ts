import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { incidentsAt, readIncidents } from './incident-file.ts';

const read = (text: string) => readIncidents(utf8(text), 'incidents.yml', 'POLICY_INVALID');
const said = (text: string) => {
  const answer = read(text);
  return answer.ok ? [] : answer.error.map((p) => `${p.place} ${p.message}`);
};
const at = (iso: string) => Date.parse(iso);

describe('a file of incidents', () => {
  test('reads what it says', () => {
    expect(read('- {id: INC-1, at: 2026-05-30, severity: 1, class: outage, commits: ["0A1b2c3d"], closed: 2026-05-31T12:00Z}\n')).toEqual({
      ok: true,
      value: [{ id: 'INC-1', at: at('2026-05-30'), severity: 1, class: 'outage', systems: [], commits: ['0a1b2c3d'], closed: at('2026-05-31T12:00Z') }],
    });
    expect(read('[]').ok).toBe(true);
  });

  test.each([
    ['- {id: INC-1, at: yesterday, severity: 1}', 'incidents.yml:1:19 [0].at must be a date'],
    ['- {id: INC-1, at: 2026-05-30, severity: 5}', '[0].severity must be 1 (the worst), 2, 3 or 4'],
    ['- {id: INC-1, at: 2026-05-30, severity: 1, commits: [1234567]}', '[0].commits[0] must be a commit id in quotes'],
    ['- {id: INC-1, at: 2026-05-30, severity: 1, closed: 2026-05-29}', '[0].closed is before it began'],
    ['- {id: INC-1, at: 2026-05-30, severity: 1, klass: x}', '[0].klass unknown key klass'],
    ['id: INC-1', 'invalid input: expected array'],
  ])('%s is refused, with its place', (text, message) => expect(said(text).join()).toContain(message));
});

test('what conditions see depends on the time', () => {
  const known = read('- {id: a, at: 2026-05-30, severity: 1, closed: 2026-06-02}\n- {id: b, at: 2026-06-01, severity: 2, class: x}\n');
  if (!known.ok) throw new Error('incidents');
  const open = (iso: string) => incidentsAt(known.value, at(iso))?.map((i) => `${i.id} ${i.open} ${i.days}`);
  expect(open('2026-05-29')).toEqual([]);
  expect(open('2026-06-01T12:00Z')).toEqual(['a true 2', 'b true 0']);
  expect(open('2026-06-02')).toEqual(['a false 3', 'b true 1']);
  expect(incidentsAt(known.value, null)).toBeNull();
  expect(incidentsAt(null, 0)).toBeNull();
});
