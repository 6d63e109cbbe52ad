/** Subjects of a forge looked at by jobs, over a real store and real git; the forge itself is a list of what it was told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed } from '../../test/bed/bed.ts';
import { problem } from '../core/base/result.ts';
import { keepEvent } from './forge-intake.ts';
import { EVERY_MS, firstReconciles, forgeHandlers, reporting } from './forge-jobs.ts';
import { type ForgeWorld, type Open, onShelf } from './forge-world.ts';
import type { Worked } from './job-worker.ts';
import type { CheckReport, DeployReport, ForgeAnswer, ForgeEvent, ForgePlace, ForgeSubject, ListedPull, Move } from './ports-forge.ts';
import { prepareSignoff } from './prepare.ts';
import { completeSignoff } from './signoff.ts';
import { openViolations } from './violations.ts';

const NOWHERE = '0'.repeat(40);
const PLACE: ForgePlace = { repo: 'infra', forgeId: 42, name: 'acme/infra', installation: 7 };
const SOURCE = { branch: 'fix', owner: 'ada', fork: false };
const DROP = { 'db/001.sql': 'drop table orders;\n' };

let bed: Bed;
let world: ForgeWorld;
/** Every call the forge got. */
let calls: string[];
let reports: CheckReport[];
let deploys: DeployReport[];
let there: {
  open: readonly Open[] | null;
  moves: Move[];
  bypass: boolean;
  pulls: ListedPull[];
  tag: string;
  name: string;
  forgeId: number;
  fault: (ForgeAnswer<never> & { ok: false }) | null;
};
let delivery = 0;

beforeEach(async () => {
  bed = await openBed();
  [calls, reports] = [[], []];
  deploys = [];
  there = { open: null, moves: [], bypass: false, pulls: [], tag: 'a', name: 'acme/infra', forgeId: 42, fault: null };
  const served = bed.world.repositories.get('infra');
  if (served === undefined) throw new Error('the bed serves infra');
  const asked = async <T>(call: string, value: () => T): Promise<ForgeAnswer<T>> => {
    calls.push(call);
    return there.fault ?? { ok: true, value: value() };
  };
  const gate = { ...bed.world, repositories: new Map([['infra', { ...served, mirrored: true as const }]]) };
  world = {
    gate,
    inbox: bed.store.forges.inbox,
    shelf: bed.store.forges.shelf,
    jobs: bed.store.jobs,
    sources: new Map([['infra', { name: 'acme/infra', merges: 'any' }]]),
    wake: () => undefined,
    log: () => undefined,
    violations: async (repo) => there.open ?? openViolations(world.gate, repo),
    rules: {
      environment: () => asked('environment', () => ({ bypass: there.bypass })),
      required: () => asked('required', () => ({ required: true, pinned: true, bypass: [] })),
    },
    mirror: {
      fetch: async () => ({ ok: true }),
      refs: async (_, prefix) => {
        const printed = bed.served.git('for-each-ref', '--format=%(refname) %(objectname)', prefix);
        return new Map(printed.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]])));
      },
    },
    forge: {
      find: () => asked('find', () => ({ ...PLACE, name: there.name, forgeId: there.forgeId })),
      remote: async () => ({ ok: true, value: { url: 'http://forge', user: 'x', password: 'y' } }),
      report: (check) =>
        asked('report', () => {
          reports.push(check);
          return check.run ?? `run-${reports.length}`;
        }),
      pulls: (_, tag) => asked('pulls', () => (tag === there.tag ? { unchanged: true as const } : { unchanged: false as const, tag: there.tag, pulls: there.pulls })),
      deploy: (said) => asked('deploy', () => void deploys.push(said)),
      moves: () => asked('moves', () => there.moves),
    },
  };
  world = { ...world, gate: { ...gate, ledger: reporting(gate.ledger, { org: 'Bed', repos: ['infra'], wake: world.wake }) } };
});
afterEach(() => bed.close());

/** Events that come commits with, as the forge's door reads them. */
const brings = (subject: ForgeSubject, name: string): boolean =>
  subject.kind === 'ref' || (subject.kind === 'pull' && (name === 'pull_request.synchronize' || (subject.fork && /[.](?:re)?opened$/.test(name))));
const event = (subject: ForgeSubject, name: string, more: Partial<ForgeEvent> = {}): ForgeEvent => ({
  ...{ delivery: `d-${++delivery}`, name, at: ++bed.clock.now, forgeId: 42, place: 'acme/infra', account: 'ada', brings: brings(subject, name), subject },
  ...more,
});
const say = (said: ForgeEvent) => keepEvent({ org: 'Bed', inbox: world.inbox, shelf: world.shelf, sources: world.sources, wake: world.wake }, said);
const pull = (number: number, head: string, more: Partial<Extract<ForgeSubject, { kind: 'pull' }>> = {}): ForgeSubject => ({
  kind: 'pull',
  number,
  targetRef: MAIN,
  head,
  before: null,
  open: true,
  ...SOURCE,
  ...more,
});

/** As a worker would: all that is due, until nothing is. */
async function work(most = 100): Promise<readonly Worked[]> {
  const handlers = new Map(forgeHandlers(world).map((h) => [h.kind, h]));
  const done: Worked[] = [];
  for (let n = 0; n < most; n++) {
    const now = bed.clock.now;
    const [job] = await bed.store.jobs.leases.take({ org: 'Bed', kinds: [...handlers.keys()], holder: 'test', most: 1, until: now + 1_000 });
    if (job === undefined) return done;
    const worked = (await handlers.get(job.kind)?.run(job, new AbortController().signal)) ?? { do: 'done' };
    done.push(worked);
    const due = now + 60_000 + (worked.do === 'retry' ? (worked.after ?? 0) : 0);
    await bed.store.jobs.leases.end(
      job,
      worked.do === 'retry' ? { do: 'later', due, error: worked.why, counted: true } : worked.do === 'done' ? worked : { do: 'dead', error: worked.why },
    );
  }
  throw new Error('the work does not end');
}

const arrived = (number: number, head: string): string => {
  bed.work.git('push', '-q', '-f', bed.served.gitDir, `${head}:refs/pull/${number}/head`);
  return head;
};
const pushed = (head: string, account: string | null = 'ada', old = NOWHERE) => say(event({ kind: 'ref', ref: 'refs/heads/topic', old, new: head }, 'push', { account }));
/** Pushed and opened at the forge by one account, and looked at. */
async function opened(number: number, head: string, more: Partial<ForgeEvent> = {}): Promise<void> {
  await pushed(head, more.account);
  await say(event(pull(number, arrived(number, head)), 'pull_request.opened', more));
  await work();
}
const moved = (head: string, ref = MAIN): string => {
  bed.work.git('push', '-q', '-f', bed.served.gitDir, `${head}:${ref}`);
  return head;
};
const shelf = () => onShelf(world.shelf, 'infra');
async function sign(person: 'mara' | 'noor', change: string, decision: 'approve' | 'changes' = 'approve'): Promise<void> {
  const signing = { ...bed.world, ledger: world.gate.ledger };
  const prepared = await prepareSignoff(signing, change, person, await bed.answers(change, { decision }));
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
  const done = await completeSignoff(signing, change, bed.keys[person].signEnvelope(prepared.value.statement));
  if (!done.ok) throw new Error(JSON.stringify(done.error));
}
/** A branch made there, as the forge lists its moves. */
const made = (account: string, after: string): Move => ({ account, before: NOWHERE, after, kind: 'branch_creation' });
const told = () => reports.map((r) => [r.name, r.verdict, r.run]);

describe('a proposal', () => {
  it('is reported on its head, in a sentence, with who can sign and where', async () => {
    const head = bed.commit(DROP);
    await opened(1, head);
    expect(told()).toEqual([['countersign/main', 'wait', null]]);
    expect(reports[0]).toMatchObject({
      head,
      title: 'Needs 1 human at L6 or above',
      url: expect.stringContaining('/changes/'),
      annotations: [{ path: 'db/001.sql', line: 1, severity: 'failure' }, {}],
    });
    expect(reports[0]?.summary).toContain('mara');
  });

  it('is told once, however often, late, twice and in whatever order it is said', async () => {
    const [one, two] = [bed.commit(DROP), bed.commit({ 'docs/a.md': 'a\n' })];
    arrived(1, two);
    const [opening, next] = [event(pull(1, one), 'pull_request.opened'), event(pull(1, two), 'pull_request.synchronize', { account: 'ben' })];
    expect([await say(next), await say(opening), await say(next)]).toEqual(['kept', 'kept', 'known']);
    await work();
    expect(told()).toEqual([['countersign/main', 'allow', null]]);
    expect(await shelf().pull(1)).toMatchObject({ accounts: ['ada', 'ben'], unknown: false, looked: two });
    await say(event(pull(1, two), 'pull_request.synchronize'));
    await work();
    expect(reports.length).toBe(1);
  });

  it('excludes whoever pushed to it first, though only the last is asked about', async () => {
    const head = arrived(1, bed.commit(DROP));
    await say(event(pull(1, head), 'pull_request.opened', { account: 'mara' }));
    await say(event(pull(1, head), 'pull_request.synchronize', { account: 'ada' }));
    await work();
    const who = /### Who can sign\n(.*)\n/.exec(reports[0]?.summary ?? '')?.[1];
    expect(who).toContain('noor');
    expect(who).not.toContain('mara');
  });

  it('is told again, in the same check, when people signed; and when they take it back', async () => {
    await opened(1, bed.commit(DROP));
    const change = reports[0]?.change ?? '';
    await sign('mara', change);
    await work();
    bed.clock.now += 1_000;
    await sign('mara', change, 'changes');
    await work();
    expect(told()).toEqual([
      ['countersign/main', 'wait', null],
      ['countersign/main', 'allow', 'run-1'],
      ['countersign/main', 'deny', 'run-1'],
    ]);
    expect(calls.filter((c) => c !== 'report')).toEqual(['find']);
  });

  it('that was signed is looked at again when the signature runs out', async () => {
    const head = bed.commit(DROP);
    there.pulls = [{ number: 1, targetRef: MAIN, head, account: 'ada', ...SOURCE }];
    await world.jobs.add(firstReconciles(world));
    await opened(1, head);
    await sign('mara', reports[0]?.change ?? '');
    await work();
    const { until } = (await shelf().pull(1)) ?? { until: null };
    bed.clock.now = Math.ceil((until ?? 0) / EVERY_MS + 1) * EVERY_MS;
    await work();
    expect(told().map(([, verdict]) => verdict)).toEqual(['wait', 'allow', 'wait']);
  });

  it('for a branch nobody protects is told nothing', async () => {
    bed.served.git('branch', 'topic');
    await say(event(pull(1, arrived(1, bed.commit(DROP)), { targetRef: 'refs/heads/topic' }), 'pull_request.opened'));
    await work();
    expect(calls).toEqual(['find']);
  });

  it('that is aimed at another branch has another check', async () => {
    const head = bed.commit({ 'docs/a.md': 'a\n' });
    await opened(1, head);
    await say(event(pull(1, head, { targetRef: 'refs/heads/release' }), 'pull_request.edited', { account: 'mara' }));
    await work();
    expect(told()).toEqual([
      ['countersign/main', 'allow', null],
      ['countersign/release', 'allow', null],
    ]);
    // Whoever aims it elsewhere brought nothing.
    expect(await shelf().pull(1)).toMatchObject({ accounts: ['ada'] });
  });

  it('that is closed is forgotten', async () => {
    const head = bed.commit(DROP);
    await opened(1, head);
    await say(event(pull(1, head, { open: false }), 'pull_request.closed'));
    await work();
    expect(await shelf().pulls()).toEqual([]);
  });

  it('that is force-pushed between the verdict and its report is answered for each head by itself', async () => {
    const [first, second] = [bed.commit({ 'docs/a.md': 'a\n' }), bed.commit(DROP)];
    const { report } = world.forge;
    world = {
      ...world,
      forge: {
        ...world.forge,
        report: (check) => {
          if (check.head === first) arrived(1, second);
          return report(check);
        },
      },
    };
    await opened(1, first);
    await say(event(pull(1, second), 'pull_request.synchronize'));
    await work();
    expect(reports.map((r) => [r.head, r.verdict, r.run])).toEqual([
      [first, 'allow', null],
      [second, 'wait', null],
    ]);
  });

  it('whose head is not here yet is looked at later', async () => {
    await say(event(pull(9, bed.commit(DROP)), 'pull_request.opened'));
    expect(await work()).toMatchObject([{ do: 'retry' }]);
    arrived(9, bed.commit(DROP));
    bed.clock.now += 61_000;
    expect(await work()).toMatchObject([{ do: 'done' }]);
    expect(reports.length).toBe(1);
  });

  it('that the forge takes no report of waits for as long as the forge says, and nothing is lost', async () => {
    there.fault = { ok: false, error: problem('RATE_LIMITED', 'too many calls'), after: 3_600_000, gone: false };
    const head = arrived(1, bed.commit(DROP));
    await pushed(head);
    await say(event(pull(1, head), 'pull_request.opened'));
    expect(await work()).toMatchObject([{ do: 'retry', after: 3_600_000 }, { do: 'retry', after: 3_600_000 }]);
    there.fault = null;
    bed.clock.now += 3_700_000;
    await work();
    expect(told()).toEqual([['countersign/main', 'wait', null]]);
    expect(await shelf().pull(1)).toMatchObject({ accounts: ['ada'] });
  });

  it('of a repository that is gone, or that is not served here, is left', async () => {
    there.fault = { ok: false, error: problem('NOT_FOUND', 'it is gone'), after: null, gone: true };
    await say(event(pull(1, arrived(1, bed.commit(DROP))), 'pull_request.opened'));
    expect(await work()).toMatchObject([{ do: 'give-up' }]);
    expect(await say(event(pull(1, bed.commit(DROP)), 'pull_request.opened', { forgeId: 43, place: 'acme/other' }))).toBe('elsewhere');
  });
});

describe('what moved', () => {
  it('is judged, and what is proposed for it is looked at again, in no call where nothing changed', async () => {
    await say(event({ kind: 'ref', ref: MAIN, old: bed.tip(), new: bed.tip() }, 'push'));
    await work();
    await opened(1, bed.commit(DROP));
    await opened(2, bed.commit({ 'docs/b.md': 'b\n' }));
    calls.length = 0;
    const old = bed.tip();
    const to = moved(bed.commit({ 'docs/a.md': 'a\n' }));
    await say(event({ kind: 'ref', ref: MAIN, old, new: to }, 'push', { account: 'ada' }));
    await work();
    expect(calls).toEqual([]);
    expect(await bed.store.projections.memory.standing({ repo: 'infra' })).toEqual([{ targetRef: MAIN, head: to, violated: null }]);
  });

  it('twenty-five proposals, opened and moved onto a new base, take a call each', async () => {
    await say(event({ kind: 'ref', ref: MAIN, old: bed.tip(), new: bed.tip() }, 'push'));
    await work();
    const stack = Array.from({ length: 25 }, (_, i) => i + 1);
    for (const n of stack) {
      const head = arrived(n, bed.commit({ [`docs/${n}.md`]: 'x\n' }));
      await pushed(head);
      await say(event(pull(n, head), 'pull_request.opened'));
    }
    await work(200);
    const old = bed.tip();
    const to = moved(bed.commit({ 'docs/base.md': 'a\n' }));
    await say(event({ kind: 'ref', ref: MAIN, old, new: to }, 'push'));
    for (const n of stack) await say(event(pull(n, arrived(n, bed.commit({ [`docs/${n}.md`]: 'x\n' }))), 'pull_request.synchronize'));
    await work(200);
    expect(calls.filter((c) => c === 'report').length).toBe(50);
    expect(calls.filter((c) => c !== 'report')).toEqual(['find']);
  }, 120_000);
});

describe('a queue', () => {
  const group = (head: string, open = true): ForgeSubject => ({ kind: 'queue', ref: `refs/heads/gh-readonly-queue/main/pr-1-${bed.tip()}`, targetRef: MAIN, head, open });

  it('is answered on what it made, by what its parts are', async () => {
    const head = bed.commit(DROP);
    await opened(1, head);
    await sign('mara', reports[0]?.change ?? '');
    await work();
    bed.work.git('checkout', '-q', '--detach', bed.tip());
    const made = bed.commit(DROP);
    bed.work.git('push', '-q', bed.served.gitDir, `${made}:refs/heads/gh-readonly-queue/main/pr-1-${bed.tip()}`);
    await say(event(group(made), 'merge_group.checks_requested', { account: null }));
    await work();
    expect(reports.at(-1)).toMatchObject({ head: made, name: 'countersign/main', verdict: 'allow' });
    await say(event(group(made, false), 'merge_group.destroyed', { account: null }));
    await work();
    expect(await shelf().groups()).toEqual([]);
  });

  it('nobody told us of is found; one that cannot be looked at is told no by the last try', async () => {
    await opened(1, bed.commit({ 'docs/a.md': 'a\n' }));
    const made = bed.commit({ 'docs/a.md': 'a\n' });
    bed.work.git('push', '-q', bed.served.gitDir, `${made}:refs/heads/gh-readonly-queue/main/pr-1-${bed.tip()}`);
    await world.jobs.add(firstReconciles(world));
    await work();
    expect(reports.at(-1)).toMatchObject({ head: made, verdict: 'allow' });
    const other = bed.commit({ 'docs/b.md': 'b\n' });
    world = { ...world, mirror: { ...world.mirror, fetch: async () => ({ ok: false, error: problem('GIT_FAILED', 'the forge hangs') }) } };
    await say(event(group(other), 'merge_group.checks_requested', { account: null }));
    for (let n = 0; n < 30; n++, bed.clock.now += 61_000) await work();
    expect(reports.at(-1)).toMatchObject({ head: other, verdict: 'deny' });
  });
});

describe('what nobody told us', () => {
  it('is found by holding all that is open against what is known', async () => {
    const [one, two] = [arrived(1, bed.commit(DROP)), arrived(2, bed.commit({ 'docs/b.md': 'b\n' }))];
    there.pulls = [
      { number: 1, targetRef: MAIN, head: one, account: 'ada', ...SOURCE },
      { number: 2, targetRef: MAIN, head: two, account: 'ben', ...SOURCE },
    ];
    there.moves = [made('ada', one), made('ben', two)];
    await world.jobs.add(firstReconciles(world));
    await work();
    expect(
      told()
        .map(([, verdict]) => verdict)
        .sort(),
    ).toEqual(['allow', 'wait']);
    [there.pulls, there.tag] = [[], 'b'];
    bed.clock.now += EVERY_MS;
    await work();
    expect(await shelf().pulls()).toEqual([]);
    calls.length = 0;
    bed.clock.now += EVERY_MS;
    await work();
    expect(calls).toEqual(['find', 'pulls']);
  });

  it('a name that was given to another repository is not followed; one that was renamed is', async () => {
    await world.jobs.add(firstReconciles(world));
    await work();
    there.name = 'acme/infrastructure';
    await say(event({ kind: 'repository' }, 'repository.renamed', { place: 'acme/infrastructure' }));
    await work();
    expect(await shelf().place()).toMatchObject({ name: 'acme/infrastructure', forgeId: 42 });
    there.forgeId = 43;
    await say(event({ kind: 'repository' }, 'repository.transferred'));
    expect(await work()).toMatchObject([{ do: 'give-up' }]);
    expect(await shelf().place()).toMatchObject({ forgeId: 42 });
  });
});

describe('a deployment', () => {
  const deploy = (sha: string): ForgeSubject => ({ kind: 'deploy', runId: 5, environment: 'production', sha });
  const ask = async (sha: string): Promise<void> => {
    await say(event(deploy(sha), 'deployment_protection_rule.requested'));
    await work();
  };
  const states = () => deploys.map((d) => d.state);

  it('of what landed on a protected branch is let out; of what did not, refused', async () => {
    await ask(bed.tip());
    expect(deploys).toMatchObject([{ runId: 5, environment: 'production', state: 'approved' }]);
    const head = bed.commit(DROP);
    arrived(1, head);
    await ask(head);
    expect(states()).toEqual(['approved', 'rejected']);
  });

  it('waits where something in it landed past the gate, says so, and goes on once it is settled', async () => {
    await ask(bed.tip());
    const bad = moved(bed.commit(DROP));
    there.open = [{ ref: MAIN, from: `${bad}^`, to: bad }];
    await ask(bad);
    expect(deploys.at(-1)).toMatchObject({ state: 'waiting', comment: expect.stringContaining(bad.slice(0, 12)) });
    bed.clock.now += 3_600_000;
    await work();
    expect(states()).toEqual(['approved', 'waiting']);
    there.open = [];
    bed.clock.now += 3_600_000;
    await work();
    bed.clock.now += 3_600_000;
    await work();
    expect(states()).toEqual(['approved', 'waiting', 'approved']);
  });

  it('that nobody settles is refused in the end, and whoever waits hears of it now and then', async () => {
    await ask(bed.tip());
    const from = bed.tip();
    there.open = [{ ref: MAIN, from, to: moved(bed.commit(DROP)) }];
    await ask(bed.tip());
    for (let hours = 0; hours < 80; hours += 1) {
      bed.clock.now += 3_600_000;
      await work();
    }
    expect(states()).toEqual(['approved', ...Array.from({ length: 7 }, () => 'waiting'), 'rejected']);
    // Of another attempt it is asked anew.
    await ask(bed.tip());
    expect(states().at(-1)).toBe('waiting');
  });

  it('is refused in the end though the forge cannot be read', async () => {
    await ask(bed.tip());
    world = { ...world, mirror: { ...world.mirror, fetch: async () => ({ ok: false, error: problem('GIT_FAILED', 'the forge hangs') }) } };
    await say(event(deploy(bed.tip()), 'deployment_protection_rule.requested'));
    for (let hours = 0; hours < 30; hours += 1) {
      await work();
      bed.clock.now += 4 * 3_600_000;
    }
    expect(states()).toEqual(['approved', 'rejected']);
  });

  it('says where administrators may go past it', async () => {
    there.bypass = true;
    await ask(bed.tip());
    expect(deploys[0]?.comment).toContain('open to bypass');
  });
});
