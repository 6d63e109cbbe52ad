/** Replaces a small file: whole or not at all, and on disk when this returns. A witness that forgot what it cosigned would cosign a fork. */
import { fsyncSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { utf8 } from '../../core/base/bytes.ts';
import { opened, writeAll } from '../disk.ts';

/** The steps, so that a test can end the process between any two of them. */
export interface Disk {
  write(file: string, text: string): void;
  /** Of a file or a folder. */
  sync(path: string): void;
  rename(from: string, to: string): void;
}

export const DISK: Disk = {
  write: (file, text) => opened(file, 'w', (fd) => writeAll(fd, utf8(text))),
  sync: (path) => opened(path, 'r', fsyncSync),
  rename: renameSync,
};

/** Throws what the file system throws; then the old file is there or, if only the last step failed, the new one. */
export function replaceDurably(disk: Disk, file: string, text: string): void {
  disk.write(`${file}.new`, text);
  disk.sync(`${file}.new`);
  disk.rename(`${file}.new`, file);
  disk.sync(dirname(file));
}
