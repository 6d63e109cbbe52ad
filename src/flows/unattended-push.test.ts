/** A push without a server and the ledger's catching up, without doors: real git, real signatures, a real spool, a clock that the test moves. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Bed, GLASS_TERMS, MAIN, openBed, type PersonName, POLICY } from '../../test/bed/bed.ts';
import { aliasesIn } from '../adapters/git/aliases.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { openTrains } from '../adapters/git/trains.ts';
import { laySpool, openSpool } from '../adapters/spool/spool.ts';
import { hex, text, utf8 } from '../core/base/bytes.ts';
import { wordStatement } from '../core/gate/break-glass-words.ts';
import { handedBytes } from '../core/gate/glass-files.ts';
import { parseEntry } from '../core/log/entry.ts';
import { formatVkey } from '../core/log/note.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { parseTrust, type TrustBundle } from '../core/signoff/trust-file.ts';
import { exportTrust } from './evidence.ts';
import { considerChange } from './gather.ts';
import { governanceAt } from './governance.ts';
import { recordLandings } from './land.ts';
import { judgePush } from './push.ts';
import type { GateWorld } from './site.ts';
import { passUnattended, type UnattendedPush, type UnattendedWorld } from './unattended-push.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const TERMS = `${GLASS_TERMS}  per_month: 2\n`;
const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/violation-entry.schema.json', import.meta.url), 'utf8')));

let bed: Bed;
let folder: string;
let trust: TrustBundle;
let world: GateWorld;
let count = 0;

beforeEach(async () => {
  bed = await openBed('production', `${POLICY}${TERMS}`);
  folder = mkdtempSync(join(tmpdir(), 'countersign-spool-'));
  await laySpool(folder);
  world = { ...bed.world, spool: () => openSpool(folder) };
  const exported = await exportTrust(bed.world, { vkeys: (await bed.store.past.keys()).map(formatVkey), ladder: ['L4', 'L5', 'L6', 'L7'], witnesses: null });
  const parsed = exported.ok ? parseTrust(utf8(exported.value)) : undefined;
  if (!parsed?.ok) throw new Error('no trust file');
  trust = parsed.value;
});
afterEach(async () => {
  await bed.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a hook on this machine has. The objects of the push are in the served repository, as git leaves them under an unprotected ref. */
const hook = (): UnattendedWorld => ({
  served: { id: 'infra', repository: openRepository({ gitDir: bed.served.gitDir }), aliases: (refs) => aliasesIn(bed.served.gitDir, refs) },
  trains: openTrains({ gitDir: bed.served.gitDir }),
  ...{ parsers: bed.world.parsers, trust, spool: openSpool(folder), allowDemo: false, now: () => bed.clock.now },
});

function arrived(head: string): string {
  bed.work.git('push', '-q', bed.served.gitDir, `${head}:refs/heads/arrived/${head}`);
  return head;
}
const drop = (by = 'ada', on = bed.tip()): string => arrived(bed.commit({ [`db/glass${++count}.sql`]: 'drop table orders;\n' }, { by, on }));

interface Signing {
  readonly ref?: string;
  readonly old?: string;
  readonly expires?: number;
  readonly within?: number;
  readonly nonce?: string;
  readonly repo?: string;
}

/** What a person signs at home, for this move. */
async function use(
  person: PersonName,
  head: string,
  { ref = MAIN, old = bed.tip(), expires = HOUR, within = 86_400, nonce = hex(randomBytes(16)), repo = 'infra' }: Signing = {},
): Promise<Uint8Array> {
  const repository = openRepository({ gitDir: bed.served.gitDir });
  const governance = await governanceAt(repository, old);
  if (!governance.ok) throw new Error('no policy');
  const considered = await considerChange(repository, bed.world.parsers, governance.value, { repo, targetRef: ref, base: old, head, pusher: null, sticky: [], at: bed.clock.now });
  if (!considered.ok) throw new Error(JSON.stringify(considered.error));
  const { change, policyDigest, tier } = considered.value.decision;
  const statement = wordStatement(
    {
      ...{ kind: 'use', reason: 'orders are down', incident: 'INC-1' },
      policy: { uri: 'x', digest: { sha256: policyDigest }, tier },
      review: { withinSeconds: within, level: 'L6' },
      expires: new Date(bed.clock.now + expires).toISOString(),
    },
    { change, person, credential: { id: '', type: 'webauthn' }, seen: { origin: trust.origin, size: trust.size, root: '' }, nonce },
  );
  return bed.keys[person].signEnvelope(statementBytes(statement));
}

const handed = (...uses: readonly Uint8Array[]) => [{ name: 'push option', bytes: handedBytes(uses) }];
const push = (head: string, uses: readonly Uint8Array[], more: Partial<UnattendedPush> & { ref?: string; old?: string } = {}): UnattendedPush => ({
  updates: [{ ref: more.ref ?? MAIN, old: more.old ?? bed.tip(), new: head }],
  quarantine: undefined,
  handed: handed(...uses),
  ...more,
});
async function codes(asked: UnattendedPush, by = hook()): Promise<readonly string[]> {
  const answer = await passUnattended(by, asked);
  return answer.ok ? ['passed'] : [...new Set(answer.error.map((p) => p.code))];
}

/** It passed, and git moved the ref. */
async function passed(head = drop(), uses?: readonly Uint8Array[]): Promise<string> {
  expect(await codes(push(head, uses ?? [await use('mara', head), await use('noor', head)]))).toEqual(['passed']);
  bed.served.git('update-ref', MAIN, head);
  return head;
}
const back = (): Promise<number> => recordLandings(world, 'infra');

interface Told {
  readonly type: string;
  readonly fields: { readonly [name: string]: unknown };
  readonly body: string;
}
async function told(from: number): Promise<readonly Told[]> {
  const entries = await bed.world.ledger.entries(from, 1_000);
  return Promise.all(
    entries.map(async (e) => {
      const entry = parseEntry(e.bytes);
      if (!entry.ok) throw new Error('an entry that cannot be read');
      return { type: entry.value.type, fields: entry.value.fields, body: text((await bed.world.ledger.body(e.body)) ?? new Uint8Array(0)) ?? '' };
    }),
  );
}
const size = async (): Promise<number> => (await bed.world.ledger.entries(0, 10_000)).length;
const waiting = (): readonly string[] => readdirSync(join(folder, 'waiting'));

describe('without a server', () => {
  it('two from outside let exactly this move pass, once, and it is kept before the answer', async () => {
    const head = drop();
    const [mara, noor] = [await use('mara', head), await use('noor', head)];
    const old = bed.tip();
    expect(await codes(push(head, [mara, noor]))).toEqual(['passed']);
    expect(waiting()).toHaveLength(1);
    expect(readdirSync(join(folder, 'nonces'))).toHaveLength(2);
    expect(JSON.parse(readFileSync(join(folder, 'waiting', waiting()[0] ?? ''), 'utf8'))).toMatchObject({ repo: 'infra', ref: MAIN, old, new: head, at: bed.clock.now });
    expect(await codes(push(head, [mara, noor]))).toEqual(['ST_NONCE']);
  });

  it('takes what lies in the folder, and what each hands over by themselves', async () => {
    const head = drop();
    writeFileSync(join(folder, 'handed', 'noor.json'), handedBytes([await use('noor', head)]));
    expect(await codes(push(head, [await use('mara', head)]))).toEqual(['passed']);
  });

  it('of two who come at once with the same, one passes', async () => {
    const head = drop();
    const uses = [await use('mara', head), await use('noor', head)];
    const answers = await Promise.all(Array.from({ length: 8 }, () => codes(push(head, uses))));
    expect(answers.filter((a) => a[0] === 'passed')).toHaveLength(1);
    expect(answers.filter((a) => a[0] !== 'passed').every((a) => a.join() === 'ST_NONCE')).toBe(true);
    expect(waiting()).toHaveLength(1);
  });

  it.each<readonly [string, readonly PersonName[], string]>([
    ['nobody', [], 'BG_SCOPE'],
    ['one person', ['mara'], 'BG_APPROVERS'],
    ['the author and one other: whoever pushed may be that one', ['mara', 'noor'], 'BG_APPROVERS'],
    ['somebody below the level', ['mara', 'ben'], 'BG_APPROVERS'],
  ])('%s is not enough', async (name, people, code) => {
    const head = drop(name.startsWith('the author') ? 'mara' : 'ada');
    const uses = await Promise.all(people.map((p) => use(p, head)));
    expect(await codes(push(head, uses, uses.length === 0 ? { handed: [] } : {}))).toContain(code);
    expect(waiting()).toEqual([]);
  });

  it.each<readonly [string, Signing, string]>([
    ['another ref', { ref: 'refs/heads/release' }, 'BG_SCOPE'],
    ['another repository', { repo: 'orders' }, 'BG_SCOPE'],
    ['longer than policy lets it hold', { expires: HOUR + 1 }, 'BG_EXPIRED'],
    ['a time that is over', { expires: -1 }, 'BG_EXPIRED'],
    ['a review that is softer', { within: 90_000 }, 'BG_SCOPE'],
  ])('signed for %s it lets nothing pass', async (_, signing, code) => {
    const head = drop();
    expect(await codes(push(head, [await use('mara', head, signing), await use('noor', head)]))).toContain(code);
    expect(waiting()).toEqual([]);
  });

  it('signed for another commit or another base it lets nothing pass', async () => {
    const [head, other] = [drop(), drop()];
    const uses = [await use('mara', head), await use('noor', head)];
    expect(await codes(push(other, uses))).toEqual(['BG_SCOPE']);
    await bed.land(other);
    expect(await codes(push(head, uses))).toContain('REF_NON_FAST_FORWARD');
    expect(await codes(push(head, uses, { old: bed.served.git('rev-parse', `${MAIN}~1`) }))).toContain('REF_CHANGED');
  });

  it('judges the move and not the words: several refs, several commits, new and deleted refs, reserved ones', async () => {
    const head = drop();
    const uses = [await use('mara', head), await use('noor', head)];
    const zero = '0'.repeat(40);
    const old = bed.tip();
    expect(
      await codes(
        push(head, uses, {
          updates: [
            { ref: MAIN, old, new: head },
            { ref: 'refs/heads/x', old: zero, new: head },
          ],
        }),
      ),
    ).toEqual(['BG_SCOPE']);
    expect(await codes(push(head, uses, { updates: [] }))).toEqual(['BG_SCOPE']);
    expect(await codes(push(head, uses, { updates: [{ ref: 'refs/heads/new', old: zero, new: head }] }))).toEqual(['BG_FORBIDDEN']);
    expect(await codes(push(head, uses, { updates: [{ ref: 'refs/replace/x', old, new: head }] }))).toEqual(['REF_RESERVED']);
    const second = drop('ada', head);
    expect(await codes(push(second, [await use('mara', second), await use('noor', second)]))).toEqual(['BG_SCOPE']);
  });

  it('never lets pass what decides, and refuses a signature that was bent', async () => {
    const policy = arrived(bed.commit({ 'countersign.yml': `${POLICY}${TERMS}# more\n` }));
    expect(await codes(push(policy, [await use('mara', policy), await use('noor', policy)]))).toContain('BG_FORBIDDEN');
    const head = drop();
    const noor = await use('noor', head);
    const bent = utf8((text(noor) ?? '').replace(/"sig":"(.)/, (_, c: string) => `"sig":"${c === 'A' ? 'B' : 'A'}`));
    expect((await codes(push(head, [await use('mara', head), bent])))[0]).toMatch(/^(SIG|WA|BG_SCOPE)/);
    expect(waiting()).toEqual([]);
  });

  it('fails closed on whatever cannot be read', async () => {
    const head = drop();
    const uses = [await use('mara', head), await use('noor', head)];
    const file = join(folder, 'handed', 'junk.json');
    writeFileSync(file, '{"mediaType":"no"}');
    expect(await codes(push(head, uses))).toEqual(['BG_SCOPE']);
    unlinkSync(file);
    const kept = join(folder, 'filled', 'junk.json');
    writeFileSync(kept, 'x');
    expect(await codes(push(head, uses))).toEqual(['DATA_INVALID']);
    unlinkSync(kept);
    rmSync(join(folder, 'nonces'), { recursive: true });
    expect(await codes(push(head, uses))).toEqual(['DATA_INVALID']);
    rmSync(folder, { recursive: true });
    expect(await codes(push(head, uses))).toEqual(['DATA_INVALID']);
  });

  it('counts what it let pass before, and remembers nonces where their mark is gone', async () => {
    const first = drop();
    const uses = [await use('mara', first), await use('noor', first)];
    await passed(first, uses);
    for (const nonce of readdirSync(join(folder, 'nonces'))) unlinkSync(join(folder, 'nonces', nonce));
    bed.served.git('update-ref', MAIN, `${first}~1`);
    expect(await codes(push(first, uses))).toEqual(['ST_NONCE']);
    await passed();
    const third = drop();
    expect(await codes(push(third, [await use('mara', third), await use('noor', third)]))).toContain('BG_BUDGET');
  });
});

describe('back again', () => {
  it('the ledger hears of it in order, once, with the mark of break-glass, and the review is owed', async () => {
    const from = await size();
    const first = await passed();
    const second = await passed();
    bed.clock.now += 10 * HOUR;
    expect(await back()).toBe(2);
    const all = (await told(from)).filter((e) => e.type !== 'vsa');
    expect(all.map((e) => e.type)).toEqual([...Array(2).fill(['break-glass', 'break-glass', 'decision', 'verdict']).flat(), 'landed', 'landed']);
    const verdicts = all.filter((e) => e.type === 'verdict');
    expect(verdicts.map((v) => [v.fields.new, v.fields.verdict, v.fields.unattended])).toEqual([first, second].map((h) => [h, 'allow', true]));
    expect(all.filter((e) => e.type === 'landed').map((l) => [l.fields.new, l.fields.breakGlass])).toEqual([first, second].map((h) => [h, true]));
    expect(waiting()).toEqual([]);
    const after = await size();
    expect(await back()).toBe(0);
    expect(await size()).toBe(after);
    // The review is due a day after the ledger heard of it, and blocks the same paths from then on.
    const path = bed.served.git('diff', '--name-only', `${first}~1`, first);
    const again = bed.commit({ [path]: 'drop table customers;\n' });
    expect((await bed.judged(again)).verdict.codes).not.toContain('BG_OVERDUE');
    bed.clock.now += 24 * HOUR + 1;
    expect((await bed.judged(again)).verdict.codes).toContain('BG_OVERDUE');
  });

  it('tells it once, wherever a server died in between', async () => {
    const from = await size();
    await passed();
    const name = waiting()[0] ?? '';
    const kept = readFileSync(join(folder, 'waiting', name));
    expect(await back()).toBe(1);
    const all = await told(from);
    writeFileSync(join(folder, 'waiting', name), kept);
    expect(await back()).toBe(0);
    expect(await told(from)).toEqual(all);
    expect(waiting()).toEqual([]);
    const many = await Promise.all([back(), back(), back()]);
    expect(many).toEqual([0, 0, 0]);
  });

  it('of servers and pushes that look at once, one tells it', async () => {
    const from = await size();
    await passed();
    const landed = await Promise.all([back(), back(), back(), back()]);
    expect(landed.reduce((a, b) => a + b)).toBe(1);
    expect((await told(from)).filter((e) => e.type === 'verdict')).toHaveLength(1);
  });

  it('what does not hold is a violation, and stays one', async () => {
    const from = await size();
    const head = await passed();
    const file = join(folder, 'waiting', waiting()[0] ?? '');
    const said = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...said, uses: said.uses.slice(1) }));
    expect(await back()).toBe(0);
    const found = (await told(from)).filter((e) => e.type === 'violation');
    expect(found.map((v) => v.fields)).toMatchObject([{ repo: 'infra', ref: MAIN, new: head }]);
    expect(schema.parse(JSON.parse(found[0]?.body ?? ''))).toMatchObject({ why: expect.stringContaining('while no server answered') });
    expect((await told(from)).filter((e) => e.type === 'landed')).toEqual([]);
    const after = await size();
    await back();
    expect(await size()).toBe(after);
  });

  it('a pass that had ended does not come to life by an earlier date', async () => {
    const head = drop();
    const uses = [await use('mara', head), await use('noor', head)];
    const at = bed.clock.now;
    bed.clock.now += 2 * HOUR;
    expect(await codes(push(head, uses))).toContain('BG_EXPIRED');
    const landedSince = bed.commit({ 'docs/a.md': 'a\n' });
    await judgePush(world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [{ ref: MAIN, old: bed.tip(), new: arrived(landedSince) }] });
    await bed.land(landedSince);
    const later = drop();
    const [m, n] = [await use('mara', later, { expires: -HOUR }), await use('noor', later, { expires: -HOUR })];
    await openSpool(folder).keep({ repo: 'infra', ref: MAIN, old: bed.tip(), new: later, at, uses: [m, n] }, ['a'.repeat(32), 'b'.repeat(32)]);
    bed.served.git('update-ref', MAIN, later);
    const from = await size();
    expect(await back()).toBe(0);
    expect((await told(from)).map((e) => e.type)).toContain('violation');
  });

  it('nor into a time when a server answered for this repository, whatever it answered and on whichever ref', async () => {
    const at = bed.clock.now;
    bed.clock.now += HOUR;
    const refused = await judgePush(world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [{ ref: 'refs/heads/release', old: bed.tip(), new: drop() }] });
    expect(refused).toMatchObject({ allow: false, judged: [{ verdict: { codes: ['SIGNOFF_MISSING'] } }] });
    bed.clock.now += HOUR;
    const head = drop();
    const uses = [await use('mara', head, { expires: -HOUR }), await use('noor', head, { expires: -HOUR })];
    await openSpool(folder).keep({ repo: 'infra', ref: MAIN, old: bed.tip(), new: head, at, uses }, ['a'.repeat(32), 'b'.repeat(32)]);
    bed.served.git('update-ref', MAIN, head);
    const from = await size();
    expect(await back()).toBe(0);
    const all = await told(from);
    expect(all.filter((e) => e.type === 'violation').map((e) => e.fields.new)).toEqual([head]);
    expect(all.filter((e) => e.type === 'verdict').map((e) => [e.fields.verdict, e.fields.codes])).toEqual([['deny', ['BG_EXPIRED']]]);
    expect(all.find((e) => e.type === 'verdict')?.body).toMatch(/answered.*clock/);
  });

  it('one that git was moving while a server answered another push holds, and so does one after what was told of others', async () => {
    await passed();
    expect(await back()).toBe(1);
    bed.clock.now += 1_000;
    const head = drop();
    expect(await codes(push(head, [await use('mara', head), await use('noor', head)]))).toEqual(['passed']);
    bed.clock.now += 1_000;
    const release = { ref: 'refs/heads/release', old: bed.served.git('rev-parse', 'refs/heads/release'), new: drop('ada', bed.served.git('rev-parse', 'refs/heads/release')) };
    expect(await judgePush(world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates: [release] })).toMatchObject({
      judged: [{ verdict: { codes: ['SIGNOFF_MISSING'] } }],
    });
    bed.served.git('update-ref', MAIN, head);
    bed.clock.now += HOUR;
    const from = await size();
    expect(await back()).toBe(1);
    expect((await told(from)).filter((e) => e.type === 'landed').map((e) => e.fields.new)).toEqual([head]);
  });

  it('nothing stands where it should not when git gave up after the hook', async () => {
    const head = drop();
    const from = await size();
    expect(await codes(push(head, [await use('mara', head), await use('noor', head)]))).toEqual(['passed']);
    bed.clock.now += 2 * MINUTE;
    expect(await back()).toBe(0);
    expect((await told(from)).map((e) => e.type)).toEqual(['break-glass', 'break-glass', 'decision', 'verdict']);
    expect(waiting()).toEqual([]);
  });

  it('a push that git is still moving waits, and is told once when the ref is there', async () => {
    const from = await size();
    const head = drop();
    expect(await codes(push(head, [await use('mara', head), await use('noor', head)]))).toEqual(['passed']);
    expect(await back()).toBe(0);
    expect([await size(), waiting().length]).toEqual([from, 1]);
    bed.served.git('update-ref', MAIN, head);
    expect(await back()).toBe(1);
    expect(await back()).toBe(0);
    expect((await told(from)).filter((e) => e.type !== 'vsa').map((e) => e.type)).toEqual(['break-glass', 'break-glass', 'decision', 'verdict', 'landed']);
    expect(waiting()).toEqual([]);
  });

  it('so does one whose objects are not there yet; without them for long, git gave it up', async () => {
    const from = await size();
    const head = bed.commit({ 'db/late.sql': 'drop table orders;\n' });
    const kept = { repo: 'infra', ref: MAIN, old: bed.tip(), new: head };
    arrived(head);
    const uses = [await use('mara', head), await use('noor', head)];
    bed.served.git('update-ref', '-d', `refs/heads/arrived/${head}`);
    bed.served.git('reflog', 'expire', '--expire=now', '--all');
    bed.served.git('gc', '-q', '--prune=now');
    expect(await openSpool(folder).keep({ ...kept, at: bed.clock.now, uses }, ['a'.repeat(32), 'b'.repeat(32)])).toMatchObject({ ok: true });
    expect(await back()).toBe(0);
    expect(waiting()).toHaveLength(1);
    arrived(head);
    bed.served.git('update-ref', MAIN, head);
    expect(await back()).toBe(1);
    expect((await told(from)).map((e) => e.type)).toContain('landed');
    expect(waiting()).toEqual([]);

    const gone = { ...kept, old: head, new: '1'.repeat(40) };
    expect(await openSpool(folder).keep({ ...gone, at: bed.clock.now, uses }, ['c'.repeat(32), 'd'.repeat(32)])).toMatchObject({ ok: true });
    await back();
    expect(waiting()).toHaveLength(1);
    bed.clock.now += 2 * MINUTE;
    await back();
    expect(waiting()).toEqual([]);
  });

  it('a file nobody can read tells nothing, and the ref is a violation', async () => {
    const first = bed.commit({ 'docs/a.md': 'a\n' });
    await bed.judged(first);
    await bed.land(first);
    await passed();
    writeFileSync(join(folder, 'waiting', waiting()[0] ?? ''), 'x');
    const from = await size();
    expect(await back()).toBe(0);
    expect((await told(from)).map((e) => e.type)).toEqual(['violation']);
  });
});
