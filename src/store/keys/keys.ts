/**
 * The installation's own secrets, one file each, readable by the owner alone, created once and never again: the log's Ed25519
 * key (PKCS8 PEM) and the secret under the cookies (64 hex digits). Neither ever fills a seat: they prove no human.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64, fromHex } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';

export interface Keys {
  /** Raw Ed25519 public key of the log, 32 bytes. */
  readonly logPublicKey: Uint8Array;
  /** Ed25519, 64 bytes, deterministic: the same checkpoint always has the same signature. */
  signAsLog(message: Uint8Array): Uint8Array;
  /** 32 random bytes, the same for the life of the folder. */
  readonly cookieSecret: Uint8Array;
}

/**
 * @param create false where the folder already holds a log: a missing key is then refused, because a new key would start
 * another log under the old one's name. Problems: DATA_INVALID.
 */
export function openKeys(dir: string, create: boolean): Result<Keys> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const log = openSigningKey(join(dir, 'log.pem'), create);
  if (!log.ok) return log;
  const hex = secret(join(dir, 'cookie.secret'), true, () => `${randomBytes(32).toString('hex')}\n`);
  if (!hex.ok) return hex;
  const cookieSecret = fromHex(hex.value.trim());
  if (cookieSecret?.length !== 32) return invalid(join(dir, 'cookie.secret'), 'is not 64 hex digits');
  return ok({ logPublicKey: log.value.publicKey, signAsLog: log.value.sign, cookieSecret });
}

export interface SigningKey {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** @param create false where something was signed with the key already: a missing one is then refused. Problems: DATA_INVALID. */
export function openSigningKey(file: string, create: boolean): Result<SigningKey> {
  const pem = secret(file, create, newKey);
  if (!pem.ok) return pem;
  const key = readKey(pem.value);
  if (key === undefined) return invalid(file, 'is not an Ed25519 private key');
  return ok({ publicKey: key.publicKey, sign: (message) => new Uint8Array(sign(null, message, key.privateKey)) });
}

const newKey = (): string => String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

function readKey(pem: string): { readonly privateKey: KeyObject; readonly publicKey: Uint8Array } | undefined {
  try {
    const privateKey = createPrivateKey(pem);
    const publicKey = fromBase64(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '');
    return privateKey.asymmetricKeyType === 'ed25519' && publicKey?.length === 32 ? { privateKey, publicKey } : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a secret file, made first where it may be. Others able to read it is refused, as ssh does. */
function secret(file: string, create: boolean, make: () => string): Result<string> {
  if (!existsSync(file)) {
    if (!create) return invalid(file, 'is missing, and what stands beside it was signed with it', 'restore it from a backup');
    writeDurably(file, make());
  }
  if ((statSync(file).mode & 0o077) !== 0) return invalid(file, 'can be read by others', `chmod 600 ${file}`);
  return ok(readFileSync(file, 'utf8'));
}

/** Whole or not at all, and on disk before anything is signed with it. */
function writeDurably(file: string, text: string): void {
  const temporary = `${file}.new`;
  const fd = openSync(temporary, 'w', 0o600);
  writeSync(fd, text);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(temporary, file);
  const folder = openSync(join(file, '..'), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

const invalid = (place: string, what: string, remedy?: string): { readonly ok: false; readonly error: Problem } =>
  err(problem('DATA_INVALID', `${place} ${what}`, remedy === undefined ? { place } : { place, remedy }));
