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
const DB = 'aws_db_instance.orders';
/** Beside something that stays: where nothing does, the whole environment goes. */
const STAYS = resource('aws_iam_user.stays', ['no-op']);
const fired = (...resources: readonly PlannedResource[]): readonly string[] => plan([...resources, STAYS]).findings.map((f) => `${f.rule}:${f.severity}`);

describe('terraform plans', () => {
  it.each([
    ['a stateful delete', resource(DB, ['delete']), ['TF101:critical']],
    ['a replacement', resource(DB, ['delete', 'create'], { actionReason: 'replace_because_cannot_update', replacePaths: ['engine'] }), ['TF102:critical']],
    ['a replacement, created first', resource(DB, ['create', 'delete']), ['TF102:critical']],
    ['one behind an index in a module', resource(`module.a.${DB}[0]`, ['delete']), ['TF101:critical']],
    ['an index that goes alone', resource(`${DB}[2]`, ['delete'], { actionReason: 'delete_because_count_index' }), ['TF101:critical']],
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
    ['a reason nobody knows, of what keeps data', resource(DB, ['update'], { actionReason: 'replace_because_of_the_moon' }), ['TF114:high']],
    ['one forgotten and made again', resource(DB, ['create', 'forget']), ['TF109:high']],
    ['a role that is forgotten', resource('aws_iam_role.a', ['forget']), ['TF109:elevated']],
    ['an import that changes', resource(DB, ['update'], { importing: true }), ['TF111:high']],
    ['a policy told only at apply', resource('aws_sns_topic_policy.a', ['update'], { unknown: ['policy'] }), ['TF118:high']],
    ['a program left for the apply', resource('data.external.x', ['read'], { mode: 'data', type: 'external' }), ['TF119:high']],
    ['a provisioner', resource('aws_instance.x', ['create'], { provisioners: ['remote-exec'] }), ['TF119:high']],
    ['values of the configuration', resource('terraform_data.x', ['create', 'delete']), ['TF102:elevated']],
    ['logs kept for less long', resource('aws_cloudwatch_log_group.a', ['update'], { guards: [{ name: 'retention_in_days', before: 0, after: 7 }] }), ['TF117:high']],
    ['a deposed object', resource(DB, ['delete'], { deposed: 'ab12' }), ['TF101:critical']],
    ['a move', resource(DB, ['no-op'], { previousAddress: 'aws_db_instance.o' }), ['TF113:routine']],
  ] as const)('%s', (_, r, expected) => {
    expect(fired(r)).toEqual(expected);
  });

  it.each([
    ['a create', resource(DB, ['create'])],
    ['an update in place', resource(DB, ['update'], { guards: [{ name: 'deletion_protection', before: false, after: true }] })],
    ['a read', resource(DB, ['read'], { mode: 'data' })],
    ['a reason nobody knows, of what keeps nothing', resource('null_resource.x', ['update'], { actionReason: 'replace_because_of_the_moon' })],
    ['an import as it is', resource(DB, ['no-op'], { importing: true })],
    ['something opened while it runs', resource('ephemeral.x.y', ['open'], { mode: 'ephemeral' })],
    ['a provisioner of what stays', resource('aws_instance.x', ['update'], { provisioners: ['remote-exec'] })],
    ['logs kept for ever', resource('aws_cloudwatch_log_group.a', ['update'], { guards: [{ name: 'retention_in_days', before: 30, after: 0 }] })],
    ['a data source that goes', resource(DB, ['delete'], { mode: 'data' })],
    ['more backups', resource(DB, ['update'], { guards: [{ name: 'backup_retention_period', before: 1, after: 7 }] })],
  ])('%s is silent', (_, r) => {
    expect(fired(r)).toEqual([]);
  });

  describe('renames', () => {
    const [gone, come] = [resource(DB, ['delete'], { actionReason: 'delete_because_no_resource_config' }), resource('aws_db_instance.o2', ['create'])];
    const alike = { renames: [{ from: DB, to: 'aws_db_instance.o2', known: 5, equal: 4 }] };
    const rules = (more: Partial<TerraformPlan>): readonly string[] => plan([gone, come, STAYS], more).findings.map((f) => `${f.rule}:${f.severity}`);

    it('says which `moved` block is missing', () => {
      expect(rules(alike)).toEqual(['TF101:critical', 'TF107:critical']);
      const [, rename] = plan([gone, come, STAYS], alike).findings;
      expect(rename).toMatchObject({ safeIf: [`moved { from = ${DB} to = aws_db_instance.o2 }`], because: expect.arrayContaining([['equal attributes', '4 of 5']]) });
    });
    it('is silent where what comes is another thing', () => expect(rules({})).toEqual(['TF101:critical']));
    it('does not vouch for what nobody compared', () => expect(rules({ uncompared: true })).toEqual(['TF101:critical', 'TF107:critical']));
  });

  describe('index shift', () => {
    const lost = (reason: string): PlannedResource => resource(`${DB}[2]`, ['delete'], { actionReason: reason });
    it.each([
      ['a sibling is replaced', [lost('delete_because_count_index'), resource(`${DB}[0]`, ['create', 'delete'])], true],
      ['a sibling is updated', [lost('delete_because_each_key'), resource(`${DB}["a"]`, ['update'])], true],
      ['the last one goes alone', [lost('delete_because_count_index'), resource(`${DB}[0]`, ['no-op'])], false],
      ['another resource is updated', [lost('delete_because_count_index'), resource('aws_db_instance.x[0]', ['update'])], false],
      ['the same in another module', [lost('delete_because_count_index'), resource(`module.b.${DB}[0]`, ['update'])], false],
      ['one is destroyed by its configuration', [lost('delete_because_no_resource_config'), resource(`${DB}[0]`, ['update'])], false],
    ] as const)('%s', (_, resources, expected) => {
      expect(fired(...resources).includes('TF106:critical')).toBe(expected);
    });
    it('repetition that changes, with one alike under another key', () => {
      const renames = [{ from: `${DB}[2]`, to: `${DB}["c"]`, known: 3, equal: 3 }];
      const { findings } = plan([lost('delete_because_wrong_repetition'), resource(`${DB}["c"]`, ['create']), STAYS], { renames });
      expect(findings.find((f) => f.rule === 'TF106')).toMatchObject({ severity: 'critical', safeIf: [`moved { from = ${DB}[2] to = ${DB}["c"] }`] });
    });
  });

  describe('what a plan says beside its resources', () => {
    it.each([
      ['drift of what it does not touch', { drift: [{ address: 'aws_vpc.a', actions: ['update'] }] }, ['TF116:elevated']],
      ['drift of what it touches', { drift: [{ address: 'aws_vpc.touched', actions: ['update'] }] }, []],
      ['a check that fails', { failedChecks: ['check.health'] }, ['TF120:elevated']],
      ['an action of a provider', { invocations: [{ address: 'action.aws_lambda_invoke.x', type: 'aws_lambda_invoke' }] }, ['TF119:high']],
    ] as const)('%s', (_, more, expected) => {
      expect(plan([resource('aws_vpc.touched', ['update']), STAYS], more).findings.map((f) => `${f.rule}:${f.severity}`)).toEqual(expected);
    });
    it('several plans are read, and each counts', () => {
      const one = (address: string): TerraformPlan => ({ digest: address, complete: true, errored: false, resources: [resource(address, ['delete']), STAYS] });
      expect(detect([terraformPlan], { files: [], plan: one(DB), plans: [one('aws_s3_bucket.b')] }).findings.map((f) => f.place.object)).toEqual([DB, 'aws_s3_bucket.b']);
    });
  });

  it('a lost module is one finding, and a move without a target another', () => {
    const inside = (name: string) => resource(`module.q["x.y"].null_resource.${name}`, ['delete'], { actionReason: 'delete_because_no_module' });
    const { findings } = plan([inside('a'), inside('b'), resource('null_resource.m', ['delete'], { actionReason: 'delete_because_no_move_target' }), STAYS]);
    expect(findings.filter((f) => f.rule === 'TF108').map((f) => f.place.object)).toEqual(['module.q["x.y"]', 'null_resource.m']);
    expect(findings.filter((f) => f.rule === 'TF104').map((f) => f.place.object)).toEqual(['module.q["x.y"]']);
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

  it('`plan -destroy` gives no reason for anything', () => {
    expect(plan([resource('null_resource.a', ['delete'])]).findings.map((f) => f.rule)).toEqual(['TF104', 'TF103']);
    expect(plan([resource('null_resource.a', ['delete'], { actionReason: 'delete_because_no_resource_config' })]).findings.map((f) => f.rule)).toEqual(['TF103']);
  });

  it('a partial plan is a finding', () => {
    expect(plan([], { complete: false }).findings.map((f) => f.rule)).toEqual(['TF115']);
    expect(plan([], { complete: false, partial: ['2 changes are deferred to a later plan'] }).findings[0]?.what).toContain('2 changes are deferred');
    expect(plan([], { errored: true }).findings[0]?.what).toContain('error');
  });

  it('points to the source of the resource where the change holds it', () => {
    const block = { type: 'resource', labels: ['aws_db_instance', 'orders'], attributes: [], blocks: [], line: 12, endLine: 20 };
    const files = [{ path: 'db/main.tf', status: 'M', oldMode: '100644', newMode: '100644', head: { kind: 'hcl', blocks: [block] } }] as const;
    const risk = detect([terraformPlan], { files, plan: { digest: '', complete: true, errored: false, resources: [resource(DB, ['delete'])] } });
    expect(risk.findings[0]?.place).toEqual({ path: 'db/main.tf', line: 12, side: 'plan', object: DB });
  });
});

it('ten that go at once are too many for one change, nine are not', () => {
  const some = (n: number) => [
    ...Array.from({ length: n }, (_, i) => resource(`null_resource.x${i}`, ['delete'])),
    ...Array.from({ length: 20 }, (_, i) => resource(`aws_iam_user.u${i}`, ['no-op'])),
  ];
  expect(plan(some(10)).findings.map((f) => f.rule)).toContain('TF105');
  expect(plan(some(9)).findings.map((f) => f.rule)).not.toContain('TF105');
});
