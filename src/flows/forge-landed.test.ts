/** Branches that move at a forge, over a real store and real git: what holds lands, what does not is a violation of exactly that commit. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed } from '../../test/bed/bed.ts';
import { parseEntry } from '../core/log/entry.ts';
import { type Bringers, ofLanding } from './forge-brought.ts';
import { type Branches, judgeMoved } from './forge-landed.ts';
import { judgeProposal, type Proposal } from './forge-proposal.ts';
import type { Stand } from './forge-shelf.ts';
import type { ForgeWorld } from './forge-world.ts';
import type { GateWorld } from './site.ts';

let bed: Bed;
let world: GateWorld;
let seen: Map<string, Stand>;
beforeEach(async () => {
  bed = await openBed();
  const served = bed.world.repositories.get('infra');
  if (served === undefined) throw new Error('the bed serves infra');
  world = { ...bed.world, repositories: new Map([['infra', { ...served, mirrored: true }]]) };
  seen = new Map();
  movers.clear();
});
afterEach(() => bed.close());

const movers = new Map<string, string>();
function branches(): Branches {
  const printed = bed.served.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/main', 'refs/heads/release');
  return {
    now: new Map(printed.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]]))),
    last: new Map(seen),
    looked: async (ref, stand) => void seen.set(ref, stand),
    bringers: (ref) => ofLanding(here(), async (to) => [movers.get(`${ref} ${to}`) ?? []].flat()),
  };
}

const look = () => judgeMoved(world, 'infra', branches());
const begin = look;
/** At the forge: whatever rules are there, the branch is there now. */
function moved(head: string, by?: string, ref = MAIN): string {
  bed.work.git('push', '-q', '-f', bed.served.gitDir, `${head}:${ref}`);
  if (by !== undefined) movers.set(`${ref} ${head}`, by);
  return head;
}
/** No forge is asked here: what is known is what the log remembers, and who is said to have moved the branch. */
const here = () => ({
  repo: 'infra',
  place: { repo: 'infra', forgeId: 1, name: 'acme/infra', installation: 1 },
  world: { gate: world, ...bed.store.forges } as unknown as ForgeWorld,
});
const by =
  (...accounts: readonly string[]): Bringers =>
  async () => ({ accounts, whole: true });
const proposal = (head: string, more: Partial<Proposal> = {}): Proposal => ({ repo: 'infra', targetRef: MAIN, head, bringers: by('ada'), merges: 'any', asIs: false, ...more });
function arrived(head: string): string {
  bed.work.git('push', '-q', bed.served.gitDir, `${head}:refs/pull/${head.slice(0, 8)}/head`);
  return head;
}
const judged = async (head: string, more?: Partial<Proposal>) => (await judgeProposal(world, proposal(arrived(head), more))).judged;
/** As the forge merges: in the name of who pressed the button, by its own hand. */
const BY_FORGE = { author: { name: 'ben', email: 'ben@example.org' }, committer: { name: 'GitHub', email: 'noreply@github.com' } };
function merged(head: string, onto = bed.tip()): string {
  bed.work.git('checkout', '-q', '--detach', onto);
  bed.work.git('merge', '-q', '--no-ff', '--no-commit', head);
  return bed.work.commit({}, { ...BY_FORGE, message: 'Merge pull request #1 from acme/topic\n' });
}
function squashed(head: string, onto = bed.tip()): string {
  bed.work.git('checkout', '-q', '--detach', onto);
  bed.work.git('merge', '-q', '--squash', head);
  return bed.work.commit({}, { ...BY_FORGE, author: { name: 'ada', email: 'ada@example.org' }, message: 'Drop it (#1)\n' });
}
async function entries(type: string): Promise<readonly { readonly [name: string]: unknown }[]> {
  const all = await bed.store.ledger.entries(0, 10_000);
  return all.flatMap(({ bytes }) => {
    const entry = parseEntry(bytes);
    return entry.ok && entry.value.type === type ? [entry.value.fields] : [];
  });
}
const DROP = { 'db/001.sql': 'drop table orders;\n' };

describe('what a forge moved', () => {
  it('is taken as it is found at the first look', async () => {
    expect(await begin()).toEqual({ found: [], whole: true });
    expect(await look()).toEqual({ found: [], whole: true });
    expect(await entries('violation')).toEqual([]);
  });

  it('lands where policy asks nobody, and is not looked at twice', async () => {
    await begin();
    const head = moved(bed.commit({ 'docs/a.md': 'a\n' }), 'ada');
    expect(await look()).toMatchObject({ found: [{ commit: head, came: 'landed' }], whole: true });
    expect(await entries('landed')).toMatchObject([{ new: head, ref: MAIN }]);
    expect(await look()).toEqual({ found: [], whole: true });
  });

  it('is a violation where nobody signed, told once; what follows is judged by itself', async () => {
    await begin();
    const bad = moved(bed.commit(DROP), 'ada');
    expect(await look()).toMatchObject({ found: [{ commit: bad, came: 'violation' }], whole: true });
    expect(await look()).toEqual({ found: [], whole: true });
    const good = moved(bed.commit({ 'docs/a.md': 'a\n' }), 'ada');
    expect(await look()).toMatchObject({ found: [{ commit: good, came: 'landed' }] });
    const worse = moved(bed.commit({ 'db/002.sql': 'drop table orders;\n' }), 'ada');
    expect(await look()).toMatchObject({ found: [{ commit: worse, came: 'violation' }] });
    expect(await look()).toEqual({ found: [], whole: true });
    expect((await entries('violation')).map((v) => v.new)).toEqual([bad, worse]);
    expect((await entries('landed')).map((v) => v.new)).toEqual([good]);
  });

  it.each([
    ['merged', merged],
    ['squashed', squashed],
  ] as const)('a signed proposal lands however it is put there: %s', async (_, put) => {
    await begin();
    const head = bed.commit(DROP);
    const first = await judged(head);
    expect(first?.verdict).toMatchObject({ verdict: 'deny', gate: 'merge', codes: ['SIGNOFF_MISSING'] });
    expect((await bed.sign('mara', first?.id ?? '')).ok).toBe(true);
    expect((await judged(head))?.verdict.verdict).toBe('allow');
    const landed = moved(put(head));
    expect(await look()).toMatchObject({ found: [{ commit: landed, came: 'landed' }], whole: true });
    // Spent: the same content again, after it was taken back, is not signed any more.
    const back = moved(bed.commit({ 'db/001.sql': null }), 'ada');
    expect(await look()).toMatchObject({ found: [{ commit: back, came: 'landed' }] });
    const again = moved(bed.commit(DROP), 'ada');
    expect(await look()).toMatchObject({ found: [{ commit: again, came: 'violation' }] });
  });

  it('one line more than was signed is a violation', async () => {
    await begin();
    const head = bed.commit(DROP);
    const first = await judged(head);
    await bed.sign('mara', first?.id ?? '');
    bed.work.git('checkout', '-q', '--detach', head);
    const more = moved(bed.commit({ 'db/001.sql': 'drop table orders;\ndrop table customers;\n' }, { on: bed.tip() }), 'ada');
    expect(await look()).toMatchObject({ found: [{ commit: more, came: 'violation' }] });
  });

  it('what nobody is known to have brought may be anybody’s', async () => {
    await begin();
    const head = moved(bed.commit({ 'docs/a.md': 'a\n' }));
    expect(await look()).toMatchObject({ found: [{ commit: head, came: 'violation', codes: ['SOD_UNRESOLVED'] }] });
  });

  it('what an account nobody knows brought stays so, whoever puts it there', async () => {
    await begin();
    const head = bed.commit({ 'docs/a.md': 'a\n' });
    expect((await judged(head, { bringers: by('github:mallory') }))?.verdict.codes).toEqual(['SOD_UNRESOLVED']);
    const squash = moved(squashed(head), 'ben');
    expect(await look()).toMatchObject({ found: [{ commit: squash, came: 'violation', codes: ['SOD_UNRESOLVED'] }] });
  });

  it('several steps at once are told apart', async () => {
    await begin();
    const one = bed.commit({ 'docs/a.md': 'a\n' });
    const two = bed.commit(DROP, { on: one });
    const three = bed.commit({ 'docs/b.md': 'b\n' }, { on: two });
    moved(three);
    for (const step of [one, two, three]) movers.set(`${MAIN} ${step}`, 'ada');
    expect(await look()).toMatchObject({
      found: [
        { commit: one, came: 'landed' },
        { commit: two, came: 'violation' },
        { commit: three, came: 'landed' },
      ],
    });
    expect(await look()).toEqual({ found: [], whole: true });
  });

  it('rewritten, put back, rewritten again: told each time', async () => {
    await begin();
    const let_ = moved(bed.commit({ 'docs/a.md': 'a\n' }), 'ada');
    await look();
    const other = bed.commit({ 'docs/z.md': 'z\n' }, { on: bed.work.git('rev-parse', `${let_}^`) });
    for (const [to, code] of [
      [other, 'REF_NON_FAST_FORWARD'],
      [let_, null],
      [other, 'REF_NON_FAST_FORWARD'],
    ] as const) {
      moved(to);
      expect((await look()).found.map((f) => f.codes[0] ?? null)).toEqual(code === null ? [] : [code]);
      expect(await look()).toEqual({ found: [], whole: true });
    }
    expect((await entries('violation')).map((v) => v.new)).toEqual([other, let_, other]);
  });

  it('a protected branch that is deleted, and one that comes out of nowhere', async () => {
    await begin();
    bed.served.git('branch', '-q', '-D', 'release');
    expect((await look()).found).toMatchObject([{ ref: 'refs/heads/release', codes: ['REF_DELETION'] }]);
    expect(await look()).toEqual({ found: [], whole: true });
    moved(bed.commit({ 'docs/z.md': 'z\n' }), 'ada', 'refs/heads/release');
    expect((await look()).found).toMatchObject([{ ref: 'refs/heads/release', codes: ['REF_NON_FAST_FORWARD'] }]);
  });

  it('a queue’s group lands as it was judged, by manifest and not by commit id', async () => {
    await begin();
    const head = bed.commit(DROP);
    const first = await judged(head);
    await bed.sign('mara', first?.id ?? '');
    const other = bed.commit({ 'docs/q.md': 'q\n' });
    await judged(other);
    const one = squashed(head);
    const group = squashed(other, one);
    expect((await judged(group, { bringers: ofLanding(here()), asIs: true }))?.verdict).toMatchObject({ verdict: 'allow' });
    moved(group);
    expect(await look()).toMatchObject({
      found: [
        { commit: one, came: 'landed' },
        { commit: group, came: 'landed' },
      ],
    });
    expect((await entries('landed')).map((l) => l.new)).toEqual([one, group]);
  });

  it('a sign-off that was taken back before the merge is heeded, whatever the check said', async () => {
    await begin();
    const head = bed.commit(DROP);
    const first = await judged(head);
    await bed.sign('mara', first?.id ?? '');
    const group = squashed(head);
    expect((await judged(group, { bringers: ofLanding(here()), asIs: true }))?.verdict.verdict).toBe('allow');
    await bed.sign('mara', first?.id ?? '', { decision: 'changes' });
    moved(group);
    expect(await look()).toMatchObject({ found: [{ commit: group, came: 'violation', codes: ['REV_CHANGES'] }] });
  });

  it('a queue’s group with something nobody proposed is denied', async () => {
    await begin();
    const group = bed.commit({ 'docs/q.md': 'q\n' });
    expect((await judged(group, { bringers: ofLanding(here()), asIs: true }))?.verdict).toMatchObject({ verdict: 'deny', codes: ['SOD_UNRESOLVED'] });
  });
});

describe('a proposal', () => {
  it('is written down once, however often it is looked at', async () => {
    const head = arrived(bed.commit(DROP));
    // The second time it is known who brought it.
    const one = await judgeProposal(world, proposal(head, { said: (await judgeProposal(world, proposal(head))).said }));
    const size = (await bed.store.ledger.entries(0, 10_000)).length;
    const two = await judgeProposal(world, proposal(head, { said: one.said }));
    expect([two.said, two.judged?.verdict.codes]).toEqual([one.said, one.judged?.verdict.codes]);
    expect((await bed.store.ledger.entries(0, 10_000)).length).toBe(size);
  });

  it('excludes everybody the forge says brought part of it', async () => {
    const answer = await judged(bed.commit(DROP), { bringers: by('mara', 'noor', 'ada') });
    const seats = answer?.decision?.seats.flatMap((s) => s.candidates) ?? [];
    expect(seats).toContain('kim');
    expect(seats).not.toContain('mara');
    expect(seats).not.toContain('noor');
  });

  it('of an account nobody knows is refused', async () => {
    expect((await judged(bed.commit({ 'docs/a.md': 'a\n' }), { bringers: by('github:mallory') }))?.verdict.codes).toEqual(['SOD_UNRESOLVED']);
  });

  it('for a branch nobody protects is nobody’s business; for one that is not there, denied', async () => {
    bed.served.git('branch', 'topic');
    expect(await judged(bed.commit(DROP), { targetRef: 'refs/heads/topic' })).toBeNull();
    expect((await judged(bed.commit(DROP), { targetRef: 'refs/heads/none' }))?.verdict.codes).toEqual(['TARGET_MISSING']);
  });

  it('of several commits is each of them, unless it is squashed', async () => {
    const one = bed.commit(DROP);
    const two = bed.commit({ 'docs/b.md': 'b\n' }, { on: one });
    const first = await judged(two, { merges: 'squash' });
    await bed.sign('mara', first?.id ?? '');
    expect((await judged(two, { merges: 'squash' }))?.verdict.verdict).toBe('allow');
    expect((await judged(two))?.verdict).toMatchObject({ verdict: 'deny', codes: ['INTERMEDIATE_UNSIGNED'] });
  });

  it('that would land as another change than was signed is held back, until it is brought up to date', async () => {
    bed.work.git('checkout', '-q', '--detach', bed.tip());
    await begin();
    const old = moved(bed.commit({ 'docs/plan.md': 'one\ntwo\nthree\nfour\nfive\nsix\n' }), 'ada');
    await look();
    const head = bed.commit({ 'docs/plan.md': 'one\ntwo\nthree\nfour\nfive\nseven\n' }, { on: old });
    expect((await judged(head))?.verdict.verdict).toBe('allow');
    // What git puts into the file by its new name nobody was asked about.
    const renamed = moved(bed.commit({ 'docs/plan.md': null, 'infra/plan.tf': 'one\ntwo\nthree\nfour\nfive\nsix\n' }, { on: old }), 'ada');
    await look();
    const held = await judged(head);
    expect(held?.verdict).toMatchObject({ verdict: 'deny', signoffs: [] });
    expect(held?.verdict.codes).toContain('CONTENT_MISMATCH');
    const again = bed.commit({ 'infra/plan.tf': 'one\ntwo\nthree\nfour\nfive\nseven\n' }, { on: renamed });
    expect((await judged(again))?.verdict.codes).not.toContain('CONTENT_MISMATCH');
  });

  it('whose base moved, elsewhere, is still what was signed', async () => {
    const head = bed.commit(DROP);
    const first = await judged(head);
    await bed.sign('mara', first?.id ?? '');
    await begin();
    moved(bed.commit({ 'docs/a.md': 'a\n' }), 'ada');
    await look();
    expect((await judged(head))?.verdict.verdict).toBe('allow');
  });
});
