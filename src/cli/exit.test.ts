/** A refusal reads the same from every command: place, what is wrong, code, remedy. */
import { expect, test } from 'vitest';
import { problem } from '../core/base/result.ts';
import { EXIT, refusal } from './exit.ts';

const PROBLEMS = [
  problem('POLICY_INVALID', 'unknown key requires', { place: 'countersign.yml:9:5', remedy: 'did you mean require?', excerpt: '9 |     requires: {}\n  |     ^' }),
  problem('USAGE', 'evil \u001b[2J'),
];

test('people read every problem on standard error', () => {
  expect(refusal(PROBLEMS)).toEqual({
    code: EXIT.refused,
    stdout: '',
    stderr: `countersign: countersign.yml:9:5: unknown key requires [POLICY_INVALID]
  9 |     requires: {}
    |     ^
  remedy: did you mean require?
countersign: evil \\u{1b}[2J [USAGE]
`,
  });
});

test('programs read them on standard output, one line', () => {
  const { code, stdout, stderr } = refusal(PROBLEMS, true);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expect(stdout.split('\n')).toHaveLength(2);
  expect(JSON.parse(stdout)).toEqual({ version: 1, exit: 2, problems: PROBLEMS });
});
