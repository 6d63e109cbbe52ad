/** The server says when something happened to a change; what it was is read as ever. Where it cannot say so, lists are read now and then. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** After a refusal, too many streams for instance: a browser asks again by itself only where nothing answered. */
const AGAIN_MS = 60_000;
/** Several things that happen together are one reading. */
const TOGETHER_MS = 200;

export interface Wire {
  close(): void;
}

/**
 * @param live whether we are being told. @param moved something happened, or may have: as often as it does, but not more than a few times a second.
 * A page nobody sees lets its stream go: browsers hold six connections to a server, all pages together.
 */
export function listenToChanges(live: (yes: boolean) => void, moved: () => void, page: Document = document): Wire {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let soon: ReturnType<typeof setTimeout> | undefined;
  const tell = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined;
      moved();
    }, TOGETHER_MS);
  };
  const close = (): void => {
    clearTimeout(again);
    source?.close();
    source = undefined;
    live(false);
  };
  const open = (): void => {
    close();
    if (page.hidden) return;
    const to = new EventSource('/api/v1/changes/events');
    source = to;
    // What happened since the list was read was told to nobody.
    to.onopen = () => {
      live(true);
      tell();
    };
    for (const event of ['change', 'reset']) to.addEventListener(event, tell);
    to.onerror = () => {
      live(false);
      if (to.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
    };
  };
  page.addEventListener('visibilitychange', open);
  open();
  return {
    close: () => {
      page.removeEventListener('visibilitychange', open);
      clearTimeout(soon);
      close();
    },
  };
}

/** Reads lists of changes again when something happened. @returns whether we are being told, so that nobody has to ask. */
export function useChangeEvents(): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => {
    const wire = listenToChanges(setLive, () => void client.invalidateQueries({ queryKey: ['changes'] }));
    return () => wire.close();
  }, [client]);
  return live;
}
