/**
 * How many gits run at once. A page or a push that nobody pays for starts some, and a machine has so many file descriptors:
 * without a bound, a burst of requests ends the server. Whoever waits, waits in order.
 */
export interface Slots {
  /** Resolves when there is room; the answer gives the room back, once. */
  take(): Promise<() => void>;
}

export function slots(size: number): Slots {
  const waiting: (() => void)[] = [];
  let free = size;
  const give = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    take: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let given = false;
      return () => {
        if (!given) give();
        given = true;
      };
    },
  };
}
