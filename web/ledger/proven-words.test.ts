import { expect, it } from 'vitest';
import type { Witnessed } from '../api/generated.ts';
import { provenWords } from './proven-words.ts';

const AT = '2026-11-20T10:21:06Z';
const witnessed = (more: Partial<Witnessed> = {}): Witnessed => ({
  policy: 'f'.repeat(64),
  fork: null,
  quorum: '2 of a, b, c',
  proven: {
    size: 12,
    at: AT,
    by: [
      { witness: 'a', at: AT },
      { witness: 'b', at: AT },
    ],
  },
  standings: [],
  ...more,
});
const said = (size: number, witnesses: Witnessed | null): string => {
  const { title, rest, open } = provenWords(size, witnesses);
  return `${title}${rest}. ${open ?? ''}`.trim();
};

it('says proven for what a quorum cosigned, and by whom', () => {
  expect(said(12, witnessed())).toBe('Proven to size 12 by a and b.');
  expect(provenWords(12, witnessed())).toMatchObject({ holds: true, at: AT });
});

it('says what is not, whatever else is', () => {
  expect(said(13, witnessed())).toBe('Proven to size 12 by a and b. The newest entry is not proven: cosignatures of 2 of a, b, c are missing.');
  expect(said(15, witnessed())).toContain('The newest 3 entries are not proven');
  expect(said(12, witnessed({ proven: null }))).toBe('Not proven: no checkpoint is cosigned by 2 of a, b, c yet.');
  expect(said(12, witnessed({ proven: null, quorum: null }))).toBe('Not proven: the policy asks no witness.');
  expect(said(12, null)).toBe('Not proven: no witnesses configured.');
  for (const [size, w] of [
    [13, witnessed()],
    [12, witnessed({ proven: null })],
    [12, null],
  ] as const)
    expect(provenWords(size, w).holds).toBe(false);
});

it('tells a fork that was shown from a witness that does not answer', () => {
  const standings: Witnessed['standings'] = [
    { name: 'a', size: 9, problem: { code: 'LOG_FORK', message: 'this log is not the one its witness saw' } },
    { name: 'b', size: 9, problem: { code: 'WITNESS_UNAVAILABLE', message: 'it cannot be reached' } },
    { name: 'c', size: 12, problem: null },
  ];
  expect(provenWords(12, witnessed({ standings }))).toMatchObject({ forks: ['a: this log is not the one its witness saw'], silent: ['b: it cannot be reached'] });
});
