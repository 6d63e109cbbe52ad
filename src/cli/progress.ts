/** One line on a terminal that says how far long work is, drawn over itself. Nothing where nobody looks. */
import { visible } from './terminal.ts';

export interface ProgressLine {
  /** @param share between 0 and 1; null where the end is not known. */
  show(words: string, share: number | null): void;
  /** Takes the line away. */
  clear(): void;
}

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 24;
const EVERY_MS = 100;
const CLEAR = '\r\u001b[2K';

/** @param now milliseconds of a clock. */
export function progressLine(screen: Screen, now: () => number = Date.now): ProgressLine {
  if (screen.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    show: (words, share) => {
      if (now() - drawn < EVERY_MS) return;
      drawn = now();
      const line = share === null ? words : `${bar(share)} ${words}`;
      screen.write(`${CLEAR}${visible(line).slice(0, (screen.columns ?? 80) - 1)}`);
    },
    clear: () => {
      if (drawn !== Number.NEGATIVE_INFINITY) screen.write(CLEAR);
    },
  };
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR);
  return `${'#'.repeat(full)}${'.'.repeat(BAR - full)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}
