/** Lines as they stand, white space and all: what is hidden is often hidden in it. */
import type { FileEvidence, Parsed } from '../evidence.ts';
import { type NewLine, textOf } from '../lines.ts';

const read = new WeakMap<Parsed, readonly NewLine[]>();
const lost = new WeakMap<FileEvidence, readonly NewLine[]>();
const fresh = new WeakMap<FileEvidence, readonly NewLine[]>();

export function rawLines(side: Parsed | undefined): readonly NewLine[] {
  const known = side === undefined ? undefined : read.get(side);
  if (known !== undefined) return known;
  const source = textOf(side);
  const lines = source === '' ? [] : source.split('\n').map((text, i) => ({ line: i + 1, text: text.replace(/\r$/, '') }));
  if (side !== undefined) read.set(side, lines);
  return lines;
}

/** Lines of head that base does not have anywhere. */
export function newRaw(file: FileEvidence): readonly NewLine[] {
  const known = fresh.get(file);
  if (known !== undefined) return known;
  const found = without(rawLines(file.head), rawLines(file.base));
  fresh.set(file, found);
  return found;
}

/** Lines of base that head does not have anywhere. */
export function goneRaw(file: FileEvidence): readonly NewLine[] {
  const known = lost.get(file);
  if (known !== undefined) return known;
  const found = without(rawLines(file.base), rawLines(file.head));
  lost.set(file, found);
  return found;
}

function without(lines: readonly NewLine[], others: readonly NewLine[]): readonly NewLine[] {
  const there = new Set(others.map((l) => l.text.trim()));
  return lines.filter((l) => !there.has(l.text.trim()));
}
