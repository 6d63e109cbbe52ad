import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { detect } from '../../core/risk/detect.ts';
import { planEvidence } from '../../core/risk/plan-file.ts';
import { previews } from '../../core/risk/pulumi/steps.ts';
import { readPlan } from '../../world.ts';

type Fields = { readonly [name: string]: unknown };
const DB = 'aws:rds/instance:Instance';
const urnOf = (type: string, name: string): string => `urn:pulumi:prod::shop::${type}::${name}`;
function step(op: string, type = DB, more: { readonly before?: Fields; readonly after?: Fields; readonly name?: string; readonly rest?: Fields } = {}): Fields {
  const urn = urnOf(type, more.name ?? 'orders');
  const state = { urn, custom: true, type };
  return {
    op,
    urn,
    ...(op === 'create' ? {} : { oldState: { ...state, ...more.before } }),
    ...(op === 'delete' ? {} : { newState: { ...state, ...more.after } }),
    detailedDiff: {},
    ...more.rest,
  };
}
const same = (name: string): Fields => step('same', 'aws:iam/role:Role', { name });
const preview = (steps: readonly Fields[], more: Fields = {}): Fields => ({ config: {}, steps, duration: 1, changeSummary: {}, ...more });

async function fired(json: Fields): Promise<readonly string[]> {
  const read = await readPlan(utf8(JSON.stringify(json)));
  return detect([previews], { files: [], ...planEvidence(read.ok ? [read.value] : []) }).findings.map((f) => `${f.rule}:${f.severity}`);
}

describe('previews', () => {
  it.each([
    ['delete', ['PU101:critical']],
    ['replace', ['PU101:critical']],
    ['delete-replaced', ['PU101:critical']],
    ['create-replacement', ['PU101:critical']],
    ['discard', ['PU101:critical']],
    ['discard-replaced', ['PU101:critical']],
    ['evaporate', ['PU101:high']],
    ['same', []],
    ['create', []],
    ['update', []],
    ['read', []],
    ['read-replacement', []],
    ['refresh', []],
    ['remove-pending-replace', []],
    ['import', []],
    ['import-replacement', []],
  ])('%s of a database', async (op, expected) => {
    expect(await fired(preview([step(op), same('a')]))).toEqual(expected);
  });

  it.each([
    ['of another type', [step('delete', 'aws:sns/topic:Topic'), same('a')], ['PU101:high']],
    ['of the new provider, in whatever version', [step('delete', 'azure-native:sql/v20211101:Server'), same('a')], ['PU101:critical']],
    ['of Kubernetes', [step('delete', 'kubernetes:core/v1:Namespace'), same('a')], ['PU101:critical']],
    ['that keeps the object', [step('delete', DB, { before: { retainOnDelete: true } }), same('a')], ['PU101:high']],
    ['of a component, which holds nothing', [step('delete', 'shop:index:Service', { before: { custom: false } }), same('a')], []],
    ['that was not worked out', [step('update', DB, { rest: { detailedDiff: null } }), same('a')], ['PU101:high']],
    ['that was not worked out, of another type', [step('update', 'aws:sns/topic:Topic', { rest: { detailedDiff: null } }), same('a')], []],
    ['protect goes off', [step('update', DB, { before: { protect: true } }), same('a')], ['PU102:critical']],
    ['retainOnDelete goes off', [step('update', DB, { before: { retainOnDelete: true }, after: { retainOnDelete: false } }), same('a')], ['PU102:critical']],
    ['protect stays', [step('update', DB, { before: { protect: true }, after: { protect: true } }), same('a')], []],
    ['protect comes', [step('update', DB, { after: { protect: true } }), same('a')], []],
    ['a replacement is one finding', [step('create-replacement'), step('replace'), step('delete-replaced'), same('a')], ['PU101:critical']],
    ['deleted first', [step('delete-replaced'), step('replace'), step('create-replacement'), same('a')], ['PU101:critical', 'PU102:critical']],
  ] as const)('%s', async (_, steps, expected) => {
    expect(await fired(preview(steps))).toEqual(expected);
  });

  it('everything goes', async () => {
    const all = ['a', 'b', 'c'].map((name) => step('delete', 'aws:sns/topic:Topic', { name }));
    expect((await fired(preview(all)))[0]).toBe('PU103:critical');
    expect(await fired(preview([...all, same('d')]))).toEqual(['PU101:high', 'PU101:high', 'PU101:high']);
  });

  it('an error leaves it partial', async () => {
    expect(await fired(preview([], { diagnostics: [{ severity: 'error', message: 'x' }] }))).toEqual(['PU104:high']);
    expect(await fired(preview([], { diagnostics: [{ severity: 'warning' }] }))).toEqual([]);
  });

  it('keeps no input and no output', async () => {
    const read = await readPlan(utf8(JSON.stringify(preview([step('update', DB, { before: { inputs: { password: 'hunter2' }, outputs: { password: 'hunter2' } } })]))));
    expect(read.ok).toBe(true);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it('refuses another shape and says what was expected', async () => {
    const read = await readPlan(utf8(JSON.stringify({ steps: [{ op: 1 }] })));
    expect(read).toMatchObject({
      ok: false,
      error: { code: 'PLAN_INVALID', message: expect.stringContaining('steps.0.op'), remedy: expect.stringContaining('pulumi preview --json') },
    });
  });
});
