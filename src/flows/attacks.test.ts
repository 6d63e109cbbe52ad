/** Ways past the gate that were found by attacking it. Each passed once; none may again. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, enrolmentBy, MAIN, openBed, POLICY, subjectFor } from '../../test/bed/bed.ts';
import { base64, utf8 } from '../core/base/bytes.ts';
import { ok } from '../core/base/result.ts';
import { termFrom } from '../core/signoff/enrolment.ts';
import { revocationStatement, rosterStatement } from '../core/signoff/roster-word.ts';
import { softAuthenticator } from '../testing/authenticator.ts';
import { cosigned } from '../testing/trust-files.ts';
import { knownAuthority, trustedKeys } from './authority.ts';
import { exportTrust } from './evidence.ts';
import type { KeyRow } from './ports.ts';
import { judgePush } from './push.ts';
import { completeSignoff } from './signoff.ts';

let bed: Bed;
let count = 0;

beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const VKEYS = ['countersign.example/log+f949b01f+Afmc7nzpY7w8m9hT/aVApB98zFmTzfQ85lWeha/IxU1G'];
const DROP = 'drop table orders;\n';
const path = (): string => `db/attack${++count}.sql`;
const codes = async (head: string, more?: Parameters<Bed['judged']>[1]) => (await bed.judged(head, more)).verdict.codes;

/** A commit by ada with this tree and these parents: whatever a pusher may write by hand. */
const written = (tree: string, ...parents: readonly string[]): string => {
  const who = 'ada <ada@example.org> 1790000000 +0000';
  const head = [`tree ${bed.work.git('rev-parse', `${tree}^{tree}`)}`, ...parents.map((p) => `parent ${p}`), `author ${who}`, `committer ${who}`];
  return Buffer.from(bed.work.raw(['hash-object', '-w', '-t', 'commit', '--stdin'], `${head.join('\n')}\n\nMerge\n`))
    .toString()
    .trim();
};

describe('a pusher who writes the raw protocol', () => {
  it('cannot choose the policy by choosing the old value', async () => {
    const weak = bed.commit({ 'countersign.yml': POLICY.replace(/when: .*\n.*L6 }/, 'optional: true').replace('require: { humans: 2, level: L6 }', 'optional: true') });
    const head = bed.commit({ [path()]: DROP }, { on: weak });
    expect(await codes(head, { old: weak })).toEqual(['REF_CHANGED']);
    expect(await codes(head, { old: '0'.repeat(40) })).toEqual(['REF_CHANGED']);
    expect(await bed.store.projections.landings({ repo: 'infra', pending: true })).toEqual([]);
  });

  it('cannot name a ref twice', async () => {
    const head = bed.commit({ 'docs/twice.md': 'x\n' });
    const update = { ref: MAIN, old: bed.tip(), new: head };
    const answer = await judgePush(bed.world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [update, update] });
    expect(answer).toMatchObject({ allow: false, problems: [{ code: 'GATE_REQUEST_INVALID' }] });
  });
});

describe('which refs are protected', () => {
  it('is not decided by a symbolic ref: git would move what it stands for', async () => {
    const head = bed.commit({ [path()]: DROP });
    const push = (ref: string, more: { old?: string } = {}) => bed.push(head, { ref, ...more });
    bed.served.git('symbolic-ref', 'refs/heads/master', MAIN);
    bed.served.git('symbolic-ref', 'refs/heads/nested', 'refs/heads/master');
    bed.served.git('symbolic-ref', 'refs/heads/dangling', 'refs/heads/release-2');
    for (const [ref, old] of [
      ['refs/heads/master', bed.tip()],
      ['refs/heads/nested', bed.tip()],
      ['refs/heads/dangling', '0'.repeat(40)],
    ] as const)
      expect(await push(ref, { old })).toMatchObject({ allow: false, judged: [], problems: [{ code: 'REF_SYMBOLIC' }] });
    for (const name of ['nested', 'master', 'dangling']) bed.served.git('symbolic-ref', '--delete', `refs/heads/${name}`);
    expect(await push('refs/heads/master', { old: '0'.repeat(40) })).toMatchObject({ allow: true });
  });

  it('is not known, and so nothing passes unjudged, while HEAD names no branch that is there', async () => {
    const head = bed.commit({ [path()]: DROP });
    const old = bed.served.git('rev-parse', 'refs/heads/release');
    expect((await bed.push(head, { ref: 'refs/heads/release', old })).allow).toBe(false);
    bed.served.git('symbolic-ref', 'HEAD', 'refs/heads/nowhere');
    for (const ref of ['refs/heads/release', 'refs/heads/topic'])
      expect(await bed.push(head, { ref, old })).toMatchObject({ allow: false, problems: [{ code: 'TARGET_MISSING', remedy: expect.stringContaining('git symbolic-ref HEAD') }] });
    // The server's own list needs no policy.
    expect(await codes(head)).toContain('SIGNOFF_MISSING');
    bed.served.git('symbolic-ref', 'HEAD', MAIN);
  });

  it('takes nothing off the server’s own list by a `!` in a policy', async () => {
    const before = bed.tip();
    const lax = bed.commit({ 'countersign.yml': POLICY.replace('[refs/heads/main, refs/heads/release]', '["refs/heads/**", "!refs/heads/main"]') }, { by: 'kim' });
    await bed.land(lax);
    expect(await bed.push(bed.commit({ [path()]: DROP }, { on: lax }), { pusher: null })).toMatchObject({ allow: false, problems: [{ code: 'PUSHER_UNKNOWN' }] });
    bed.served.git('update-ref', MAIN, before);
  });
});

describe('several commits in one push', () => {
  it('are no lighter than one by one: the mark of the first sticks to the second', async () => {
    const policy = POLICY.replace(
      '  - id: rest',
      '  - id: assisted\n    paths: ["notes/**"]\n    when: provenance.level >= assisted && !author.senior\n    require: { humans: 1, senior_to: author }\n  - id: rest',
    ).replace('paths: ["docs/**"', 'paths: ["notes/**", "docs/**"');
    await bed.land(bed.commit({ 'countersign.yml': policy }, { by: 'kim' }));
    const first = bed.commit({ 'notes/a.md': 'one\n' }, { by: 'mara', message: 'One\n\nAssisted-by: claude-code:claude-opus-4\n' });
    const second = bed.commit({ 'notes/a.md': 'two\n' }, { on: first, by: 'ada' });
    const judged = await bed.judged(second, { pusher: 'mara' });
    expect(judged.verdict.verdict).toBe('deny');
    expect(judged.verdict.codes).toContain('INTERMEDIATE_UNSIGNED');
    await bed.land(bed.commit({ 'countersign.yml': POLICY }, { by: 'kim' }));
  });

  it('spend a sign-off once: the same content twice needs two', async () => {
    const [file, tip] = [path(), bed.tip()];
    const once = bed.commit({ [file]: DROP });
    const { id } = await bed.judged(once);
    expect(await bed.sign('mara', id ?? '')).toMatchObject({ ok: true });
    const back = bed.commit({ [file]: null }, { on: once });
    const again = bed.commit({ [file]: DROP }, { on: back });
    // The commit between passes by itself, so that nothing but the spent sign-off stands in the way.
    bed.served.git('update-ref', MAIN, once);
    expect((await bed.judged(back)).verdict.codes).toEqual(['PASS']);
    bed.served.git('update-ref', MAIN, tip);
    const judged = await bed.judged(again);
    expect(judged.verdict.verdict).toBe('deny');
    expect(judged.verdict.codes).toEqual(['INTERMEDIATE_UNSIGNED']);
    const bare = judged.verdict.reasons.children.filter((r) => r.code === 'INTERMEDIATE_UNSIGNED').map((r) => r.text);
    expect(bare).toEqual([`commit ${again.slice(0, 12)} has no sign-off of its own`]);
  });
});

describe('a merge', () => {
  it('hides no content that came and went behind its second parent', async () => {
    const file = path();
    const came = bed.commit({ [file]: DROP });
    const went = bed.commit({ [file]: null, [`docs/went${count}.md`]: 'x\n' }, { on: came });
    expect(await codes(went)).toContain('INTERMEDIATE_UNSIGNED');
    const { verdict } = await bed.judged(written(went, bed.tip(), went));
    expect(verdict.codes).toEqual(['INTERMEDIATE_UNSIGNED']);
    expect(verdict.reasons.children.map((r) => r.text)).toContain(`commit ${came.slice(0, 12)} has no sign-off of its own`);
  });

  it('of one commit needs one sign-off, and of a branch that took in what landed meanwhile', async () => {
    const file = path();
    const topic = bed.commit({ [file]: DROP });
    const merge = written(topic, bed.tip(), topic);
    const { id } = await bed.judged(merge);
    expect(await bed.sign('mara', id ?? '')).toMatchObject({ ok: true });
    expect(await codes(merge)).toEqual(['OK']);

    const landed = bed.commit({ [path()]: DROP });
    await bed.land(landed);
    const both = bed.commit({ [file]: DROP }, { on: landed });
    const updated = written(both, topic, landed);
    expect(await codes(written(both, landed, updated))).toEqual(['OK']);
  });

  it('whose first parent is the branch is no fast-forward', async () => {
    const side = bed.commit({ 'docs/side.md': 'x\n' }, { on: `${bed.tip()}^` });
    expect(await codes(written(side, side, bed.tip()))).toEqual(['REF_NON_FAST_FORWARD']);
  });
});

describe('a push that weighs little and holds much', () => {
  it('is refused before anything of it is read or kept in the log', async () => {
    const put = (entries: readonly (readonly [string, string, string])[]): string =>
      Buffer.from(bed.work.raw(['mktree', '-z'], entries.map(([mode, id, name]) => `${mode} ${mode === '040000' ? 'tree' : 'blob'} ${id}\t${name}\0`).join('')))
        .toString()
        .trim();
    const names = Array.from({ length: 24 }, (_, i) => String.fromCharCode(97 + i));
    const blob = Buffer.from(bed.work.raw(['hash-object', '-w', '--stdin'], 'x\n'))
      .toString()
      .trim();
    const one = put(names.map((n) => ['100644', blob, n] as const));
    const two = put(names.map((n) => ['040000', one, n] as const));
    const three = put(names.map((n) => ['040000', two, n] as const));
    const root = bed.work.git('ls-tree', '-z', bed.tip()).split('\0').filter(Boolean);
    const kept = root.map((line) => /^(\S+) \S+ (\S+)\t(.*)$/s.exec(line) ?? []).map(([, mode = '', id = '', name = '']) => [mode, id, name] as const);
    const tree = put([...kept, ['040000', three, 'zzz']]);
    const head = written(tree, bed.tip());
    const size = (await bed.world.ledger.entries(0, 10_000)).length;
    expect(await codes(head)).toEqual(['PUSH_TOO_LARGE']);
    expect((await bed.world.ledger.entries(0, 10_000)).length).toBe(size);
  });
});

describe('a pusher who hangs up before git says that the ref moved', () => {
  it('keeps no sign-off unspent: what the ref holds has landed, recorded or not', async () => {
    const file = path();
    const first = bed.commit({ [file]: DROP });
    const { id } = await bed.judged(first);
    expect(await bed.sign('mara', id ?? '')).toMatchObject({ ok: true });
    expect(await codes(first)).toEqual(['OK']);
    bed.served.git('update-ref', MAIN, first);
    const back = bed.commit({ [file]: null }, { on: first });
    expect(await codes(back)).toEqual(['PASS']);
    bed.served.git('update-ref', MAIN, back);
    expect(await codes(bed.commit({ [file]: DROP }, { on: back }))).toEqual(['ST_NONCE', 'SIGNOFF_MISSING']);
  });
});

describe('an administrator with the database', () => {
  it('enrols nobody: a key that no founder signed may not sign, whatever the log says', async () => {
    const own = softAuthenticator({ rpId: bed.world.site.rpId, origin: bed.world.site.url });
    const forged = enrolmentBy({ ...bed, keys: { ...bed.keys, kim: own, lee: own } }, subjectFor('noor', 'L7', own), ['kim', 'lee']);
    const entry = { type: 'enrolment' as const, fields: { person: 'noor', keyid: own.keyid }, body: forged };
    expect(await bed.store.ledger.append(() => ok([entry]))).toMatchObject({ ok: true });
    expect((await bed.store.projections.keys({ keyid: own.keyid })).length).toBe(1);

    const { id } = await bed.judged(bed.commit({ [path()]: DROP }));
    // Not even prepared; and a statement that was, signed by it, is refused.
    await expect(bed.statement('noor', id ?? '', { credential: { kind: 'webauthn', keyid: own.keyid } })).rejects.toThrow('KEY_UNKNOWN');
    const statement = await bed.statement('noor', id ?? '');
    expect(await completeSignoff(bed.world, id ?? '', own.signEnvelope(statement))).toMatchObject({
      ok: false,
      error: expect.arrayContaining([expect.objectContaining({ code: 'KEY_UNKNOWN' })]),
    });
    expect(await exportTrust(bed.world, { vkeys: VKEYS, ladder: ['L4'] })).not.toContain(base64(own.blob));
  });

  it('moves no key to another person, level or kind by editing rows, nor adds one: rows are not asked', async () => {
    const own = softAuthenticator({ rpId: 'countersign.example', origin: 'https://countersign.example' });
    const rows = await bed.store.projections.keys({});
    const [ada] = await bed.store.projections.keys({ person: 'ada' });
    if (ada === undefined) throw new Error('ada has no key');
    const edits: readonly Partial<KeyRow>[] = [
      { person: 'kim', level: 'L7' },
      { level: 'L7' },
      { index: 0 },
      { blob: base64(own.blob) },
      { keyid: own.keyid, blob: base64(own.blob), index: 0 },
      { kind: 'demo' },
    ];
    const honest = await trustedKeys(bed.store.projections);
    for (const edit of edits) {
      const state = { authority: bed.store.projections.authority, keys: async () => [...rows.filter((r) => r.keyid !== ada.keyid), { ...ada, ...edit }] };
      expect((await trustedKeys(state)).map(({ counter: _, ...key }) => key)).toEqual(honest.map(({ counter: _, ...key }) => key));
    }
  });

  it('makes nobody a trustee, raises no level and takes nothing back by an entry of their own', async () => {
    const own = softAuthenticator({ rpId: 'countersign.example', origin: 'https://countersign.example' });
    const { origin } = bed.world.site;
    const nonce = '7'.repeat(32);
    const before = await knownAuthority(bed.store.projections);
    const words = [
      ['roster', { person: 'ada', action: 'trustee' }, rosterStatement({ person: 'ada', action: 'trustee', reason: 'x' }, origin, nonce, termFrom(bed.clock.now))],
      ['roster', { person: 'ada', action: 'level' }, rosterStatement({ person: 'ada', action: 'level', level: 'L7', reason: 'x' }, origin, nonce, termFrom(bed.clock.now))],
      ['roster', { person: 'kim', action: 'leave' }, rosterStatement({ person: 'kim', action: 'leave', reason: 'x' }, origin, nonce, termFrom(bed.clock.now))],
      ['revocation', { of: 'person' }, revocationStatement({ of: { person: 'kim' }, from: 0, reason: 'x' }, origin, nonce)],
    ] as const;
    for (const [type, fields, statement] of words)
      for (const signers of [[], [own], [own, own], [bed.keys.ada], [bed.keys.kim]])
        await bed.store.ledger.append(() => ok([{ type, fields, body: cosigned(statement, signers) }]));
    const after = await knownAuthority(bed.store.projections);
    expect(after.ok && before.ok && [...after.value.authority.trustees]).toEqual(before.ok ? [...before.value.authority.trustees] : []);
    expect(after.ok && after.value.authority.keys).toEqual(before.ok ? before.value.authority.keys : []);
    expect(after.ok && after.value.said).toEqual(before.ok ? before.value.said : []);
  });

  it('brings no key back by losing the bytes of what took it back: then nobody signs', async () => {
    const real = await bed.store.projections.authority();
    const [first, ...rest] = real;
    if (first === undefined) throw new Error('no genesis');
    const lost = { authority: async () => [first, ...rest.map((r, i) => (i === rest.length - 1 ? { ...r, body: null } : r))], keys: bed.store.projections.keys };
    const swapped = { ...lost, authority: async () => [first, ...rest.map((r) => ({ ...r, body: utf8('another') }))] };
    const refounded = { ...lost, authority: async () => [{ ...first, body: utf8('{}') }, ...rest] };
    for (const state of [lost, swapped, refounded, { ...lost, authority: async () => [] }]) {
      expect(await knownAuthority(state)).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
      expect(await trustedKeys(state)).toEqual([]);
    }
  });
});

describe('an objection', () => {
  it('is not dropped when the same content comes from somebody nobody asks for', async () => {
    const lenient = POLICY.replace('when: risk.tier >= critical', 'when: risk.tier >= critical && !author.senior');
    await bed.land(bed.commit({ 'countersign.yml': lenient }, { by: 'kim' }));
    const file = path();
    const { id } = await bed.judged(bed.commit({ [file]: DROP }));
    expect(await bed.sign('mara', id ?? '', { decision: 'changes', dispositions: [], answers: [] })).toMatchObject({ ok: true });
    expect(await codes(bed.commit({ [file]: DROP }, { by: 'noor' }), { pusher: 'noor' })).toEqual(['REV_CHANGES']);
    await bed.land(bed.commit({ 'countersign.yml': POLICY }, { by: 'kim' }));
    expect(await codes(bed.commit({ [file]: DROP }))).toContain('REV_CHANGES');
  });
});

describe('who stands behind a change', () => {
  it('is not hidden by calling oneself a bot', async () => {
    const head = bed.commit({ [path()]: DROP }, { author: { name: 'tidy[bot]', email: 'noor.private@mail.example' } });
    expect(await codes(head, { pusher: 'robo' })).toEqual(['SOD_UNRESOLVED']);
  });

  it('is not washed off by having another account push it again', async () => {
    const head = bed.commit({ [path()]: DROP });
    await bed.judged(head, { pusher: 'noor' });
    const again = await bed.judged(head, { pusher: 'robo' });
    expect(again.decision?.excluded.map((e) => e.person)).toContain('noor');
    expect(await bed.sign('noor', again.id ?? '')).toMatchObject({ ok: false, error: [{ code: 'SOD_PUSHER' }] });
  });
});

describe('a statement of one’s own making', () => {
  const forged = async (change: (said: { predicate: Record<string, unknown> }) => void) => {
    const { id } = await bed.judged(bed.commit({ [path()]: DROP }));
    const said = JSON.parse(new TextDecoder().decode(await bed.statement('mara', id ?? '')));
    change(said);
    return completeSignoff(bed.world, id ?? '', bed.keys.mara.signEnvelope(utf8(JSON.stringify(said))));
  };

  it.each<[string, (said: { predicate: Record<string, unknown> }) => void]>([
    ['valid for ever', (s) => Object.assign(s.predicate, { expires: '2099-01-01T00:00:00.000Z' })],
    ['of what was not shown', (s) => Object.assign(s.predicate, { presented: { sha256: '0'.repeat(64) } })],
    ['that excludes nobody', (s) => Object.assign(s.predicate, { separation: { excluded: [] } })],
    ['that calls it human', (s) => Object.assign(s.predicate, { provenance: { level: 'human', tools: [] } })],
    ['that accepts nothing', (s) => Object.assign(s.predicate, { statement: 'I have not looked at anything.' })],
  ])('%s is refused', async (_name, change) => {
    expect(await forged(change)).toMatchObject({ ok: false, error: [{ code: 'ST_TYPE' }] });
  });

  it('untouched is accepted', async () => expect(await forged(() => {})).toMatchObject({ ok: true }));
});
