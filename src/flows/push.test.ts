/** What no push may do, whatever it holds and whoever signed it: each refusal by its reason code. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, POLICY } from '../../test/bed/bed.ts';
import type { Ledger } from './ports.ts';
import { judgePush, type Push } from './push.ts';
import { PUSH_CAPS } from './push-record.ts';

const ZERO = '0'.repeat(40);
let bed: Bed;
let head: string;
let old: string;

beforeAll(async () => {
  bed = await openBed();
  head = bed.commit({ 'docs/a.md': 'x\n' });
  old = bed.tip();
  await bed.push(head);
});
afterAll(() => bed.close());

const push = (change: Partial<Push>) => judgePush(bed.world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [{ ref: MAIN, old, new: head }], ...change });
const moved = (ref: string, to = head, from = old) => push({ updates: [{ ref, old: from, new: to }] });

describe('the whole push is refused', () => {
  it.each<[string, Partial<Push>, string]>([
    ['of a repository nobody serves', { repo: 'elsewhere' }, 'REPOSITORY_UNKNOWN'],
    ['of no ref', { updates: [] }, 'GATE_REQUEST_INVALID'],
    ['of too many refs', { updates: Array.from({ length: PUSH_CAPS.refs + 1 }, (_, i) => ({ ref: `refs/heads/${i}`, old: ZERO, new: ZERO })) }, 'PUSH_TOO_LARGE'],
    ['to replaced objects', { updates: [{ ref: 'refs/replace/x', old: ZERO, new: ZERO }] }, 'REF_RESERVED'],
    ...[
      'refs/heads/refs/heads/main',
      'refs/tags/refs/heads/main',
      'refs/remotes/refs/heads/main/HEAD',
      'refs/refs/heads/main',
      'refs/tags/HEAD',
      'refs/heads/HEAD',
      'refs/main',
    ].map((ref): [string, Partial<Push>, string] => [`to ${ref}, which git takes for another name`, { updates: [{ ref, old: ZERO, new: ZERO }] }, 'REF_RESERVED']),
    ['to a name that is an id', { updates: [{ ref: `refs/heads/${'a'.repeat(40)}`, old: ZERO, new: ZERO }] }, 'REF_RESERVED'],
    ['to our own refs', { updates: [{ ref: 'refs/countersign/x', old: ZERO, new: ZERO }] }, 'REF_RESERVED'],
    ['from a quarantine that is a path', { quarantine: '../../etc' }, 'GATE_REQUEST_INVALID'],
    ['from a quarantine that is not there', { quarantine: 'tmp_objdir-incoming-abc' }, 'GATE_REQUEST_INVALID'],
  ])('%s', async (_, change, code) => {
    expect(await push(change)).toMatchObject({ allow: false, judged: [], problems: [{ code }] });
  });

  it('by nobody in particular, and nothing is recorded', async () => {
    const size = (await bed.world.ledger.entries(0, 1_000)).length;
    expect(await push({ pusher: null })).toMatchObject({ allow: false, problems: [{ code: 'PUSHER_UNKNOWN' }] });
    expect(await bed.world.ledger.entries(0, 1_000)).toHaveLength(size);
  });
});

describe('a tag', () => {
  const tag = (ref: string, to = head) => push({ pusher: null, updates: [{ ref, old: ZERO, new: to }] });

  it('that git would take for a protected branch is refused, and can be taken away', async () => {
    expect(await tag('refs/tags/main')).toMatchObject({ allow: false, problems: [{ code: 'REF_RESERVED', remedy: expect.stringMatching(/another name/) }] });
    expect(await push({ pusher: null, updates: [{ ref: 'refs/tags/main', old: head, new: ZERO }] })).toMatchObject({ allow: true });
  });

  it('of its own name passes, as does one of a branch that is not there or not protected', async () => {
    for (const ref of ['refs/tags/v1', 'refs/tags/gone', 'refs/tags/refs-heads/main', 'refs/tags/HEAD/x', `refs/heads/arrived/${head}`])
      expect(await tag(ref), ref).toEqual({ allow: true, judged: [], problems: [] });
  });
});

describe('decoys that stand already', () => {
  it('neither bring back a branch that is gone, nor take the place of the policy', async () => {
    bed.served.git('update-ref', 'refs/tags/refs/heads/release', head);
    bed.served.git('update-ref', 'refs/heads/HEAD', head);
    const release = bed.served.git('rev-parse', 'refs/heads/release');
    bed.served.git('update-ref', '-d', 'refs/heads/release');
    expect(await moved('refs/heads/release', head, head)).toMatchObject({ allow: false, judged: [{ verdict: { codes: ['REF_CHANGED'] } }] });
    bed.served.git('update-ref', 'refs/heads/release', release);
    bed.served.git('symbolic-ref', 'HEAD', 'refs/heads/unborn');
    expect(await push({ pusher: null, updates: [{ ref: 'refs/heads/topic', old: ZERO, new: head }] })).toMatchObject({ allow: false, problems: [{ code: 'TARGET_MISSING' }] });
    bed.served.git('symbolic-ref', 'HEAD', MAIN);
    for (const ref of ['refs/tags/refs/heads/release', 'refs/heads/HEAD']) bed.served.git('update-ref', '-d', ref);
  });
});

describe('a ref', () => {
  it('that nobody protects is not judged', async () => {
    expect(await push({ pusher: null, updates: [{ ref: 'refs/heads/topic', old: ZERO, new: head }] })).toEqual({ allow: true, judged: [], problems: [] });
  });

  it.each<[string, () => ReturnType<typeof moved>, string]>([
    ['deleted', () => moved(MAIN, ZERO), 'REF_DELETION'],
    ['that stands elsewhere than the push says', () => moved(MAIN, old, head), 'REF_CHANGED'],
    ['that is there, said to be new', () => moved(MAIN, head, ZERO), 'REF_CHANGED'],
    ['rewritten', () => bed.push(bed.work.git('commit-tree', `${old}^{tree}`, '-m', 'another history')), 'REF_NON_FAST_FORWARD'],
  ])('%s is refused', async (_, ask, code) => {
    expect(await ask()).toMatchObject({ allow: false, judged: [{ verdict: { verdict: 'deny', codes: [code] } }] });
  });

  it('among good ones spoils the push', async () => {
    const answer = await push({
      updates: [
        { ref: MAIN, old, new: head },
        { ref: 'refs/heads/release', old, new: ZERO },
      ],
    });
    expect(answer).toMatchObject({ allow: false, judged: [{ verdict: { verdict: 'allow' } }, { verdict: { codes: ['REF_DELETION'] } }] });
  });
});

describe('content', () => {
  it.each<[string, () => string, string]>([
    ['that no rule covers', () => bed.commit({ 'elsewhere/x': 'x\n' }), 'UNCOVERED'],
    ['that is a submodule', () => bed.commit({ 'docs/sub': { gitlink: '1'.repeat(40) } }), 'CONTENT_SUBMODULE'],
    ['that lies elsewhere', () => bed.commit({ 'docs/big.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 9\n` }), 'CONTENT_LFS'],
    ['that is nothing at all', () => bed.commit({}), 'CONTENT_EMPTY'],
    ['by somebody nobody knows', () => bed.commit({ 'docs/b.md': 'x\n' }, { by: 'stranger' }), 'SOD_UNRESOLVED'],
    ['that needs somebody', () => bed.commit({ 'db/a.sql': 'drop table orders;\n' }), 'SIGNOFF_MISSING'],
  ])('%s is refused', async (_, make, code) => {
    const judged = await bed.judged(make());
    expect(judged.verdict).toMatchObject({ verdict: 'deny', codes: expect.arrayContaining([code]) });
    expect(judged.verdict.reasons.children.length).toBeGreaterThan(0);
  });

  it('that asks for nobody passes, and what was said of it is in the log', async () => {
    const judged = await bed.judged(head);
    expect(judged).toMatchObject({ title: 'Change', verdict: { verdict: 'allow', codes: ['PASS'] } });
    const [decision, verdict] = (await bed.world.ledger.entries(0, 1_000)).slice(-2).map((e) => JSON.parse(new TextDecoder().decode(e.bytes)));
    expect(decision).toMatchObject({ type: 'decision', change: judged.id, outcome: 'pass' });
    expect(verdict).toMatchObject({ type: 'verdict', change: judged.id, verdict: 'allow', ref: MAIN, old, new: head });
  });

  it('marked as made by AI keeps the mark when the trailer goes', async () => {
    const path = { 'db/sticky.sql': 'drop table orders;\n' };
    const marked = await bed.judged(bed.commit(path, { message: 'Drop\n\nAssisted-by: claude-code:claude-opus-4\n' }));
    const stripped = await bed.judged(bed.commit(path, { message: 'Drop\n' }));
    expect(stripped.id).toBe(marked.id);
    expect(stripped.decision?.provenance.level).toBe(marked.decision?.provenance.level);
    expect(stripped.verdict.codes).toContain('PROVENANCE_STICKY');
    bed.clock.now += 8 * 24 * 3_600_000;
    expect((await bed.judged(bed.commit(path, { message: 'Drop it\n' }))).decision?.provenance.level).toBe('unattributed');
  });
});

describe('a target', () => {
  it.each<[string, { readonly [path: string]: string | null }, string]>([
    ['without a policy', { 'countersign.yml': null }, 'POLICY_MISSING'],
    ['with a policy nobody can read', { 'countersign.yml': `${POLICY}\nrules: twice\n` }, 'POLICY_INVALID'],
    ['without a roster', { '.countersign/roster.yml': null }, 'ROSTER_MISSING'],
  ])('%s lets nothing in', async (_, files, code) => {
    const broken = bed.commit(files, { on: old });
    await bed.land(broken);
    const answer = await bed.push(bed.commit({ 'docs/z.md': 'x\n' }, { on: broken }));
    bed.served.git('update-ref', MAIN, old);
    expect(answer.allow).toBe(false);
    expect(JSON.stringify([...answer.problems, ...answer.judged])).toContain(`"${code}"`);
  });

  it('whose policy cannot be read lets nothing into any ref it may protect', async () => {
    const release = bed.served.git('rev-parse', 'refs/heads/release');
    await bed.land(bed.commit({ 'countersign.yml': `${POLICY}\nrules: twice\n` }, { on: old }));
    const answer = await bed.push(bed.commit({ 'docs/z.md': 'x\n' }, { on: release }), { ref: 'refs/heads/release' });
    bed.served.git('update-ref', MAIN, old);
    expect(answer).toMatchObject({ allow: false, judged: [], problems: [{ code: 'POLICY_INVALID' }] });
  });

  it('that is not there yet has nobody to speak for it', async () => {
    bed.served.git('update-ref', '-d', 'refs/heads/release');
    expect(await moved('refs/heads/release', head, ZERO)).toMatchObject({ allow: false, judged: [{ verdict: { codes: ['TARGET_MISSING'] } }] });
  });
});

describe('what moves while a push is judged', () => {
  /** The push, judged over a ledger where `before` happens after the weighing and before the append. */
  async function overtaken(tip: string, before: () => Promise<void>, always = false) {
    const { ledger } = bed.world;
    let appends = 0;
    const late: Ledger = {
      // The first records what landed before; the second is the verdict.
      append: async (plan) => {
        appends += 1;
        if (appends === 2 || (always && appends > 2)) await before();
        return ledger.append(plan);
      },
      checkpoint: () => ledger.checkpoint(),
      snapshot: (at, statements) => ledger.snapshot(at, statements),
      proof: (index) => ledger.proof(index),
      entries: (from, count) => ledger.entries(from, count),
      proven: (places) => ledger.proven(places),
      body: (digest, index) => ledger.body(digest, index),
      bodies: (asked) => ledger.bodies(asked),
    };
    const answer = await judgePush({ ...bed.world, ledger: late }, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [{ ref: MAIN, old, new: tip }] });
    bed.served.git('update-ref', MAIN, old);
    return answer;
  }
  const size = async () => (await bed.world.ledger.entries(0, 1_000)).length;

  it('nothing: the push is allowed', async () => {
    expect(await overtaken(head, async () => {})).toMatchObject({ allow: true, judged: [{ verdict: { codes: ['PASS'] } }] });
  });

  it('the ref: the verdict would be of another tip, and none is recorded', async () => {
    const other = bed.commit({ 'docs/other.md': 'x\n' });
    await bed.push(other);
    const recorded = await size();
    const answer = await overtaken(head, async () => void bed.served.git('update-ref', MAIN, other));
    expect(answer).toMatchObject({ allow: false, judged: [{ id: null, decision: null, verdict: { verdict: 'deny', codes: ['REF_CHANGED'] } }] });
    expect(await size()).toBe(recorded);
  });

  const marking = (n: number): string => bed.commit({ 'docs/a.md': `marked ${n}\n` }, { message: 'Write\n\nAssisted-by: claude-code:claude-opus-4\n' });

  it('what is known of AI: the change is weighed again, with the mark', async () => {
    let recorded = 0;
    const answer = await overtaken(head, async () => {
      expect((await bed.judged(marking(1))).verdict.verdict).toBe('allow');
      recorded = await size();
    });
    expect(answer.judged[0]?.decision?.provenance).toMatchObject({ level: 'assisted', evidence: [{ slot: 'sticky' }] });
    // Decision and verdict, once: the first weighing left nothing.
    expect(await size()).toBe(recorded + 2);
  });

  it('what is known of AI, again and again: it is not weighed without end', async () => {
    let marks = 1;
    const answer = await overtaken(head, async () => void (await bed.judged(marking(++marks))), true);
    expect(answer).toMatchObject({ allow: false, judged: [{ id: null, decision: null, verdict: { verdict: 'deny', codes: ['REF_CHANGED'] } }] });
  });
});
