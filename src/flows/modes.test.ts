/** Systems that are watched before they are enforced, floors that hold whatever a repository says, and policies that may not land. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, POLICY, roster } from '../../test/bed/bed.ts';
import { utf8 } from '../core/base/bytes.ts';
import { rampOf } from '../core/gate/ramp.ts';
import { judgePush } from './push.ts';

let bed: Bed;
let count = 0;

beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const DROP = 'drop table orders;\n';
const drop = (): { readonly [path: string]: string } => ({ [`db/watched${++count}.sql`]: DROP });

/** Puts a policy on the served main, as an administrator would. */
function govern(policy: string, files: { readonly [path: string]: string | null } = {}): void {
  const head = bed.commit({ 'countersign.yml': policy, ...files }, { by: 'kim' });
  bed.work.git('push', '-q', '--force', bed.served.gitDir, `${head}:${MAIN}`);
}

describe('a system that is only watched', () => {
  it('lets pass what would be denied, says so, and counts it', async () => {
    govern(`${POLICY}modes: {default: observe}\n`);
    const { verdict, decision } = await bed.judged(bed.commit(drop()));
    expect(verdict).toMatchObject({ verdict: 'allow', would: 'deny', mode: 'observe' });
    expect(verdict.codes).toEqual(['MODE', 'SIGNOFF_MISSING']);
    expect(decision?.outcome).toBe('signoff');
    const ramp = rampOf(await bed.world.projections.memory.watched({ since: 0 }));
    expect(ramp).toMatchObject({ changes: 1, denied: 1, codes: [{ code: 'SIGNOFF_MISSING', changes: 1 }] });
    expect(await bed.store.audit()).toEqual([]);
  });

  it('never lets pass what decides about changes', async () => {
    govern(`${POLICY}modes: {default: observe}\n`);
    const { verdict } = await bed.judged(bed.commit({ 'countersign.yml': `${POLICY}# lighter\n` }));
    expect(verdict).toMatchObject({ verdict: 'deny', mode: 'enforce' });
  });

  it('is enforced as soon as one system of the change is, and after the ramp', async () => {
    const systems = 'systems: [{id: a, name: A, criticality: 3, paths: ["db/**"]}, {id: b, name: B, criticality: 3, paths: ["pair/**"]}]\n';
    govern(`${POLICY}${systems}modes: {default: enforce, systems: {a: warn, b: enforce}, until: 2026-12-01}\n`);
    expect((await bed.judged(bed.commit(drop()))).verdict).toMatchObject({ verdict: 'allow', mode: 'warn' });
    expect((await bed.judged(bed.commit({ ...drop(), 'pair/x': 'x\n' }))).verdict).toMatchObject({ verdict: 'deny', mode: 'enforce' });
    const now = bed.clock.now;
    bed.clock.now = Date.UTC(2026, 11, 1);
    expect((await bed.judged(bed.commit(drop()))).verdict).toMatchObject({ verdict: 'deny', mode: 'enforce' });
    bed.clock.now = now;
  });
});

describe("the organisation's floor", () => {
  const floor = (text: string) => [{ name: 'floor org.yml', bytes: utf8(`version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\n${text}`) }];
  const judged = async (floors: ReturnType<typeof floor>, head: string) => {
    await bed.push(head).catch(() => undefined);
    const answer = await judgePush({ ...bed.world, floors }, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [{ ref: MAIN, old: bed.tip(), new: head }] });
    return answer.judged[0];
  };

  it('asks beside what the repository asks, whatever mode or exception the repository writes', async () => {
    govern(`${POLICY}modes: {default: observe}\n`);
    const floors = floor('rules: [{id: org.docs, paths: ["docs/**"], require: {humans: 1, level: L7}}]\nmodes: {default: enforce}\n');
    const one = await judged(floors, bed.commit({ 'docs/floor.md': 'x\n' }));
    expect(one?.decision?.seats.map((s) => [s.rule, s.level])).toEqual([['org.docs', 'L7']]);
    expect(one?.verdict).toMatchObject({ verdict: 'deny', mode: 'enforce' });
  });

  it('covers nothing, so that a path the repository forgot stays refused', async () => {
    govern(POLICY);
    const floors = floor('rules: [{id: org.all, paths: ["**"], optional: true}]\n');
    const one = await judged(floors, bed.commit({ 'elsewhere/x': 'x\n' }));
    expect(one?.verdict.codes).toEqual(['UNCOVERED']);
  });
});

describe('a policy that may not land', () => {
  it('is refused before it locks everybody out, with its place', async () => {
    govern(POLICY);
    const broken = await bed.judged(bed.commit({ 'countersign.yml': POLICY.replace('level: L6', 'level: L66') }));
    expect(broken.verdict.codes).toContain('POLICY_INVALID');
    expect(broken.decision?.refusals[0]?.text).toMatch(/countersign\.yml:\d+:\d+/);
    const nobody = await bed.judged(bed.commit({ '.countersign/roster.yml': null }));
    expect(nobody.verdict.codes).toContain('ROSTER_MISSING');
  });

  it('is refused where its own tests say that it does something else than was meant', async () => {
    govern(POLICY);
    const test = (result: string) => `${POLICY}tests: [{name: drops wait, change: {paths: [db/a.sql], author: ada, risk: {tier: critical}}, expect: {result: ${result}}}]\n`;
    const failing = await bed.judged(bed.commit({ 'countersign.yml': test('allow') }));
    expect(failing.verdict.codes).toContain('POLICY_TEST');
    expect(failing.decision?.refusals[0]?.text).toContain('drops wait');
    expect((await bed.judged(bed.commit({ 'countersign.yml': test('pending') }))).verdict.codes).toEqual(['SIGNOFF_MISSING']);
  });

  it.each([
    ['forbids everything', `${POLICY}forbid: [{id: stop, reason: nothing lands}]\n`],
    ['forbids everything while incidents are unknown', `${POLICY}forbid: [{id: quiet, when: "incident.open.exists(i, i.severity <= 1)", reason: an incident is open}]\n`],
    ['covers no policy', `${POLICY.slice(0, POLICY.indexOf('rules:'))}rules: [{id: src, paths: ["src/**"], require: {humans: 1}}]\n`],
    ['asks for people nobody has', POLICY.replace('rules:\n', 'rules:\n  - {id: ghosts, paths: ["**"], require: {humans: 1, from: {teams: [nobody]}}}\n')],
  ])('that %s is refused, for it would refuse its own repair', async (_, text) => {
    govern(POLICY);
    const { verdict, decision } = await bed.judged(bed.commit({ 'countersign.yml': text }));
    expect(verdict.codes).toContain('POLICY_INVALID');
    expect(decision?.refusals.map((r) => r.text).join()).toContain('nobody could land a repair of it');
  });

  it('that opens an incident under a freeze of everything is refused, and what ends or what an author can meet is not', async () => {
    const file = (severity: number) => `- {id: INC-1, at: 2026-11-01, severity: ${severity}}\n`;
    govern(`${POLICY}forbid: [{id: quiet, when: "incident.open.exists(i, i.severity <= 1)", reason: an incident is open}]\n`, { '.countersign/incidents.yml': file(3) });
    expect((await bed.judged(bed.commit({ '.countersign/incidents.yml': file(1) }))).verdict.codes).toContain('POLICY_INVALID');
    expect((await bed.judged(bed.commit({ '.countersign/incidents.yml': file(2) }))).verdict.codes).toEqual(['SIGNOFF_MISSING']);
    govern(POLICY, { '.countersign/incidents.yml': null });
    const freeze = `${POLICY}forbid: [{id: freeze, until: 2027-01-04, reason: over the year's end}, {id: ticket, when: "!change.messages.exists(m, m.contains('T-'))", reason: name a ticket}]\n`;
    expect((await bed.judged(bed.commit({ 'countersign.yml': freeze }))).verdict.codes).toEqual(['SIGNOFF_MISSING']);
  });

  it('made of several files is read from one commit', async () => {
    govern(`${POLICY}extends: [.countersign/base.yml]\n`, {
      '.countersign/base.yml': 'version: 1\nrules: [{id: base.docs, paths: ["docs/**"], require: {humans: 1, level: L7}}]\n',
    });
    const one = await bed.judged(bed.commit({ 'docs/base.md': 'x\n', '.countersign/roster.yml': `${roster()}# same\n` }));
    expect(one.decision?.seats.map((s) => s.rule).sort()).toEqual(['base.docs']);
    const gone = await bed.judged(bed.commit({ '.countersign/base.yml': null }));
    expect(gone.verdict.codes).toContain('POLICY_INVALID');
  });
});
