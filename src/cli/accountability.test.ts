/** Who stood where, from the log alone: over an installation that really signed, an export of it, and logs that somebody touched. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, GLASS_TERMS, MAIN, openBed, type PersonName, POLICY, RP } from '../../test/bed/bed.ts';
import { hex, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok } from '../core/base/result.ts';
import { revocationStatement } from '../core/signoff/roster-word.ts';
import type { AccountLog } from '../flows/account-log.ts';
import { type Account, type Accounts, accountsOf } from '../flows/accountability.ts';
import { type GlassWords, prepareGlass, recordGlass } from '../flows/break-glass.ts';
import { recordWord } from '../flows/enrol.ts';
import { exportTrust } from '../flows/evidence.ts';
import { exportLog } from '../flows/log-export.ts';
import { keysOf, sourceOf } from '../flows/log-read.ts';
import { prepareOwnership, recordOwnership } from '../flows/ownership.ts';
import type { EntryDraft } from '../flows/ports.ts';
import { judgePush } from '../flows/push.ts';
import { decisionDraft, genesisDraft } from '../store/sample-drafts.ts';
import { openStore } from '../store/store.ts';
import { softAuthenticator } from '../testing/authenticator.ts';
import { cosigned } from '../testing/trust-files.ts';
import { openLogFolder } from '../world.ts';
import { accountability } from './accountability.ts';
import { accountsText } from './accountability-text.ts';
import { EXIT } from './exit.ts';

const RULES = `  - { id: owned, paths: ["own/**"], require: { humans: 1, level: L6, ownership: true } }
  - { id: kept, paths: ["a/**"], require: { humans: 1, from: { people: [mara] } } }
`;
const OWN = `${POLICY.replace('rules:\n', `rules:\n${RULES}`)}${GLASS_TERMS}`;

let bed: Bed;
let count = 0;
beforeAll(async () => {
  bed = await openBed('production', OWN);
});
afterAll(() => bed.close());

const logOf = (of = bed): AccountLog => {
  const keys = keysOf([of.store.logVerifierKey ?? '']);
  if (!keys.ok) throw new Error(JSON.stringify(keys.error));
  return { source: sourceOf(of.store.files, 'the bed'), keys: keys.value, body: (sha256) => of.store.ledger.body(sha256), progress: () => undefined };
};
const found = async (word: string, log = logOf()): Promise<Accounts> => {
  const accounts = await accountsOf(log, word);
  if (!accounts.ok) throw new Error(JSON.stringify(accounts.error));
  return accounts.value;
};
const account = async (word: string, log = logOf()): Promise<Account> => {
  const { accounts } = await found(word, log);
  const [only] = accounts;
  if (only === undefined || accounts.length > 1) throw new Error(`${accounts.length} accounts`);
  return only;
};
type Files = { readonly [path: string]: string };
const drop = (): Files => ({ [`db/drop${++count}.sql`]: 'drop table orders;\n' });

/** Pushed, signed by these people, pushed again, landed. */
async function landed(files: Files, people: readonly PersonName[], message?: string): Promise<{ readonly id: string; readonly head: string }> {
  const head = bed.commit(files, message === undefined ? {} : { message });
  const id = (await bed.judged(head)).id ?? '';
  for (const person of people) {
    const signed = await bed.sign(person, id, {
      decision: 'approve_with_conditions',
      conditions: ['watch the queue'],
      assumptions: [{ text: 'the backup is fresh', holds: 'unknown' }],
    });
    if (!signed.ok) throw new Error(JSON.stringify(signed.error));
  }
  if (people.length > 0) expect((await bed.judged(head)).verdict.verdict).toBe('allow');
  await bed.land(head);
  return { id, head };
}
/** What an administrator puts there with the database alone. */
const planted = async (type: EntryDraft['type'], fields: EntryDraft['fields'], body: Uint8Array | object): Promise<string> => {
  const bytes = body instanceof Uint8Array ? body : utf8(JSON.stringify(body));
  const done = await bed.world.ledger.append(() => ({ ok: true, value: [{ type, fields, body: bytes }] }));
  if (!done.ok) throw new Error(done.error.message);
  return sha256Hex(bytes);
};
/** And as though a gate had counted it, and it had landed. */
async function passedOn(id: string, head: string, inputs: readonly string[]): Promise<void> {
  const { tier, policyDigest, rosterDigest } = (await bed.row(id)).decision;
  const move = { change: id, repo: 'infra', ref: MAIN, old: bed.tip(), new: head };
  const counted = { tier, policy: policyDigest, roster: rosterDigest, inputs, signed: true, carried: false, brokeGlass: false };
  await planted('verdict', { ...move, verdict: 'allow', codes: ['OK'] }, { v: 1, verdict: { would: 'allow' }, nonces: [], counted });
  await planted('landed', move, { v: 1, nonces: [], counted: inputs });
}
const signoffFields = (change: string) => ({ change, stage: 'implementation', decision: 'approve', tier: 'critical', signer: 'a'.repeat(64) });
/** In one line, as it is wrapped. */
const told = async (id: string): Promise<string> => accountsText(await found(id)).replace(/\s+/g, ' ');

describe('one change', () => {
  it('is told whole: who stood behind it, who signed, by which policy, what the gate did', async () => {
    const before = await landed({ 'countersign.yml': `${OWN}# looked at again\n` }, ['kim']);
    const { id, head } = await landed(drop(), ['mara'], 'Drop the orders\n\nAssisted-by: claude-code:claude-opus-4\nPrompted-by: nobody\n');
    const { decided, signoffs, policy, landings, verdicts, faults } = await account(id);
    expect(faults).toEqual([]);
    expect(decided?.decision.excluded).toEqual([{ person: 'ada', roles: expect.arrayContaining(['author', 'pusher']) }]);
    expect(decided?.decision.provenance.level).toBe('assisted');
    expect(decided?.decision.provenance.evidence[0]).toMatchObject({ slot: 'trailer', tool: 'claude', model: 'claude-opus-4', commit: head });
    expect(signoffs).toMatchObject([
      { person: 'mara', verified: true, why: [], enrolled: 'L6', since: [], said: { decision: 'approve_with_conditions', level: 'L6', counted: true, earlier: false } },
    ]);
    expect(policy?.landed).toMatchObject({ commit: before.head, signoffs: [{ person: 'kim', verified: true }], others: [] });
    expect(verdicts.map((v) => v.verdict)).toEqual(['deny', 'allow']);
    expect(landings).toMatchObject([{ new: head, breakGlass: false, summary: { result: 'PASSED', verified: null } }]);
    const said = accountsText(await found(id));
    for (const words of [
      'Drop the orders',
      'ada',
      'claude with claude-opus-4',
      'mara, L6',
      'approved on conditions',
      'watch the queue',
      'the backup is fresh: unknown',
      'the replica',
      'signed by',
      'kim',
    ])
      expect(said).toContain(words);
    expect(said).toContain('landed on the word of mara');
    expect(said.split('\n').every((l) => l.length <= 100)).toBe(true);
  });

  it('is found by its id, its commit, a commit inside its push, and its manifest', async () => {
    const first = bed.commit({ 'docs/one.md': `${++count}\n` });
    const second = bed.commit({ 'docs/two.md': `${++count}\n` }, { on: first });
    const id = (await bed.judged(second)).id ?? '';
    await bed.land(second);
    const { manifest } = (await bed.row(id)).decision.change;
    for (const word of [id, first, second, manifest]) expect((await account(word)).change).toBe(id);
    expect(await accountsOf(logOf(), '0'.repeat(16))).toMatchObject({ ok: false, error: [{ code: 'NOT_FOUND' }] });
    expect(await accountsOf(logOf(), '0'.repeat(40))).toMatchObject({ ok: false, error: [{ code: 'NOT_FOUND' }] });
    expect(await accountsOf(logOf(), 'HEAD')).toMatchObject({ ok: false, error: [{ code: 'USAGE' }] });
    await fc.assert(
      fc.asyncProperty(fc.string(), async (word) => !(await accountsOf(logOf(), word)).ok),
      { numRuns: 20 },
    );
  });

  it('says that an agent made it, and whose the agent is', async () => {
    const head = bed.commit(drop(), { by: 'robo' });
    const id = (await bed.judged(head, { pusher: 'robo' })).id ?? '';
    expect((await account(id)).decided).toMatchObject({ pusher: 'robo', decision: { excluded: [{ person: 'ben', roles: expect.arrayContaining(['agent-owner']) }] } });
    const said = accountsText(await found(id));
    expect(said).toMatch(/ben \(ben\): .*agent-owner/);
    expect(said).toContain('pushed as     robo');
    expect(said).toContain('has not landed');
  });

  it('says whom a recorded session names as the one who prompted, and the model that answered', async () => {
    const head = bed.commit({ [`docs/${++count}.ts`]: 'export const one = 1;\n' });
    const session = { agent_id: { tool: 'codex', id: 'one', model: 'gpt-5' }, human_author: 'Noor <noor@example.org>', total_additions: 1, total_deletions: 0 };
    const prompts = { '0123456789abcdef': { ...session, accepted_lines: 1, overriden_lines: 0 } };
    const note = `docs/${count}.ts\n  0123456789abcdef 1\n---\n${JSON.stringify({ schema_version: 'authorship/3.0.0', base_commit_sha: 'f'.repeat(40), prompts })}`;
    bed.work.git('push', '-q', bed.served.gitDir, `${head}:refs/heads/arrived/${head}`);
    const written = (args: readonly string[], input: string): string =>
      Buffer.from(bed.served.raw([...args], input))
        .toString()
        .trim();
    const tree = written(['mktree'], `100644 blob ${written(['hash-object', '-w', '--stdin'], note)}\t${head}\n`);
    const updates = [
      { ref: MAIN, old: bed.tip(), new: head },
      { ref: 'refs/notes/ai', old: '0'.repeat(40), new: bed.served.git('commit-tree', tree, '-m', 'notes') },
    ];
    const [judged] = (await judgePush(bed.world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates })).judged;
    const id = judged?.id ?? '';
    const { excluded, provenance } = (await account(id)).decided?.decision ?? { excluded: [], provenance: undefined };
    expect(excluded).toContainEqual({ person: 'noor', roles: ['prompter'] });
    expect(provenance?.evidence).toMatchObject([{ slot: 'note', tool: 'codex', commit: head }]);
    expect(provenance?.marks).toMatchObject([{ tool: 'codex', model: 'gpt-5' }]);
    const said = accountsText(await found(id));
    expect(said).toMatch(/noor \(noor\): .*prompter/);
    expect(said).toContain('codex:gpt-5');
    expect(said).not.toContain('no record names one');
  });

  it('tells the author’s own word', async () => {
    const head = bed.commit({ [`own/${++count}.txt`]: 'x\n' });
    const id = (await bed.judged(head)).id ?? '';
    const words = { filesRead: 1, ran: ['npm test: passed'], notUnderstood: ['the retry loop'], assumptions: [{ text: 'nobody reads it', holds: 'false' as const }] };
    const prepared = await prepareOwnership(bed.world, id, 'ada', words);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
    expect((await recordOwnership(bed.world, id, bed.keys.ada.signEnvelope(prepared.value.statement))).ok).toBe(true);
    await bed.sign('mara', id);
    expect((await bed.judged(head)).verdict.verdict).toBe('allow');
    await bed.land(head);
    const { ownership, faults } = await account(id);
    expect(faults).toEqual([]);
    expect(ownership).toMatchObject([{ person: 'ada', verified: true, said: { filesRead: 1, notUnderstood: ['the retry loop'] } }]);
    expect(accountsText(await found(id))).toContain('the retry loop');
  });

  it('tells a sign-off of an earlier form, and that it was carried', async () => {
    const files = (b: string): Files => ({ [`a/${count}/one.txt`]: 'ONE\n', [`docs/${count}.md`]: b });
    count++;
    const first = (await bed.judged(bed.commit(files('x\n')))).id ?? '';
    expect((await bed.sign('mara', first)).ok).toBe(true);
    const head = bed.commit(files('y\n'));
    const judged = await bed.judged(head);
    expect(judged.verdict.codes).toEqual(['OK']);
    await bed.land(head);
    const { signoffs, carries, faults, change } = await account(head);
    expect(change).not.toBe(first);
    expect(faults).toEqual([]);
    expect(carries).toMatchObject([{ rules: ['kept'], why: [] }]);
    expect(signoffs).toMatchObject([{ person: 'mara', verified: true, said: { earlier: true, counted: true } }]);
    expect(accountsText(await found(head))).toContain('an earlier form');
  });

  it('tells break-glass, and that nobody has reviewed it until somebody has', async () => {
    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    const say = async (person: PersonName, words: GlassWords): Promise<void> => {
      const prepared = await prepareGlass(bed.world, id, person, words);
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
      const recorded = await recordGlass(bed.world, id, bed.keys[person].signEnvelope(prepared.value.statement));
      if (!recorded.ok) throw new Error(JSON.stringify(recorded.error));
    };
    for (const person of ['mara', 'noor'] as const) await say(person, { kind: 'use', reason: 'orders are down', incident: 'INC-1042' });
    expect((await bed.judged(head)).verdict.codes).toEqual(['BREAK_GLASS']);
    await bed.land(head);
    expect((await account(id)).faults).toEqual([expect.stringContaining('nobody has reviewed')]);
    const prepared = await prepareGlass(bed.world, id, 'kim', { kind: 'review', outcome: 'justified', note: 'all good' });
    const mine = new TextDecoder().decode(prepared.ok ? prepared.value.statement : new Uint8Array(0)).replace('urn:person:kim', 'urn:person:mara');
    const fields = { change: id, repo: 'infra', ref: MAIN, signer: 'a'.repeat(64), outcome: 'justified' };
    const digest = await planted('break-glass-review', fields, bed.keys.mara.signEnvelope(utf8(mine)));
    const own = await account(id);
    expect(own.faults).toContainEqual(expect.stringContaining('nobody has reviewed'));
    expect(own.breakGlass.find((g) => g.said?.envelope === digest)).toMatchObject({
      verified: false,
      why: [expect.stringContaining('KEY_MODEL'), expect.stringContaining('BG_REVIEWER')],
    });
    await say('kim', { kind: 'review', outcome: 'tighten', note: 'the table was empty' });
    const { breakGlass, faults } = await account(id);
    expect(faults).toEqual([expect.stringContaining('BG_REVIEWER')]);
    expect(breakGlass.filter((g) => g.verified).map((g) => [g.person, g.verified, g.said?.kind, g.said?.counted])).toEqual([
      ['mara', true, 'use', true],
      ['noor', true, 'use', true],
      ['kim', true, 'review', false],
    ]);
    const said = accountsText(await found(id));
    for (const words of ['landed by break-glass of mara and noor', 'INC-1042', 'reviewed it, tighten', 'the table was empty']) expect(said).toContain(words);
  });
});

describe('what does not hold is said', () => {
  it('of a sign-off that an administrator put there alone', async () => {
    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    const statement = await bed.statement('mara', id);
    const fields = { change: id, stage: 'implementation', decision: 'approve', tier: 'critical', signer: 'a'.repeat(64) };
    await planted('signoff', fields, softAuthenticator(RP).signEnvelope(statement));
    const { signoffs, faults } = await account(id);
    expect(signoffs).toMatchObject([{ person: null, verified: false, said: { counted: false } }]);
    expect(faults).toEqual([expect.stringContaining('KEY_UNKNOWN')]);
    expect(accountsText(await found(id))).toContain('NOT VERIFIED');
  });

  it('of a real sign-off laid under another change', async () => {
    const one = (await bed.judged(bed.commit(drop()))).id ?? '';
    const other = (await bed.judged(bed.commit(drop()))).id ?? '';
    const envelope = bed.keys.mara.signEnvelope(await bed.statement('mara', one));
    await planted('signoff', { change: other, stage: 'implementation', decision: 'approve', tier: 'critical', signer: 'a'.repeat(64) }, envelope);
    expect((await account(other)).signoffs).toMatchObject([{ person: 'mara', verified: false, said: { earlier: true } }]);
    expect((await account(other)).faults).toEqual([expect.stringContaining('another change than was signed')]);
  });

  it('of a landing that nobody let, or on words that were given for something else, or approve nothing', async () => {
    const one = await landed(drop(), ['mara']);
    const [real] = (await account(one.id)).signoffs;
    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    await planted('landed', { change: id, repo: 'infra', ref: MAIN, old: bed.tip(), new: head }, { v: 1, nonces: [] });
    expect((await account(id)).faults).toContainEqual(expect.stringContaining('no verdict of the gate had let that move pass'));
    await passedOn(id, head, [real?.said?.envelope ?? '']);
    expect((await account(id)).signoffs).toMatchObject([{ person: 'mara', verified: false, why: [expect.stringContaining('nothing in the log carries it here')] }]);
    expect(await told(id)).toContain("landed on nobody's word");
    expect(await told(id)).toContain('NOT VERIFIED, in the name of mara');

    const other = bed.commit(drop());
    const objected = (await bed.judged(other)).id ?? '';
    const said = await bed.sign('noor', objected, { decision: 'changes' });
    await passedOn(objected, other, [said.ok ? said.value.digest : '']);
    expect((await account(objected)).signoffs).toMatchObject([{ verified: false, why: [expect.stringContaining('it approves nothing')] }]);
    expect(await told(objected)).toMatch(/landed on nobody's word \(.*?\); the gate counted 1 more that does not hold/);
  });

  it('of a verdict no gate gives: one signed where two are asked, an objection open, a policy that enforces only watched', async () => {
    const pair = bed.commit({ [`pair/${++count}.txt`]: 'x\n' });
    const two = (await bed.judged(pair)).id ?? '';
    const said = await bed.sign('mara', two);
    await passedOn(two, pair, [said.ok ? said.value.digest : '']);
    expect((await account(two)).faults).toEqual([expect.stringMatching(/let pass what no gate lets pass: .*\[SIGNOFF_MISSING\]/)]);

    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    const yes = await bed.sign('mara', id);
    await bed.sign('noor', id, { decision: 'changes' });
    await passedOn(id, head, [yes.ok ? yes.value.digest : '']);
    expect((await account(id)).faults).toEqual([expect.stringMatching(/noor asked for changes.* \[REV_CHANGES\]/)]);

    const watched = bed.commit(drop());
    const other = (await bed.judged(watched)).id ?? '';
    const signed = await bed.sign('mara', other);
    const move = { change: other, repo: 'infra', ref: MAIN, old: bed.tip(), new: watched };
    const { tier, policyDigest, rosterDigest } = (await bed.row(other)).decision;
    const counted = { tier, policy: policyDigest, roster: rosterDigest, inputs: [signed.ok ? signed.value.digest : ''], signed: true, carried: false, brokeGlass: false };
    await planted('verdict', { ...move, verdict: 'allow', codes: ['MODE'], mode: 'observe', would: 'deny' }, { v: 1, verdict: { would: 'deny' }, nonces: [], counted });
    await planted('landed', move, { v: 1, nonces: [] });
    expect((await account(other)).faults).toEqual([expect.stringContaining('the gate only watched')]);
  });

  it('of what went past the gate, by its commit', async () => {
    const first = bed.commit({ [`docs/${++count}.md`]: 'x\n' });
    await bed.judged(first);
    await bed.land(first);
    const [unknown, refused] = [bed.commit(drop()), bed.commit(drop())];
    const id = (await bed.judged(refused)).id ?? '';
    for (const past of [unknown, refused]) {
      await bed.land(past);
      bed.served.git('update-ref', MAIN, first);
    }
    expect(await accountsOf(logOf(), unknown)).toMatchObject({ ok: false, error: [{ code: 'NOT_FOUND', message: expect.stringContaining(`was found at ${unknown}`) }] });
    expect((await account(refused)).faults).toEqual([expect.stringContaining(`was found at ${refused}`)]);
    expect((await account(id)).faults).toHaveLength(1);
  });

  it('of an author who signed their own change, and of a policy or a tier that was not in force', async () => {
    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    const statement = new TextDecoder().decode(await bed.statement('mara', id));
    const { decision } = await bed.row(id);
    for (const [by, change, why] of [
      ['ada', (s: string) => s.replace('urn:person:mara', 'urn:person:ada').replace('"level":"L6"', '"level":"L4"'), 'SOD_AUTHOR'],
      ['ben', (s: string) => s.replace('urn:person:mara', 'urn:person:ben').replace('"level":"L6"', '"level":"L5"'), 'QUAL_SCOPE'],
      ['mara', (s: string) => s.replace(decision.policyDigest, 'f'.repeat(64)), 'ST_POLICY'],
      ['mara', (s: string) => s.replace(decision.change.manifest256, 'f'.repeat(64)), 'CONTENT_MISMATCH'],
    ] as const) {
      const digest = await planted('signoff', signoffFields(id), bed.keys[by].signEnvelope(utf8(change(statement))));
      const word = (await account(id)).signoffs.find((s) => s.said?.envelope === digest);
      expect(word).toMatchObject({ person: by, verified: false, why: expect.arrayContaining([expect.stringContaining(why)]) });
    }
  });

  it('of what was decided of another change', async () => {
    const head = bed.commit(drop());
    const id = (await bed.judged(head)).id ?? '';
    const { decision } = await bed.row(id);
    const other = (await bed.judged(bed.commit(drop()))).id ?? '';
    await planted('decision', { change: other, tier: decision.tier, outcome: decision.outcome }, { v: 1, title: 'a lie', pusher: 'ada', decision });
    expect((await account(other)).decided).toBeNull();
    expect(await told(other)).not.toContain('a lie');
  });

  it('of bytes that were erased or lost: a sign-off, the decision, the genesis', async () => {
    const { id } = await landed(drop(), ['mara']);
    const whole = await account(id);
    const without = (digest: string | undefined): AccountLog => ({ ...logOf(), body: async (sha256) => (sha256 === digest ? null : logOf().body(sha256)) });
    const [signoff] = whole.signoffs;
    expect((await account(id, without(signoff?.said?.envelope))).faults).toEqual([expect.stringContaining('ERASED'), expect.stringContaining('no sign-off it needed')]);
    const entries = await bed.world.ledger.entries(0, 10_000);
    const bare = await account(id, without(entries[whole.decided?.entry ?? 0]?.body));
    expect(bare.faults).toEqual([
      expect.stringContaining('who was behind the change cannot be shown'),
      expect.stringContaining('when the gate counted it'),
      ...bare.faults.slice(2),
    ]);
    expect(bare.signoffs).toMatchObject([{ verified: false, why: [expect.stringContaining('whether it answers that')] }]);
    expect(accountsText(await found(id, without(entries[whole.decided?.entry ?? 0]?.body)))).toContain("landed on nobody's word");
    const rootless = await account(id, without(entries[0]?.body));
    expect(rootless.faults[0]).toContain('genesis');
    expect(rootless.signoffs).toMatchObject([{ verified: false }]);
    for (const digest of [signoff?.said?.envelope, entries[whole.decided?.entry ?? 0]?.body, entries[0]?.body])
      expect(accountsText(await found(id, without(digest)))).toContain(id);
  });

  it('of a log whose entries are not those it signed', async () => {
    const { id } = await landed({ 'docs/x.md': `${++count}\n` }, []);
    const { source, ...rest } = logOf();
    const flipped: AccountLog = {
      ...rest,
      source: {
        name: source.name,
        read: async (path, cap) => {
          const read = await source.read(path, cap);
          if (!path.startsWith('tile/entries/') || !read.ok || read.value === null) return read;
          const at = Buffer.from(read.value).indexOf('"tier":"routine"') + '"tier":"'.length;
          return { ok: true, value: Uint8Array.from(read.value, (byte, i) => (i === at ? byte ^ 1 : byte)) };
        },
      },
    };
    expect(await accountsOf(flipped, id)).toMatchObject({ ok: false, error: [{ code: 'LOG_INCLUSION' }] });
  });
});

it('tells what was taken back after the landing, and that the signature stood before it', async () => {
  const { id } = await landed(drop(), ['noor']);
  const word = { of: { person: 'noor' }, from: bed.clock.now, reason: 'the laptop is gone' } as const;
  const revoked = await recordWord(bed.world, 'revocation', cosigned(revocationStatement(word, 'countersign.example/log', hex(bed.world.random())), [bed.keys.kim, bed.keys.lee]));
  if (!revoked.ok) throw new Error(JSON.stringify(revoked.error));
  const { signoffs, takenBack, faults } = await account(id);
  expect(signoffs).toMatchObject([{ person: 'noor', verified: true }]);
  expect(takenBack).toMatchObject([{ type: 'revocation', of: expect.stringContaining("noor's key") }]);
  // From the very millisecond it was signed on: so it says.
  expect(faults).toEqual([expect.stringContaining('taken back later')]);
  expect(accountsText(await found(id))).toContain('TAKEN BACK SINCE');
});

describe('the command', () => {
  it('reads an exported folder with the bodies beside it, and judges the gate where it has the trust file', async () => {
    const { id, head } = await landed(drop(), ['mara']);
    const dir = bed.room.folder();
    const folder = await openLogFolder(join(dir, 'log'));
    if (!folder.ok) throw new Error(folder.error.message);
    const { source, keys, body } = logOf();
    const exported = await exportLog({ source, keys, folder: folder.value, body, progress: () => undefined });
    if (!exported.ok) throw new Error(exported.error.message);
    const log = join(dir, 'log');
    const vkey = [bed.store.logVerifierKey ?? ''];
    const plain = await accountability(head, { log, vkey });
    expect(plain).toMatchObject({ code: EXIT.ok, stdout: expect.stringMatching(/PASSED, entry \d+ \(not verified: its key/) });
    const trust = await exportTrust({ ...bed.world }, { vkeys: vkey, ladder: ['L4', 'L5', 'L6', 'L7'] });
    if (!trust.ok) throw new Error(trust.error.message);
    writeFileSync(join(dir, 'trust.json'), trust.value);
    const judged = await accountability(id, { log, trust: join(dir, 'trust.json') });
    expect(judged.stdout).toContain('PASSED, entry');
    expect(judged.stdout.replace(/\s+/g, ' ')).toContain('verified, ORG_SOURCE_HUMAN_SIGNOFF, ORG_SOURCE_TIER_CRITICAL');
    const json = JSON.parse((await accountability(id, { log, vkey, json: true })).stdout);
    expect(json).toMatchObject({
      version: 1,
      exit: 0,
      mode: 'production',
      accounts: [{ change: id, landings: [{ new: head, ref: MAIN }], signoffs: [{ person: 'mara', verified: true }] }],
    });
    expect(readFileSync(join(log, 'checkpoint'), 'utf8')).toContain('countersign.example/log');
  });

  it('is answered beside a server that has the folder open, which it neither locks nor changes', async () => {
    const data = join(bed.room.folder(), 'data');
    const store = await openStore({ dir: data, clock: () => bed.clock.now });
    if (!store.ok) throw new Error(store.error.message);
    const decision = decisionDraft({ content: 'x' });
    for (const draft of [genesisDraft(), decision]) expect((await store.value.ledger.append(() => ok([draft]))).ok).toBe(true);
    const id = String(decision.fields.change);
    expect(JSON.parse((await accountability(id, { data, json: true })).stdout)).toMatchObject({ accounts: [{ change: id, decisions: [{ entry: 1 }] }], log: { size: 2 } });
    expect((await store.value.ledger.append(() => ok([decisionDraft({ content: 'y' })]))).ok).toBe(true);
    expect(await store.value.audit()).toEqual([]);
    await store.value.close();
    expect(await accountability(id, { data })).toMatchObject({ stdout: expect.stringContaining(id) });
  });

  it('says what it cannot do: no log, two logs, no such folder', async () => {
    const dir = bed.room.folder();
    mkdirSync(join(dir, 'empty'));
    expect(await accountability('0'.repeat(16), {})).toMatchObject({ code: EXIT.refused, stderr: expect.stringContaining('USAGE') });
    expect(await accountability('0'.repeat(16), { log: dir, data: dir })).toMatchObject({ code: EXIT.refused });
    expect(await accountability('0'.repeat(16), { data: join(dir, 'empty') })).toMatchObject({ code: EXIT.refused, stderr: expect.stringContaining('NOT_FOUND') });
    expect(await accountability('0'.repeat(16), { log: join(dir, 'empty'), trust: join(dir, 'none.json') })).toMatchObject({ code: EXIT.refused });
  });
});

// Last: from here on this is what the log says of the policy.
it('calls no policy signed by who signed something else', async () => {
  const one = await landed(drop(), ['mara']);
  const [real] = (await account(one.id)).signoffs;
  const head = bed.commit(drop());
  const id = (await bed.judged(head)).id ?? '';
  const { policyDigest: to } = (await bed.row(id)).decision;
  await planted('policy', { repo: 'infra', ref: MAIN, commit: one.head, from: 'a'.repeat(64), to }, { v: 1, allowed: [real?.said?.envelope] });
  await bed.judged(head);
  expect((await account(id)).policy?.landed).toMatchObject({ signoffs: [{ verified: false, why: [expect.stringContaining('no landing in the log brought this policy')] }] });
});
