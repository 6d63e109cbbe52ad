/**
 * Live cross-check with the machine's own ssh-keygen: what it calls Good, what we call good, and where we ask for more.
 * A machine without it is told so and skips; where `CI` is set it has to be there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { envelopeOf, type Misbehaviour, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { expectationOf, NOW, RP, signedBy, signoffBytes, testLog, trustedKey, trustOf } from '../../testing/signoffs.ts';
import { concat, fromBase64, fromHex, hex, text, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { formatBundle } from './bundle.ts';
import { pae } from './dsse.ts';
import { rawToMpints } from './ecdsa.ts';
import { parseKeyBlob, publicKeyLine } from './keys.ts';
import { formatSignature, parseSignature } from './signature.ts';
import { armor, formatSshSig, parseSshSig, toBeSigned, unarmor } from './sshsig.ts';
import { NAMES } from './statement.ts';
import type { TrustedKey } from './trust.ts';
import { type Expectation, verifySignoff } from './verify.ts';

const missing = spawnSync('ssh-keygen', ['-?']).error !== undefined;
if (missing) console.warn('ssh-keygen is not on this machine: the cross-check with OpenSSH is skipped; install openssh-client to run it');
const describeWith = describe.skipIf(missing && process.env.CI === undefined);

const room = mkdtempSync(join(tmpdir(), 'countersign-ssh-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const mara = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const payload = signoffBytes();
const message = pae(NAMES.payloadType, payload);

function keygen(...args: readonly string[]): void {
  const run = spawnSync('ssh-keygen', args, { cwd: room });
  if (run.error) throw new Error('ssh-keygen is needed for this test: install openssh-client');
  if (run.status !== 0) throw new Error(run.stderr.toString());
}

function good(sig: Bytes, { input = message, blob = mara.blob, identity = 'urn:person:mara', namespace = NAMES.namespace as string, options = '', revoked = '' } = {}): boolean {
  writeFileSync(join(room, 'sig'), sig);
  writeFileSync(join(room, 'allowed'), `urn:person:mara namespaces="${NAMES.namespace}"${options} ${publicKeyLine(blob)}\n`);
  const run = spawnSync('ssh-keygen', ['-Y', 'verify', '-f', 'allowed', '-I', identity, '-n', namespace, '-s', 'sig', ...(revoked === '' ? [] : ['-r', revoked])], {
    cwd: room,
    input,
  });
  if (run.error) throw new Error('ssh-keygen is needed for this test: install openssh-client');
  return run.status === 0 && run.stdout.toString().startsWith('Good "');
}

const ours = (sig: Bytes, key: TrustedKey = trustedKey(mara), change: Partial<Expectation> = {}, said = payload): readonly string[] => {
  const answer = verifySignoff(envelopeOf(said, [{ keyid: key.keyid, sig }]), trustOf([key]), expectationOf({ counters: 'logged', ...change }));
  return answer.ok ? [] : answer.problems.map((p) => p.code);
};

/** The same signature with another part inside; the armor is made anew. */
function rebuilt(sig: Bytes, change: (parts: { origin: string; clientDataJSON: Bytes; raw: Bytes }) => Partial<{ origin: string; raw: Bytes }>): Bytes {
  const blob = unarmor(sig);
  const outer = blob.ok ? parseSshSig(blob.value) : blob;
  const key = outer.ok ? parseKeyBlob(outer.value.keyBlob) : outer;
  if (!outer.ok || !key.ok) throw new Error('not a signature');
  const inner = parseSignature(key.value, outer.value.signature);
  if (!inner.ok || inner.value.client === undefined) throw new Error('not a passkey signature');
  const { client, raw, type, flags, counter } = inner.value;
  const changed = { origin: client.origin, clientDataJSON: client.clientDataJSON, raw, ...change({ origin: client.origin, clientDataJSON: client.clientDataJSON, raw }) };
  const signature = formatSignature({ type, body: rawToMpints(changed.raw), flags, counter, client: { ...client, origin: changed.origin } });
  return armor(formatSshSig({ ...outer.value, signature }));
}

function partsOf(sig: Bytes) {
  const blob = unarmor(sig);
  const outer = blob.ok ? parseSshSig(blob.value) : blob;
  if (!outer.ok) throw new Error(outer.error.message);
  return outer.value;
}

/** n - s: the same signature in other bytes. */
function malleated(raw: Bytes): Bytes {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = (n - BigInt(`0x${hex(raw.slice(32))}`)).toString(16).padStart(64, '0');
  return concat(raw.slice(0, 32), fromHex(s) ?? new Uint8Array(0));
}

describeWith('what both refuse', () => {
  const sig = mara.signPae(message);

  it('is nothing in an honest signature', () => {
    expect([good(sig), ours(sig)]).toEqual([true, []]);
  });

  it('another message, namespace, identity', () => {
    expect(good(sig, { input: utf8('other') })).toBe(false);
    expect(good(sig, { namespace: 'git' })).toBe(false);
    expect(good(sig, { identity: 'urn:person:noor' })).toBe(false);
    expect(good(sig, { options: ',valid-before="20200101"' })).toBe(false);
    const other = mara.signPae(message, {}, 'git');
    expect([good(other), ours(other)]).toEqual([false, ['SIG_NAMESPACE']]);
    const elsewhere = mara.signPae(message, { rpId: 'evil.example' });
    expect([good(elsewhere), ours(elsewhere)]).toEqual([false, ['KEY_UNKNOWN', 'WA_RPID']]);
  });

  const table: readonly (readonly [string, Misbehaviour])[] = [
    ['another order', { clientData: (c) => c.replace(/^{("type":[^,]*),("challenge":[^,]*)/, '{$2,$1') }],
    ['white space', { clientData: (c) => c.replace('","origin', '", "origin') }],
    ['webauthn.create', { clientData: (c) => c.replace('webauthn.get', 'webauthn.create') }],
    ['AT flag', { flags: 0x45 }],
    ['ED without extensions', { flags: 0x85 }],
    ['extensions without ED', { extensions: Uint8Array.of(0xa0) }],
  ];
  it.each(table)('%s', (_, change) => {
    const bad = mara.signPae(message, change);
    expect(good(bad)).toBe(false);
    expect(ours(bad)).not.toEqual([]);
  });

  it('a key that was taken back, and one that expired', () => {
    writeFileSync(join(room, 'revoked.pub'), `${publicKeyLine(mara.blob)}\n`);
    keygen('-q', '-k', '-f', 'krl', 'revoked.pub');
    expect(good(sig, { revoked: 'krl' })).toBe(false);
    expect(ours(sig, trustedKey(mara, { revokedAt: NOW }))).toEqual(['KEY_REVOKED']);
    expect(good(sig, { options: ',valid-before="20200101"' })).toBe(false);
    expect(ours(sig, trustedKey(mara, { expires: NOW }))).toEqual(['KEY_EXPIRED']);
  });

  it('a signature of another form than the key', () => {
    const key = softSshKey('sk-ssh-ed25519');
    const crossed = armor(formatSshSig({ ...partsOf(sig), keyBlob: key.blob }));
    expect([good(crossed, { blob: key.blob }), ours(crossed, trustedKey(key, { kind: 'sk-ssh' }))]).toEqual([false, ['SIG_ALG']]);
  });

  it('a wire origin that is not the one signed', () => {
    const bad = rebuilt(sig, () => ({ origin: 'https://evil.example' }));
    expect([good(bad), ours(bad)]).toEqual([false, ['WA_ORIGIN']]);
  });
});

describeWith('what ssh-keygen calls Good and we refuse', () => {
  const table: readonly (readonly [string, Misbehaviour, string])[] = [
    ['UV clear', { flags: 0x01 }, 'WA_UV'],
    ['UP and UV clear', { flags: 0x00 }, 'WA_UP'],
    ['BE and BS set', { flags: 0x1d }, 'WA_BACKUP'],
    ['BS without BE', { flags: 0x15 }, 'WA_BACKUP'],
    ['reserved bit 0x02', { flags: 0x07 }, 'SIG_FORMAT'],
    ['reserved bit 0x20', { flags: 0x25 }, 'SIG_FORMAT'],
    ['ED with extension bytes', { flags: 0x85, extensions: Uint8Array.of(0xa0) }, 'SIG_FORMAT'],
    ['a longer list of extensions', { flags: 0x85, extensions: new Uint8Array(40) }, 'SIG_FORMAT'],
    ['any origin', { origin: 'https://evil.example' }, 'WA_ORIGIN'],
    ['crossOrigin true', { crossOrigin: true }, 'WA_CROSS_ORIGIN'],
    ['topOrigin', { clientData: (c) => c.replace(/}$/, ',"topOrigin":"https://evil.example"}') }, 'WA_CROSS_ORIGIN'],
    ['a doubled key', { clientData: (c) => c.replace(/}$/, ',"origin":"https://countersign.example"}') }, 'WA_CLIENTDATA'],
    ['bytes that are no JSON', { clientData: (c) => c.replace(/}$/, ',garbage') }, 'WA_CLIENTDATA'],
  ];
  it.each(table)('%s', (_, change, code) => {
    const bad = mara.signPae(message, change);
    expect(good(bad)).toBe(true);
    expect(ours(bad)).toContain(code);
  });

  it('a synced passkey, which counts up to high where it was enrolled as one', () => {
    const synced = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0], backupEligible: true, backedUp: true, counter: null });
    const key = trustedKey(synced, { backupEligible: true });
    const said = signoffBytes(signedBy(key));
    const input = pae(NAMES.payloadType, said);
    const sig = synced.signPae(input);
    expect([good(sig, { blob: synced.blob, input }), ours(sig, key, {}, said), ours(sig, key, { tier: 'high' }, said)]).toEqual([true, ['WA_BACKUP'], []]);
  });

  it('a key that nobody vouches for, and one of today, which do not count at critical', () => {
    const sig = mara.signPae(message);
    const { attestation: _, ...unattested } = trustedKey(mara);
    expect([good(sig), ours(sig, unattested), ours(sig, trustedKey(mara, { since: NOW }))]).toEqual([true, ['KEY_MODEL'], ['KEY_NOT_YET_VALID']]);
  });

  it('any counter, which only an online verifier can judge', () => {
    const old = mara.signPae(message, { counter: 1 });
    const answer = verifySignoff(envelopeOf(payload, [{ keyid: '', sig: old }]), trustOf([trustedKey(mara, { counter: 9 })]), expectationOf());
    expect(good(old)).toBe(true);
    expect(!answer.ok && answer.problems.map((p) => p.code)).toEqual(['WA_COUNTER']);
  });

  it('n - s for s: both accept, so signature bytes identify nothing', () => {
    const twin = rebuilt(mara.signPae(message), ({ raw }) => ({ raw: malleated(raw) }));
    expect([good(twin), ours(twin)]).toEqual([true, []]);
  });

  it('verify-required is no option of allowed_signers', () => {
    expect(good(mara.signPae(message), { options: ',verify-required' })).toBe(false);
  });
});

describeWith('a bundle', () => {
  it('gives up an envelope that needs none of our software', () => {
    const bundle = JSON.parse(formatBundle([testLog().record(mara.signEnvelope(payload))])) as { signoffs: { envelope: string }[] };
    const envelope = JSON.parse(Buffer.from(bundle.signoffs[0]?.envelope ?? '', 'base64').toString()) as { payload: string; payloadType: string; signatures: { sig: string }[] };
    const body = Buffer.from(envelope.payload, 'base64');
    const input = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${body.length} `), body]);
    expect(good(Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64'), { input })).toBe(true);
  });
});

describeWith.each(['sk-ssh-ed25519', 'sk-ecdsa'] as const)('an %s key', (type) => {
  const key = softSshKey(type);
  const enrolled = trustedKey(key, { kind: 'sk-ssh' });
  const said = signoffBytes(signedBy(enrolled));
  const input = pae(NAMES.payloadType, said);
  const both = (change: Parameters<typeof key.signPae>[1], options: Parameters<typeof good>[1] = {}) => {
    const sig = key.signPae(input, change);
    return [good(sig, { blob: key.blob, input, ...options }), ours(sig, enrolled, {}, said)];
  };
  it('is Good and good, with either hash', () => {
    for (const hash of ['sha256', 'sha512'] as const) expect(both({ hash })).toEqual([true, []]);
  });

  it('is refused by both: another message, namespace, identity, application, and a bit of the signature', () => {
    const sig = key.signPae(input);
    expect(good(sig, { blob: key.blob, input: utf8('other') })).toBe(false);
    expect(good(sig, { blob: key.blob, input, identity: 'urn:person:noor' })).toBe(false);
    expect(both({ namespace: 'git' })).toEqual([false, ['SIG_NAMESPACE']]);
    const elsewhere = softSshKey(type, 'ssh:elsewhere', key.privateKey);
    expect([good(sig, { blob: elsewhere.blob }), ours(sig, trustedKey(elsewhere, { kind: 'sk-ssh' }), {}, said)]).toEqual([false, ['KEY_UNKNOWN']]);
    const parts = partsOf(sig);
    const flipped = armor(formatSshSig({ ...parts, signature: parts.signature.map((b, i) => (i === 60 ? b ^ 1 : b)) }));
    expect(good(flipped, { blob: key.blob, input })).toBe(false);
    expect(ours(flipped, enrolled, {}, said)).toEqual(['SIG_INVALID']);
  });

  it.each<[string, number, readonly string[]]>([
    ['UV clear', 0x01, ['WA_UV']],
    ['UP clear', 0x04, ['WA_UP']],
    ['UP and UV clear', 0x00, ['WA_UP', 'WA_UV']],
    ['BE and BS set', 0x1d, ['SIG_FORMAT']],
    ['reserved bits', 0x27, ['SIG_FORMAT']],
    ['AT set', 0x45, ['SIG_FORMAT']],
    ['ED set', 0x85, ['SIG_FORMAT']],
  ])('is Good and refused with %s', (_, flags, expected) => expect(both({ flags })).toEqual([true, expected]));

  it('is Good with any counter, which only an online verifier can judge', () => {
    const sig = key.signPae(input, { counter: 1 });
    expect([good(sig, { blob: key.blob, input }), ours(sig, { ...enrolled, counter: 9 }, { counters: 'online' }, said)]).toEqual([true, ['WA_COUNTER']]);
  });

  it('is Good and refused where a passkey was enrolled, and at critical without its enrolment record', () => {
    const sig = key.signPae(input);
    const { attestation: _, ...unattested } = enrolled;
    expect([good(sig, { blob: key.blob, input }), ours(sig, unattested, {}, said), ours(sig, { ...enrolled, kind: 'webauthn' }, {}, said)]).toEqual([
      true,
      ['KEY_MODEL'],
      ['KEY_MODEL'],
    ]);
  });

  it('is Good and refused where the statement names a passkey', () => {
    const sig = key.signPae(message);
    expect([good(sig, { blob: key.blob }), ours(sig, enrolled)]).toEqual([true, ['KEY_MODEL']]);
  });

  it('is called by ssh-keygen what we call it', () => {
    writeFileSync(join(room, `${type}.pub`), `${publicKeyLine(key.blob)}\n`);
    expect(execFileSync('ssh-keygen', ['-l', '-f', `${type}.pub`], { cwd: room }).toString()).toContain(` ${key.keyid} `);
  });
});

describeWith('the other direction', () => {
  it('we read what ssh-keygen writes, and refuse its plain keys by name', () => {
    for (const [type, bits] of [
      ['ed25519', '256'],
      ['ecdsa', '256'],
      ['rsa', '2048'],
    ] as const) {
      keygen('-q', '-t', type, '-b', bits, '-N', '', '-C', '', '-f', `plain-${type}`);
      writeFileSync(join(room, `pae-${type}`), message);
      keygen('-q', '-Y', 'sign', '-n', NAMES.namespace, '-f', `plain-${type}`, `pae-${type}`);
      const sig = new Uint8Array(readFileSync(join(room, `pae-${type}.sig`)));
      expect(ours(sig)).toEqual(['KEY_PLAIN']);
      const blob = unarmor(sig);
      const outer = blob.ok ? parseSshSig(blob.value) : blob;
      expect(outer).toMatchObject({ ok: true, value: { namespace: NAMES.namespace, hash: 'sha512' } });
      // Byte for byte: our writer gives back what ssh-keygen wrote, armor included.
      expect(outer.ok && text(armor(formatSshSig(outer.value)))).toBe(text(sig));
      const [, line = ''] = readFileSync(join(room, `plain-${type}.pub`), 'utf8').split(' ');
      expect(outer.ok && outer.value.keyBlob).toEqual(fromBase64(line.trim()));
    }
  });

  it('the bytes we ask a key to sign are the bytes ssh-keygen signs', async () => {
    keygen('-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', 'tbs');
    writeFileSync(join(room, 'tbs-message'), message);
    keygen('-q', '-Y', 'sign', '-n', NAMES.namespace, '-f', 'tbs', 'tbs-message');
    const blob = unarmor(new Uint8Array(readFileSync(join(room, 'tbs-message.sig'))));
    const outer = blob.ok ? parseSshSig(blob.value) : blob;
    if (!outer.ok) throw new Error(outer.error.message);
    const { verifyEd25519 } = await import('../base/crypto.ts');
    const key = outer.value.keyBlob.slice(-32);
    const tbs = toBeSigned(NAMES.namespace, 'sha512', message);
    expect(verifyEd25519(key, tbs, outer.value.signature.slice(-64))).toBe(true);
  });

  it('names keys as ssh-keygen -l does', () => {
    writeFileSync(join(room, 'mara.pub'), `${publicKeyLine(mara.blob)}\n`);
    expect(execFileSync('ssh-keygen', ['-l', '-f', 'mara.pub'], { cwd: room }).toString()).toContain(` ${mara.keyid} `);
  });
});
