/** Resolves when the process is told to end. Ctrl-C arrives more than once where npm hands it on: the rest is heard and ignored. */
export const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
