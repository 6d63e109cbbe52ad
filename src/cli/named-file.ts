/** A file an option names, read. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { PROFILES } from '../core/policy/profiles.ts';
import { policyExtending } from '../core/policy/starter.ts';
import { parseTrust, type TrustBundle } from '../core/signoff/trust-file.ts';
import { unreadable } from './unreadable.ts';

export interface NamedFile {
  /** As it was named, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** null where the option was not given. Problem: USAGE. */
export const fileOf = async (option: string, name: string | undefined): Promise<Result<NamedFile | null>> => (name === undefined ? ok(null) : fileAt(option, name));

/** Problem: USAGE. */
export async function fileAt(option: string, name: string): Promise<Result<NamedFile>> {
  try {
    return ok({ name, bytes: await readFile(name) });
  } catch (error) {
    return err(problem('USAGE', `${name} cannot be read: ${unreadable(error)}`, { place: option, remedy: 'name a file that is there' }));
  }
}

/** What is known of a trust file beforehand, as the command line gives it. */
export interface KnownOfTrust {
  readonly pin?: string | undefined;
  readonly trustSize?: string | undefined;
}

/** The file `--trust` names. Expiry is the one thing a clock is asked for here. Problems: USAGE, TRUST_*. */
export async function trustAt(name: string, known: KnownOfTrust = {}): Promise<Result<TrustBundle, readonly Problem[]>> {
  const file = await fileAt('--trust', name);
  return file.ok ? trustIn(new Uint8Array(file.value.bytes), known) : err([file.error]);
}

/** The same of bytes at hand. Problems: TRUST_*. */
export function trustIn(bytes: Uint8Array, { pin, trustSize }: KnownOfTrust = {}): Result<TrustBundle, readonly Problem[]> {
  // What is no number is larger than every size: nothing passes by a typing error.
  const atLeast = trustSize === undefined || /^\d{1,15}$/.test(trustSize) ? trustSize : Number.MAX_SAFE_INTEGER;
  return parseTrust(bytes, { now: Date.now(), ...(pin === undefined ? {} : { pin }), ...(atLeast === undefined ? {} : { atLeast: Number(atLeast) }) });
}

/** A policy: a file, or where no file is called so, a profile that ships, with the ladder of the starter. */
export async function policyOf(option: string, name: string | undefined): Promise<Result<NamedFile | null>> {
  const bytes = name === undefined ? null : profileNamed(name);
  return name === undefined || bytes === null ? fileOf(option, name) : ok({ name, bytes });
}

/** null: no profile is called so, or a file is. */
export const profileNamed = (name: string): Uint8Array | null => (Object.hasOwn(PROFILES, name) && !existsSync(name) ? utf8(policyExtending(name)) : null);
