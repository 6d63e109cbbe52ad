/**
 * What a real browser brings when it is asked for attestation: Chromium's virtual authenticator makes a passkey on a page of
 * ours, and what it answered is judged by the rules an installation goes by. Any program that drives a browser can do this, so
 * outside demo data it has to be nobody.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, visit } from '../../examples/story/browser.ts';
import { base64, fromBase64, hex, utf8 } from '../../src/core/base/bytes.ts';
import { type Bytes, sha256 } from '../../src/core/base/crypto.ts';
import { attestationOf, evidenceOf, VIRTUAL_AAGUID } from '../../src/core/signoff/attestation.ts';
import { statementBytes } from '../../src/core/signoff/build.ts';
import { readCbor } from '../../src/core/signoff/cbor.ts';
import { parseCertificate } from '../../src/core/signoff/certificate.ts';
import { pae } from '../../src/core/signoff/dsse.ts';
import { enrolmentIn, enrolmentStatement, termFrom } from '../../src/core/signoff/enrolment.ts';
import { keyIdOf } from '../../src/core/signoff/keys.ts';
import { type NewKey, verifyRegistration } from '../../src/core/signoff/registration.ts';
import { challengeOf } from '../../src/core/signoff/sshsig.ts';
import { NAMES } from '../../src/core/signoff/statement.ts';
import type { AttestationEvidence, SignoffTrust, TrustedKey } from '../../src/core/signoff/trust.ts';
import { verifySignoff } from '../../src/core/signoff/verify.ts';
import { type RelyingParty, wrapAssertion } from '../../src/core/signoff/webauthn.ts';
import { envelopeOf } from '../../src/testing/authenticator.ts';
import { maker } from '../../src/testing/maker.ts';
import { expectationOf, NOW, signedBy, signoffBytes, trustOf } from '../../src/testing/signoffs.ts';

let browser: Browser;
let server: Server;
let rp: RelyingParty;
let made: NewKey;
let kept: AttestationEvidence | undefined;
let pinned: Bytes;
let envelope: Bytes;

const challenge = utf8('a challenge of ours, 32 bytes long');

/** In the page: bytes travel as base64url. */
const create = async ({ challenge, attestation }: { challenge: string; attestation: AttestationConveyancePreference }) => {
  const bytes = (s: string) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
  const said = (b: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(b)));
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge: bytes(challenge),
      rp: { id: 'localhost', name: 'Bed' },
      user: { id: bytes('bWFyYQ=='), name: 'mara', displayName: 'Mara' },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { userVerification: 'required' },
      attestation,
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return { id: said(made.rawId), object: said(response.attestationObject), client: said(response.clientDataJSON), data: said(response.getAuthenticatorData()) };
};
const get = async ({ challenge, id }: { challenge: string; id: string }) => {
  const bytes = (s: string) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
  const said = (b: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(b)));
  const publicKey = { challenge: bytes(challenge), rpId: 'localhost', userVerification: 'required' as const, allowCredentials: [{ type: 'public-key' as const, id: bytes(id) }] };
  const { response } = (await navigator.credentials.get({ publicKey })) as unknown as { response: AuthenticatorAssertionResponse };
  return { data: said(response.authenticatorData), client: said(response.clientDataJSON), signature: said(response.signature) };
};
const bytes = (encoded: string): Bytes => fromBase64(encoded) ?? new Uint8Array(0);

beforeAll(async () => {
  browser = await openBrowser();
  server = createServer((_, response) => void response.setHeader('content-type', 'text/html').end('<!doctype html><title>Bed</title>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  rp = { rpId: 'localhost', origins: [origin] };
  const { page, close } = await visit(browser, origin);
  await page.goto('/');
  const answer = await page.evaluate(create, { challenge: base64(challenge), attestation: 'direct' as const });
  const registration = verifyRegistration({ authenticatorData: bytes(answer.data), clientDataJSON: bytes(answer.client) }, challenge, rp);
  if (!registration.ok) throw new Error(JSON.stringify(registration.error));
  made = registration.value;
  kept = evidenceOf(bytes(answer.object), bytes(answer.client), bytes(answer.data));
  pinned = certificateIn(bytes(answer.object));
  const payload = signoffBytes(signedBy(key()));
  const signed = await page.evaluate(get, { challenge: base64(challengeOf(NAMES.namespace, pae(NAMES.payloadType, payload))), id: answer.id });
  const sig = wrapAssertion({ authenticatorData: bytes(signed.data), clientDataJSON: bytes(signed.client), signature: bytes(signed.signature) }, made.blob, NAMES.namespace);
  if (!sig.ok) throw new Error(sig.error.message);
  envelope = envelopeOf(payload, [{ keyid: keyIdOf(made.blob), sig: sig.value }]);
  const none = await page.evaluate(create, { challenge: base64(challenge), attestation: 'none' as const });
  expect(evidenceOf(bytes(none.object), bytes(none.client), bytes(none.data))).toBeUndefined();
  await close();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Read without our own attestation code. */
function certificateIn(object: Bytes): Bytes {
  const value = readCbor(object)?.value;
  const statement = value instanceof Map ? value.get('attStmt') : undefined;
  const [first]: unknown[] = statement instanceof Map ? statement.get('x5c') : [];
  if (!(first instanceof Uint8Array)) throw new Error('the browser brought no certificate');
  return first;
}

const key = (): TrustedKey => ({
  ...{ person: 'mara', level: 'L6', keyid: keyIdOf(made.blob), blob: base64(made.blob), kind: 'webauthn' as const, counter: 0, since: NOW - 48 * 3_600_000 },
  credentialId: made.credentialId,
  aaguid: made.aaguid,
  backupEligible: made.backupEligible,
  ...(kept === undefined ? {} : { attestation: kept }),
});
const trust = (change: Partial<SignoffTrust>): SignoffTrust => trustOf([key()], { ...rp, authenticators: { roots: [base64(pinned)] }, ...change });
const why = (change: Partial<SignoffTrust>): string => {
  const answer = attestationOf(key(), trust(change));
  return answer.ok ? '' : answer.error.message;
};
const codes = (change: Partial<SignoffTrust>): readonly string[] => {
  const answer = verifySignoff(envelope, trust(change), expectationOf({ counters: 'logged', allowDemo: change.mode === 'demo' }));
  return answer.ok ? [] : answer.problems.map((p) => p.code);
};

describe('the attestation of a real browser', () => {
  it('is packed, by a certificate of its own', () => {
    expect(made.aaguid).toBe(VIRTUAL_AAGUID);
    expect(parseCertificate(pinned)).toMatchObject({ version: 3, constraints: { ca: false } });
    expect(kept).toBeDefined();
  });

  it('verifies where that certificate is pinned, and nowhere else', () => {
    expect(attestationOf(key(), trust({ mode: 'demo' }))).toEqual({ ok: true, value: { root: hex(sha256(pinned)), aaguid: VIRTUAL_AAGUID } });
    expect(why({ mode: 'demo', authenticators: { roots: [maker().pin] } })).toContain('no pinned root');
    expect(why({ mode: 'demo', authenticators: { roots: [base64(pinned)], models: [VIRTUAL_AAGUID] } })).toContain('names no model');
  });

  it('is that of nobody outside demo data, pinned or not: it cannot even be enrolled', () => {
    expect(why({})).toContain('virtual authenticator');
    expect(codes({})).toEqual(['KEY_MODEL']);
    const { blob, ...said } = made;
    const subject = { person: 'mara', name: 'Mara', level: 'L6', keyid: keyIdOf(blob), blob: base64(blob), kind: 'webauthn' as const, ...said, attestation: kept };
    const statement = statementBytes(enrolmentStatement(subject, rp.rpId, '0'.repeat(32), termFrom(0)));
    expect(enrolmentIn(statement, { rpId: rp.rpId, mode: 'production' })).toMatchObject({ ok: false, error: { code: 'KEY_MODEL' } });
    expect(enrolmentIn(statement, { rpId: rp.rpId, mode: 'demo' })).toEqual({ ok: true, value: { ...subject, until: Date.parse(termFrom(0)) } });
  });

  it('signs at critical in demo data, with its maker pinned or not', () => {
    expect(codes({ mode: 'demo' })).toEqual([]);
    expect(codes({ mode: 'demo', authenticators: { roots: [maker().pin] } })).toEqual([]);
  });
});
