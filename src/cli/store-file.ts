/** The file of a whole store, written and read as a stream. */
import { createReadStream, existsSync, openSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { unreadable } from './unreadable.ts';

export interface StoreTarget {
  write(bytes: Uint8Array): Promise<void>;
  /** It is on the disk, under its name. */
  keep(): Promise<void>;
  /** Nothing of it is left. */
  drop(): Promise<void>;
}

/** A file that is not there yet, or `-`. What is half-written has another name. Problem: USAGE. */
export async function storeTarget(name: string): Promise<Result<StoreTarget>> {
  if (name === '-') return ok({ write: toOutput, keep: async () => undefined, drop: async () => undefined });
  const file = resolve(name);
  const half = `${file}.new`;
  if (existsSync(file)) return err(problem('USAGE', 'this file is there already', { place: file, remedy: 'name another: a backup is not written over' }));
  try {
    rmSync(half, { force: true });
    return ok(targetOver(await open(half, 'wx', 0o600), half, file));
  } catch (error) {
    return err(problem('USAGE', `cannot be written: ${unreadable(error)}`, { place: half, remedy: 'name a file in a folder you may write in' }));
  }
}

const targetOver = (handle: FileHandle, half: string, file: string): StoreTarget => ({
  write: async (bytes) => {
    for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
  },
  keep: async () => {
    await handle.sync();
    await handle.close();
    await rename(half, file);
    const folder = await open(dirname(file), 'r');
    await folder.sync().finally(() => folder.close());
  },
  drop: async () => {
    await handle.close();
    rmSync(half, { force: true });
  },
});

/** Whoever reads slowly is waited for. */
function toOutput(bytes: Uint8Array): Promise<void> {
  return new Promise((done, fail) => {
    process.stdout.write(bytes, (error) => (error ? fail(error) : done()));
  });
}

/** A file, or `-` for standard input. Problem: USAGE. */
export function storeSource(name: string): Result<AsyncIterable<Uint8Array>> {
  if (name === '-') return ok(process.stdin);
  try {
    return ok(createReadStream('', { fd: openSync(name, 'r'), highWaterMark: 1 << 18 }));
  } catch (error) {
    return err(problem('USAGE', `${name} cannot be read: ${unreadable(error)}`, { place: '--in', remedy: 'name a file that is there' }));
  }
}
