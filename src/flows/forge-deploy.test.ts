/** Deployments that wait for an answer: each gets one, and none goes out with something in it that nobody let. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAIN } from '../../test/bed/bed.ts';
import { DROP, LookBed } from '../../test/bed/look.ts';
import { problem } from '../core/base/result.ts';
import { parseEntry } from '../core/log/entry.ts';
import type { ForgeSubject } from './ports-forge.ts';

let f: LookBed;
beforeEach(async () => {
  f = await LookBed.open();
});
afterEach(() => f.close());

describe('a deployment', () => {
  const deploy = (sha: string): ForgeSubject => ({ kind: 'deploy', runId: 5, environment: 'production', sha });
  const ask = async (sha: string): Promise<void> => {
    await f.say(f.event(deploy(sha), 'deployment_protection_rule.requested'));
    await f.work();
  };
  const states = () => f.deploys.map((d) => d.state);

  it('of what landed on a protected branch is let out; of what did not, refused', async () => {
    await ask(f.bed.tip());
    expect(f.deploys).toMatchObject([{ runId: 5, environment: 'production', state: 'approved' }]);
    const head = f.bed.commit(DROP);
    f.arrived(1, head);
    await ask(head);
    expect(states()).toEqual(['approved', 'rejected']);
  });

  it('waits where something in it landed past the gate, says so, and goes on once it is settled', async () => {
    await ask(f.bed.tip());
    const from = f.bed.tip();
    const bad = f.moved(f.bed.commit(DROP));
    f.there.open = [{ ref: MAIN, from, to: bad, undone: null }];
    await ask(bad);
    expect(f.deploys.at(-1)).toMatchObject({ state: 'waiting', comment: expect.stringContaining(bad.slice(0, 12)) });
    f.bed.clock.now += 3_600_000;
    await f.work();
    expect(states()).toEqual(['approved', 'waiting']);
    f.there.open = [];
    f.bed.clock.now += 3_600_000;
    await f.work();
    f.bed.clock.now += 3_600_000;
    await f.work();
    expect(states()).toEqual(['approved', 'waiting', 'approved']);
  });

  it('that nobody settles is refused in the end, and whoever waits hears of it now and then', async () => {
    await ask(f.bed.tip());
    const from = f.bed.tip();
    f.there.open = [{ ref: MAIN, from, to: f.moved(f.bed.commit(DROP)), undone: null }];
    await ask(f.bed.tip());
    for (let hours = 0; hours < 80; hours += 1) {
      f.bed.clock.now += 3_600_000;
      await f.work();
    }
    expect(states()).toEqual(['approved', ...Array.from({ length: 7 }, () => 'waiting'), 'rejected']);
    // Of another attempt it is asked anew.
    await ask(f.bed.tip());
    expect(states().at(-1)).toBe('waiting');
  });

  it('is refused in the end though the forge cannot be read', async () => {
    await ask(f.bed.tip());
    f.world = { ...f.world, mirror: { ...f.world.mirror, fetch: async () => ({ ok: false, error: problem('GIT_FAILED', 'the forge hangs') }) } };
    await f.say(f.event(deploy(f.bed.tip()), 'deployment_protection_rule.requested'));
    for (let hours = 0; hours < 30; hours += 1) {
      await f.work();
      f.bed.clock.now += 4 * 3_600_000;
    }
    expect(states()).toEqual(['approved', 'rejected']);
  });

  it('says where administrators may go past it', async () => {
    f.there.bypass = true;
    await ask(f.bed.tip());
    expect(f.deploys[0]?.comment).toContain('open to bypass');
  });

  it('that the forge takes no answer of gets it once it does, however long that takes', async () => {
    f.there.fault = { ok: false, error: problem('FORGE_UNAVAILABLE', 'the forge is down'), after: null, gone: false };
    const { remote } = f.world.forge;
    f.world = { ...f.world, forge: { ...f.world.forge, remote: async (place) => f.there.fault ?? remote(place) } };
    await f.say(f.event(deploy(f.bed.tip()), 'deployment_protection_rule.requested'));
    for (let n = 0; n < 40; n++, f.bed.clock.now += 61_000) await f.work();
    f.there.fault = null;
    expect(states()).toEqual([]);
    f.bed.clock.now += 1_200_000;
    await f.work();
    expect(states()).toEqual(['approved']);
  });

  it('of what lies under a rewritten tip is held back by the rewriting', async () => {
    await f.whole();
    const root = f.bed.tip();
    await f.landed(f.bed.commit({ 'docs/a.md': 'a\n' }), 'ada');
    const bad = f.bed.commit(DROP, { on: root });
    await f.landed(f.bed.commit({ 'docs/z.md': 'z\n' }, { on: bad }), 'ada');
    await f.asksToDeploy(bad);
    expect(states()).toEqual(['waiting']);
    // What both ways have is nothing of it.
    await f.asksToDeploy(root, 6);
    expect(states()).toEqual(['waiting', 'approved']);
  });

  it('is held back by what landed on another branch, and by a branch that comes out of there', async () => {
    const served = f.world.gate.repositories.get('infra');
    if (served === undefined) throw new Error('the bed serves infra');
    f.world = { ...f.world, gate: { ...f.world.gate, repositories: new Map([['infra', { ...served, protected: [MAIN, 'refs/heads/hot/*'] }]]) } };
    await f.whole();
    const bad = await f.landed(f.bed.commit(DROP), 'ada');
    await f.landed(bad, 'ada', 'refs/heads/hot/fix');
    await f.asksToDeploy(bad);
    expect([states(), await f.world.violations('infra')]).toMatchObject([['waiting'], [{ ref: 'refs/heads/hot/fix' }, { ref: MAIN }]]);
    await f.landed(bad, 'ada', 'refs/heads/release');
    await f.asksToDeploy(bad, 6);
    expect(states()).toEqual(['waiting', 'waiting']);
  });

  it('waits where what is open, or what is protected, cannot be told', async () => {
    await f.whole();
    const { violations } = f.world;
    f.world = { ...f.world, violations: async () => 'unknown' };
    await f.asksToDeploy(f.bed.tip());
    expect(states()).toEqual(['waiting']);
    f.world = { ...f.world, violations };
    f.bed.clock.now += 3_600_000;
    await f.work();
    expect(states()).toEqual(['waiting', 'approved']);
  });

  it('stands in the log with its answer and what held it back, once, before the forge is told', async () => {
    const written = async () =>
      (await f.bed.store.ledger.entries(0, 10_000)).flatMap(({ bytes }) => {
        const entry = parseEntry(bytes);
        return entry.ok && entry.value.type === 'deployment' ? [entry.value.fields] : [];
      });
    const { deploy: tell } = f.world.forge;
    const found: unknown[] = [];
    const heard: typeof tell = async (said) => {
      found.push(await written());
      return tell(said);
    };
    f.world = { ...f.world, forge: { ...f.world.forge, deploy: heard } };
    await f.whole();
    f.there.fault = { ok: false, error: problem('FORGE_UNAVAILABLE', 'the forge is down'), after: null, gone: false };
    await f.asksToDeploy(f.bed.tip());
    f.bed.clock.now += 61_000;
    f.there.fault = null;
    await f.work();
    const approved = { repo: 'infra', commit: f.bed.tip(), environment: 'production', run: '5', answer: 'approved' };
    expect([await written(), found, states()]).toEqual([[approved], [[approved], [approved]], ['approved']]);
    const bad = await f.landed(f.bed.commit(DROP), 'ada');
    await f.asksToDeploy(bad, 6);
    expect(await written()).toEqual([approved]);
    f.bed.clock.now += 73 * 3_600_000;
    await f.work();
    expect(await written()).toEqual([approved, { repo: 'infra', commit: bad, environment: 'production', run: '6', answer: 'rejected' }]);
  });

  it('of what was reverted or put back since is held back all the same; of the revert it is not', async () => {
    await f.whole();
    const base = f.bed.tip();
    const bad = await f.landed(f.bed.commit(DROP), 'ada');
    const revert = await f.landed(f.bed.commit({ 'db/001.sql': null }), 'ada');
    await f.asksToDeploy(revert);
    await f.asksToDeploy(bad, 6);
    expect(states()).toEqual(['approved', 'waiting']);
    await f.landed(f.bed.commit({ 'docs/a.md': 'a\n' }), 'ada');
    const other = f.bed.commit({ 'db/002.sql': 'drop table x;\n' }, { on: base });
    await f.landed(other, 'ada', 'refs/heads/release');
    await f.landed(base, 'ada', 'refs/heads/release');
    await f.landed(f.bed.commit({ 'docs/r.md': 'r\n' }, { on: other }), 'ada', 'refs/heads/release');
    await f.asksToDeploy(other, 7);
    expect(states().slice(2)).toEqual(['waiting']);
  });

  it('goes by where branches stood when they were judged', async () => {
    await f.whole();
    const bad = f.bed.commit(DROP);
    const { refs } = f.world.mirror;
    let asked = 0;
    // Another server fetches meanwhile.
    const meanwhile: typeof refs = async (repo, prefix) => {
      if (asked++ > 0) f.moved(bad);
      return refs(repo, prefix);
    };
    f.world = { ...f.world, mirror: { ...f.world.mirror, refs: meanwhile } };
    await f.asksToDeploy(f.arrived(1, bad));
    expect(states()).toEqual(['rejected']);
  });
});
