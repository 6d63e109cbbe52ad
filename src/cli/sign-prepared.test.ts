/** The one place where a key is touched for bytes of a server: the words shown, the bytes checked and the bytes signed are the same. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { base64, utf8 } from '../core/base/bytes.ts';
import { err, ok, problem } from '../core/base/result.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintOf } from '../core/signoff/fingerprint.ts';
import { openSshSig } from '../core/signoff/open.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { softSshKey } from '../testing/authenticator.ts';
import { writeKey, writeSshKeygen } from '../testing/ssh-keygen.ts';
import { readSecurityKey, type SecurityKey } from './security-key.ts';
import { type Check, signPrepared } from './sign-prepared.ts';

const folder = mkdtempSync(join(tmpdir(), 'sign-prepared-'));
const path = process.env.PATH;
const soft = softSshKey('sk-ssh-ed25519');
const STATEMENT = utf8('{"to":"be signed"}');
let key: SecurityKey;
let server: Server;
let statement: string;
const heard: { url: string; body: Record<string, unknown> }[] = [];

beforeAll(async () => {
  process.env.PATH = `${writeSshKeygen(folder)}:${path}`;
  writeKey(join(folder, 'mara'), soft, 'mara');
  const read = readSecurityKey(join(folder, 'mara'));
  if (!read.ok) throw new Error(read.error[0]?.message);
  key = read.value;
  server = createServer(async (request, response) => {
    const body = (await json(request)) as Record<string, unknown>;
    heard.push({ url: request.url ?? '', body });
    response.end(JSON.stringify(request.url?.endsWith('/prepare') ? { ticket: 't', statement } : { index: 7 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  heard.length = 0;
  rmSync(join(folder, 'mara.touched'), { force: true });
});
afterAll(() => {
  server.close();
  process.env.PATH = path;
  rmSync(folder, { recursive: true, force: true });
});

const touched = (): boolean => existsSync(join(folder, 'mara.touched'));

async function signing(check: Check): Promise<{ answer: Awaited<ReturnType<typeof signPrepared<{ index: number }>>>; shown: string }> {
  const shown: string[] = [];
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => shown.push(String(text)) > 0);
  const place = { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, id: '0'.repeat(16) };
  const answer = await signPrepared<{ index: number }>(place, 'ownership', { person: 'mara' }, key, check);
  stderr.mockRestore();
  return { answer, shown: shown.join('') };
}

describe('what a server prepared', () => {
  it('is checked, shown with its words, signed, and handed back', async () => {
    statement = base64(STATEMENT);
    const checked: Uint8Array[] = [];
    const { answer, shown } = await signing(async (bytes) => {
      checked.push(bytes);
      expect(touched()).toBe(false);
      return ok(['you          say so']);
    });
    const signed = pae(NAMES.payloadType, STATEMENT);
    expect(answer).toEqual({ ok: true, value: { words: fingerprintOf(signed), receipt: { index: 7 } } });
    expect(shown).toContain(`you          say so\nfingerprint  ${fingerprintOf(signed).join(' ')}`);
    expect(checked).toEqual([STATEMENT]);
    expect(heard.map((h) => h.url)).toEqual(['/prepare', ''].map((end) => `/api/v1/changes/${'0'.repeat(16)}/ownership${end}`));
    expect(heard[0]?.body).toEqual({ person: 'mara', credential: { kind: 'sk-ssh', keyid: soft.keyid } });
    expect(openSshSig(utf8(String(heard[1]?.body.sshsig)), signed, NAMES.namespace)).toMatchObject({ ok: true, value: { keyid: soft.keyid } });
  });

  it('is not signed where the check finds something wrong', async () => {
    statement = base64(STATEMENT);
    const { answer, shown } = await signing(async () => err([problem('CONTENT_MISMATCH', 'other content')]));
    expect(answer).toMatchObject({ ok: false, error: [{ code: 'CONTENT_MISMATCH' }] });
    expect([touched(), shown, heard.length]).toEqual([false, '', 1]);
  });

  it('is not even checked where it is no bytes', async () => {
    statement = '{}';
    const { answer } = await signing(async () => ok(['anything']));
    expect(answer).toMatchObject({ ok: false, error: [{ code: 'ST_TYPE' }] });
    expect(touched()).toBe(false);
  });

  it('draws nothing on the screen', async () => {
    statement = base64(STATEMENT);
    const { shown } = await signing(async () => ok(['you \u001b[2J\u001b[Hsay something else', 'change       infra\nyou          approve nothing']));
    expect(shown).not.toContain('\u001b');
    expect(shown).toContain('change       infra\\u{a}you          approve nothing\n');
  });
});

it('no other file of a command signs bytes of a server', () => {
  const here = new URL('.', import.meta.url);
  const signs = readdirSync(here).filter((f) => f.endsWith('.ts') && !f.includes('.test.') && /\bsignWithKey\(/.test(readFileSync(new URL(f, here), 'utf8')));
  // A statement about authority is a file that trustees hand to each other. A sign-in is made in the terminal: a server puts one word into it.
  // A break-glass for when no server lives is written whole on this machine.
  expect(signs).toEqual(['authority.ts', 'break-glass-offline.ts', 'security-key.ts', 'sign-in.ts', 'sign-prepared.ts']);
});
