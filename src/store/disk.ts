/** Small files that must be whole: a file system may take less than it was given, and says so in a number. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** All of it, however little the system takes at a time. @param write answers how many bytes it took. */
export function writeAll(fd: number, bytes: Uint8Array, write: (fd: number, bytes: Uint8Array, at: number) => number = writeSync): void {
  for (let at = 0; at < bytes.length; ) at += write(fd, bytes, at);
}

/** Whole or not at all, and on disk when it returns. Readable by the owner alone. */
export function writeDurably(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.new`;
  opened(temporary, 'w', (fd) => {
    writeAll(fd, bytes);
    fsyncSync(fd);
  });
  renameDurably(temporary, file);
}

/** In one folder. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  opened(dirname(to), 'r', fsyncSync);
}

/** Closed again whatever happens; made for the owner alone. */
export function opened(path: string, flags: string, act: (fd: number) => void): void {
  const fd = openSync(path, flags, 0o600);
  try {
    act(fd);
  } finally {
    closeSync(fd);
  }
}
