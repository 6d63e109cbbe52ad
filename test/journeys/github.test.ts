/** Proposals, branches and deliveries of a repository at GitHub, from end to end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GithubBed, openGithubBed, sender } from '../bed/github.ts';

let at: GithubBed;
beforeAll(async () => {
  at = await openGithubBed();
}, 120_000);
afterAll(() => at?.close());

const DROP = { 'db/001.sql': 'drop table orders;\n' };
const conclusionOn = (head: string) => at.checkOn(head)?.conclusion;
const standing = async () => (await at.bed.store.projections.memory.standing({ repo: 'infra' }))[0];

describe('a pull request', () => {
  it('waits, is signed, is let through, is merged, and has landed', async () => {
    const { bed } = at;
    const head = at.proposed(1, bed.commit(DROP));
    expect([await at.deliver('push', at.pushed(1, head)), await at.deliver('pull_request', at.pull(1, head))]).toEqual([202, 202]);
    await at.until(() => conclusionOn(head) === 'action_required');
    expect(at.checkOn(head)).toMatchObject({
      ...{ name: 'countersign/main', status: 'completed', output: { title: 'Needs 1 human at L6 or above' } },
      actions: [{ identifier: 'look-again' }],
    });
    await at.sign('mara', String(at.checkOn(head)?.external_id));
    await at.until(() => conclusionOn(head) === 'success');
    // The button: a commit nobody saw before.
    bed.work.git('checkout', '-q', '--detach', bed.tip());
    bed.work.git('merge', '-q', '--no-ff', '--no-commit', head);
    const by = { author: { name: 'ben', email: 'ben@example.org' }, committer: { name: 'GitHub', email: 'noreply@github.com' } };
    const merged = bed.work.commit({}, { ...by, message: 'Merge pull request #1\n' });
    expect(await at.deliver('push', { ...at.moved(merged), sender: sender('ben') })).toBe(202);
    await at.until(async () => (await standing())?.head === merged);
    expect((await standing())?.violated).toBeNull();
  });

  it('that an administrator merges past the check is a violation of that commit', async () => {
    const bad = at.bed.commit({ 'db/002.sql': 'drop table customers;\n' });
    await at.deliver('push', at.moved(bad));
    await at.until(async () => (await standing())?.violated === bad);
    expect(at.logged.some((line) => line.includes(bad.slice(0, 12)))).toBe(true);
  });

  it('said by nobody who knows the secret, twice, or about somebody else’s repository, does nothing', async () => {
    const head = at.proposed(2, at.bed.commit({ 'docs/two.md': 'two\n' }));
    expect(await at.deliver('pull_request', at.pull(2, head), { secret: 'guessed' })).toBe(422);
    expect(await at.deliver('pull_request', { ...at.pull(2, head), repository: { id: 43, full_name: 'acme/infra' } })).toBe(202);
    expect(await at.deliver('issue_comment', { action: 'created' })).toBe(202);
    expect(at.checkOn(head)).toBeUndefined();
    await at.deliver('push', at.pushed(2, head));
    const same = () => at.deliver('pull_request', at.pull(2, head), { id: 'same' });
    expect([await same(), await same()]).toEqual([202, 202]);
    await at.until(() => conclusionOn(head) === 'success');
    expect([...at.checks.values()].filter((c) => c.head_sha === head).length).toBe(1);
  });
});

it('a pull request that changed costs four calls of GitHub at the most', async () => {
  const change = async (file: string, action: string) => {
    const head = at.proposed(50, at.bed.commit({ [file]: 'x\n' }));
    const before = at.double.seen.length;
    await at.deliver('push', at.pushed(50, head));
    await at.deliver('pull_request', at.pull(50, head, action));
    await at.until(() => conclusionOn(head) === 'success');
    return at.double.seen.slice(before).map((s) => s.operation);
  };
  await change('docs/calls-0.md', 'opened');
  for (let n = 1; n <= 3; n++) expect((await change(`docs/calls-${n}.md`, 'synchronize')).length).toSatisfy((calls: number) => calls > 0 && calls <= 4);
});

/** GitHub lets an app make 80 things a minute before it slows it down, and 5,000 calls an hour. */
const MOST_MADE = 80;

it('a restack of twenty-five pull requests stays within what GitHub allows in a minute', async () => {
  const numbers = Array.from({ length: 25 }, (_, i) => 200 + i);
  const pushed = async (round: string, action: string): Promise<void> => {
    const heads = numbers.map((n) => at.proposed(n, at.bed.commit({ [`docs/stack-${n}.md`]: `${round}\n` })));
    for (const [i, n] of numbers.entries()) await at.deliver('push', at.pushed(n, heads[i] ?? ''));
    for (const [i, n] of numbers.entries()) await at.deliver('pull_request', at.pull(n, heads[i] ?? '', action));
    await at.until(() => heads.every((head) => conclusionOn(head) === 'success'), 120_000);
  };
  await pushed('first', 'opened');
  const before = at.double.seen.length;
  await pushed('again', 'synchronize');
  const calls = at.double.seen.slice(before).map((s) => s.operation);
  const made = calls.filter((operation) => !operation.startsWith('GET '));
  expect(made.length).toBeGreaterThanOrEqual(numbers.length);
  expect(made.length).toBeLessThanOrEqual(MOST_MADE);
  expect(calls.length).toBeLessThanOrEqual(4 * numbers.length);
}, 300_000);

it('hundreds of deliveries at once are all kept, and each proposal is answered once', async () => {
  const heads = Array.from({ length: 5 }, (_, i) => at.proposed(100 + i, at.bed.commit({ [`docs/${i}.md`]: 'x\n' })));
  for (const [i, head] of heads.entries()) await at.deliver('push', at.pushed(100 + i, head));
  const said = Array.from({ length: 300 }, (_, i) => at.deliver('pull_request', at.pull(100 + (i % 5), heads[i % 5] ?? '', 'synchronize')));
  expect((await Promise.all(said)).every((status) => status === 202)).toBe(true);
  await at.until(() => heads.every((head) => conclusionOn(head) === 'success'), 120_000);
  await at.until(async () => (await at.bed.store.jobs.desk.count('Bed')).held === 0);
  expect([...at.checks.values()].filter((c) => heads.includes(String(c.head_sha))).length).toBe(5);
}, 180_000);
