/** Reads ahead: several under way at once, answers in order. What is under way is bounded, and so is what is held. */
export async function* ahead<T>(from: number, to: number, width: number, read: (index: number) => Promise<T>): AsyncGenerator<T> {
  const under: Promise<T>[] = [];
  let next = from;
  while (next < to || under.length > 0) {
    while (next < to && under.length < width) {
      const started = read(next++);
      // Whoever takes it sees how it ended; until then nobody listens, and that is no crash.
      started.catch(() => undefined);
      under.push(started);
    }
    const first = under.shift();
    if (first !== undefined) yield await first;
  }
}
