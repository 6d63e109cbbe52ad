/** Where git holds the objects of a push until its hook has answered. The hook names the folder, and is not believed. */
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Place } from './place.ts';

const QUARANTINE = /^tmp_objdir-incoming-[A-Za-z0-9]+$/;

/** Never a path from outside: a name, checked, below the object folder, and not a link to somewhere else. */
export async function quarantineFolder(served: Place, name: string): Promise<Result<string>> {
  if (!QUARANTINE.test(name)) return err(invalid(`${JSON.stringify(name)} is not the name of a quarantine`));
  try {
    const folder = join(await realpath(served.objectFolder), name);
    const isFolder = (await lstat(folder)).isDirectory() && (await realpath(folder)) === folder;
    return isFolder ? ok(folder) : err(invalid(`${name} is not a folder of this repository`));
  } catch {
    return err(invalid(`${name} is not there`));
  }
}

const invalid = (message: string): Problem => problem('GATE_REQUEST_INVALID', message);
