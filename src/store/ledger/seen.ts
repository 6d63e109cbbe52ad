/**
 * The last checkpoint that somebody was answered under, once more beside the database: `log.seen`. A write-ahead log that was cut off, or a
 * database put back from yesterday, is whole in itself and says nothing of what it lost; this does. Two places of 4,096 bytes, written in
 * turn and never synced: a killed process has written all of it, and after a power cut one of them still is what it was, and only older
 * than the database, which is synced first.
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { concat, text, utf8 } from '../../core/base/bytes.ts';
import { writeAll, writeDurably } from '../disk.ts';

const PLACE = 4_096;

export interface Seen {
  /** As they lie there, the torn one of a power cut too; none where nothing was answered yet. */
  read(): readonly string[];
  write(note: string): void;
  close(): void;
}

export function seenFile(file: string): Seen {
  let fd: number | undefined;
  let turn = 0;
  return {
    read: () => (existsSync(file) ? notesIn(readFileSync(file)) : []),
    write: (note) => {
      const bytes = utf8(note);
      if (bytes.length > PLACE) return;
      const place = concat(bytes, new Uint8Array(PLACE - bytes.length));
      if (!existsSync(file)) writeDurably(file, concat(place, new Uint8Array(PLACE)));
      fd ??= openSync(file, 'r+');
      writeAll(fd, place, (to, all, at) => writeSync(to, all, at, all.length - at, turn * PLACE + at));
      turn = 1 - turn;
    },
    close: () => {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

const notesIn = (bytes: Uint8Array): readonly string[] =>
  [0, 1]
    .map((place) => bytes.subarray(place * PLACE, (place + 1) * PLACE))
    .map((place) => place.subarray(0, place.findLastIndex((b) => b !== 0) + 1))
    .filter((place) => place.length > 0)
    .map((place) => text(place) ?? '');
