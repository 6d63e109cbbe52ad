/** What the export asks of the disk, so that a test can tear it at any of these calls. */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeSync } from 'node:fs';

export interface Disk {
  /** null where there is no such file. */
  read(path: string): Uint8Array | null;
  /** Of a plain file; null where there is none. */
  size(path: string): number | null;
  list(folder: string): readonly string[];
  mkdir(path: string, mode: number): void;
  create(path: string, mode: number): number;
  write(fd: number, bytes: Uint8Array): void;
  sync(fd: number): void;
  close(fd: number): void;
  /** Of a folder: the names in it. */
  syncFolder(path: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Of an empty one. */
  removeFolder(path: string): void;
}

const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function orNull<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (code(error) === 'ENOENT' || code(error) === 'ENOTDIR') return null;
    throw error;
  }
}

export const realDisk: Disk = {
  read: (path) => orNull(() => new Uint8Array(readFileSync(path))),
  size: (path) => {
    const found = orNull(() => statSync(path));
    return found?.isFile() === true ? found.size : null;
  },
  list: (folder) => orNull(() => readdirSync(folder)) ?? [],
  mkdir: (path, mode) => void mkdirSync(path, { recursive: true, mode }),
  create: (path, mode) => openSync(path, 'wx', mode),
  write: (fd, bytes) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  },
  sync: fsyncSync,
  close: closeSync,
  syncFolder: (path) => {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  removeFolder: rmdirSync,
};
