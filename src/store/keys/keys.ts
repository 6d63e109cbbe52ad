/**
 * The installation's own secrets, one file each, readable by the owner alone, created once and never again: the log's Ed25519
 * key, the gate's P-256 key (PKCS8 PEM) and the secret under the cookies (64 hex digits). None ever fills a seat: they prove no human.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64, fromHex } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { pointOf } from '../../core/signoff/gate-key.ts';

export interface Keys {
  /** Raw Ed25519 public key of the log, 32 bytes. */
  readonly logPublicKey: Uint8Array;
  /** Ed25519, 64 bytes, deterministic: the same checkpoint always has the same signature. */
  signAsLog(message: Uint8Array): Uint8Array;
  /** DER SubjectPublicKeyInfo of the gate's key. */
  readonly gatePublicKey: Uint8Array;
  /** ECDSA P-256 over SHA-256, DER. */
  signAsGate(message: Uint8Array): Uint8Array;
  /** 32 random bytes, the same for the life of the folder. */
  readonly cookieSecret: Uint8Array;
}

/**
 * @param create false where the folder already holds a log: a missing key is then refused, because a new key would start
 * another log under the old one's name. Problems: DATA_INVALID.
 */
export function openKeys(dir: string, create: boolean): Result<Keys> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const pem = secret(join(dir, 'log.pem'), create, newLogKey);
  if (!pem.ok) return pem;
  const hex = secret(join(dir, 'cookie.secret'), true, () => `${randomBytes(32).toString('hex')}\n`);
  if (!hex.ok) return hex;
  // A gate's key that was lost is made anew: nobody trusts the new one before it stands in their trust file.
  const gatePem = secret(join(dir, 'gate.pem'), true, newGateKey);
  if (!gatePem.ok) return gatePem;
  const key = readLogKey(pem.value);
  const gate = readGateKey(gatePem.value);
  const cookieSecret = fromHex(hex.value.trim());
  if (key === undefined) return invalid(join(dir, 'log.pem'), 'is not an Ed25519 private key');
  if (gate === undefined) return invalid(join(dir, 'gate.pem'), 'is not an ECDSA P-256 private key');
  if (cookieSecret?.length !== 32) return invalid(join(dir, 'cookie.secret'), 'is not 64 hex digits');
  return ok({
    logPublicKey: key.publicKey,
    signAsLog: (message) => new Uint8Array(sign(null, message, key.privateKey)),
    gatePublicKey: gate.publicKey,
    signAsGate: (message) => new Uint8Array(sign('sha256', message, gate.privateKey)),
    cookieSecret,
  });
}

const newLogKey = (): string => String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

const newGateKey = (): string => String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }));

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
}

function readGateKey(pem: string): KeyPair | undefined {
  try {
    const privateKey = createPrivateKey(pem);
    const publicKey = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
    return pointOf(publicKey) === undefined ? undefined : { privateKey, publicKey };
  } catch {
    return undefined;
  }
}

function readLogKey(pem: string): KeyPair | undefined {
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
    if (!create) return invalid(file, 'is missing, and the log beside it was signed with it', 'restore it from a backup');
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
