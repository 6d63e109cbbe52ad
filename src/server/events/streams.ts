/**
 * Open streams, and what is told to all of them at once. One encoded buffer goes to everybody, and nobody is waited for: whoever does not
 * read keeps a bounded number of bytes waiting, and is then cut off. They know the log: what they missed they ask for when they come back.
 */

/** Bytes that may wait for one reader, beside what its socket holds: twice what somebody who comes back is told at most, and shared with all others. */
export const MOST_WAITING = 256 << 10;
/** Once told to end, whoever does not read what is left is cut off after this. */
const LEAVE_MS = 1_000;

export interface Listener {
  /** Who listens: streams of one are bounded. */
  readonly principal: string;
  /** Whether they still may. */
  still(): Promise<boolean>;
  /** Ends the connection without waiting for what it did not read. */
  hangUp(): void;
}

export interface Stream {
  readonly body: ReadableStream<Uint8Array>;
  /** False: it did not read, and is cut off. */
  write(bytes: Uint8Array): boolean;
  /** Nobody reads it any more. Again and again does no harm. */
  leave(): void;
}

export interface StreamTerms {
  /** In all. */
  readonly most: number;
  readonly ofOne: number;
}

export interface Streams {
  readonly size: number;
  /** Whether there is room for one more. */
  room(principal: string): boolean;
  open(listener: Listener): Stream;
  tell(bytes: Uint8Array): void;
  /** Asks of each whether it still may. A question that fails is a no. */
  look(): Promise<void>;
  /** Ends all of them at once. */
  end(): void;
}

interface Live extends Stream {
  readonly listener: Listener;
  close(): void;
}

/** @param changed how many there are now, each time it changes. */
export function openStreams({ most, ofOne }: StreamTerms, changed: (size: number) => void = () => undefined): Streams {
  const live = new Set<Live>();
  const held = new Map<string, number>();
  const count = (principal: string, by: 1 | -1): void => {
    const now = (held.get(principal) ?? 0) + by;
    if (now === 0) held.delete(principal);
    else held.set(principal, now);
    changed(live.size);
  };
  return {
    get size() {
      return live.size;
    },
    room: (principal) => live.size < most && (held.get(principal) ?? 0) < ofOne,
    open(listener) {
      const stream = streamOf(listener, (left) => {
        if (live.delete(left)) count(listener.principal, -1);
      });
      live.add(stream);
      count(listener.principal, 1);
      return stream;
    },
    tell(bytes) {
      for (const stream of live) stream.write(bytes);
    },
    async look() {
      for (const stream of [...live]) if (live.has(stream) && !(await stream.listener.still().catch(() => false))) stream.close();
    },
    end() {
      const all = [...live];
      for (const stream of all) stream.close();
      setTimeout(() => {
        for (const { listener } of all) listener.hangUp();
      }, LEAVE_MS).unref();
    },
  };
}

function streamOf(listener: Listener, left: (stream: Live) => void): Live {
  let to: ReadableStreamDefaultController<Uint8Array> | undefined;
  const leave = (): void => {
    to = undefined;
    left(stream);
  };
  const close = (): void => {
    to?.close();
    leave();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        to = controller;
      },
      cancel: leave,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
  );
  const write = (bytes: Uint8Array): boolean => {
    if (to === undefined) return false;
    if ((to.desiredSize ?? 0) > 0) {
      to.enqueue(bytes);
      return true;
    }
    close();
    listener.hangUp();
    return false;
  };
  const stream: Live = { listener, body, write, leave, close };
  return stream;
}
