/**
 * How the reading went, for the statement: when it began, seconds the page was in front, files that came into view.
 * The reviewer sees the same figures. No keystrokes, no pointer, no idle tracking.
 */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { PrepareBody } from '../api/generated.ts';

export interface ReviewClock {
  readonly filesViewed: number;
  saw(path: string): void;
  measure(): PrepareBody['review'];
}

export function useReview(filesTotal: number): ReviewClock {
  const opened = useRef(new Date());
  const seconds = useRef(0);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') seconds.current += 1;
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  const saw = useCallback((path: string) => setSeen((s) => (s.has(path) ? s : new Set(s).add(path))), []);
  const measure = () => ({ openedAt: opened.current.toISOString(), activeSeconds: seconds.current, filesViewed: seen.size, filesTotal });
  return { filesViewed: seen.size, saw, measure };
}
