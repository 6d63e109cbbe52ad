/**
 * Work that many ask for at once, one at a time for each name. Whoever asks while it is being done waits for the next time, with all others who
 * do: what they ask about may be newer than what the one under way has seen. So a hundred who ask at once have it done twice.
 */
interface Round<A, R> {
  /** The latest that was given. */
  with: A;
  asking: number;
  readonly stop: AbortController;
  readonly answer: Promise<R>;
  settle(answer: Promise<R>): void;
}

/**
 * @param work never rejects. Its signal is given when nobody waits for it any more. The answer is null to who has left.
 */
export function rounds<A, R>(work: (name: string, asked: A, signal: AbortSignal) => Promise<R>): (name: string, asked: A, signal?: AbortSignal) => Promise<R | null> {
  const lines = new Map<string, { next: Round<A, R> | undefined }>();
  const begin = (name: string, round: Round<A, R>): void => {
    const line: { next: Round<A, R> | undefined } = { next: undefined };
    lines.set(name, line);
    const done = work(name, round.with, round.stop.signal);
    round.settle(done);
    void done.finally(() => (line.next === undefined ? lines.delete(name) : begin(name, line.next)));
  };
  return (name, asked, signal) => {
    const line = lines.get(name);
    const open = line?.next?.stop.signal.aborted === false ? line.next : roundOf<A, R>(asked);
    open.with = asked;
    const mine = waited(open, signal);
    if (line === undefined) begin(name, open);
    else line.next = open;
    return mine;
  };
}

function roundOf<A, R>(asked: A): Round<A, R> {
  const { promise, resolve } = Promise.withResolvers<R>();
  return { with: asked, asking: 0, stop: new AbortController(), answer: promise, settle: resolve };
}

function waited<A, R>(round: Round<A, R>, signal: AbortSignal | undefined): Promise<R | null> {
  round.asking += 1;
  if (signal === undefined) return round.answer;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      round.asking -= 1;
      if (round.asking === 0) round.stop.abort();
      resolve(null);
    };
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    void round.answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
