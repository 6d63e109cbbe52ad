import { describe, expect, it } from 'vitest';
import { detect } from '../detect.ts';
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector } from '../risk.ts';
import { suppressions } from './suppressions.ts';
import { stem, testsRemoved } from './tests-removed.ts';

type Files = { readonly [path: string]: readonly [string | null, string | null] };
const evidence = (files: Files): FileEvidence[] =>
  Object.entries(files).map(([path, [before, after]]) => ({
    path,
    status: before === null ? 'A' : after === null ? 'D' : 'M',
    oldMode: before === null ? '000000' : '100644',
    newMode: after === null ? '000000' : '100644',
    ...(before === null ? {} : { base: { kind: 'text' as const, text: before } }),
    ...(after === null ? {} : { head: { kind: 'text' as const, text: after } }),
  }));
const fired = (files: Files, detectors: readonly Detector[] = [testsRemoved]): readonly string[] =>
  detect(detectors, { plan: null, files: evidence(files) }).findings.map((f) => `${f.rule}:${f.severity}`);

const CODE: Files = { 'src/order.ts': ['a', 'b'] };
const TEST = "it('pays', () => { expect(pay()).toBe(1); expect(x).toBe(2); });\nit('ships', () => expect(ship()).toBe(1));\n";

describe('a test under the code that changes', () => {
  it.each<[string, Files]>([
    ['is deleted', { ...CODE, 'src/order.test.ts': [TEST, null] }],
    ['loses a case', { ...CODE, 'test/order.test.ts': [TEST, TEST.split('\n')[0] ?? ''] }],
    ['is skipped', { ...CODE, 'src/order.test.ts': [TEST, TEST.replace("it('pays'", "it.skip('pays'")] }],
    ['asserts less', { ...CODE, 'src/order.test.ts': ['it("a", () => {\nexpect(a).toBe(1);\nexpect(b).toBe(1);\n})', 'it("a", () => {\nexpect(a).toBe(1);\n})'] }],
    ['of Python', { 'app/order.py': ['a', 'b'], 'tests/test_order.py': ['def test_a():\n  assert x\n', '@pytest.mark.skip\ndef test_a():\n  assert x\n'] }],
    ['of Go', { 'order.go': ['a', 'b'], 'order_test.go': ['func TestA(t *testing.T) {\n', '\n'] }],
    ['of Java', { 'src/main/Order.java': ['a', 'b'], 'src/test/OrderTest.java': ['  public void testA() {\n', '\n'] }],
  ])('%s', (_, files) => expect(fired(files)).toEqual(['META008:elevated']));

  it.each<[string, Files]>([
    ['is deleted, and no code changes', { 'src/order.test.ts': [TEST, null] }],
    ['is of other code', { 'src/cart.ts': ['a', 'b'], 'src/order.test.ts': [TEST, null] }],
    ['moves with all its cases', { ...CODE, 'src/order.test.ts': [TEST, null], 'test/order.test.ts': [null, TEST] }],
    ['gains', { ...CODE, 'src/order.test.ts': [TEST, `${TEST}it('more', () => expect(1).toBe(1));\n`] }],
    ['is new', { ...CODE, 'src/order.test.ts': [null, "it.skip('x', () => {});"] }],
  ])('%s: silent', (_, files) => expect(fired(files)).toEqual([]));

  it('knows what it is of by its name', () => {
    for (const path of ['order.test.ts', 'test_order.py', 'OrderTest.java', 'order_spec.rb', 'order_test.go', 'src/Order.php', 'order.e2e.ts']) expect(stem(path)).toBe('order');
  });
});

describe('suppressions', () => {
  const SH = rule('SH999', 'x', 'critical', 'exact');
  const at = (line: number): Detector => ({ id: 'x', detect: () => [SH({ place: { path: 'a.tf', side: 'head', line }, what: 'x' })] });
  it.each([
    ['a.tf', '# checkov:skip=CKV_1'],
    ['a.sql', '-- squawk-ignore ban-drop-table'],
    ['a.rb', 'safety_assured { remove_column :a, :b }'],
    ['a.ts', '// eslint-disable-next-line no-eval'],
    ['a.py', 'x = 1  # noqa: S105'],
    ['a.go', 'x() // #nosec G101'],
    ['a.cc', 'x(); // NOLINT'],
    ['a.tf', '#tfsec:ignore:aws-s3'],
    ['a.yaml', '# trivy:ignore:AVD-1'],
    ['a.sql', '-- atlas:nolint destructive'],
    ['a.sql', '-- eugene: ignore E1'],
  ])('%s: %s', (path, line) => {
    expect(fired({ [path]: ['x\n', `x\n${line}\n`] }, [suppressions])).toEqual(['META003:elevated']);
  });
  it('beside another finding is high, far from it is not', () => {
    const files: Files = { 'a.tf': ['', `${'\n'.repeat(9)}# checkov:skip=CKV_1\n`] };
    expect(fired(files, [suppressions, at(11)])).toContain('META003:high');
    expect(fired(files, [suppressions, at(30)])).toContain('META003:elevated');
  });
  it.each<[string, Files]>([
    ['one that stood there', { 'a.ts': ['x // eslint-disable-line', 'y // eslint-disable-line'] }],
    ['one that goes', { 'a.ts': ['x // eslint-disable-line', 'x'] }],
    ['prose about it', { 'docs/a.md': ['', 'use `eslint-disable` sparingly'] }],
    ['a word that only sounds like one', { 'a.ts': ['', 'const nosection = 1'] }],
  ])('is silent on %s', (_, files) => expect(fired(files, [suppressions])).toEqual([]));
});
