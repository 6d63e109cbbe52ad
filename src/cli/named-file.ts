/** A file an option names, read. */
import { readFile } from 'node:fs/promises';
import { err, ok, problem, type Result } from '../core/base/result.ts';

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
