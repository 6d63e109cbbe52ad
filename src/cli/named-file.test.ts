/** The trust file of a command: read in one way, held against what is known of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softAuthenticator, softSshKey } from '../testing/authenticator.ts';
import { RP, signoffBytes, testLog } from '../testing/signoffs.ts';
import { writeKey } from '../testing/ssh-keygen.ts';
import { trustFileOf } from '../testing/trust-files.ts';
import { type KnownOfTrust, trustAt } from './named-file.ts';
import { receiptVerify } from './receipt.ts';
import { subjectOf } from './security-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'named-file-'));
const at = (name: string): string => join(folder, name);
const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const log = testLog();

beforeAll(() => {
  writeFileSync(at('trust.json'), trustFileOf([{ person: 'mara', key }], log, { size: 7 }));
  writeFileSync(at('expired.json'), trustFileOf([{ person: 'mara', key }], log, { expires: Date.now() - 1 }));
  writeFileSync(at('receipt.json'), key.signEnvelope(signoffBytes()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CASES: readonly (readonly [string, string, KnownOfTrust, string])[] = [
  ['as it is', 'trust.json', {}, 'ok'],
  ['no older than the newest seen', 'trust.json', { trustSize: '7' }, 'ok'],
  ['older', 'trust.json', { trustSize: '8' }, 'TRUST_ROLLBACK'],
  ['beside a size that is no number', 'trust.json', { trustSize: 'seven' }, 'TRUST_ROLLBACK'],
  ['of another log', 'trust.json', { pin: '0'.repeat(64) }, 'TRUST_SIG'],
  ['expired', 'expired.json', {}, 'TRUST_EXPIRED'],
  ['that is none', 'receipt.json', {}, 'TRUST_FORMAT'],
  ['that is not there', 'nowhere.json', {}, 'USAGE'],
];

describe('a trust file', () => {
  it.each(CASES)('%s', async (_, file, known, code) => {
    const read = await trustAt(at(file), known);
    expect(read.ok ? 'ok' : read.error[0]?.code).toBe(code);
  });

  it.each(CASES.filter(([, , , code]) => code !== 'ok'))('%s proves no receipt', async (_, trust, known, code) => {
    const { stdout, code: exit } = await receiptVerify(at('receipt.json'), { trust: at(trust), json: true, ...known });
    expect([JSON.parse(stdout).problems[0].code, exit > 0]).toEqual([code, true]);
  });
});

describe('the public line of a security key', () => {
  it('is named by the key or by its .pub, and says the same', () => {
    const soft = softSshKey('sk-ssh-ed25519');
    writeKey(at('kim'), soft, 'kim');
    expect(subjectOf(at('kim'))).toEqual(subjectOf(at('kim.pub')));
    expect(subjectOf(at('kim.pub'))).toMatchObject({ ok: true, value: { keyid: soft.keyid, kind: 'sk-ssh' } });
    expect(subjectOf(at('lee.pub'))).toMatchObject({ ok: false, error: [{ code: 'USAGE', place: at('lee.pub') }] });
  });
});
