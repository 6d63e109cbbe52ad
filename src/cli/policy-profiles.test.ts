import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { STARTER_POLICY, STARTER_ROSTER } from '../core/policy/starter.ts';
import { gitRoom } from '../testing/git.ts';
import { check } from './check.ts';
import { policyProfile, policyProfiles } from './policy-profiles.ts';

const room = gitRoom();
afterAll(() => room.remove());

describe('the list', () => {
  test('has a line for each, the default first', async () => {
    const { code, stdout } = await policyProfiles({});
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}tiered +Most changes pass.*The default\.\n {2}solo /);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(160);
  });

  test('as JSON', async () => {
    const { profiles } = JSON.parse((await policyProfiles({ json: true })).stdout);
    expect(profiles[0]).toEqual({ name: 'tiered', summary: expect.any(String) });
    expect(profiles.length).toBe(9);
  });
});

describe('one of them', () => {
  test('is printed as it is used', async () => {
    const { code, stdout } = await policyProfile('tiered', {});
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# Profile tiered: [\s\S]*\nversion: 1\n[\s\S]*\n {2}- id: tiered\.everything-else\n[\s\S]*\ntests:\n/);
    expect(JSON.parse((await policyProfile('sox', { json: true })).stdout)).toMatchObject({ name: 'sox', text: expect.stringContaining('sox.approval') });
  });

  test.each([
    ['teired', {}, /no profile teired.*\n {2}remedy: did you mean tiered\?/],
    ['constructor', {}, /no profile constructor/],
    ['tiered', { until: '2027-03-01' }, /tiered has no end.*\n {2}remedy: only tier-one-reset ends/],
    ['tier-one-reset', { until: '2027-02-30' }, /2027-02-30 is no date/],
    ['tier-one-reset', { until: '2027-03-01\nrules: []' }, /is no date/],
  ])('%s %j is refused', async (name, options, said) => {
    expect(await policyProfile(name, options)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(said) });
    expect(JSON.parse((await policyProfile(name, { ...options, json: true })).stdout)).toMatchObject({ exit: 2, problems: [{ code: 'USAGE' }] });
  });

  test('with an end, saved where the policy extends it, it asks in a clone', async () => {
    const repo = room.init();
    const systems = 'systems:\n  - {id: pay, name: Pay, criticality: 1, paths: ["pay/**"]}\n';
    const policy = STARTER_POLICY.replace('extends: [profile:tiered]', 'extends: [.countersign/tier-one-reset.yml]') + systems;
    mkdirSync(join(repo.dir, '.countersign'));
    writeFileSync(join(repo.dir, '.countersign/tier-one-reset.yml'), (await policyProfile('tier-one-reset', { until: '2999-01-01' })).stdout);
    repo.commit({ 'countersign.yml': policy, '.countersign/roster.yml': STARTER_ROSTER }, { author: { name: 'Mara', email: 'mara@example.com' } });
    repo.git('checkout', '-q', '-b', 'topic');
    repo.commit({ 'pay/a.md': 'a\n' }, { author: { name: 'Mara', email: 'mara@example.com' } });
    const { decision } = JSON.parse((await check('', { repo: repo.dir, json: true })).stdout);
    expect(decision.refusals.map((r: { text: string }) => r.text).join('\n')).toContain('no commit has a Change-Doc trailer');
    expect(decision.rules).toContainEqual(expect.objectContaining({ id: 'tier-one-reset.two-people', state: 'asks' }));
  });
});
