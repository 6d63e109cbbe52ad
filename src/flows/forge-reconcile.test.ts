/** What a forge never told, told late, or told wrongly is found by looking at everything. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAIN } from '../../test/bed/bed.ts';
import { DROP, LookBed, SOURCE } from '../../test/bed/look.ts';
import { problem } from '../core/base/result.ts';
import { EVERY_MS, firstReconciles } from './forge-jobs.ts';
import { prepareSignoff } from './prepare.ts';
import { completeSignoff } from './signoff.ts';

let f: LookBed;
beforeEach(async () => {
  f = await LookBed.open();
});
afterEach(() => f.close());

describe('what nobody told us', () => {
  it('is found by holding all that is open against what is known', async () => {
    const [one, two] = [f.arrived(1, f.bed.commit(DROP)), f.arrived(2, f.bed.commit({ 'docs/b.md': 'b\n' }))];
    f.there.pulls = [
      { number: 1, targetRef: MAIN, head: one, account: 'ada', ...SOURCE },
      { number: 2, targetRef: MAIN, head: two, account: 'ben', ...SOURCE },
    ];
    f.there.moves = [f.made('ada', one), f.made('ben', two)];
    await f.world.jobs.add(firstReconciles(f.world));
    await f.work();
    expect(
      f
        .told()
        .map(([, verdict]) => verdict)
        .sort(),
    ).toEqual(['allow', 'wait']);
    [f.there.pulls, f.there.tag] = [[], 'b'];
    f.bed.clock.now += EVERY_MS;
    await f.work();
    expect(await f.shelf().pulls()).toEqual([]);
    f.calls.length = 0;
    f.bed.clock.now += EVERY_MS;
    await f.work();
    expect(f.calls).toEqual(['find', 'pulls']);
  });

  it('a name that was given to another repository is not followed; one that was renamed is', async () => {
    await f.world.jobs.add(firstReconciles(f.world));
    await f.work();
    f.there.name = 'acme/infrastructure';
    await f.say(f.event({ kind: 'repository' }, 'repository.renamed', { place: 'acme/infrastructure' }));
    await f.work();
    expect(await f.shelf().place()).toMatchObject({ name: 'acme/infrastructure', forgeId: 42 });
    f.there.forgeId = 43;
    await f.say(f.event({ kind: 'repository' }, 'repository.transferred'));
    expect(await f.work()).toMatchObject([{ do: 'give-up' }]);
    expect(await f.shelf().place()).toMatchObject({ forgeId: 42 });
  });

  it('after the forge was away a taking back reaches the check, though nothing it lists changed', async () => {
    await f.opened(1, f.bed.commit(DROP));
    await f.world.jobs.add(firstReconciles(f.world));
    await f.sign('mara', f.change());
    await f.work();
    const { remote } = f.world.forge;
    f.there.fault = { ok: false, error: problem('FORGE_REFUSED', 'suspended'), after: null, gone: true };
    f.world = { ...f.world, forge: { ...f.world.forge, remote: async (place) => f.there.fault ?? remote(place) } };
    f.bed.clock.now += 1_000;
    await f.sign('mara', f.change(), 'changes');
    await f.work();
    Object.assign(f.there, { fault: null, tag: 'a', pulls: [{ number: 1, targetRef: MAIN, head: f.reports[0]?.head ?? '', account: 'ada', ...SOURCE }] });
    f.bed.clock.now += EVERY_MS;
    await f.work();
    expect(f.verdicts()).toEqual(['wait', 'allow', 'deny']);
  });

  it('what one content was signed for reaches every proposal of it, and its queue', async () => {
    await f.opened(1, f.bed.commit(DROP));
    const change = f.change();
    await f.sign('mara', change);
    await f.work();
    await f.opened(2, f.bed.commit(DROP, { message: 'again\n' }));
    expect(f.reports.map((r) => [r.change === change, r.verdict])).toEqual([
      [true, 'wait'],
      [true, 'allow'],
      [true, 'allow'],
    ]);
    f.bed.clock.now += 1_000;
    await f.sign('mara', change, 'changes');
    await f.work();
    expect(f.verdicts().slice(3)).toEqual(['deny', 'deny']);
  });

  it.each([
    ['closed', { open: false }, 'pull_request.closed'],
    ['aimed elsewhere', { targetRef: 'refs/heads/topic' }, 'pull_request.edited'],
    ['moved on', {}, 'pull_request.synchronize'],
  ] as const)('a yes on a head that was %s is taken back with what it rested on', async (_, more, name) => {
    f.bed.served.git('branch', 'topic');
    const head = f.bed.commit(DROP);
    await f.opened(1, head);
    const change = f.change();
    await f.sign('mara', change);
    await f.work();
    const next = name === 'pull_request.synchronize' ? f.arrived(1, f.bed.commit({ 'docs/a.md': 'a\n' })) : head;
    await f.say(f.event(f.pull(1, next, more), name));
    await f.work();
    const before = f.reports.length;
    f.bed.clock.now += 1_000;
    await f.sign('mara', change, 'changes');
    await f.work();
    expect(f.reports.slice(before).map((r) => [r.head, r.name, r.verdict, r.run])).toEqual([[head, 'countersign/main', 'wait', 'run-1']]);
    expect(await f.shelf().strays()).toEqual([]);
  });

  it('what was taken back of one part reaches a queue’s group of several', async () => {
    const [one, two] = [f.bed.commit(DROP), f.bed.commit({ 'docs/b.md': 'b\n' })];
    await f.opened(1, one);
    const change = f.change();
    await f.sign('mara', change);
    await f.work();
    await f.opened(2, two);
    const first = f.bed.commit(DROP, { message: 'one\n' });
    const made = f.bed.commit({ 'docs/b.md': 'b\n' }, { on: first, message: 'two\n' });
    f.bed.work.git('push', '-q', f.bed.served.gitDir, `${made}:refs/heads/gh-readonly-queue/main/pr-2-x`);
    await f.whole();
    expect(f.reports.at(-1)).toMatchObject({ head: made, verdict: 'allow' });
    f.bed.clock.now += 1_000;
    await f.sign('mara', change, 'changes');
    await f.work();
    expect(f.reports.findLast((r) => r.head === made)).toMatchObject({ verdict: 'deny' });
  });

  it('what came a day late is not believed for longer than to the next look at everything', async () => {
    const head = f.bed.commit({ 'docs/a.md': 'a\n' });
    const late = [f.event(f.pull(1, head), 'pull_request.opened'), f.event(f.pull(1, head, { open: false }), 'pull_request.closed')] as const;
    await f.opened(1, head);
    await f.say(f.event(f.pull(1, head, { targetRef: 'refs/heads/release' }), 'pull_request.edited'));
    await f.work();
    f.there.pulls = [{ number: 1, targetRef: 'refs/heads/release', head, account: 'ada', ...SOURCE }];
    await f.whole();
    for (const event of late) {
      f.bed.clock.now += 86_400_000;
      await f.say(event);
      await f.work();
      await f.whole();
      expect(await f.shelf().pull(1)).toMatchObject({ targetRef: 'refs/heads/release', looked: head });
    }
  });

  it('what the forge’s rules leave open is said when they change, and when nothing is', async () => {
    await f.whole();
    await f.whole();
    expect(f.logged).toEqual([]);
    const rules = async (open: { required?: boolean; pinned?: boolean; bypass?: readonly string[] }): Promise<void> => {
      const { rules } = f.world;
      f.world = { ...f.world, rules: { ...rules, required: async () => ({ ok: true, value: { required: true, pinned: true, bypass: [], ...open } }) } };
      for (let n = 0; n < 2; n++) await f.whole();
    };
    await rules({ pinned: false });
    await rules({ required: false });
    await rules({ bypass: ['team admins'] });
    await rules({});
    const said = f.logged.filter((line) => line.includes(MAIN));
    expect(said.map((line) => /from whoever|not required|passed over by team admins|nothing is left open/.exec(line)?.[0])).toEqual([
      'from whoever',
      'not required',
      'passed over by team admins',
      'nothing is left open',
    ]);
  });

  it('a yes is looked at again after an hour, whoever made a no of it', async () => {
    await f.opened(1, f.bed.commit(DROP));
    await f.whole();
    await f.sign('mara', f.change());
    await f.work();
    f.bed.clock.now += 1_000;
    // By another program on the same log.
    const prepared = await prepareSignoff(f.bed.world, f.change(), 'mara', await f.bed.answers(f.change(), { decision: 'changes' }));
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
    await completeSignoff(f.bed.world, f.change(), f.bed.keys.mara.signEnvelope(prepared.value.statement));
    await f.whole();
    expect(f.verdicts()).toEqual(['wait', 'allow']);
    f.bed.clock.now += 3_600_000;
    await f.whole();
    expect(f.verdicts()).toEqual(['wait', 'allow', 'deny']);
  });
});
