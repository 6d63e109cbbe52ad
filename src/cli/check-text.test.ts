/** Text and exit code of every kind of answer, over decisions that `consider` made. */
import { describe, expect, test } from 'vitest';
import { problem } from '../core/base/result.ts';
import { consider } from '../core/policy/consider.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Finding } from '../core/risk/risk.ts';
import type { CheckAnswer } from '../flows/check.ts';
import { sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../testing/sample-change.ts';
import { checkJson, checkText, exitOf } from './check-text.ts';

const RULES = '  - {id: all, paths: ["**"], require: {humans: 1, level: L6}}';
const decision: Decision = consider(samplePolicy(RULES), [], sampleFacts(sampleChange(['a.md'], [sampleCommit('ann')])));
const answer = (more: Partial<Decision> = {}, rest: Partial<CheckAnswer> = {}): CheckAnswer => ({
  decision: { ...decision, ...more },
  lines: null,
  range: 'origin/HEAD..aaaaaaaaaaaa',
  target: 'origin/main',
  starter: false,
  changeId: '0123456789abcdef',
  problems: [],
  notes: [],
  title: 'A title',
  ...rest,
});
const plain = { explain: false, colour: false };
const finding = (i: number, severity: Finding['severity'] = 'high'): Finding => ({
  rule: `T${i}`,
  slug: 't',
  version: 1,
  severity,
  confidence: 'exact',
  place: { path: `f${i}`, side: 'head', line: i },
  what: `thing ${i} goes`,
  because: [],
  safeIf: ['a', 'b'],
});
const MISSING = [problem('POLICY_MISSING', 'no policy', { place: 'countersign.yml', remedy: 'add it' })];

describe('exit codes', () => {
  test.each([
    ['pass', 0],
    ['signoff', 1],
    ['refused', 2],
  ] as const)('%s is %d', (outcome, code) => {
    expect(exitOf(answer({ outcome }))).toBe(code);
    expect(checkJson(answer({ outcome })).exit).toBe(code);
  });

  test('without rules nothing passes but nothing', () => {
    for (const outcome of ['pass', 'signoff', 'refused'] as const) expect(exitOf(answer({ outcome }, { problems: MISSING, starter: true }))).toBe(2);
    const empty = { ...decision.change, paths: [] };
    expect(exitOf(answer({ outcome: 'pass', change: empty }, { problems: MISSING, starter: true }))).toBe(0);
    expect(exitOf(answer({ outcome: 'refused', change: empty }, { problems: MISSING, starter: true }))).toBe(2);
  });
});

describe('findings', () => {
  test('the worst first, ten of them as eight and a count', () => {
    const text = checkText(answer({ findings: [finding(0, 'elevated'), ...Array.from({ length: 9 }, (_, i) => finding(i + 1)), finding(99, 'critical')] }), plain);
    const lines = text.split('\n').filter((l) => /thing \d+ goes/.test(l));
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe('  critical  thing 99 goes');
    expect(text).toContain('            f99:99  T99  safe if: a; or b\n');
    expect(text).toContain('and 3 more findings (--json has all)');
  });

  test('the one in the headline is pointed at, and has its place like the others', () => {
    const text = checkText(answer({ findings: [finding(1), finding(2)], summary: 'thing 1 goes; also hit: f2.' }), plain);
    expect(text).toContain('  high      as said above\n            f1:1  T1  safe if: a; or b\n  high      thing 2 goes\n');
    expect(text.split('thing 1 goes')).toHaveLength(2);
  });

  test('files that were not read are grouped by why', () => {
    const notAnalysed = [...'abcde'].map((path) => ({ path, why: 'binary' })).concat({ path: 'x.tf', why: 'syntax error' });
    const text = checkText(answer({ notAnalysed }), plain);
    expect(text).toContain('  not read  a, b, c and 2 more: binary\n  not read  x.tf: syntax error\n');
  });
});

describe('what refuses', () => {
  const refusals = [
    { code: 'SOD_UNRESOLVED', text: 'who@x is nobody', remedy: 'add them' },
    { code: 'CONTENT_SUBMODULE', text: 'lib is a submodule' },
  ] as const;

  test('stands first, with its remedy', () => {
    const text = checkText(answer({ outcome: 'refused', refusals }), plain);
    expect(text).toMatch(/^refused {2}A title/);
    expect(text).toContain('  refused   who@x is nobody [SOD_UNRESOLVED]\n            remedy: add them\n  refused   lib is a submodule [CONTENT_SUBMODULE]\n');
  });

  test('of a roster that is not there yet is not said; the rest is', () => {
    const text = checkText(answer({ outcome: 'refused', refusals }, { starter: true, problems: MISSING }), plain);
    expect(text).toMatch(/^no policy yet; the starter profile would refuse it/);
    expect(text).not.toContain('who@x');
    expect(text).toContain('lib is a submodule');
    expect(text).toMatch(/add it: {2}countersign init/);
  });
});

describe('what is missing', () => {
  const missing = (change: Partial<Decision['change']>, outcome: Decision['outcome'] = 'signoff') =>
    checkText(answer({ outcome, change: { ...decision.change, ...change } }, { starter: true, problems: MISSING, target: 'origin/HEAD' }), plain);

  test('is to be landed on the branch by its name', () => {
    expect(missing({ targetRef: 'refs/heads/trunk' })).toContain('add it:  countersign init   (then, or where it is written already, land it on trunk)\n');
    expect(missing({ targetRef: 'v1.0' })).toContain('(then, or where it is written already, land it on origin/HEAD)\n');
  });

  test('is not asked for where the change brings it', () => {
    const text = missing({ paths: ['a.md', 'countersign.yml'], targetRef: 'refs/heads/main' });
    expect(text).toContain('this change adds it: land it on main');
    expect(text).not.toContain('countersign init');
  });

  test('is said where nothing is asked about, too', () => {
    const text = missing({ paths: [] }, 'pass');
    expect(text).toMatch(/^nothing to sign/);
    expect(text).toContain('countersign.yml: no policy [POLICY_MISSING]\nadd it:  countersign init');
  });
});

test('a change has both its names: of a push, and of a signature', () => {
  const text = checkText(answer(), plain);
  expect(text).toMatch(/^ {2}change {4}0123456789abcdef {2}1 file, 1 commit for \S+ \S+$/m);
  expect(text).toContain(`  manifest  ${decision.change.manifest}\n`);
  expect(checkJson(answer()).changeId).toBe('0123456789abcdef');
  expect(checkText(answer({}, { changeId: null }), plain)).toMatch(/^ {2}change {4}1 file/m);
});

test('--explain says what its marks mean', () => {
  const text = checkText(answer(), { ...plain, explain: true });
  for (const mark of ['+ holds', '- does not', '? unknown', '. for information']) expect(text).toContain(mark);
});

test('what was assumed is said', () => {
  expect(checkText(answer({}, { notes: ['the target is main'] }), plain)).toContain('  note      the target is main\n');
});

test('in colour it says the same', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour is what is taken out
  const bare = (text: string): string => text.replace(/\u001b\[\d+m/g, '');
  const coloured = checkText(answer({ findings: [finding(1)] }), { ...plain, colour: true });
  expect(coloured).toContain('\u001b[');
  expect(bare(coloured)).toBe(checkText(answer({ findings: [finding(1)] }), plain));
});

test('nothing of the change drives the terminal', () => {
  const evil = 'x\u001b]0;pwned\u0007\u202e\n- all good';
  const text = checkText(answer({ findings: [{ ...finding(1), what: evil, place: { path: evil, side: 'head' } }], summary: evil }, { title: evil }), plain);
  for (const char of '\u001b\u0007\u202e') expect(text).not.toContain(char);
  expect(text.split('\n')).not.toContain('- all good');
});
