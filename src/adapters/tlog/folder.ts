/** A log in a folder: read by whoever has it, and written by the export. */
import { dirname, join } from 'node:path';
import { equal, utf8 } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { LogFolder, LogSource } from '../../flows/ports-log.ts';
import { type Disk, realDisk } from './disk.ts';

/** Files being written, and nothing else: whatever a torn run left here is thrown away. */
const HALF = '.new';
const BODIES = 'envelopes';
const READ_ONLY = 0o444;

export function folderSource(dir: string, disk: Disk = realDisk): LogSource {
  return {
    name: dir,
    read: async (path, cap) => {
      try {
        const size = disk.size(join(dir, path));
        if (size === null) return ok(null);
        if (size > cap) return err(problem('LOG_FORMAT', `the file has ${size} bytes, and at most ${cap} can be right`, { place: path }));
        return ok(disk.read(join(dir, path)));
      } catch (error) {
        return unreachable(path, words(error));
      }
    },
    bodies: async () => {
      try {
        return ok(disk.list(join(dir, BODIES)));
      } catch (error) {
        return unreachable(BODIES, words(error));
      }
    },
  };
}

const unreachable = (place: string, why: string): Result<never> => err(problem('LOG_UNREACHABLE', `cannot be read: ${why}`, { place }));

/**
 * Each file is written under another name, synced, and renamed; folders are synced before the checkpoint that promises their files is
 * put in place. A run torn at any point leaves a log that verifies, and the next one goes on. Made when absent.
 * @param dir absolute.
 */
export function openLogFolder(dir: string, disk: Disk = realDisk): Result<LogFolder> {
  return guarded(dir, () => {
    disk.mkdir(dir, 0o755);
    for (const name of disk.list(join(dir, HALF))) disk.remove(join(dir, HALF, name));
    return ok(writing(dir, disk));
  });
}

function writing(dir: string, disk: Disk): LogFolder {
  const folders = new Set<string>([dir]);
  let count = 0;
  let begun = false;
  /** On the disk, under a name of no meaning. */
  const half = (bytes: Uint8Array, mode: number): string => {
    const path = join(dir, HALF, `${count++}`);
    if (!begun) disk.mkdir(join(dir, HALF), 0o755);
    begun = true;
    const fd = disk.create(path, mode);
    try {
      disk.write(fd, bytes);
      disk.sync(fd);
    } finally {
      disk.close(fd);
    }
    return path;
  };
  const room = (folder: string, mode: number): void => {
    if (folders.has(folder)) return;
    disk.mkdir(folder, mode);
    for (let at = folder; at !== dir; at = dirname(at)) folders.add(at);
  };
  const put = (path: string, bytes: Uint8Array, mode: number, folderMode: number): Result<boolean> =>
    guarded(path, () => {
      const file = join(dir, path);
      // Of a file that is there too: a run that was torn may have left its name unsynced.
      room(dirname(file), folderMode);
      const known = disk.read(file);
      if (known !== null) return equal(known, bytes) ? ok(false) : err(problem('LOG_FORK', 'this file is there already with other bytes', { place: path, remedy: FORKED }));
      disk.rename(half(bytes, mode), file);
      return ok(true);
    });
  return {
    ...folderSource(dir, disk),
    put: async (path, bytes) => put(path, bytes, READ_ONLY, 0o755),
    putBody: async (sha256, bytes) => put(join(BODIES, sha256), bytes, 0o400, 0o700),
    dropBody: async (sha256) =>
      guarded(sha256, () => {
        const file = join(dir, BODIES, sha256);
        if (disk.size(file) === null) return ok(false);
        disk.remove(file);
        folders.add(join(dir, BODIES));
        return ok(true);
      }),
    publish: async (note) =>
      guarded('checkpoint', () => {
        for (const folder of [...folders].reverse()) disk.syncFolder(folder);
        disk.rename(half(utf8(note), READ_ONLY), join(dir, 'checkpoint'));
        disk.syncFolder(dir);
        disk.removeFolder(join(dir, HALF));
        begun = false;
        return ok(undefined);
      }),
  };
}

const FORKED = 'keep both: one of them is not the log that was published. Find out which before anything is written here';

function guarded<T>(place: string, act: () => Result<T>): Result<T> {
  try {
    return act();
  } catch (error) {
    return err(failed(place, words(error)));
  }
}

const failed = (place: string, why: string): Problem =>
  problem('DATA_INVALID', `cannot be written: ${why}`, { place, remedy: 'make room for it, and run it again: it goes on where it was' });

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
