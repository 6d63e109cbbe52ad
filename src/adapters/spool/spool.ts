/**
 * The port `Spool` over a folder beside a repository. Whoever runs the hook writes here, so nothing is believed of it but what people
 * signed; and whatever cannot be read is an error, for nobody could say what was spent in it. Bytes: docs/spec/break-glass-spool.md.
 */
import { existsSync } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '../../core/base/bytes.ts';
import type { Bytes } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { formatSpooled, GLASS_CAPS, parseSpooled, type SpooledPush } from '../../core/gate/glass-files.ts';
import type { KeptPush, Spool } from '../../flows/ports-spool.ts';

const FOLDERS = ['handed', 'waiting', 'filled', 'nonces'] as const;
const NONCE = /^[0-9a-f]{32}$/;
const PUSH = /^\d{15}-[0-9a-f]{32}\.json$/;

export const spoolFolder = (gitDir: string): string => join(gitDir, 'countersign', 'spool');

export const handedFolder = (gitDir: string): string => join(spoolFolder(gitDir), 'handed');

/** Makes the folders, for the owner alone. A hook makes none: where they are gone, so is what was spent. */
export async function laySpool(folder: string): Promise<void> {
  for (const name of FOLDERS) await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
}

export function openSpool(folder: string): Spool {
  const at = (...names: readonly string[]): string => join(folder, ...names);
  const kept = (name: 'waiting' | 'filled') => pushesIn(at(name), name === 'filled');
  return {
    handed: () => handedIn(at('handed')),
    waiting: async () => (existsSync(at('waiting')) ? kept('waiting') : ok([])),
    pushes: async () => {
      const [waiting, filled] = [await kept('waiting'), await kept('filled')];
      if (!waiting.ok) return waiting;
      if (!filled.ok) return filled;
      const all = new Map([...waiting.value, ...filled.value].map((p) => [p.name, p]));
      return ok([...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
    },
    keep: (push, nonces) => keep(at, push, nonces),
    filled: async (name) => {
      await rename(at('waiting', name), at('filled', name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      await syncFolder(at('filled'));
      await syncFolder(at('waiting'));
    },
  };
}

async function handedIn(folder: string): Promise<Result<readonly { readonly name: string; readonly bytes: Bytes }[]>> {
  return filesIn(folder, (name) => !name.startsWith('.'));
}

async function pushesIn(folder: string, filled: boolean): Promise<Result<readonly KeptPush[]>> {
  // What was being written when the machine stopped was never answered with a yes.
  const files = await filesIn(folder, (name) => !name.endsWith('.new'));
  if (!files.ok) return files;
  const pushes: KeptPush[] = [];
  for (const { name, bytes } of files.value) {
    const push = PUSH.test(name) ? parseSpooled(bytes) : err(problem('BG_SCOPE', 'it is not called as the hook calls its files'));
    if (!push.ok) return err(unreadable(join(folder, name), push.error.message));
    pushes.push({ ...push.value, name, filled });
  }
  return ok(pushes);
}

async function filesIn(folder: string, wanted: (name: string) => boolean): Promise<Result<readonly { readonly name: string; readonly bytes: Bytes }[]>> {
  let file = folder;
  try {
    const files: { name: string; bytes: Bytes }[] = [];
    for (const name of (await readdir(folder)).filter(wanted).sort()) {
      file = join(folder, name);
      const { size } = await lstat(file).then((s) => (s.isFile() ? s : Promise.reject(new Error('it is no plain file'))));
      if (size > GLASS_CAPS.bytes) return err(unreadable(file, `it is longer than ${GLASS_CAPS.bytes} bytes`));
      files.push({ name, bytes: new Uint8Array(await readFile(file)) });
    }
    return ok(files);
  } catch (error) {
    return err(unreadable(file, error));
  }
}

async function keep(at: (...names: readonly string[]) => string, push: SpooledPush, nonces: readonly string[]): Promise<Result<void>> {
  const [first] = nonces;
  if (first === undefined || !nonces.every((n) => NONCE.test(n))) return err(unreadable(at('nonces'), 'it names no nonce'));
  try {
    for (const nonce of nonces) {
      if (!(await claim(at('nonces', nonce)))) return err(SPENT);
    }
    await syncFolder(at('nonces'));
    const name = `${String(push.at).padStart(15, '0')}-${first}.json`;
    const file = await open(at('waiting', `${name}.new`), 'wx', 0o600);
    await written(file, utf8(formatSpooled(push)));
    await rename(at('waiting', `${name}.new`), at('waiting', name));
    await syncFolder(at('waiting'));
    return ok(undefined);
  } catch (error) {
    return err(unreadable(at(), error));
  }
}

/** False: somebody was first. */
async function claim(path: string): Promise<boolean> {
  try {
    await written(await open(path, 'wx', 0o600), new Uint8Array(0));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function written(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const SPENT = problem('ST_NONCE', 'this break-glass was used before', { remedy: 'sign another: each lets one push through' });

const unreadable = (place: string, why: unknown): Problem =>
  problem('DATA_INVALID', `what break-glass left beside the repository cannot be read or written: ${why instanceof Error ? why.message : String(why)}`, {
    place,
    remedy: 'whoever runs the server looks at this file, and moves away what is none of ours; until then nothing passes without a server',
  });
