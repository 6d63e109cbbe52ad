/** The version of this program; the build writes it in, a run from source reads it. */
import { readFileSync } from 'node:fs';

declare const COUNTERSIGN_VERSION: string | undefined;

export const version = (): string =>
  typeof COUNTERSIGN_VERSION === 'string' ? COUNTERSIGN_VERSION : String(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version);
