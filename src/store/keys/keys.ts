/**
 * The installation's own secrets, one file each, readable by the owner alone: the log's Ed25519 key and the gate's P-256 key (PKCS8 PEM),
 * and the secret under the cookies (64 hex digits). None ever fills a seat: they prove no human. A key that is to follow the log's lies beside
 * it until the log says so and has signed with both; then it takes its place, and the old one is gone.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { equal, fromBase64, fromHex, utf8 } from '../../core/base/bytes.ts';
import { verifyEd25519 } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { pointOf } from '../../core/signoff/gate-key.ts';
import type { GateSigner } from '../../flows/ports-gate.ts';
import type { LogSigner } from '../../flows/ports-log.ts';
import type { Vault } from '../../flows/ports-webhooks.ts';
import { renameDurably, writeDurably } from '../disk.ts';
import { openVault } from './vault.ts';

export interface Keys {
  /** The gate's key, under this verifier id; of this version of the program. */
  gate(id: string, version: string): GateSigner;
  /** 32 random bytes, the same for the life of the folder. */
  readonly cookieSecret: Uint8Array;
  /** Seals what stands in the database under that secret. */
  readonly vault: Vault;
}

/** The keys a log is signed with, as far as they are at hand. */
export interface LogKeys {
  /** The one a new log begins with comes first. */
  signers(): readonly LogSigner[];
  /** From now on a log exists that one of these keys signed: without it the folder is not opened again. */
  begin(): void;
  /**
   * Makes the key that is to follow the one that signs now, on disk before it is named anywhere. Throws what the disk throws, and
   * where the file it would take the place of is the only copy of the key that signs now.
   */
  next(now: LogSigner): LogSigner;
  /** A signer from elsewhere, at hand from now on. */
  take(signer: LogSigner): LogSigner;
  /** The log signs with this key now: what was there only for the one before it can go. Goes by what is on disk, so it can be asked again; throws what the disk throws. */
  settle(now: LogSigner): void;
}

const LOG = 'log.pem';
const NEXT = 'log.next.pem';
const BEGUN = 'log.begun';

/** Private keys of the log, in the folder of keys. */
export const LOG_KEY_FILES = [LOG, NEXT] as const;

/**
 * @param create false where the folder already holds a log: a missing key is then refused, because a new key would start
 * another log under the old one's name.
 * @param elsewhere signers that are no files, such as a key service. With one of them no key file is made or missed.
 * Problems: DATA_INVALID.
 */
export function openKeys(dir: string, create: boolean, elsewhere: readonly LogSigner[] = []): Result<Keys & { readonly log: LogKeys }> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const hex = secret(join(dir, 'cookie.secret'), true, () => `${randomBytes(32).toString('hex')}\n`);
  if (!hex.ok) return hex;
  const cookieSecret = fromHex(hex.value.trim());
  if (cookieSecret?.length !== 32) return invalid(join(dir, 'cookie.secret'), 'is not 64 hex digits');
  if (create && existsSync(join(dir, BEGUN)))
    return err(problem('DATA_INVALID', 'the keys here have signed a log, and that log is gone', { remedy: 'restore the whole data folder from one backup' }));
  // A gate's key that was lost is made anew: nobody trusts the new one before it stands in their trust file.
  const gate = openGateKey(join(dir, 'gate.pem'));
  if (!gate.ok) return gate;
  if (elsewhere.length === 0) {
    const made = secret(join(dir, LOG), create, newKey);
    if (!made.ok) return made;
  }
  const files: LogSigner[] = [];
  for (const file of [LOG, NEXT].map((name) => join(dir, name)).filter(existsSync)) {
    const signer = fileSigner(file);
    if (!signer.ok) return signer;
    files.push(signer.value);
  }
  return ok({ gate: gate.value, cookieSecret, vault: openVault(cookieSecret), log: logKeys(dir, [...elsewhere.map(checked), ...files]) });
}

function logKeys(dir: string, at: readonly LogSigner[]): LogKeys {
  const signers = [...at];
  const settle = (now: LogSigner): void => {
    if (!existsSync(join(dir, NEXT))) return;
    const next = fileSigner(join(dir, NEXT));
    // Unread, it may be the only copy of the key that signs: then nothing may take its place.
    if (!next.ok) throw new Error(next.error.message);
    if (equal(next.value.publicKey, now.publicKey)) renameDurably(join(dir, NEXT), join(dir, LOG));
  };
  return {
    signers: () => signers,
    begin: () => {
      if (!existsSync(join(dir, BEGUN))) writeDurably(join(dir, BEGUN), utf8('The keys beside this file have signed a log.\n'));
    },
    next: (now) => {
      settle(now);
      writeDurably(join(dir, NEXT), utf8(newKey()));
      const signer = fileSigner(join(dir, NEXT));
      if (!signer.ok) throw new Error(signer.error.message);
      signers.push(signer.value);
      return signer.value;
    },
    take: (signer) => {
      const known = checked(signer);
      signers.push(known);
      return known;
    },
    settle,
  };
}

/** A key service may be another one than it was: what it answers is not published before it verifies. */
const checked = ({ publicKey, sign: ask }: LogSigner): LogSigner => ({
  publicKey,
  sign: async (message) => {
    const signature = await ask(message);
    if (!verifyEd25519(publicKey, message, signature)) throw new Error('the signer of the log gave a signature that does not verify');
    return signature;
  },
});

function fileSigner(file: string): Result<LogSigner> {
  const key = openSigningKey(file, false);
  return key.ok ? ok({ publicKey: key.value.publicKey, sign: async (message) => key.value.sign(message) }) : key;
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

function openGateKey(file: string): Result<Keys['gate']> {
  const pem = secret(file, true, newGateKey);
  if (!pem.ok) return pem;
  try {
    const key = createPrivateKey(pem.value);
    const publicKey = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
    if (pointOf(publicKey) !== undefined) return ok((id, version) => ({ id, version, publicKey, sign: async (message) => new Uint8Array(sign('sha256', message, key)) }));
  } catch {
    // said below
  }
  return invalid(file, 'is not an ECDSA P-256 private key');
}

const newGateKey = (): string => String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }));

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
    writeDurably(file, utf8(make()));
  }
  if ((statSync(file).mode & 0o077) !== 0) return invalid(file, 'can be read by others', `chmod 600 ${file}`);
  return ok(readFileSync(file, 'utf8'));
}

const invalid = (place: string, what: string, remedy?: string): { readonly ok: false; readonly error: Problem } =>
  err(problem('DATA_INVALID', `${place} ${what}`, remedy === undefined ? { place } : { place, remedy }));
