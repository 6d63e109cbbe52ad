/** What lies beside a repository whose hook may verify a break-glass by itself: written when a server starts, read by the hook's verifier. */
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { base64, fromBase64, text } from '../../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { list, object, shaped, string } from '../../core/signoff/shape.ts';
import { parseStrictJson } from '../../core/signoff/strict-json.ts';
import type { Floor } from '../../flows/governance.ts';

export interface UnattendedSettings {
  readonly repository: string;
  /** Absolute. */
  readonly gitDir: string;
  /** Path of the trust file, absolute: read anew for every push. */
  readonly trust: string;
  readonly floors: readonly Floor[];
}

export const settingsFile = (gitDir: string): string => join(gitDir, 'countersign', 'unattended.json');

const SETTINGS = object({ repository: string, gitDir: string, trust: string, floors: list(object({ name: string, bytes: string })) });

export async function writeSettings(settings: UnattendedSettings): Promise<void> {
  const file = settingsFile(settings.gitDir);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const floors = settings.floors.map(({ name, bytes }) => ({ name, bytes: base64(bytes) }));
  await writeFile(`${file}.new`, `${JSON.stringify({ ...settings, floors })}\n`);
  await chmod(`${file}.new`, 0o600);
  await rename(`${file}.new`, file);
}

/** Without them a hook's verifier knows nothing, whatever the hook says. */
export const removeSettings = (gitDir: string): Promise<void> => rm(settingsFile(gitDir), { force: true });

/** Problem: DATA_INVALID. */
export function parseSettings(bytes: Uint8Array): Result<UnattendedSettings> {
  const json = parseStrictJson(text(bytes) ?? '');
  const settings = json.ok ? shaped(SETTINGS, json.value) : err([json.error]);
  if (!settings.ok)
    return err(problem('DATA_INVALID', `the hook's settings cannot be read: ${settings.error.join(', ')}`, { remedy: 'start the server once: it writes them anew' }));
  const floors = settings.value.floors.map(({ name, bytes: encoded }) => ({ name, bytes: fromBase64(encoded) }));
  const whole = floors.flatMap(({ name, bytes: floor }) => (floor === undefined ? [] : [{ name, bytes: floor }]));
  if (whole.length !== floors.length) return err(problem('DATA_INVALID', 'a floor in the hook’s settings is not base64', { remedy: 'start the server once: it writes them anew' }));
  return ok({ ...settings.value, floors: whole });
}
