/**
 * Reads what `git diff-tree --raw -p -U0` prints, as its bytes come: a raw record for every file, an empty line, then the
 * patches. A hunk says how many lines it holds and exactly so many are taken, so no content can pass for a header; without
 * `-z` git quotes every path that holds a control character, so no path can either. What is kept has caps.
 */

import type { Oid } from '../../core/change/change.ts';
import { displayPath } from '../../core/change/manifest.ts';
import type { ChangedLines, Hunk } from '../../core/provenance/lines/hunk.ts';

/** Lines of one file; lines and bytes of a whole change. */
export const PATCH_CAPS = { file: 200_000, lines: 500_000, bytes: 64 << 20 } as const;
export type PatchCaps = { readonly [cap in keyof typeof PATCH_CAPS]: number };

export interface PatchReader {
  /** False: no more can be kept, so git may as well end. */
  take(chunk: Uint8Array): boolean;
  /** Every file that changes, in git's order. @param whole false: git did not print to its end. */
  end(whole: boolean): readonly ChangedLines[];
}

interface Open {
  readonly path: string;
  readonly added: Hunk[];
  readonly removed: Hunk[];
  lines: number;
  unread: string | undefined;
  begun: boolean;
}

const LF = 0x0a;
const HUNK = /^@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@/;
const SUBMODULE = /^(?:index [0-9a-f]+\.\.[0-9a-f]+|new file mode|deleted file mode) 160000$/;

export const patchReader = (caps: PatchCaps = PATCH_CAPS): PatchReader => new Reader(caps);

/** The output of `git diff-tree --stdin`: the same after each commit's id on a line of its own. Memory is that of one commit. */
export function patchesReader(each: (commit: Oid, changed: readonly ChangedLines[]) => void, caps: PatchCaps = PATCH_CAPS) {
  const reader = new Reader(caps);
  let commit: Oid | undefined;
  const close = (whole: boolean): void => {
    if (commit !== undefined) each(commit, reader.end(whole));
    commit = undefined;
  };
  reader.onCommit = (next) => {
    close(!reader.full());
    reader.clear();
    commit = next;
  };
  // one commit over the caps does not end the others: what comes of it is passed over
  return { take: (chunk: Uint8Array): void => void reader.take(chunk, true), commit: () => commit, end: () => close(!reader.full()) };
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

class Reader implements PatchReader {
  readonly #caps: PatchCaps;
  readonly #files = new Map<string, Open>();
  #rest: Uint8Array[] = [];
  #file: Open | undefined;
  #skipped = false;
  #left = { removed: 0, added: 0 };
  #hunk: { removed: string[]; added: string[] } = { removed: [], added: [] };
  #lines = 0;
  #bytes = 0;

  constructor(caps: PatchCaps) {
    this.#caps = caps;
  }

  onCommit: ((commit: Oid) => void) | undefined;

  clear(): void {
    this.#files.clear();
    this.#file = undefined;
    this.#lines = 0;
    this.#bytes = 0;
  }

  /** @param on go on over a cap, keeping nothing more. */
  take(chunk: Uint8Array, on = false): boolean {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0 && (on || !this.full()); at = chunk.indexOf(LF, from)) {
      const line = this.#rest.length === 0 ? chunk.subarray(from, at) : Buffer.concat([...this.#rest, chunk.subarray(from, at)]);
      this.#rest = [];
      from = at + 1;
      this.#line(Buffer.from(line.buffer, line.byteOffset, line.length));
    }
    // a copy: the stream may use its buffer again
    if (from < chunk.length) this.#rest.push(Uint8Array.from(chunk.subarray(from)));
    return !this.full();
  }

  end(whole: boolean): readonly ChangedLines[] {
    const last = this.#file;
    return [...this.#files.values()].map((file) => {
      const cut = !whole && (!file.begun || file === last);
      const unread = file.unread ?? (cut ? `the change is over ${this.#caps.lines} lines or ${this.#caps.bytes >> 20} MiB, or took too long` : undefined);
      return unread === undefined ? { path: file.path, added: file.added, removed: file.removed } : { path: file.path, added: [], removed: [], unread };
    });
  }

  full(): boolean {
    return this.#lines > this.#caps.lines || this.#bytes > this.#caps.bytes;
  }

  #line(bytes: Buffer): void {
    if (this.#left.removed > 0 || this.#left.added > 0) {
      this.#content(bytes.toString('utf8'));
      return;
    }
    // a header in Latin-1: every byte of a path is kept
    const line = bytes.toString('latin1');
    if (this.onCommit !== undefined && COMMIT.test(line)) this.onCommit(line);
    else if (line.startsWith(':')) this.#open(pathOf(line.slice(line.indexOf('\t') + 1)));
    else if (line.startsWith('diff --git ')) this.#begin(line.slice('diff --git '.length));
    else if (SUBMODULE.test(line)) this.#skipped = true;
    else if (line.startsWith('Binary files ') && this.#file !== undefined) this.#file.unread = 'it is binary, or too large to compare';
    else this.#header(line);
  }

  #open(path: string): Open {
    const file = this.#files.get(path) ?? { path, added: [], removed: [], lines: 0, unread: undefined, begun: false };
    this.#files.set(path, file);
    return file;
  }

  /** `a/P b/P`, both quoted or neither: without renames it is one path twice. */
  #begin(names: string): void {
    const half = names.slice(0, (names.length - 1) / 2);
    this.#file = this.#open(pathOf(half, 2));
    this.#file.begun = true;
    this.#skipped = false;
  }

  #header(line: string): void {
    const [, oldStart = '', oldCount = '1', newStart = '', newCount = '1'] = HUNK.exec(line) ?? [];
    if (oldStart === '' || this.#file === undefined) return;
    this.#left = { removed: Number(oldCount), added: Number(newCount) };
    this.#hunk = { removed: [], added: [] };
    const file = this.#file;
    if (this.#skipped) return;
    if (this.#left.removed > 0) file.removed.push({ start: Number(oldStart), lines: this.#hunk.removed });
    if (this.#left.added > 0) file.added.push({ start: Number(newStart), lines: this.#hunk.added });
  }

  #content(line: string): void {
    const side = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined;
    if (side === undefined) return;
    this.#left[side] -= 1;
    const file = this.#file;
    if (this.#skipped || file === undefined || file.unread !== undefined || this.full()) return;
    this.#hunk[side].push(line.slice(1));
    this.#lines += 1;
    this.#bytes += line.length;
    file.lines += 1;
    if (file.lines > this.#caps.file) this.#drop(file);
  }

  #drop(file: Open): void {
    file.unread = `more than ${this.#caps.file} lines of it change`;
    this.#lines -= file.lines;
    file.added.length = 0;
    file.removed.length = 0;
    this.#hunk = { removed: [], added: [] };
  }
}

const ESCAPES: { readonly [letter: string]: number } = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** A path as git prints it, without its first characters: as everywhere here, bytes that are no UTF-8 as `\xHH`. */
const pathOf = (printed: string, without = 0): string => displayPath(unquoted(printed).subarray(without));

/** In double quotes with C escapes, octal for bytes, where it holds what would not be safe. */
function unquoted(path: string): Uint8Array {
  if (!path.startsWith('"') || !path.endsWith('"')) return Buffer.from(path, 'latin1');
  const bytes: number[] = [];
  const plain = Buffer.from(path.slice(1, -1), 'latin1');
  for (let i = 0; i < plain.length; i += 1) {
    const octal = /^\\([0-7]{3})/.exec(plain.subarray(i, i + 4).toString('latin1'))?.[1];
    const letter = plain[i] === 0x5c ? ESCAPES[String.fromCharCode(plain[i + 1] ?? 0)] : undefined;
    bytes.push(octal === undefined ? (letter ?? plain[i] ?? 0) : Number.parseInt(octal, 8));
    i += octal === undefined ? (letter === undefined ? 0 : 1) : 3;
  }
  return Uint8Array.from(bytes);
}
