/** A file an option names, read. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { PROFILES } from '../core/policy/profiles.ts';
import { policyExtending } from '../core/policy/starter.ts';

export interface NamedFile {
  /** As it was named, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** null where the option was not given. Problem: USAGE. */
export async function fileOf(option: string, name: string | undefined): Promise<Result<NamedFile | null>> {
  if (name === undefined) return ok(null);
  try {
    return ok({ name, bytes: await readFile(name) });
  } catch (error) {
    return err(problem('USAGE', `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { place: option, remedy: 'name a file that is there' }));
  }
}

/** A policy: a file, or where no file is called so, a profile that ships, with the ladder of the starter. */
export async function policyOf(option: string, name: string | undefined): Promise<Result<NamedFile | null>> {
  const profile = name !== undefined && Object.hasOwn(PROFILES, name);
  return name === undefined || !profile || existsSync(name) ? fileOf(option, name) : ok({ name, bytes: utf8(policyExtending(name)) });
}
