/** Where the files are that ship with the program. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file that ships with the program: beside it when built, under src when not. */
export function asset(built: string, source: string): string {
  const beside = fileURLToPath(new URL(`./${built}`, import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL(`./${source}`, import.meta.url));
}
