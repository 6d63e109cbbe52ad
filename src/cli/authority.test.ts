/** From an empty folder to a log with three trustees, in the terminal: security keys synthesised, everything else real. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromBase64 } from '../core/base/bytes.ts';
import { formatEnvelope, parseEnvelope } from '../core/signoff/dsse.ts';
import { publicKeyLine } from '../core/signoff/keys.ts';
import { kindOfWord } from '../core/signoff/roster-word.ts';
import { recordWord } from '../flows/enrol.ts';
import { exportTrust } from '../flows/evidence.ts';
import { openStore } from '../store/store.ts';
import { softSshKey } from '../testing/authenticator.ts';
import { writeKey, writeSshKeygen } from '../testing/ssh-keygen.ts';
import { propose, showAuthority, signAuthority } from './authority.ts';
import { found } from './authority-found.ts';

const folder = mkdtempSync(join(tmpdir(), 'authority-'));
const at = (name: string): string => join(folder, name);
const path = process.env.PATH;
const PEOPLE = ['kim', 'lee', 'noor'] as const;
const keys = new Map(PEOPLE.map((person) => [person, softSshKey('sk-ssh-ed25519')]));
const trust = at('trust.json');

beforeAll(() => {
  for (const [person, key] of keys) writeKey(at(person), key, person);
  process.env.PATH = `${writeSshKeygen(folder)}:${path}`;
});
afterAll(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true, force: true });
});

const founders = (...people: readonly string[]) => people.map((p) => `${p}:L7:${at(`${p}.pub`)}`);
const begin = (data: string, people: readonly string[], more: object = {}) =>
  found({ organisation: 'Example', url: 'https://countersign.example', founder: founders(...people), data: at(data), json: true, ...more });
const signed = (file: string, person: string) => signAuthority(at(file), { trust, key: at(person), json: true });

/** Opens the folder as a server would, does one thing, closes it. */
async function opened<T>(work: (world: Parameters<typeof recordWord>[0] & Parameters<typeof exportTrust>[0], vkey: string) => Promise<T>): Promise<T> {
  const store = await openStore({ dir: at('data'), clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  const { ledger, projections, logVerifierKey } = store.value;
  try {
    return await work({ ledger, projections, now: Date.now }, logVerifierKey ?? '');
  } finally {
    await store.value.close();
  }
}
const submitted = (file: string) =>
  opened((world) => {
    const bytes = new Uint8Array(readFileSync(at(file)));
    const envelope = parseEnvelope(bytes);
    const kind = envelope.ok ? kindOfWord(envelope.value.payload) : undefined;
    if (kind === undefined) throw new Error(`${file} says nothing`);
    return recordWord(world, kind, bytes);
  });
const exported = () =>
  opened(async (world, vkey) => {
    const file = await exportTrust(world, { vkeys: [vkey], ladder: ['L6', 'L7'] });
    if (!file.ok) throw new Error(file.error.message);
    writeFileSync(trust, file.value);
  });
const proposed = (file: string, what: string, whom: string, more: object = {}) => propose(what, [whom], { trust, out: at(file), reason: 'we need three', json: true, ...more });

describe('a log is founded', () => {
  it('by two people at least, or by one who says so, with keys that can prove a human, once', async () => {
    expect(await begin('one', ['kim'])).toMatchObject({ code: 2, stdout: expect.stringContaining('TRUST_FORMAT') });
    expect(await begin('solo', ['kim'], { solo: true })).toMatchObject({ code: 0 });
    writeFileSync(at('plain.pub'), 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA plain\n');
    expect(await begin('plain', ['kim', 'plain'])).toMatchObject({ code: 2, stdout: expect.stringContaining('KEY_PLAIN') });
    const made = await begin('data', ['kim', 'lee']);
    expect(JSON.parse(made.stdout)).toMatchObject({ origin: 'countersign.example/log', pin: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await begin('data', ['kim', 'lee'])).toMatchObject({ code: 2, stdout: expect.stringContaining('already') });
    await exported();
    expect(JSON.parse((await showAuthority({ trust, json: true })).stdout)).toMatchObject({ pin: JSON.parse(made.stdout).pin, trustees: ['kim', 'lee'], solo: false });
  });
});

describe('trustees', () => {
  it('enrol a key with what its maker said, where that lies beside it, until it ends', async () => {
    const [ada, evidence] = [softSshKey('sk-ssh-ed25519'), (encoded: string) => fromBase64(encoded) ?? new Uint8Array(0)];
    const made = ada.attestation();
    writeFileSync(at('ada.pub'), `${publicKeyLine(ada.blob)} ada\n`);
    const propose_ = (more: object = {}) => proposed('ada.json', 'enrol', 'ada', { level: 'L6', key: at('ada.pub'), ...more });
    expect(JSON.parse((await propose_()).stdout).says).toEqual([
      expect.any(String),
      expect.any(String),
      expect.stringContaining('not attested, so it signs nothing critical: its maker'),
      expect.stringContaining('only if the log keeps it before'),
    ]);
    writeFileSync(at('ada.attestation'), evidence(made.object));
    expect(await propose_()).toMatchObject({ code: 2, stdout: expect.stringContaining('ada.challenge') });
    writeFileSync(at('ada.challenge'), evidence(made.clientData));
    expect(JSON.parse((await propose_({ expires: '2999-01-01' })).stdout).says).toEqual([
      expect.any(String),
      expect.any(String),
      expect.stringContaining('leads to no pinned root'),
      'until 2999-01-01T00:00:00.000Z',
      expect.stringContaining('only if the log keeps it before'),
    ]);
    expect(readFileSync(at('ada.json'), 'utf8')).toContain(made.object);
    expect(await propose_({ expires: 'soon' })).toMatchObject({ code: 2, stdout: expect.stringContaining('--expires') });
    writeFileSync(at('ada.attestation'), 'no record');
    expect(await propose_()).toMatchObject({ code: 2, stdout: expect.stringContaining('SIG_FORMAT') });
  });

  it('enrol a third, and make them one of them', async () => {
    expect(await proposed('noor.json', 'enrol', 'noor', { level: 'L7', name: 'Noor', key: at('noor.pub') })).toMatchObject({ code: 0 });
    expect(JSON.parse((await signed('noor.json', 'kim')).stdout)).toMatchObject({
      says: ['enrol noor (Noor) at level L7', expect.any(String), expect.stringContaining('not attested'), expect.stringContaining('only if the log keeps it before 20')],
      signatures: 1,
    });
    expect(await submitted('noor.json')).toMatchObject({ ok: false, error: [{ code: 'QUORUM' }] });
    expect(JSON.parse((await signed('noor.json', 'kim')).stdout)).toMatchObject({ signatures: 1 });
    expect(JSON.parse((await signed('noor.json', 'lee')).stdout)).toMatchObject({ signatures: 2 });
    expect(await submitted('noor.json')).toMatchObject({ ok: true });
    expect(await submitted('noor.json')).toMatchObject({ ok: false, error: [{ code: 'KEY_MODEL' }] });

    await proposed('trustee.json', 'trustee', 'noor');
    for (const person of ['kim', 'lee']) await signed('trustee.json', person);
    expect(await submitted('trustee.json')).toMatchObject({ ok: true });
    await exported();
    const { stdout } = await showAuthority({ trust });
    expect(stdout).toContain('noor (L7), trustee');
    expect((await showAuthority({ trust, allowedSigners: true })).stdout.split('\n').filter((l) => l.startsWith('urn:person:'))).toHaveLength(3);
  });

  it('take back a key that was stolen, from when it was', async () => {
    // After what it confirmed: a theft before would undo that.
    const theft = Date.now();
    await proposed('stolen.json', 'revoke', keys.get('lee')?.keyid ?? '', { from: new Date(theft).toISOString() });
    for (const person of ['kim', 'noor']) await signed('stolen.json', person);
    expect(await submitted('stolen.json')).toMatchObject({ ok: true });
    await exported();
    const { keys: shown } = JSON.parse((await showAuthority({ trust, json: true })).stdout) as { keys: readonly { person: string; revokedAt?: number }[] };
    expect(shown.find((k) => k.person === 'lee')?.revokedAt).toBe(theft);
  });

  it('read a proposal before they sign, member by member, and as it is signed whatever standard output is for', async () => {
    await proposed('read.json', 'level', 'noor', { level: 'L6', reason: 'x\n  noor leaves' });
    const { stdout } = await showAuthority({ trust, proposal: at('read.json') });
    expect(stdout).toContain('noor is L6 from now on\n  because: x\\u{a}  noor leaves\n');
    expect(stdout).toContain('    predicate.person.id: "urn:person:noor"\n');
    const written: string[] = [];
    const terminal = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      await signed('read.json', 'kim');
    } finally {
      terminal.mockRestore();
    }
    expect(written.join('')).toContain('about to sign\n  noor is L6 from now on\n');
    expect(JSON.parse((await showAuthority({ trust, proposal: at('read.json'), json: true })).stdout)).toMatchObject({
      signatures: 1,
      members: expect.arrayContaining(['predicate.level: "L6"']),
    });
  });

  it('sign nothing that its envelope calls something else', async () => {
    const payload = readFileSync(at('read.json'));
    const envelope = parseEnvelope(new Uint8Array(payload));
    if (!envelope.ok) throw new Error(envelope.error.message);
    writeFileSync(at('called.json'), formatEnvelope({ ...envelope.value, payloadType: 'text/plain' }));
    expect(await signed('called.json', 'kim')).toMatchObject({ code: 2, stdout: expect.stringContaining('ST_TYPE') });
  });

  it('sign the trust file as a whole, in its own namespace', async () => {
    for (const person of ['kim', 'noor']) expect(await signed('trust.json', person)).toMatchObject({ code: 0, stdout: expect.stringContaining('vouch for the trust file') });
    expect(JSON.parse((await showAuthority({ trust, json: true })).stdout)).toMatchObject({ signers: ['kim', 'noor'] });
  });

  it.each([
    ['a word nobody knows', 'promote', 'noor', {}, 'USAGE'],
    ['no reason', 'level', 'noor', { level: 'L6', reason: ' ' }, 'USAGE'],
    ['an enrolment without a key', 'enrol', 'noor', { level: 'L6' }, 'USAGE'],
    ['a level without one', 'level', 'noor', {}, 'ST_TYPE'],
    ['a time that is none', 'revoke', 'noor', { from: 'tomorrow' }, 'USAGE'],
    ['a trust file that is not there', 'leave', 'noor', { trust: at('nowhere') }, 'USAGE'],
    ['a key that is not there', 'enrol', 'ada', { level: 'L6', key: at('nowhere.pub') }, 'USAGE'],
    ['an older trust file than the one they know', 'leave', 'noor', { trustSize: '99' }, 'TRUST_ROLLBACK'],
    ['a trust file of another log', 'leave', 'noor', { pin: '0'.repeat(64) }, 'TRUST_SIG'],
  ])('are shown %s before anything is written', async (_, what, whom, more, code) => {
    expect(await proposed('never.json', what, whom, more)).toMatchObject({ code: 2, stdout: expect.stringContaining(code) });
  });
});
