import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../core/base/result.ts';
import type { TerraformPlan } from '../../core/risk/terraform/planned.ts';
import { readPlanFile } from '../../flows/plan-file.ts';
import { readPlan as readTerraform } from './plan.ts';

const none = () => {
  throw new Error('not Terraform');
};
const readPlan = (raw: Uint8Array): Result<TerraformPlan> => {
  const read = readPlanFile(raw, { terraform: readTerraform, cloudformation: none, pulumi: none });
  return read.ok && read.value.kind === 'terraform' ? { ok: true, value: read.value.plan } : (read as Result<never>);
};

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const change = {
  actions: ['delete', 'create'],
  before: { deletion_protection: true, password: 'hunter2', versioning: [{ enabled: true }] },
  after: { versioning: [{ enabled: false }] },
  replace_paths: [['engine'], ['x', 0]],
};
const resource = { address: 'aws_db_instance.a', mode: 'managed', type: 'aws_db_instance', name: 'a', provider_name: 'p', action_reason: 'replace_because_cannot_update', change };
const plan = (more: object = {}): unknown => ({ format_version: '1.2', terraform_version: '1.11.4', resource_changes: [resource], ...more });

describe('readPlan', () => {
  it('keeps addresses, actions and guards, and drops every other value', () => {
    const read = readPlan(bytes(plan()));
    expect(read).toMatchObject({
      ok: true,
      value: {
        complete: true,
        errored: false,
        resources: [
          {
            address: 'aws_db_instance.a',
            actions: ['delete', 'create'],
            actionReason: 'replace_because_cannot_update',
            replacePaths: ['engine', 'x.0'],
            guards: [
              { name: 'deletion_protection', before: true, after: null },
              { name: 'versioning.enabled', before: true, after: false },
            ],
          },
        ],
      },
    });
    expect(JSON.stringify(read)).not.toContain('hunter2');
    expect(read.ok && read.value.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reads the guards that are read in the source, in nested blocks too, and no tags', () => {
    const before = {
      purge_protection_enabled: true,
      settings: [{ backup_configuration: [{ enabled: true }], deletion_protection_enabled: true, secret: 'hunter2' }],
      rule: [{ x: 1 }, { retention_in_days: 30 }],
      tags: { encrypted: true },
      enabled: true,
    };
    const after = { ...before, purge_protection_enabled: false, settings: [], rule: [] };
    const read = readPlan(bytes(plan({ resource_changes: [{ ...resource, change: { actions: ['update'], before, after } }] })));
    expect(read.ok && read.value.resources[0]?.guards).toEqual([
      { name: 'purge_protection_enabled', before: true, after: false },
      { name: 'settings.backup_configuration.enabled', before: true, after: null },
      { name: 'settings.deletion_protection_enabled', before: true, after: null },
      { name: 'rule[1].retention_in_days', before: 30, after: null },
    ]);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it.each([
    ['complete', { complete: false }],
    ['deferred', { deferred_changes: [{}] }],
    ['deposed', { resource_changes: [{ ...resource, deposed: 'ab' }] }],
  ])('is incomplete when %s says so', (_, more) => {
    expect(readPlan(bytes(plan(more)))).toMatchObject({ ok: true, value: { complete: false } });
  });

  it('reads an errored plan, and one without changes', () => {
    expect(readPlan(bytes(plan({ errored: true })))).toMatchObject({ ok: true, value: { errored: true } });
    expect(readPlan(bytes({ format_version: '1.0' }))).toMatchObject({ ok: true, value: { resources: [] } });
  });

  it.each([
    ['', 'not JSON'],
    ['{', 'not JSON'],
    [[], 'plan'],
    [{}, 'format_version'],
    [{ format_version: '2.0' }, 'format_version'],
    [plan({ resource_changes: [{ ...resource, change: { actions: [] } }] }), 'resource_changes.0.change.actions'],
    [plan({ resource_changes: 'all' }), 'resource_changes'],
  ])('refuses %j and names the place', (value, place) => {
    const read = readPlan(bytes(value));
    expect(read).toMatchObject({ ok: false, error: { code: 'PLAN_INVALID' } });
    expect(read.ok ? '' : read.error.message).toContain(place);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.uint8Array(), (json, raw) => [readPlan(bytes(JSON.stringify(json))), readPlan(raw)].every((r) => typeof r.ok === 'boolean')));
  });
});
