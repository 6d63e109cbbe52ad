/** The same questions, each asked once what it is to see is there. */
export function after<T extends object>(ready: () => Promise<void>, questions: T): T {
  const asked = Object.entries(questions).map(([name, question]) => [
    name,
    typeof question === 'function'
      ? async (...where: unknown[]) => {
          await ready();
          return question(...where);
        }
      : after(ready, question),
  ]);
  return Object.fromEntries(asked);
}
