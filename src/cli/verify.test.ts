/** Over a real clone: what a stranger with a bundle, a trust file and git can prove, and what he is refused. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64, text, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import type { Change } from '../core/change/change.ts';
import type { SignoffInput } from '../core/signoff/build.ts';
import { formatBundle } from '../core/signoff/bundle.ts';
import { CHECKS, GLASS_CHECKS } from '../core/signoff/checks.ts';
import { formatSnapshot, statementsDigest } from '../core/signoff/snapshot.ts';
import type { Parsers, Repository } from '../flows/ports.ts';
import { softAuthenticator } from '../testing/authenticator.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { NOW, RP, signoffBytes, signoffInput, testLog } from '../testing/signoffs.ts';
import { type TrustOptions, trustFileOf } from '../testing/trust-files.ts';
import { testWitness } from '../testing/witnesses.ts';
import { openClone } from '../world.ts';
import { runVerify, type VerifyRequest, verify } from './verify.ts';

const POLICY = `version: 1
ladder: [L4, L5, L6, L7, L10]
senior: L6
protected: [refs/heads/main]
rules:
  - id: all
    description: Everything is judged
    paths: ["**"]
    when: "true"
    require: {humans: 1, level: L6}
`;
const ROSTER = `version: 1
people:
  - {id: ada, name: Ada, level: L4, emails: [ada@example.org]}
  - {id: mara, name: Mara, level: L6, emails: [mara@example.org]}
  - {id: ben, name: Ben, level: L5, emails: [ben@example.org]}
`;
const room = gitRoom();
const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const log = testLog();
let clone: TestRepository;
let repository: Repository;
let parsers: Parsers;
let landed: Change;
let request: VerifyRequest;

const trustWith = (more: TrustOptions = {}): string => trustFileOf([{ person: 'mara', key }], log, more);

/** Mara's sign-off of what landed, logged; `of` and `more` change what she signed, and `by` whose key it is. */
function bundleOf(of: Partial<Change> = {}, more: Partial<SignoffInput> = {}, by = key): string {
  const { repo, targetRef, base, mergeBase, head, headTree, alg, manifest, manifest256 } = { ...landed, repo: 'infra', ...of };
  const change = { repo, targetRef, base, mergeBase, head, headTree, alg, manifest, manifest256 };
  const envelope = by.signEnvelope(signoffBytes({ policy: inForce(), change, ...more }));
  return formatBundle([log.record(envelope)]);
}
const inForce = (change: Partial<SignoffInput['policy']> = {}) => ({ ...signoffInput().policy, digest: sha256Hex(POLICY), ...change });
const run = (change: Partial<VerifyRequest> = {}) => runVerify({ ...request, ...change }, { repository, parsers });
const codesOf = (lines: string): readonly string[] =>
  lines
    .trim()
    .split('\n')
    .map((l) => (JSON.parse(l) as { code: string }).code);
const place = (name: string): string => join(room.root, name);

beforeAll(async () => {
  clone = room.init();
  const [ada, mara] = ['ada', 'mara'].map((name) => ({ name, email: `${name}@example.org` }));
  clone.commit({ 'countersign.yml': POLICY, '.countersign/roster.yml': ROSTER, 'main.tf': 'a\n' }, { ...(mara === undefined ? {} : { author: mara }) });
  clone.commit({ 'main.tf': 'b\n', 'db/drop.sql': 'drop table orders;\n' }, { ...(ada === undefined ? {} : { author: ada }) });
  ({ repository, parsers } = await openClone(clone.dir));
  const base = await repository.resolve('HEAD^1');
  const change = await repository.change({ repo: 'infra', targetRef: 'refs/heads/main', base, head: clone.git('rev-parse', 'HEAD') });
  if (!change.ok) throw new Error(change.error.message);
  landed = change.value;
  request = { bundle: place('b.json'), trust: place('t.json'), repoDir: clone.dir, commit: 'HEAD', json: false, demo: false };
  await writeFile(place('b.json'), bundleOf());
  await writeFile(place('t.json'), trustWith());
});
afterAll(() => room.remove());

describe('verify', () => {
  it('proves what landed, and says who signed', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      `verified: infra refs/heads/main ${landed.head}`,
      `  signed by mara (L6), implementation, tier critical, 2026-11-20T10:21:00Z, key ${key.keyid}`,
      '  not shown: the landing; the bundle was exported before it, so where the sign-off was spent is not known',
    ]);
  });

  it('says so in one JSON line', async () => {
    const { code, stdout, stderr } = await run({ json: true, repo: 'infra' });
    expect([code, stderr, stdout.split('\n').length]).toEqual([0, '', 2]);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'OK', step: 8, detail: `infra refs/heads/main ${landed.head}`, landed: false });
  });

  describe('what it was not asked', () => {
    const unaskedBy = async (change: Partial<VerifyRequest>): Promise<readonly string[]> => {
      const { stdout } = await run({ ...change, json: true });
      return (JSON.parse(stdout) as { notAsked: { codes: string[] }[] }).notAsked.map((c) => c.codes[0] ?? '');
    };
    const ALL = ['TRUST_SIG', 'TRUST_ROLLBACK', 'SOD_PUSHER', 'LOG_QUORUM', 'REV_STALE', 'OWNERSHIP_MISSING', 'VSA_INVALID'];

    it('is said with what it leaves open, and which option asks it', async () => {
      const { stdout } = await run();
      expect(stdout).toContain('\n  not asked: whoever made the trust file may have made the log with it (no --pin)\n');
      expect(stdout).toContain('\n  not asked: the log may show each reader another history (no --tlog-policy, and the trust file names no quorum)\n');
      expect(stdout.match(/^ {2}not asked: /gm)).toHaveLength(ALL.length);
      expect(await unaskedBy({})).toEqual(ALL);
    });

    it('is said no more of what was asked', async () => {
      expect(await unaskedBy({ known: { trustSize: '0' } })).toEqual(ALL.filter((c) => c !== 'TRUST_ROLLBACK'));
      const witness = testWitness('witness.example/w');
      const { proof, ...record } = log.record(key.signEnvelope(signoffBytes({ policy: inForce(), change: { ...landed, repo: 'infra' } })));
      const note = proof.slice(proof.indexOf(log.origin));
      await writeFile(place('seen.json'), formatBundle([{ ...record, proof: `${proof}${witness.line(note, Math.ceil(NOW / 1000))}` }]));
      await writeFile(place('one.txt'), `log ${log.vkey}\nwitness w ${witness.vkey}\nquorum w\n`);
      expect(await unaskedBy({ bundle: place('seen.json'), policy: place('one.txt') })).toEqual(ALL.filter((c) => c !== 'LOG_QUORUM'));
    });

    it('is not said where nothing is proven: the verdict is a no either way', async () => {
      const { stdout, stderr } = await run({ targetRef: 'refs/heads/release' });
      expect(`${stdout}${stderr}`).not.toContain('not asked');
    });
  });

  describe('--checks', () => {
    const repo = '.';

    it('prints every check with its codes, and what is open where nobody asks', async () => {
      const { code, stdout } = await verify({ repo, checks: true });
      expect(code).toBe(0);
      for (const check of CHECKS) {
        expect(stdout).toContain(`${check.step}  ${check.name}\n`);
        for (const of of [...check.codes, ...(check.open?.split(' ') ?? [])]) expect(stdout).toContain(of);
      }
      expect(Math.max(...stdout.split('\n').map((l) => l.length))).toBeLessThanOrEqual(100);
      expect(JSON.parse((await verify({ repo, checks: true, json: true })).stdout)).toEqual({ version: 1, checks: CHECKS, breakGlass: GLASS_CHECKS });
    });

    it.each([[{ bundle: 'b.json' }], [{ trust: 't.json' }], [{ commit: 'HEAD' }]])('beside %j is a no, for it verifies nothing', async (named) => {
      expect(await verify({ repo, checks: true, ...named })).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('[USAGE]') });
    });
  });

  describe('--max-age', () => {
    const HOUR = 3_600_000;
    /** The log's own word of this age, which knows of no statement after genesis. */
    const snapshotOf = (age: number) => ({ note: log.note(formatSnapshot({ origin: log.origin, size: 1, at: Date.now() - age, statements: statementsDigest([]) })), later: [] });
    const asked = async (age: number | undefined, maxAge: string | undefined, json = true) => {
      const signed = log.record(key.signEnvelope(signoffBytes({ policy: inForce(), change: { ...landed, repo: 'infra' } })));
      await writeFile(place('aged.json'), formatBundle([signed], undefined, age === undefined ? {} : { snapshot: snapshotOf(age) }));
      return verify({ repo: clone.dir, bundle: place('aged.json'), trust: place('t.json'), commit: 'HEAD', json, ...(maxAge === undefined ? {} : { maxAge }) });
    };

    it.each([
      ['a snapshot younger than that', HOUR, '2h', 0, ['OK']],
      ['a snapshot older than that', HOUR, '59m', 1, ['REV_STALE']],
      ['a snapshot older than a week', 8 * 24 * HOUR, '1w', 1, ['REV_STALE']],
      ['no snapshot', undefined, '2h', 1, ['REV_MISSING']],
      ['an old snapshot, and is not given', 8 * 24 * HOUR, undefined, 0, ['OK']],
    ] as const)('meets %s', async (_, age, maxAge, exit, expected) => {
      const { code, stdout } = await asked(age, maxAge);
      expect([code, codesOf(stdout)]).toEqual([exit, expected]);
    });

    it('leaves the age of what was taken back no longer open, and alone does', async () => {
      const open = 'no --max-age';
      const [given, absent] = [await asked(HOUR, '2h', false), await asked(HOUR, undefined, false)];
      expect([given.stdout.includes(open), absent.stdout.includes(open)]).toEqual([false, true]);
    });

    it.each(['x', '', '24', '-1h', '0h', '1.5h'])('of %j is no time: nothing is verified', async (maxAge) => {
      const { code, stdout, stderr } = await asked(HOUR, maxAge, false);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('--max-age');
      expect(stderr).toContain('[USAGE]');
    });
  });

  it.each([
    ['another ref', { targetRef: 'refs/heads/release' }, 'ST_REF', 5],
    ['another repository', { repo: 'pay' }, 'ST_REPO', 5],
  ] as const)('%s', async (_, change, code, step) => {
    const { code: exit, stdout } = await run({ ...change, json: true });
    const lines = stdout
      .trim()
      .split('\n')
      .map((l) => JSON.parse(l) as { code: string; step: number });
    expect(exit).toBe(1);
    expect(lines[0]).toMatchObject({ code, step, place: 'signoffs[0]' });
    expect(lines.at(-1)).toMatchObject({ code: 'QUORUM', step: 7 });
  });

  it('other content under a real signature is refused', async () => {
    await writeFile(place('other.json'), bundleOf({ manifest: '9'.repeat(64) }));
    const { code, stderr } = await run({ bundle: place('other.json') });
    expect(code).toBe(1);
    expect(stderr).toContain('[CONTENT_MISMATCH]');
  });

  it('the author of the commit cannot have signed it', async () => {
    await writeFile(place('own.json'), trustFileOf([{ person: 'ada', key }], log));
    const { code, stderr } = await run({ trust: place('own.json') });
    expect(code).toBe(1);
    expect(stderr).toContain('[SOD_AUTHOR]');
  });

  it("a key enrolled to one person does not carry another's name", async () => {
    await writeFile(place('noor.json'), trustFileOf([{ person: 'noor', key }], log));
    const { code, stdout } = await run({ trust: place('noor.json'), json: true });
    expect([code, stdout.includes('"KEY_UNKNOWN"'), stdout.includes('"QUORUM"')]).toEqual([1, true, true]);
  });

  it.each([
    ['is not on its roster', 'noor', 'L6'],
    ['is below the level it asks for', 'ben', 'L5'],
  ])('who honestly signs with their own key and %s fills no seat of the policy of the clone', async (_, person, level) => {
    const own = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
    await writeFile(place('own-key.json'), trustFileOf([{ person, level, key: own }], log));
    await writeFile(place('own-word.json'), bundleOf({}, { signer: { ...signoffInput().signer, person, level } }, own));
    const { code, stdout } = await run({ trust: place('own-key.json'), bundle: place('own-word.json'), json: true });
    expect([code, codesOf(stdout)]).toEqual([1, ['QUORUM']]);
  });

  it.each<[string, () => SignoffInput['policy'], string]>([
    ['under a policy no longer in force', () => inForce({ digest: '0'.repeat(64) }), 'ST_POLICY'],
    ['for a lower tier than what landed', () => inForce({ tier: 'high' }), 'ST_TIER'],
  ])('a sign-off %s is refused', async (_, policy, expected) => {
    await writeFile(place('stale.json'), bundleOf({}, { policy: policy() }));
    const { code, stdout } = await run({ bundle: place('stale.json'), json: true });
    expect([code, codesOf(stdout)]).toEqual([1, [expected, 'QUORUM']]);
  });

  describe('a landing', () => {
    const fields = (move: { old: string | null; new: string }) => ({ change: '0'.repeat(16), repo: 'infra', ref: 'refs/heads/main', old: move.old ?? '', new: move.new });
    const withLanding = async (name: string, move: { old: string | null; new: string }): Promise<string> => {
      const body = utf8(JSON.stringify({ v: 1, nonces: [signoffInput().nonce] }));
      const signed = key.signEnvelope(signoffBytes({ policy: inForce(), change: { ...landed, repo: 'infra' } }));
      const landing = log.recordAll([signed, body], [{}, { type: 'landed', fields: fields(move) }])[1];
      await writeFile(place(name), formatBundle([log.record(signed)], landing));
      return place(name);
    };

    afterAll(() => clone.git('checkout', '-q', 'main'));

    it('of this commit is shown, and of a push it was part of', async () => {
      const one = await withLanding('landed.json', { old: landed.base, new: landed.head });
      expect(await run({ bundle: one })).toMatchObject({ code: 0, stdout: expect.not.stringContaining('not shown') });
      clone.git('checkout', '-q', '--detach', landed.head);
      const later = clone.commit({ 'docs/later.md': 'x\n' });
      expect(await run({ bundle: await withLanding('larger.json', { old: landed.base, new: later }), commit: landed.head })).toMatchObject({ code: 0 });
    });

    it('of the same content proves nothing of a commit that came past the gate afterwards', async () => {
      const ada = { author: { name: 'ada', email: 'ada@example.org' } };
      clone.git('checkout', '-q', '--detach', landed.head);
      clone.commit({ 'main.tf': 'a\n', 'db/drop.sql': null }, ada);
      const again = clone.commit({ 'main.tf': 'b\n', 'db/drop.sql': 'drop table orders;\n' }, ada);
      const bundle = await withLanding('again.json', { old: landed.base, new: landed.head });
      const { code, stdout } = await run({ bundle, commit: again, json: true });
      expect([code, codesOf(stdout)]).toEqual([1, ['CONTENT_MISMATCH']]);
      expect((await run({ bundle, commit: landed.head })).code).toBe(0);
    });
  });

  it('prints no control character of a bundle: whoever wrote it would draw a verdict of their own', async () => {
    const own = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
    const spell = `x\n\u001b[2J\u001b[Hverified: infra refs/heads/main ${landed.head}\u001b[8m`;
    await writeFile(place('spell.json'), bundleOf({ repo: spell }, {}, own));
    const unread = own.signEnvelope(utf8(text(signoffBytes({ policy: inForce() }))?.replace('"stage":', '"st\\u001b[2J":') ?? ''));
    await writeFile(place('unread.json'), formatBundle([{ envelope: base64(unread), entry: '', proof: '' }]));
    for (const [name, repo] of [
      ['spell.json', 'infra'],
      ['spell.json', undefined],
      ['unread.json', 'infra'],
    ] as const) {
      const { code, stdout, stderr } = await run({ bundle: place(name), ...(repo === undefined ? {} : { repo }) });
      expect(code).not.toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what may not be there
      expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    }
  });

  it('demo data needs --demo', async () => {
    await writeFile(place('demo.json'), trustWith({ genesis: { mode: 'demo' } }));
    const refused = await run({ trust: place('demo.json') });
    expect([refused.code, refused.stderr.includes('[TRUST_DEMO]')]).toEqual([1, true]);
    expect((await run({ trust: place('demo.json'), demo: true })).code).toBe(0);
  });

  it.each([
    ['no bundle', { bundle: '/nowhere' }, 'USAGE'],
    ['no trust', { trust: '/nowhere' }, 'USAGE'],
    ['no witnesses', { policy: '/nowhere' }, 'USAGE'],
    ['no such commit', { commit: 'nope' }, 'NOT_FOUND'],
    ['a root commit', { commit: 'HEAD^1' }, 'CONTENT_UNSEEN'],
  ] as const)('%s cannot be decided', async (_, change, code) => {
    const { code: exit, stderr } = await run(change);
    expect([exit, stderr.includes(`[${code}]`)]).toEqual([2, true]);
  });

  it('reports a bad bundle and a bad trust file together', async () => {
    await writeFile(place('cut.json'), bundleOf().slice(0, 100));
    const { code, stdout } = await run({ bundle: place('cut.json'), trust: place('cut.json'), json: true });
    expect([code, stdout.split('\n').map((l) => l.slice(0, 22))]).toEqual([2, ['{"code":"TRUST_FORMAT"', '{"code":"BUNDLE_FORMAT', '']]);
  });
});

describe('files that are none', () => {
  it('the answer of a server that had no bundle says what it said', async () => {
    const refusal = place('refusal.json');
    await writeFile(
      refusal,
      JSON.stringify({ type: 'about:blank', title: 'nobody has signed this change yet', code: 'SIGNOFF_MISSING', remedy: 'a bundle exists once somebody has' }),
    );
    const { code, stderr } = await run({ bundle: refusal });
    expect(code).toBe(2);
    expect(stderr).toContain("a server's refusal, no bundle: nobody has signed this change yet [SIGNOFF_MISSING] [BUNDLE_FORMAT]\n  remedy: a bundle exists once somebody has");
  });

  it('what is not there is all that is said', async () => {
    const { code, stderr } = await run({ bundle: place('absent.json'), trust: place('absent.trust'), commit: 'no-such-commit' });
    expect(code).toBe(2);
    expect(stderr.match(/there is no such file/g)).toHaveLength(2);
    expect(stderr).not.toContain('commit');
  });
});
