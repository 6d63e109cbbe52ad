/**
 * The recorder's own key: Ed25519, made on first use, readable by the user alone. Whoever is root here, or this user, can sign
 * anything with it: it proves that this machine said so, and no more. It never fills a seat.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { fsyncSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64, utf8 } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { opened, writeAll } from '../disk.ts';

export interface RecorderKey {
  /** 32 bytes, raw. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** Problem: DATA_INVALID where it can be read by others or is no key. */
export function openRecorderKey(state: string): Result<RecorderKey> {
  const file = join(state, 'recorder.pem');
  try {
    const pem = readOrNull(file) ?? made(state, file);
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) return err(invalid(file, 'can be read by others', `chmod 600 ${file}`));
    const privateKey = createPrivateKey(pem);
    return privateKey.asymmetricKeyType === 'ed25519' ? ok(keyOf(privateKey)) : err(invalid(file, 'is no Ed25519 key'));
  } catch (error) {
    return err(invalid(file, `cannot be used: ${error instanceof Error ? error.message : String(error)}`));
  }
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Whole or not at all: hooks start side by side, and the first one's key is everybody's. */
function made(state: string, file: string): string {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const mine = `${file}.${randomBytes(6).toString('hex')}`;
  const pem = utf8(String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })));
  opened(mine, 'wx', (fd) => {
    writeAll(fd, pem);
    fsyncSync(fd);
  });
  try {
    linkSync(mine, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(mine);
  }
  return readFileSync(file, 'utf8');
}

const keyOf = (privateKey: KeyObject): RecorderKey => ({
  get publicKey() {
    return fromBase64(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '') ?? new Uint8Array();
  },
  sign: (message) => sign(null, message, privateKey),
});

const invalid = (place: string, what: string, remedy?: string): Problem => problem('DATA_INVALID', `${place} ${what}`, remedy === undefined ? { place } : { place, remedy });
