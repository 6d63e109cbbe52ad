/** Many lines to a stream: few large writes, and none before the last one was taken, so that a slow reader costs time and no memory. */
export interface LineWriter {
  /** Resolves when more may come. */
  line(text: string): void | Promise<void>;
  end(): Promise<void>;
  /** Aborted when nobody reads any more: a pipe into `head` is no error. */
  readonly gone: AbortSignal;
}

interface Sink {
  write(text: string): boolean;
  once(event: 'drain' | 'error' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'error' | 'close', listener: () => void): unknown;
}

const FLUSH = 64 << 10;

export function lineWriter(sink: Sink): LineWriter {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  sink.once('error', leave);
  sink.once('close', leave);
  let held = '';
  const flush = (): void | Promise<void> => {
    if (held === '' || gone.signal.aborted) return;
    const text = held;
    held = '';
    if (sink.write(text)) return;
    return new Promise((resolve) => {
      const go = (): void => {
        sink.off('drain', go);
        sink.off('error', go);
        sink.off('close', go);
        resolve();
      };
      for (const event of ['drain', 'error', 'close'] as const) sink.once(event, go);
    });
  };
  return {
    line: (text) => {
      held += text;
      held += '\n';
      return held.length < FLUSH ? undefined : flush();
    },
    end: async () => {
      await flush();
      sink.off('error', leave);
      sink.off('close', leave);
    },
    gone: gone.signal,
  };
}
