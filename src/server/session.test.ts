import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newSession, openSession, sealSession } from './session.ts';

const secret = new Uint8Array(randomBytes(32));
const NOW = Date.UTC(2026, 10, 20);
const session = newSession('mara', 'passkey', NOW);
const sealed = sealSession(secret, session);

/** A cookie over any text, sealed as this server seals. */
const over = (said: string): string => {
  const text = Buffer.from(said).toString('base64url');
  return `${text}.${createHmac('sha256', secret).update(`session/v1\0${text}`).digest('base64url')}`;
};

describe('a session', () => {
  it('opens as it was sealed, until it is over', () => {
    expect(openSession(secret, sealed, NOW)).toEqual(session);
    expect(openSession(secret, sealed, session.until - 1)).toEqual(session);
    expect(openSession(secret, sealed, session.until)).toBeNull();
    expect(session.until - NOW).toBe(12 * 3_600_000);
  });

  it('does not open under another secret', () => {
    expect(openSession(new Uint8Array(randomBytes(32)), sealed, NOW)).toBeNull();
    expect(openSession(new Uint8Array(32), sealed, NOW)).toBeNull();
  });

  it('has one cookie: every other character is another cookie', () => {
    for (let i = 0; i < sealed.length; i++) {
      const other = sealed[i] === 'A' ? 'B' : 'A';
      expect(openSession(secret, sealed.slice(0, i) + other + sealed.slice(i + 1), NOW)).toBeNull();
      expect(openSession(secret, sealed.slice(0, i), NOW)).toBeNull();
    }
    for (const more of ['.', '=', '%', ' ', '\n', '.x', '!']) expect(openSession(secret, sealed + more, NOW)).toBeNull();
  });

  it.each([undefined, '', '.', '..', '.x', 'x.', '\0.\0', '🦊.🦊'])('is not opened by %j', (cookie) => expect(openSession(secret, cookie, NOW)).toBeNull());

  it('never throws, whatever a client sends', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (cookie) => openSession(secret, cookie, NOW) === null));
  });

  it.each([
    '',
    '{',
    'null',
    '1',
    '[]',
    '{}',
    '{"person":"mara"}',
    '{"person":1,"via":"demo","until":9e15}',
    '{"person":"mara","via":"root","until":9e15}',
    '{"person":"mara","via":"demo","until":"9e15"}',
  ])('is not opened by %s, though this server sealed it', (said) => expect(openSession(secret, over(said), NOW)).toBeNull());

  it('opens nothing that was sealed for anything else', () => {
    const text = Buffer.from(JSON.stringify(session)).toString('base64url');
    expect(openSession(secret, `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`, NOW)).toBeNull();
  });
});
