/** The author's word in cases: a policy's tests say who gave it. */
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, samplePolicy } from '../../testing/sample-change.ts';
import { readCase } from '../policy/case-shape.ts';
import { mutantsOf } from './mutants.ts';
import { runCase } from './run-case.ts';

const POLICY = samplePolicy('  - {id: r, paths: ["**"], require: {humans: 1, level: L6, ownership: true}}');
function answered(value: object, policyEdits = false) {
  const [given] = readCase({ at: '2026-06-01T12:00Z', author: 'ada', pusher: 'ada', incidents: [], paths: ['a'], ...value }, () => {});
  if (given === undefined) throw new Error('no case');
  return runCase(POLICY, given, SAMPLE_ROSTER, { policyEdits }).answer;
}

describe('a case under a policy that asks the author first', () => {
  test('is pending without their word, whoever signed', () => {
    const answer = answered({ signoffs: [{ by: 'flo' }] });
    expect(answer).toMatchObject({ result: 'pending', verdict: 'deny', codes: ['OWNERSHIP_MISSING'], missing: [] });
    expect(answer.summary).toBe('ada says first what they read, ran and do not understand (r)');
    expect(answer.would_pass_if).toEqual([{ add: [], owned_by: 'ada' }]);
  });

  test('passes with both', () => {
    expect(answered({ owned_by: 'ada', signoffs: [{ by: 'flo' }] })).toMatchObject({ result: 'allow', codes: ['OK'] });
    expect(answered({ owned_by: ['ada@example.com'], signoffs: [{ by: 'flo' }] })).toMatchObject({ result: 'allow' });
  });

  test.each([
    ['somebody outside it', 'flo', 'flo does not stand behind this change'],
    ['somebody nobody knows', 'zoe', 'zoe is nobody on the roster'],
  ])('takes no word of %s', (_, by, detail) => {
    const answer = answered({ owned_by: by, signoffs: [{ by: 'flo' }] });
    expect(answer).toMatchObject({ result: 'pending', codes: ['OWNERSHIP_MISSING', 'OWNERSHIP_INVALID'], ignored: [{ person: by, reason: 'OWNERSHIP_INVALID', detail }] });
  });

  test('says who would make it pass, and which edit', () => {
    const { would_pass_if } = answered({}, true);
    expect(would_pass_if[0]).toMatchObject({ owned_by: 'ada', add: [{ stage: 'implementation' }] });
    expect(answered({ signoffs: [{ by: 'flo' }] }, true).would_pass_if).toContainEqual({ policy: 'r.require.ownership asked -> not asked' });
  });
});

test('a policy without the question is a mutant, which a test can notice', () => {
  expect(mutantsOf(POLICY).map((m) => m.words)).toContain('require.ownership: asked to not asked');
});
