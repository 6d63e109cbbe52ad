/** What the tab is called. */
import { useEffect } from 'react';

/** @param text undefined where a part of the page names it. */
export function useTitle(text: string | undefined): void {
  useEffect(() => {
    if (text !== undefined) document.title = `${text.replaceAll('`', '')} · Countersign`;
  }, [text]);
}
