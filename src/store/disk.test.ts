import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { text, utf8 } from '../core/base/bytes.ts';
import { writeAll, writeDurably } from './disk.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'disk-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('goes on until everything is taken, however little that is at a time', () => {
  const taken: string[] = [];
  writeAll(7, utf8('abcdefg'), (fd, bytes, at) => {
    taken.push(`${fd} ${text(bytes.subarray(at, at + 3))}`);
    return Math.min(3, bytes.length - at);
  });
  expect(taken).toEqual(['7 abc', '7 def', '7 g']);
});

it('replaces a file, for its owner alone, and leaves nothing beside it', () => {
  const file = join(dir, 'key');
  for (const words of ['a longer text', 'short', '']) {
    writeDurably(file, utf8(words));
    expect(readFileSync(file, 'utf8')).toBe(words);
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(existsSync(`${file}.new`)).toBe(false);
});

it('throws what the disk throws', () => {
  expect(() => writeDurably(join(dir, 'no', 'folder'), utf8('x'))).toThrow('ENOENT');
});

it('is how everything here is written: nobody else takes one write for all of it', () => {
  const here = new URL('.', import.meta.url).pathname;
  const sources = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !/\.test\.ts$|-child\.ts$/.test(name));
  const writing = sources.filter((name) => /\bwriteSync\b/.test(readFileSync(join(here, name), 'utf8')));
  expect(sources.length).toBeGreaterThan(40);
  // `seen.ts` hands it to `writeAll`, with a place in the file.
  expect(writing.sort()).toEqual(['disk.ts', 'ledger/seen.ts']);
});
