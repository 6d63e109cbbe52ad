/**
 * Bodies of whoever sends: who knows the secret is known when the last byte is here. What they hold of our memory is counted as it comes,
 * never as it is announced. Whoever announces much and sends nothing holds a place alone, and loses it to the next: where there is no room,
 * the one that was begun first and is not whole makes some. A delivery that is sent at once is whole before its turn to go.
 */
import { err, ok, type Result } from '../core/base/result.ts';

export interface Bounds {
  /** Bytes of one body. */
  readonly largest: number;
  /** Bytes that every open body may have, whatever the others hold. */
  readonly small: number;
  /** Bytes of all larger ones together. */
  readonly large: number;
  /** Bodies at once, until what came of them is answered. */
  readonly open: number;
  /** Calls when a body that begins now has to be whole. Answers how to call it off. */
  readonly deadline: (late: () => void) => () => void;
}

/** A forge sends at most 25 MiB in one piece, and a thousand pieces at once where a stack of proposals moves; most are under 64 KiB. 128 MiB in all. */
export const BOUNDS: Bounds = {
  largest: 25 << 20,
  small: 64 << 10,
  large: 64 << 20,
  open: 1_024,
  deadline: (late) => {
    const timer = setTimeout(late, 10_000);
    return () => clearTimeout(timer);
  },
};

/** `full`: there is no room, or another needed it. `late`: it was not whole in time. `cut`: whoever sent it left. */
export type Unread = 'large' | 'full' | 'late' | 'cut';
/** @param use has the body until it resolves. */
export type Bodies = <T>(request: Request, use: (body: Uint8Array) => Promise<T>) => Promise<Result<T, Unread>>;

interface Reading {
  /** Bytes of memory. */
  held: number;
  whole: boolean;
  end(why: Unread): void;
}

export function bodiesWithin(bounds: Bounds = BOUNDS): Bodies {
  /** In the order they began. */
  const open = new Set<Reading>();
  const isLarge = ({ held }: Reading): boolean => held > bounds.small;
  const largeOnes = (): number => [...open].reduce((sum, one) => sum + (isLarge(one) ? one.held : 0), 0);
  const makeRoom = (isRoom: () => boolean, helps: (other: Reading) => boolean): boolean => {
    for (const other of open) {
      if (isRoom()) return true;
      if (other.whole || !helps(other)) continue;
      open.delete(other);
      other.end('full');
    }
    return isRoom();
  };
  const roomFor = (mine: Reading): boolean =>
    !isLarge(mine) ||
    makeRoom(
      () => largeOnes() <= bounds.large,
      (other) => other !== mine && isLarge(other),
    );

  return async (request, use) => {
    if (Number(request.headers.get('content-length') ?? 0) > bounds.largest) return err('large');
    if (
      !makeRoom(
        () => open.size < bounds.open,
        () => true,
      )
    )
      return err('full');
    const reading: Reading = { held: 0, whole: false, end: () => undefined };
    open.add(reading);
    try {
      const body = await taken(request, reading, bounds, () => roomFor(reading));
      return typeof body === 'string' ? err(body) : ok(await use(body));
    } finally {
      open.delete(reading);
    }
  };
}

async function taken(request: Request, reading: Reading, bounds: Bounds, isRoom: () => boolean): Promise<Uint8Array | Unread> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | Unread>();
  let ended = false;
  const end = (how: Uint8Array | Unread): void => {
    ended = true;
    resolve(how);
  };
  reading.end = end;
  const callOff = bounds.deadline(() => end('late'));
  void pump(request, reading, bounds, { isEnded: () => ended, isRoom }).then(end, () => end('cut'));
  const how = await promise;
  callOff();
  reading.whole = typeof how !== 'string';
  return how;
}

const FIRST = 4_096;

/** What comes after it was given up is read and dropped: unread, it would wait in memory that nobody counts. */
async function pump(
  { body }: Request,
  reading: Reading,
  { largest }: Bounds,
  { isEnded, isRoom }: { readonly isEnded: () => boolean; readonly isRoom: () => boolean },
): Promise<Uint8Array> {
  // One buffer that grows: a sender chooses how small the pieces are, and each would cost more than its bytes.
  let buffer = new Uint8Array(0);
  let size = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    if (isEnded()) {
      buffer = new Uint8Array(0);
      continue;
    }
    const before = size;
    size += part.value.length;
    if (size > largest) {
      reading.end('large');
      continue;
    }
    if (size > buffer.length) {
      reading.held = Math.min(largest, Math.max(size, buffer.length * 2, FIRST));
      if (!isRoom()) {
        reading.end('full');
        continue;
      }
      const grown = new Uint8Array(reading.held);
      grown.set(buffer.subarray(0, before));
      buffer = grown;
    }
    buffer.set(part.value, before);
  }
  return buffer.subarray(0, size);
}
