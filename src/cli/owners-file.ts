/** Reads a CODEOWNERS file somebody named, whoever wrote it. */
import { readFileSync, statSync } from 'node:fs';
import { text } from '../core/base/bytes.ts';
import { err, type Problem, problem, type Result } from '../core/base/result.ts';
import { DIALECTS, type Dialect, type OwnersFile } from '../core/change/codeowners.ts';
import { MOST_BYTES, readOwners } from '../core/change/codeowners-read.ts';

/** Problems: USAGE for the dialect and a file that cannot be read, OWNERS_INVALID for one that is no text or too large. */
export function openOwners(file: string, dialect: string, dialects: readonly Dialect[] = DIALECTS): Result<OwnersFile> {
  const known = dialects.find((name) => name === dialect);
  if (known === undefined) return err(problem('USAGE', `${JSON.stringify(dialect)} is no dialect`, { place: 'command line', remedy: `give --dialect ${dialects.join(' or ')}` }));
  const source = read(file);
  return source.ok ? readOwners(source.value, known, file) : source;
}

function read(file: string): Result<string> {
  try {
    // A larger file is refused by its size alone, and by the one reason the reader has for it.
    if (statSync(file).size >= MOST_BYTES) return { ok: true, value: ' '.repeat(MOST_BYTES) };
    const source = text(readFileSync(file));
    if (source !== undefined) return { ok: true, value: source };
    return err(problem('OWNERS_INVALID', 'is not UTF-8 text', { place: file, remedy: 'save it as UTF-8' }));
  } catch (error) {
    return err(unreadable(file, error));
  }
}

const unreadable = (place: string, error: unknown): Problem =>
  problem('USAGE', error instanceof Error ? error.message : String(error), { place, remedy: 'name a CODEOWNERS file that can be read' });
