/** Proposals, queues and branches of a forge, looked at again whenever something was said of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAIN } from '../../test/bed/bed.ts';
import { DROP, LookBed, SOURCE } from '../../test/bed/look.ts';
import { problem } from '../core/base/result.ts';
import { EVERY_MS, firstReconciles } from './forge-jobs.ts';
import type { ForgeSubject } from './ports-forge.ts';

let f: LookBed;
beforeEach(async () => {
  f = await LookBed.open();
});
afterEach(() => f.close());

describe('a proposal', () => {
  it('is reported on its head, in a sentence, with who can sign and where', async () => {
    const head = f.bed.commit(DROP);
    await f.opened(1, head);
    expect(f.told()).toEqual([['countersign/main', 'wait', null]]);
    expect(f.reports[0]).toMatchObject({
      head,
      title: 'Needs 1 human at L6 or above',
      url: expect.stringContaining('/changes/'),
      annotations: [{ path: 'db/001.sql', line: 1, severity: 'failure' }, {}],
    });
    expect(f.reports[0]?.summary).toContain('mara');
  });

  it('is told once, however often, late, twice and in whatever order it is said', async () => {
    const [one, two] = [f.bed.commit(DROP), f.bed.commit({ 'docs/a.md': 'a\n' })];
    f.arrived(1, two);
    const [opening, next] = [f.event(f.pull(1, one), 'pull_request.opened'), f.event(f.pull(1, two), 'pull_request.synchronize', { account: 'ben' })];
    expect([await f.say(next), await f.say(opening), await f.say(next)]).toEqual(['kept', 'kept', 'known']);
    await f.work();
    expect(f.told()).toEqual([['countersign/main', 'allow', null]]);
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: ['ada', 'ben'], unknown: false, looked: two });
    await f.say(f.event(f.pull(1, two), 'pull_request.synchronize'));
    await f.work();
    expect(f.reports.length).toBe(1);
  });

  it('excludes whoever pushed to it first, though only the last is asked about', async () => {
    const head = f.arrived(1, f.bed.commit(DROP));
    await f.say(f.event(f.pull(1, head), 'pull_request.opened', { account: 'mara' }));
    await f.say(f.event(f.pull(1, head), 'pull_request.synchronize', { account: 'ada' }));
    await f.work();
    const who = /### Who can sign\n(.*)\n/.exec(f.reports[0]?.summary ?? '')?.[1];
    expect(who).toContain('noor');
    expect(who).not.toContain('mara');
  });

  it('is told again, in the same check, when people signed; and when they take it back', async () => {
    await f.opened(1, f.bed.commit(DROP));
    const change = f.reports[0]?.change ?? '';
    await f.sign('mara', change);
    await f.work();
    f.bed.clock.now += 1_000;
    await f.sign('mara', change, 'changes');
    await f.work();
    expect(f.told()).toEqual([
      ['countersign/main', 'wait', null],
      ['countersign/main', 'allow', 'run-1'],
      ['countersign/main', 'deny', 'run-1'],
    ]);
    expect(f.calls.filter((c) => c !== 'report')).toEqual(['find']);
  });

  it('that was signed is looked at again when the signature runs out', async () => {
    const head = f.bed.commit(DROP);
    f.there.pulls = [{ number: 1, targetRef: MAIN, head, account: 'ada', ...SOURCE }];
    await f.world.jobs.add(firstReconciles(f.world));
    await f.opened(1, head);
    await f.sign('mara', f.reports[0]?.change ?? '');
    await f.work();
    const { until } = (await f.shelf().pull(1)) ?? { until: null };
    f.bed.clock.now = Math.ceil((until ?? 0) / EVERY_MS + 1) * EVERY_MS;
    await f.work();
    expect(f.told().map(([, verdict]) => verdict)).toEqual(['wait', 'allow', 'wait']);
  });

  it('that somebody asks to be looked at again is answered again, in the same check', async () => {
    const head = f.bed.commit(DROP);
    await f.opened(1, head);
    await f.say(f.event({ kind: 'head', head }, 'check_run.requested_action', { account: 'github:mallory' }));
    await f.say(f.event({ kind: 'head', head: f.bed.tip() }, 'check_suite.rerequested'));
    await f.work();
    expect(f.told()).toEqual([
      ['countersign/main', 'wait', null],
      ['countersign/main', 'wait', 'run-1'],
    ]);
  });

  it('for a branch nobody protects is told nothing', async () => {
    f.bed.served.git('branch', 'topic');
    await f.say(f.event(f.pull(1, f.arrived(1, f.bed.commit(DROP)), { targetRef: 'refs/heads/topic' }), 'pull_request.opened'));
    await f.work();
    expect(f.calls).toEqual(['find']);
  });

  it('that is aimed at another branch has another check', async () => {
    const head = f.bed.commit({ 'docs/a.md': 'a\n' });
    await f.opened(1, head);
    await f.say(f.event(f.pull(1, head, { targetRef: 'refs/heads/release' }), 'pull_request.edited', { account: 'mara' }));
    await f.work();
    expect(f.told()).toEqual([
      ['countersign/main', 'allow', null],
      ['countersign/release', 'allow', null],
    ]);
    // Whoever aims it elsewhere brought nothing.
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: ['ada'] });
  });

  it('that is closed is forgotten', async () => {
    const head = f.bed.commit(DROP);
    await f.opened(1, head);
    await f.say(f.event(f.pull(1, head, { open: false }), 'pull_request.closed'));
    await f.work();
    expect(await f.shelf().pulls()).toEqual([]);
  });

  it('that is force-pushed between the verdict and its report is answered for each head by itself', async () => {
    const [first, second] = [f.bed.commit({ 'docs/a.md': 'a\n' }), f.bed.commit(DROP)];
    const { report } = f.world.forge;
    f.world = {
      ...f.world,
      forge: {
        ...f.world.forge,
        report: async (check) => {
          if (check.head === first) await f.pushed(f.arrived(1, second), 'ada', first);
          return report(check);
        },
      },
    };
    await f.opened(1, first);
    await f.say(f.event(f.pull(1, second), 'pull_request.synchronize'));
    await f.work();
    expect(f.reports.map((r) => [r.head, r.verdict, r.run])).toEqual([
      [first, 'allow', null],
      [second, 'wait', null],
    ]);
  });

  it('whose head is not here yet is looked at later', async () => {
    await f.say(f.event(f.pull(9, f.bed.commit(DROP)), 'pull_request.opened'));
    expect(await f.work()).toMatchObject([{ do: 'retry' }]);
    f.arrived(9, f.bed.commit(DROP));
    f.bed.clock.now += 61_000;
    expect(await f.work()).toMatchObject([{ do: 'done' }]);
    expect(f.reports.length).toBe(1);
  });

  it('that the forge takes no report of waits for as long as the forge says, and nothing is lost', async () => {
    f.there.fault = { ok: false, error: problem('RATE_LIMITED', 'too many calls'), after: 3_600_000, gone: false };
    const head = f.arrived(1, f.bed.commit(DROP));
    await f.pushed(head);
    await f.say(f.event(f.pull(1, head), 'pull_request.opened'));
    expect(await f.work()).toMatchObject([
      { do: 'retry', after: 3_600_000 },
      { do: 'retry', after: 3_600_000 },
    ]);
    f.there.fault = null;
    f.bed.clock.now += 3_700_000;
    await f.work();
    expect(f.told()).toEqual([['countersign/main', 'wait', null]]);
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: ['ada'] });
  });

  it('of a repository that is gone, or that is not served here, is left', async () => {
    f.there.fault = { ok: false, error: problem('NOT_FOUND', 'it is gone'), after: null, gone: true };
    await f.say(f.event(f.pull(1, f.arrived(1, f.bed.commit(DROP))), 'pull_request.opened'));
    expect(await f.work()).toMatchObject([{ do: 'give-up' }]);
    expect(await f.say(f.event(f.pull(1, f.bed.commit(DROP)), 'pull_request.opened', { forgeId: 43, place: 'acme/other' }))).toBe('elsewhere');
  });
});

describe('what moved', () => {
  it('is judged, and what is proposed for it is looked at again, in no call where nothing changed', async () => {
    await f.say(f.event({ kind: 'ref', ref: MAIN, old: f.bed.tip(), new: f.bed.tip() }, 'push'));
    await f.work();
    await f.opened(1, f.bed.commit(DROP));
    await f.opened(2, f.bed.commit({ 'docs/b.md': 'b\n' }));
    f.calls.length = 0;
    const old = f.bed.tip();
    const to = f.moved(f.bed.commit({ 'docs/a.md': 'a\n' }));
    await f.say(f.event({ kind: 'ref', ref: MAIN, old, new: to }, 'push', { account: 'ada' }));
    await f.work();
    expect(f.calls).toEqual([]);
    expect(await f.bed.store.projections.memory.standing({ repo: 'infra' })).toEqual([{ targetRef: MAIN, head: to, violated: null }]);
  });

  it('twenty-five proposals, opened and moved onto a new base, take a call each', async () => {
    await f.say(f.event({ kind: 'ref', ref: MAIN, old: f.bed.tip(), new: f.bed.tip() }, 'push'));
    await f.work();
    const stack = Array.from({ length: 25 }, (_, i) => i + 1);
    for (const n of stack) {
      const head = f.arrived(n, f.bed.commit({ [`docs/${n}.md`]: 'x\n' }));
      await f.pushed(head);
      await f.say(f.event(f.pull(n, head), 'pull_request.opened'));
    }
    await f.work(200);
    const old = f.bed.tip();
    const to = f.moved(f.bed.commit({ 'docs/base.md': 'a\n' }));
    await f.say(f.event({ kind: 'ref', ref: MAIN, old, new: to }, 'push'));
    for (const n of stack) await f.say(f.event(f.pull(n, f.arrived(n, f.bed.commit({ [`docs/${n}.md`]: 'x\n' }))), 'pull_request.synchronize'));
    await f.work(200);
    expect(f.calls.filter((c) => c === 'report').length).toBe(50);
    expect(f.calls.filter((c) => c !== 'report')).toEqual(['find']);
  }, 120_000);
});

describe('a queue', () => {
  const group = (head: string, open = true): ForgeSubject => ({ kind: 'queue', ref: `refs/heads/gh-readonly-queue/main/pr-1-${f.bed.tip()}`, targetRef: MAIN, head, open });

  it('is answered on what it made, by what its parts are', async () => {
    const head = f.bed.commit(DROP);
    await f.opened(1, head);
    await f.sign('mara', f.reports[0]?.change ?? '');
    await f.work();
    f.bed.work.git('checkout', '-q', '--detach', f.bed.tip());
    const made = f.bed.commit(DROP);
    f.bed.work.git('push', '-q', f.bed.served.gitDir, `${made}:refs/heads/gh-readonly-queue/main/pr-1-${f.bed.tip()}`);
    await f.say(f.event(group(made), 'merge_group.checks_requested', { account: null }));
    await f.work();
    expect(f.reports.at(-1)).toMatchObject({ head: made, name: 'countersign/main', verdict: 'allow' });
    await f.say(f.event(group(made, false), 'merge_group.destroyed', { account: null }));
    await f.work();
    expect(await f.shelf().groups()).toEqual([]);
  });

  it('nobody told us of is found; one that cannot be looked at is told no by the last try', async () => {
    await f.opened(1, f.bed.commit({ 'docs/a.md': 'a\n' }));
    const made = f.bed.commit({ 'docs/a.md': 'a\n' });
    f.bed.work.git('push', '-q', f.bed.served.gitDir, `${made}:refs/heads/gh-readonly-queue/main/pr-1-${f.bed.tip()}`);
    await f.world.jobs.add(firstReconciles(f.world));
    await f.work();
    expect(f.reports.at(-1)).toMatchObject({ head: made, verdict: 'allow' });
    const other = f.bed.commit({ 'docs/b.md': 'b\n' });
    f.world = { ...f.world, mirror: { ...f.world.mirror, fetch: async () => ({ ok: false, error: problem('GIT_FAILED', 'the forge hangs') }) } };
    await f.say(f.event(group(other), 'merge_group.checks_requested', { account: null }));
    for (let n = 0; n < 30; n++, f.bed.clock.now += 61_000) await f.work();
    expect(f.reports.at(-1)).toMatchObject({ head: other, verdict: 'deny' });
  });
});
