import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataNode } from './data.ts';
import { detect } from './detect.ts';
import { ALL_DETECTORS } from './detectors.ts';
import type { FileEvidence, Parsed } from './evidence.ts';
import { findingKey, TIERS } from './risk.ts';
import { summary } from './summary.ts';

const file = (path: string, head?: Parsed, base?: Parsed): FileEvidence => ({
  path,
  status: head === undefined ? 'D' : base === undefined ? 'A' : 'M',
  oldMode: base === undefined ? '000000' : '100644',
  newMode: head === undefined ? '000000' : '100644',
  ...(head === undefined ? {} : { head }),
  ...(base === undefined ? {} : { base }),
});
const map = (of: { readonly [key: string]: string }): DataNode => ({
  is: 'map',
  line: 1,
  entries: Object.entries(of).map(([key, value]) => ({ key, line: 1, value: { is: 'scalar', value, line: 1 } })),
});
const text = (t: string): Parsed => ({ kind: 'text', text: t });
const unreadable = (why: string): Parsed => ({ kind: 'unreadable', why });
const detectAll = (...files: readonly FileEvidence[]) => detect(ALL_DETECTORS, { files, plan: null });

describe('detect', () => {
  it('is routine and silent on nothing', () => {
    expect(detectAll()).toEqual({ findings: [], notAnalysed: [], tier: 'routine' });
  });

  it('turns a detector that throws into a critical finding', () => {
    const broken = {
      id: 'broken',
      detect: () => {
        throw new Error('oops');
      },
    };
    const risk = detect([broken], { files: [], plan: null });
    expect(risk.tier).toBe('critical');
    expect(risk.findings[0]).toMatchObject({ rule: 'META000', because: [['error', 'oops']] });
  });

  it.each([
    ['a.tf', unreadable('not valid HCL near line 3'), 'META001'],
    ['a.tf.json', unreadable("Terraform's JSON syntax is not read"), 'META001'],
    ['a.sql', unreadable('too large: over 2 MiB'), 'META002'],
    ['a.tf', { kind: 'binary' } as const, 'META002'],
    ['.github/workflows/x.yml', unreadable('the object is missing from this repository'), 'META002'],
  ])('%s that cannot be read is %o', (path, side, rule) => {
    expect(detectAll(file(path, side)).findings).toContainEqual(expect.objectContaining({ rule, severity: 'high' }));
    expect(detectAll(file(path, side)).notAnalysed.map((n) => n.path)).toEqual([path]);
  });

  it('is milder where only the old side cannot be read, unless the file goes', () => {
    const bad = unreadable('not valid HCL');
    expect(detectAll(file('a.tf', { kind: 'hcl', blocks: [] }, bad)).findings).toContainEqual(expect.objectContaining({ rule: 'META001', severity: 'elevated' }));
    expect(detectAll(file('a.tf', undefined, bad)).findings).toContainEqual(expect.objectContaining({ rule: 'META001', severity: 'high' }));
  });

  it('names what nobody analysed', () => {
    const { findings, notAnalysed } = detectAll(file('src/app.ts', text('x')), file('README.md', text('x')), file('logo.png', { kind: 'binary' }));
    expect(findings).toEqual([]);
    expect(notAnalysed.map((n) => n.path)).toEqual(['src/app.ts', 'logo.png']);
  });

  it('counts as read what a detector reads by its content, and not what only lies where such things lie', () => {
    const of = (path: string, head: Parsed): readonly string[] => detectAll(file(path, head)).notAnalysed.map((n) => n.path);
    const manifest: Parsed = { kind: 'data', format: 'yaml', text: '', documents: [map({ apiVersion: 'v1', kind: 'ConfigMap' })] };
    expect(of('deploy/notes.yaml', { ...manifest, documents: [map({ a: 'b' })] })).toEqual(['deploy/notes.yaml']);
    expect(of('anywhere.yaml', manifest)).toEqual([]);
    expect(of('puppet/manifests/site.pp', text('x'))).toEqual(['puppet/manifests/site.pp']);
    expect(of('a.zone', text('www IN A 192.0.2.1\n'))).toEqual([]);
  });

  it('gives the same answer for files in any order, with one finding a key', () => {
    const files = [file('a.sh', text('terraform destroy\nkubectl delete ns x')), file('CODEOWNERS', text('b'), text('a')), file('iam/x.json', text('{}'))];
    const risk = detectAll(...files);
    expect(detectAll(...files.toReversed()).findings).toEqual(risk.findings);
    expect(new Set(risk.findings.map(findingKey)).size).toBe(risk.findings.length);
  });

  const sides = fc.constantFrom<Parsed | undefined>(
    undefined,
    text('terraform destroy'),
    text('x\u202ey'),
    { kind: 'binary' },
    { kind: 'gitlink', commit: 'a' },
    { kind: 'symlink', target: '/' },
    unreadable('odd'),
    { kind: 'hcl', blocks: [{ type: 'resource', labels: ['aws_s3_bucket', 'b'], attributes: [], blocks: [], line: 1, endLine: 2 }] },
    { kind: 'hcl', blocks: [] },
    { kind: 'sql', statements: [{ line: 1, text: 'x', node: null }] },
    { kind: 'sql', statements: [{ line: 1, text: 'x', node: { DropStmt: { removeType: 'OBJECT_TABLE', objects: [{ odd: 1 }] }, AlterTableStmt: 3 } }] },
  );
  const paths = ['a.tf', 'b/a.tf', 'a.sql', 'x.sh', 'CODEOWNERS', '.github/workflows/x.yml', 'src/x.ts'];

  it('never goes down when a file is added, whatever the file is', () => {
    const some = fc.uniqueArray(fc.tuple(fc.constantFrom(...paths), sides, sides), { selector: ([p]) => p, maxLength: 5 });
    fc.assert(
      fc.property(some, (all) => {
        const files = all.map(([p, head, base]) => file(p, head, base));
        const less = detectAll(...files.slice(1)).findings.filter((f) => !f.rule.startsWith('TF'));
        const more = detectAll(...files);
        return !more.findings.some((f) => f.rule === 'META000') && less.every((f) => TIERS.atLeast(more.tier, f.severity));
      }),
    );
  });
});

describe('summary', () => {
  it('says what goes, and what else', () => {
    const risk = detectAll(file('x.sh', text('terraform destroy -auto-approve')), file('src/x.ts', text('')));
    expect(summary(risk)).toBe('x.sh line 1 destroys what Terraform manages: terraform destroy -auto-approve.');
    expect(summary(detectAll())).toBe('No detector saw anything dangerous.');
    expect(summary(detectAll(file('x.ts', text('y'))))).toBe('No detector saw anything dangerous; 1 file was not analysed.');
    expect(summary(detectAll(file('etc/sudoers', text('x'))))).toContain('decides who may do what');
  });
});
