/** Old entries are thrown away, and the log says so in its first line: how many, and the digest its oldest line goes on from. */
import { readFileSync, statSync } from 'node:fs';
import { utf8 } from '../../core/base/bytes.ts';
import type { Draft } from '../../core/provenance/session/entry.ts';
import { writeDurably } from '../disk.ts';
import { lineOf, parseLine, START, tipAfter } from './chain.ts';
import { linesOfLog, locked, writeHead } from './log.ts';
import type { LogPlace } from './place.ts';
import type { RecorderKey } from './signer.ts';

/** Bytes, and milliseconds. Over the first, a log is cut to half of it. */
export const LOG_CAPS = { bytes: 64 << 20, age: 90 * 86_400_000 } as const;
export type LogCaps = { readonly [cap in keyof typeof LOG_CAPS]: number };

/** Answers how many entries were dropped. */
export function prune(place: LogPlace, at: number, key: Pick<RecorderKey, 'sign'>, caps: LogCaps = LOG_CAPS): number {
  if (!isDue(place, at, caps)) return 0;
  const done = locked(place, () => {
    const lines = linesOfLog(place.log);
    const from = firstKept(lines, at - caps.age, caps.bytes);
    if (from === 0) return 0;
    const last = lines.slice(0, from).findLast((line) => parseLine(line) !== undefined) ?? '';
    const entry = parseLine(last);
    const tip = entry === undefined ? START : entry.what === 'pruned' ? { seq: entry.seq, line: entry.prev } : tipAfter(last, entry.seq);
    // It stands in the place of the last entry it drops: the same number, and the digest the next one names.
    const said: Draft = { what: 'pruned', entries: from, before: at - caps.age };
    const first = lineOf(said, { ...tip, seq: tip.seq - 1 }, at, key);
    const kept = lines.slice(from);
    writeDurably(place.log, utf8([first, ...kept].map((line) => `${line}\n`).join('')));
    const end = kept.findLast((line) => parseLine(line) !== undefined);
    writeHead(place, end === undefined ? tip : tipAfter(end, parseLine(end)?.seq ?? 0));
    return from;
  });
  return done.ok ? done.value : 0;
}

function isDue(place: LogPlace, at: number, caps: LogCaps): boolean {
  const size = statSync(place.log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > caps.bytes) return true;
  const first = size === 0 ? '' : (readFileSync(place.log, 'utf8').split('\n', 2)[1] ?? '');
  return (parseLine(first)?.at ?? at) < at - caps.age;
}

/** The first line to stay. */
function firstKept(lines: readonly string[], since: number, most: number): number {
  const total = lines.reduce((sum, line) => sum + line.length + 1, 0);
  let [size, from] = [total, 0];
  const tooMuch = total > most;
  while (from < lines.length && ((parseLine(lines[from] ?? '')?.at ?? 0) < since || (tooMuch && size > most / 2))) size -= (lines[from++] ?? '').length + 1;
  // A line nobody could read stays with the entry that says so, and the line that says what was dropped before is dropped with it.
  return from === 1 && parseLine(lines[0] ?? '')?.what === 'pruned' ? 0 : from;
}
