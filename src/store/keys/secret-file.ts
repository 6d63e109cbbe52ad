/** A secret that somebody else made, in a file of its owner's alone. */
import { readFileSync, statSync } from 'node:fs';
import { err, ok, problem, type Result } from '../../core/base/result.ts';

/** Its text without the line end. Refused where others can read it, as ssh does. Problem: USAGE. */
export function ownSecret(file: string): Result<string> {
  try {
    if ((statSync(file).mode & 0o077) !== 0) return err(problem('USAGE', 'the secret can be read by others', { place: file, remedy: `chmod 600 ${file}` }));
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? err(problem('USAGE', 'the secret is empty', { place: file, remedy: 'put the client secret in it' })) : ok(text);
  } catch (error) {
    return err(problem('USAGE', `the secret cannot be read: ${error instanceof Error ? error.message : String(error)}`, { place: file, remedy: 'name a file that is there' }));
  }
}
