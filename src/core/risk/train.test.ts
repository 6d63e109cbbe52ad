import { expect, it } from 'vitest';
import type { FileEvidence, RiskEvidence } from './evidence.ts';
import { rule } from './finding.ts';
import { textOf } from './lines.ts';
import type { Detector, Risk } from './risk.ts';
import { type Train, withTrain } from './train.ts';

const HALVED = rule('X101', 'halved', 'high', 'exact');
/** Fires where the number in a file falls to half or less. */
const halved: Detector = {
  id: 'halved',
  detect: ({ files }: RiskEvidence) =>
    files.filter((f) => Number(textOf(f.head)) * 2 <= Number(textOf(f.base))).map((f) => HALVED({ place: { path: f.path, side: 'head' }, what: `${f.path} is halved` })),
};
const file = (base: number, head: number): FileEvidence => ({
  path: 'n.txt',
  status: 'M',
  oldMode: '100644',
  newMode: '100644',
  base: { kind: 'text', text: String(base) },
  head: { kind: 'text', text: String(head) },
});
const QUIET: Risk = { findings: [], notAnalysed: [], tier: 'routine' };
const train = (whole: FileEvidence, ...each: readonly FileEvidence[]): Train => ({ since: 'a'.repeat(40), earlier: each.length, whole: [whole], each: each.map((f) => [f]) });

it('shows what small changes add up to, and what they were', () => {
  const risk = withTrain([halved], QUIET, train(file(10, 4), file(10, 6)), 'n.txt');
  expect(risk.tier).toBe('high');
  expect(risk.findings).toMatchObject([
    { rule: 'X101', what: 'together with what landed here before: n.txt is halved', because: [['adds up', '1 change on these files since aaaaaaaaaaaa']] },
  ]);
});

it('is silent about what was judged when it landed, and about what this change does by itself', () => {
  expect(withTrain([halved], QUIET, train(file(10, 4), file(10, 5), file(5, 4)), 'n.txt')).toBe(QUIET);
  const alone: Risk = { ...QUIET, findings: halved.detect({ files: [file(10, 5)], plan: null }), tier: 'high' };
  expect(withTrain([halved], alone, train(file(11, 5), file(11, 10)), 'n.txt')).toBe(alone);
});

it('takes all of it for new where the changes before were too many to look at', () => {
  expect(withTrain([halved], QUIET, { ...train(file(10, 4)), each: null }, 'n.txt').tier).toBe('high');
});

it('says so where it cannot be read, and nothing where nothing landed', () => {
  expect(withTrain([halved], QUIET, null, 'n.txt').notAnalysed).toMatchObject([{ path: 'n.txt' }]);
  expect(withTrain([halved], QUIET, undefined, 'n.txt')).toBe(QUIET);
});
