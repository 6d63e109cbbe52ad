/** The table of checks: each code in one place, and no family of codes left out. */
import { expect, it } from 'vitest';
import { REASON_CODES } from '../base/codes.ts';
import { CHECKS, checksOf, GLASS_CHECKS } from './checks.ts';

const codes = [...CHECKS, ...GLASS_CHECKS].flatMap((c) => c.codes);

it('names each code once, and only codes there are', () => {
  expect(codes).toEqual([...new Set(codes)]);
  expect(codes.filter((c) => !Object.hasOwn(REASON_CODES, c))).toEqual([]);
});

/** Asked where a statement is made, where a server keeps counters, of a log read from elsewhere or kept by a server, or of a policy's own people. */
const ELSEWHERE = ['WA_COUNTER', 'ST_DISPOSITION', 'ST_CONDITIONS', 'SOD_UNRESOLVED', 'QUAL_STALE', 'LOG_DAMAGED', 'LOG_UNREACHABLE'];

it('leaves no code out that evidence may fail with', () => {
  const families = /^(?:TRUST|BUNDLE|SIG|WA|KEY|ST|SOD|QUAL|LOG|REV|VSA|CONTENT|CARRY|BG|OWNERSHIP|PERSON)_|^QUORUM$/;
  expect(Object.keys(REASON_CODES).filter((c) => families.test(c) && !codes.includes(c))).toEqual(ELSEWHERE);
});

it('takes a problem of no check for a failed one', () => {
  const checks = checksOf({ problems: [{ code: 'OF_ANOTHER_WORLD' }], setAside: [], signoffs: 1, unasked: [] });
  expect(checks.at(-1)).toMatchObject({ name: 'Everything else', outcome: 'failed' });
});

it('says of each check that need not be asked what that leaves open', () => {
  const unasked = CHECKS.filter((c) => c.open !== undefined).flatMap((c) => c.codes);
  const quiet = checksOf({ problems: [], setAside: [], signoffs: 1, unasked }).filter((c) => c.outcome === 'not asked');
  expect(quiet.map((c) => c.open)).toEqual(CHECKS.flatMap((c) => c.open ?? []));
});
