/**
 * What the recorder's log says, one entry a line: `docs/spec/session.md` shows the bytes. It holds digests, paths, line hashes,
 * tools, models and sessions; no prompt, no transcript and no content of a file.
 */
import type { Oid } from '../../change/change.ts';
import type { Fingerprint, Run } from '../lines/fingerprint.ts';
import type { ToolKind, Who } from './event.ts';
import type { TrailKind } from './trail.ts';

/** Lines that stood together. */
export interface Stretch {
  /** 1-based line of the first. */
  readonly start: number;
  /** `packed` of each, one behind the other. */
  readonly lines: string;
}

export interface TouchedFile {
  /** From the top of the work tree, with `/`. */
  readonly path: string;
  /** SHA-256 of the content before and after; null where there was no file. */
  readonly before: string | null;
  readonly after: string | null;
  /** The two had too little in common to be compared: the whole stretch counts. */
  readonly coarse?: true;
  readonly added: readonly Stretch[];
  readonly removed: readonly Stretch[];
}

/** How sure the end of a call is. `late`: no end was seen, so everything up to the end of the turn counts. `open`: it goes on, a commit was made meanwhile. */
export type CallEnd = 'seen' | 'late' | 'open';

export type Draft =
  | { readonly what: 'session'; readonly who: Who; readonly tree: string; readonly mark: 'start' | 'end' | 'stop' }
  | { readonly what: 'prompt'; readonly who: Who; readonly sha256: string; readonly bytes: number }
  | {
      readonly what: 'call';
      readonly who: Who;
      readonly call: string;
      /** As the agent names it. */
      readonly name: string;
      readonly kind: ToolKind;
      readonly tree: string;
      /** Milliseconds since 1970. */
      readonly began: number;
      readonly end: CallEnd;
      readonly outcome?: 'ok' | 'failed' | 'denied';
      readonly files: readonly TouchedFile[];
    }
  /** The agent committed. `authored` false: it took over what somebody wrote before (rebase, cherry-pick). */
  | { readonly what: 'commits'; readonly who: Who; readonly call: string; readonly commits: readonly { readonly id: Oid; readonly authored: boolean }[] }
  | {
      readonly what: 'trail';
      readonly who: Who;
      readonly call: string;
      readonly kind: TrailKind;
      readonly sha256: string;
      readonly cut: number;
      readonly outcome?: 'ok' | 'failed' | 'denied';
    }
  /** What was not seen, and why: a hole that is known. */
  | { readonly what: 'gap'; readonly who?: Who; readonly call?: string; readonly why: string; readonly paths?: readonly string[] }
  /** A note was written about a commit: the digests of it and of its trail. */
  | { readonly what: 'record'; readonly commit: Oid; readonly sha256: string; readonly trail?: string }
  | { readonly what: 'heartbeat'; readonly version: string; readonly key: string }
  /** First line of a log whose older entries were thrown away. */
  | { readonly what: 'pruned'; readonly entries: number; readonly before: number };

export type Entry = Draft & {
  readonly seq: number;
  /** SHA-256 of the line before, without its line feed; of nothing, 64 zeros. */
  readonly prev: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

export const NO_LINE = '0'.repeat(64);

/** 33 characters a line: both hashes, and `~` where the line is weak, else `.`. */
export const packed = (lines: readonly Fingerprint[]): string => lines.map(({ exact, loose, weak }) => `${exact}${loose}${weak ? '~' : '.'}`).join('');

const EACH = 33;

/** The inverse; what is no whole line at the end is dropped. */
export function unpacked(lines: string): readonly Fingerprint[] {
  return Array.from({ length: Math.floor(lines.length / EACH) }, (_, i) => {
    const line = lines.slice(i * EACH, (i + 1) * EACH);
    return { exact: line.slice(0, 16), loose: line.slice(16, 32), weak: line[32] === '~' };
  });
}

/** The runs an entry holds. Trust 4 is the most they can be worth: only a reader that lists this recorder as managed believes it. */
export function runsOf(entry: Entry): readonly Run[] {
  if (entry.what !== 'call') return [];
  const { tool, model, session } = entry.who;
  const hand = { by: 'ai', tool, session, ...(model === undefined ? {} : { model }) } as const;
  const run = (path: string, what: Run['what'], { start, lines }: Stretch): Run => ({
    hand,
    path,
    what,
    start,
    lines: unpacked(lines),
    at: entry.at,
    from: `${session}:${entry.call}`,
    trust: 4,
  });
  return entry.files.flatMap((f) => [...f.added.map((s) => run(f.path, 'added', s)), ...f.removed.map((s) => run(f.path, 'removed', s))]);
}
