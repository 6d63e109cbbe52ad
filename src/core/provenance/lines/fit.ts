/** Holds a record against the commit it speaks of: a range counts where the commit really adds lines, the rest is said. */
import type { Attribution, FileLines, LineRange } from './attribution.ts';
import type { ChangedLines, Hunk } from './hunk.ts';
import { lengthOf, within } from './ranges.ts';
import { said } from './said.ts';

/** The same record, its ranges inside the added lines of `changed` and its removed lines inside the removed ones. */
export function fitTo(attribution: Attribution, changed: readonly ChangedLines[]): Attribution {
  const byPath = new Map(changed.map((c) => [c.path, c]));
  const unread = said();
  const files = attribution.files.flatMap((file): readonly FileLines[] => {
    const of = byPath.get(file.path);
    const ranges = within(file.ranges, windows(of?.added ?? []));
    const removed = within(
      file.removed.map((r) => ({ ...r, end: r.start + r.count - 1 })),
      windows(of?.removed ?? []),
    ).map(({ start, end, hand }) => ({ start, count: end - start + 1, hand }));
    const outside = lengthOf(file.ranges) - lengthOf(ranges);
    const gone = file.removed.reduce((n, r) => n + r.count, 0) - removed.reduce((n, r) => n + r.count, 0);
    if (of?.unread !== undefined && outside + gone > 0) unread.add(`${file.path}: lines are attributed, and which lines change is not known: ${of.unread}`);
    else if (outside > 0) unread.add(`${file.path}: ${outside} attributed line${outside === 1 ? ' is' : 's are'} not added by this commit`);
    else if (gone > 0) unread.add(`${file.path}: ${gone} line${gone === 1 ? ' is' : 's are'} said to be removed, and this commit does not remove them`);
    return ranges.length + removed.length === 0 ? [] : [{ path: file.path, ranges, removed }];
  });
  return { ...attribution, files, unreadable: [...attribution.unreadable, ...unread.all()] };
}

const windows = (hunks: readonly Hunk[]): readonly LineRange[] => hunks.map(({ start, lines }) => ({ start, end: start + lines.length - 1 })).sort((a, b) => a.start - b.start);
