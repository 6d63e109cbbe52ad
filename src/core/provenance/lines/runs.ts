/** Runs of a commit somebody recorded, so that what became of it by squash, rebase or amend can be attached to them. */
import type { Attribution } from './attribution.ts';
import { fingerprint, type Run } from './fingerprint.ts';
import type { ChangedLines, Hunk } from './hunk.ts';

/** @param changed what the commit of this record changes. @param at milliseconds since 1970, of that commit. */
export function runsOf(attribution: Attribution, changed: readonly ChangedLines[], at: number): readonly Run[] {
  const byPath = new Map(changed.map((c) => [c.path, c]));
  const known = { at, from: `commit:${attribution.commit}`, trust: attribution.trust };
  return attribution.files.flatMap((file) => {
    const [added, removed] = [linesOf(byPath.get(file.path)?.added ?? []), linesOf(byPath.get(file.path)?.removed ?? [])];
    const run = (what: Run['what'], start: number, texts: readonly string[], key: string): readonly Run[] => {
      const hand = attribution.hands.get(key);
      return hand === undefined || texts.length === 0 ? [] : [{ ...known, hand, path: file.path, what, start, lines: texts.map(fingerprint) }];
    };
    return [
      ...file.ranges.flatMap((r) => pieces(added, r.start, r.end).flatMap((p) => run('added', p.start, p.lines, r.hand))),
      ...file.removed.flatMap((r) => pieces(removed, r.start, r.start + r.count - 1).flatMap((p) => run('removed', p.start, p.lines, r.hand))),
    ];
  });
}

const linesOf = (hunks: readonly Hunk[]): readonly Hunk[] => [...hunks].sort((a, b) => a.start - b.start);

/** The parts of first..last that the hunks hold. */
const pieces = (hunks: readonly Hunk[], first: number, last: number): readonly Hunk[] =>
  hunks.flatMap((h) => {
    const [from, to] = [Math.max(first, h.start), Math.min(last, h.start + h.lines.length - 1)];
    return from > to ? [] : [{ start: from, lines: h.lines.slice(from - h.start, to - h.start + 1) }];
  });
