/** Who brought what a forge proposes: whoever pushed any of it signs none of it, whatever was heard of that, and whoever opened it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAIN } from '../../test/bed/bed.ts';
import { DROP, LookBed, NOWHERE } from '../../test/bed/look.ts';
import { movesOf } from './forge-brought.ts';

let f: LookBed;
beforeEach(async () => {
  f = await LookBed.open();
});
afterEach(() => f.close());

const DOCS = { 'docs/a.md': 'a\n' };
const sync = async (n: number, head: string, account: string, before: string | null = null): Promise<void> => {
  await f.say(f.event(f.pull(n, f.arrived(n, head), { before }), 'pull_request.synchronize', { account }));
  await f.work();
};
/** As the forge lists it, where nobody told us. */
const listed = async (head: string, account = 'ada'): Promise<void> => {
  f.there.pulls = [{ number: 1, targetRef: MAIN, head: f.arrived(1, head), account, branch: 'topic', owner: 'ada', fork: false }];
  f.there.tag = head;
  await f.whole();
};
const squashed = (head: string): string => {
  f.bed.work.git('checkout', '-q', '--detach', f.bed.tip());
  f.bed.work.git('merge', '-q', '--squash', head);
  return f.bed.work.commit({}, { author: { name: 'ada', email: 'ada@example.org' }, committer: { name: 'GitHub', email: 'noreply@github.com' }, message: 'Squashed (#1)\n' });
};
const types = async (type: string): Promise<number> => {
  const all = await f.bed.store.ledger.entries(0, 10_000);
  return all.filter(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)).type === type).length;
};

describe('whoever pushed', () => {
  it('while nobody heard of it is whom the forge names when it is asked, and cannot sign', async () => {
    await f.opened(1, f.bed.commit(DOCS));
    const evil = f.bed.commit(DROP);
    f.there.moves = [{ account: 'mara', before: f.bed.tip(), after: evil, kind: 'force_push' }];
    await listed(evil);
    expect(f.reports.at(-1)).toMatchObject({ head: evil, verdict: 'wait' });
    expect(await f.sign('mara', f.change())).toBe(false);
    expect(await f.sign('noor', f.change())).toBe(true);
    await f.work();
    expect(f.verdicts().at(-1)).toBe('allow');
    expect(f.calls.filter((c) => c === 'moves').length).toBe(1);
  });

  it('is nobody anybody knows where the forge cannot say, until it can', async () => {
    const head = f.bed.commit(DROP);
    await listed(head);
    expect(f.reports.at(-1)).toMatchObject({ verdict: 'deny' });
    expect(f.reports.at(-1)?.summary).toContain('SOD_UNRESOLVED');
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: ['ada'], unknown: true });
    f.there.moves = [f.made('ada', head)];
    await f.whole();
    expect(f.reports.at(-1)).toMatchObject({ verdict: 'wait' });
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: ['ada'], unknown: false });
  });

  it('an earlier part that nobody heard of is unknown, though the last push is known', async () => {
    const first = f.bed.commit(DROP);
    const second = f.bed.commit(DOCS, { on: first });
    await f.pushed(second, 'ada', first);
    await listed(second);
    expect(await f.shelf().pull(1)).toMatchObject({ unknown: true });
    f.there.moves = [f.made('mara', first)];
    await f.whole();
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: ['mara', 'ada'], unknown: false });
  });

  it('is remembered when it is closed and opened again, by whomever', async () => {
    await f.opened(1, f.bed.commit(DOCS));
    const head = f.bed.commit(DROP);
    await f.say(f.event(f.pull(1, f.arrived(1, head)), 'pull_request.synchronize', { account: 'mara' }));
    await f.say(f.event(f.pull(1, head, { open: false }), 'pull_request.closed', { account: 'mara' }));
    await f.say(f.event(f.pull(1, head), 'pull_request.reopened'));
    await f.work();
    expect(await f.sign('mara', f.change())).toBe(false);
    await f.say(f.event(f.pull(1, head, { open: false }), 'pull_request.closed'));
    await f.work();
    await f.say(f.event(f.pull(1, head), 'pull_request.reopened'));
    await f.work();
    expect(await f.sign('mara', f.change())).toBe(false);
    expect(await f.sign('noor', f.change())).toBe(true);
  });

  it('to a branch that somebody else opens is behind it', async () => {
    const head = f.bed.commit(DROP);
    await f.pushed(head, 'mara');
    await f.say(f.event(f.pull(1, f.arrived(1, head)), 'pull_request.opened', { account: 'ada' }));
    await f.work();
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: ['ada', 'mara'] });
    expect(await f.sign('mara', f.change())).toBe(false);
  });

  it('is known once it is heard of, though that came after the proposal', async () => {
    const head = f.bed.commit(DROP);
    await f.say(f.event(f.pull(1, f.arrived(1, head)), 'pull_request.opened'));
    await f.work();
    expect(f.verdicts()).toEqual(['deny']);
    await f.pushed(head, 'ada');
    await f.work();
    expect(f.verdicts()).toEqual(['deny', 'wait']);
    await f.pushed(head, 'noor');
    await f.work();
    expect(await f.sign('noor', f.change())).toBe(false);
  });

  it('to a fork is nobody’s to tell: its owner and whoever opened it stand for it', async () => {
    const head = f.arrived(1, f.bed.commit(DROP));
    await f.say(f.event(f.pull(1, head, { fork: true, owner: 'mara' }), 'pull_request.opened', { account: 'ada' }));
    await f.work();
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: expect.arrayContaining(['mara', 'ada']), unknown: false });
    expect(await f.sign('mara', f.change())).toBe(false);
    // A maintainer may push to it too, and the forge lists the moves of our branches alone.
    const later = f.arrived(1, f.bed.commit({ 'db/002.sql': 'drop table x;\n' }, { on: head }));
    f.there.pulls = [{ number: 1, targetRef: MAIN, head: later, account: 'ada', branch: 'topic', owner: 'mara', fork: true }];
    f.there.tag = 'b';
    await f.whole();
    expect([await f.shelf().pull(1), f.calls.filter((c) => c === 'moves')]).toMatchObject([{ unknown: true }, []]);
  });
});

describe('whoever lands it', () => {
  beforeEach(() => f.whole());

  it('may be one who signed it: what others brought is theirs', async () => {
    const head = f.bed.commit(DROP);
    await f.opened(1, head);
    expect(await f.sign('mara', f.change())).toBe(true);
    await f.work();
    await f.landed(squashed(head), 'mara');
    expect([await types('landed'), await types('violation')]).toEqual([1, 0]);
  });

  it('is behind what nobody else brought, and behind each step of it', async () => {
    const one = f.bed.commit(DOCS);
    await f.landed(f.bed.commit({ 'docs/b.md': 'b\n' }, { on: one }), 'ada');
    expect([await types('landed'), await types('violation')]).toEqual([2, 0]);
    expect(f.calls).not.toContain('moves');
  });

  it('brought no step before: that was another’s, of whom nobody heard', async () => {
    const evil = f.bed.commit({ 'docs/evil.md': 'e\n' });
    f.moved(evil);
    await f.landed(f.bed.commit(DOCS, { on: evil }), 'ada');
    expect([await types('landed'), await types('violation')]).toEqual([1, 1]);
  });

  it('is asked for where nobody heard of it', async () => {
    const head = f.bed.commit(DOCS);
    f.there.moves = [{ account: 'ada', before: f.bed.tip(), after: head, kind: 'push' }];
    f.moved(head);
    await f.whole();
    expect([await types('landed'), await types('violation')]).toEqual([1, 0]);
  });

  it('hides nobody by one commit that is known among others that are not', async () => {
    const [base, known] = [f.bed.tip(), f.bed.commit(DOCS)];
    await f.opened(1, known);
    const evil = f.bed.commit({ 'docs/evil.md': 'e\n' }, { on: known });
    f.bed.work.git('checkout', '-q', '--detach', base);
    f.bed.work.git('merge', '-q', '--no-ff', '--no-commit', evil);
    const merge = f.bed.work.commit({}, { author: { name: 'ben', email: 'ben@example.org' }, committer: { name: 'GitHub', email: 'noreply@github.com' }, message: 'Merge\n' });
    await f.landed(merge, null);
    expect([await types('landed'), await types('violation')]).toEqual([0, 1]);
  });

  it('through a branch called like a queue’s is behind what others make of it', async () => {
    const head = f.bed.commit(DROP);
    const ref = 'refs/heads/gh-readonly-queue/main/x';
    await f.say(f.event({ kind: 'ref', ref, old: NOWHERE, new: head }, 'push', { account: 'mara' }));
    await f.pushed(head);
    await f.say(f.event(f.pull(1, f.arrived(1, head)), 'pull_request.opened'));
    await f.work();
    expect(await f.sign('mara', f.change())).toBe(false);
  });

  it('through a queue’s branch made by hand has the check of no head that was refused', async () => {
    await f.opened(1, f.bed.commit(DOCS));
    const head = f.bed.commit({ 'docs/b.md': 'b\n' });
    await sync(1, head, 'github:mallory');
    expect(f.verdicts().at(-1)).toBe('deny');
    f.bed.work.git('push', '-q', f.bed.served.gitDir, `${head}:refs/heads/gh-readonly-queue/main/x`);
    await f.whole();
    expect(f.verdicts().slice(1)).not.toContain('allow');
  });
});

describe('on a branch that is judged', () => {
  beforeEach(() => f.whole());

  it('whoever put it there and took it away between two looks is behind it', async () => {
    const base = f.bed.tip();
    const evil = f.bed.commit(DROP);
    for (const [old, to] of [
      [base, evil],
      [evil, base],
    ] as const)
      await f.say(f.event({ kind: 'ref', ref: MAIN, old, new: to }, 'push', { account: 'mara' }));
    await f.work();
    await f.opened(1, evil);
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: expect.arrayContaining(['mara']) });
    expect(await f.sign('mara', f.change())).toBe(false);
  });

  it('whoever moved it astray, where nobody judged a step, is behind it', async () => {
    await f.landed(f.bed.commit(DOCS), 'ada');
    const evil = f.bed.commit(DROP, { on: f.bed.work.git('rev-parse', `${f.bed.tip()}^`) });
    await f.landed(evil, 'mara', 'refs/heads/release');
    await f.landed(f.bed.commit({ 'docs/x.md': 'x\n' }, { on: f.bed.work.git('rev-parse', `${evil}^`) }), 'ada', 'refs/heads/release');
    await f.opened(1, f.bed.commit({ 'docs/y.md': 'y\n' }, { on: evil }));
    expect(await f.sign('mara', f.change())).toBe(false);
  });

  it('each who put a step there to and fro is behind it', async () => {
    const base = f.bed.tip();
    const evil = f.bed.commit(DOCS);
    const more = f.bed.commit({ 'docs/b.md': 'b\n' }, { on: evil });
    f.moved(more);
    for (const [old, to, account] of [
      [base, evil, 'github:mallory'],
      [evil, base, 'ada'],
      [base, more, 'ada'],
    ] as const)
      await f.say(f.event({ kind: 'ref', ref: MAIN, old, new: to }, 'push', { account }));
    await f.work();
    expect([await types('landed'), await types('violation')]).toEqual([1, 1]);
  });
});

describe('somebody unknown', () => {
  beforeEach(() => f.whole());

  it('stays behind the content when the proposal is closed, whichever way it comes again', async () => {
    const head = f.bed.commit(DOCS);
    await listed(head);
    expect(f.verdicts()).toEqual(['deny']);
    await f.say(f.event(f.pull(1, head, { open: false }), 'pull_request.closed'));
    await f.work();
    f.there.pulls = [];
    f.bed.work.git('push', '-q', f.bed.served.gitDir, `${head}:refs/heads/gh-readonly-queue/main/z`);
    await f.whole();
    expect(f.verdicts()).not.toContain('allow');
    await f.landed(squashed(head), 'ben');
    expect([await types('landed'), await types('violation')]).toEqual([0, 1]);
  });

  it('pushed to a fork while it was closed: opening it again says nothing of that', async () => {
    const head = f.arrived(1, f.bed.commit(DROP));
    const from = { fork: true, owner: 'ada' };
    await f.say(f.event(f.pull(1, head, from), 'pull_request.opened'));
    await f.work();
    const later = f.arrived(1, f.bed.commit({ 'db/002.sql': 'drop table x;\n' }, { on: head }));
    await f.say(f.event(f.pull(1, later, { ...from, open: false }), 'pull_request.closed'));
    await f.say(f.event(f.pull(1, later, from), 'pull_request.reopened'));
    await f.work();
    expect(f.reports.at(-1)).toMatchObject({ head: later, verdict: 'deny' });
  });
});

describe('a promotion of one branch to another', () => {
  it('is brought by nobody who pressed a button there; what was there before anybody looked is nobody’s', async () => {
    await f.whole();
    const base = f.bed.tip();
    await f.landed(f.bed.commit(DOCS, { on: base }), 'ada');
    const tip = f.bed.tip();
    await f.say(f.event(f.pull(1, f.arrived(1, tip), { targetRef: 'refs/heads/release', branch: 'main' }), 'pull_request.opened', { account: 'ben' }));
    await f.work();
    expect(await f.shelf().pull(1)).toMatchObject({ accounts: ['ben'], unknown: false });
    expect(f.reports.at(-1)).toMatchObject({ name: 'countersign/release', verdict: 'allow' });
  });

  it('may be signed, and lands, though whoever signed it pressed the button of its parts', async () => {
    await f.whole();
    const head = f.bed.commit(DROP);
    await f.opened(1, head);
    await f.sign('noor', f.change());
    await f.work();
    const tip = await f.landed(squashed(head), 'mara');
    const promoted = f.event(f.pull(2, f.arrived(2, tip), { targetRef: 'refs/heads/release', branch: 'main' }), 'pull_request.opened', { account: 'ben' });
    await f.say(promoted);
    await f.work();
    expect(f.reports.at(-1)).toMatchObject({ name: 'countersign/release', verdict: 'wait' });
    expect(await f.sign('mara', f.change())).toBe(true);
    await f.work();
    expect(f.verdicts().at(-1)).toBe('allow');
    await f.landed(tip, 'ben', 'refs/heads/release');
    expect([await types('landed'), await types('violation')]).toEqual([2, 0]);
  });
});

describe('an event', () => {
  const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
  it.each([
    ['a push', { kind: 'ref', ref: 'refs/heads/x', old: A, new: B }, [{ account: 'ada', ref: 'refs/heads/x', before: A, after: B }]],
    ['a new branch', { kind: 'ref', ref: 'refs/heads/x', old: NOWHERE, new: B }, [{ account: 'ada', ref: 'refs/heads/x', before: null, after: B }]],
    ['a branch that is gone', { kind: 'ref', ref: 'refs/heads/x', old: A, new: NOWHERE }, []],
    ['a group', { kind: 'queue', ref: 'refs/heads/gh-readonly-queue/main/pr-1', targetRef: 'refs/heads/main', head: B, open: true }, []],
  ] as const)('of %s says who brought what', (_, subject, moves) => {
    const event = f.event(subject, 'x', { brings: true });
    expect(movesOf(event)).toEqual(moves);
    expect([movesOf({ ...event, brings: false }), movesOf({ ...event, account: null })]).toEqual([[], []]);
  });
});
