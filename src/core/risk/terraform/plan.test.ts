import { describe, expect, it } from 'vitest';
import { detect } from '../detect.ts';
import type { PlannedResource, TerraformPlan } from '../evidence.ts';
import type { Risk } from '../risk.ts';
import { terraformPlan } from './plan.ts';

const resource = (address: string, actions: readonly string[], more: Partial<PlannedResource> = {}): PlannedResource => ({
  address,
  type: address.replace(/^(?:module\.[^.]+\.)+/, '').split('.')[0] ?? '',
  mode: 'managed',
  actions,
  replacePaths: [],
  guards: [],
  ...more,
});
const plan = (resources: readonly PlannedResource[], more: Partial<TerraformPlan> = {}): Risk =>
  detect([terraformPlan], { files: [], plan: { digest: 'd'.repeat(64), complete: true, errored: false, resources, ...more } });
const fired = (...resources: readonly PlannedResource[]): readonly string[] => plan(resources).findings.map((f) => `${f.rule}:${f.severity}`);
const DB = 'aws_db_instance.orders';

describe('terraform plans', () => {
  it.each([
    ['a stateful delete', resource(DB, ['delete']), ['TF101:critical']],
    ['a replacement', resource(DB, ['delete', 'create'], { actionReason: 'replace_because_cannot_update', replacePaths: ['engine'] }), ['TF102:critical']],
    ['a replacement, created first', resource(DB, ['create', 'delete']), ['TF102:critical']],
    ['one behind an index in a module', resource(`module.a.${DB}[0]`, ['delete']), ['TF101:critical']],
    ['an index that goes', resource(DB, ['delete'], { actionReason: 'delete_because_count_index' }), ['TF101:critical', 'TF106:critical']],
    ['a tainted one', resource(DB, ['delete', 'create'], { actionReason: 'replace_because_tainted' }), ['TF102:critical', 'TF110:critical']],
    ['a network', resource('aws_vpc.main', ['delete']), ['TF103:high']],
    ['something small', resource('null_resource.x', ['delete']), ['TF103:elevated']],
    ['a forgotten one', resource(DB, ['forget']), ['TF109:high']],
    ['an unknown action', resource('null_resource.x', ['evaporate']), ['TF114:high']],
    ['a guard that goes off', resource(DB, ['update'], { guards: [{ name: 'deletion_protection', before: true, after: false }] }), ['TF117:critical']],
    ['a snapshot that is skipped', resource(DB, ['update'], { guards: [{ name: 'skip_final_snapshot', before: false, after: true }] }), ['TF117:critical']],
    ['backups lowered', resource(DB, ['update'], { guards: [{ name: 'backup_retention_period', before: 7, after: 0 }] }), ['TF117:critical']],
    ['a guard in a block', resource(DB, ['update'], { guards: [{ name: 'settings.backup_configuration.enabled', before: true, after: false }] }), ['TF117:critical']],
    ['a guard that is unknown', resource(DB, ['update'], { guards: [{ name: 'deletion_protection', before: true, after: null }] }), ['TF118:high']],
    ['a move', resource(DB, ['no-op'], { previousAddress: 'aws_db_instance.o' }), ['TF113:routine']],
  ] as const)('%s', (_, r, expected) => {
    expect(fired(r)).toEqual(expected);
  });

  it.each([
    ['a create', resource(DB, ['create'])],
    ['an update in place', resource(DB, ['update'], { guards: [{ name: 'deletion_protection', before: false, after: true }] })],
    ['a read', resource(DB, ['read'], { mode: 'data' })],
    ['a data source that goes', resource(DB, ['delete'], { mode: 'data' })],
    ['more backups', resource(DB, ['update'], { guards: [{ name: 'backup_retention_period', before: 1, after: 7 }] })],
  ])('%s is silent', (_, r) => {
    expect(fired(r)).toEqual([]);
  });

  it('a rename without a moved block', () => {
    const findings = fired(resource(DB, ['delete'], { actionReason: 'delete_because_no_resource_config' }), resource('aws_db_instance.o2', ['create']));
    expect(findings).toEqual(['TF101:critical', 'TF107:critical']);
  });

  it('the environment is deleted and built again', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { findings } = plan(names.map((n) => resource(`null_resource.${n}`, n === 'f' ? ['no-op'] : ['delete', 'create'])));
    expect(findings[0]).toMatchObject({ rule: 'TF104', severity: 'critical', what: '5 of 6 resources are destroyed: this deletes the environment and builds it again' });
    expect(plan(names.map((n) => resource(`null_resource.${n}`, n < 'e' ? ['delete'] : ['no-op']))).findings.some((f) => f.rule === 'TF104')).toBe(false);
  });

  it('is read once, however many resources it holds', () => {
    const many = Array.from({ length: 60_000 }, (_, i) => resource(`${DB}${i}`, ['delete'], { actionReason: 'delete_because_no_resource_config' }));
    expect(plan(many).findings.filter((f) => f.rule === 'TF101')).toHaveLength(60_000);
  });

  it('a whole module goes', () => {
    const { findings } = plan([resource('module.q.null_resource.a', ['delete']), resource('module.q.null_resource.b["x"]', ['delete']), resource('null_resource.c', ['no-op'])]);
    expect(findings[0]).toMatchObject({ rule: 'TF104', place: { object: 'module.q' } });
  });

  it('a partial plan is a finding', () => {
    expect(plan([], { complete: false }).findings.map((f) => f.rule)).toEqual(['TF115']);
    expect(plan([], { errored: true }).findings[0]?.what).toContain('error');
  });

  it('points to the source of the resource where the change holds it', () => {
    const block = { type: 'resource', labels: ['aws_db_instance', 'orders'], attributes: [], blocks: [], line: 12, endLine: 20 };
    const files = [{ path: 'db/main.tf', status: 'M', oldMode: '100644', newMode: '100644', head: { kind: 'hcl', blocks: [block] } }] as const;
    const risk = detect([terraformPlan], { files, plan: { digest: '', complete: true, errored: false, resources: [resource(DB, ['delete'])] } });
    expect(risk.findings[0]?.place).toEqual({ path: 'db/main.tf', line: 12, side: 'plan', object: DB });
  });
});
