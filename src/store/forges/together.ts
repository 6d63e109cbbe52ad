/** Work that waits together shares one transaction, and so one fsync: a forge tells of a thousand things within a second. */
import type { Sequencer } from '../ledger/sequencer.ts';

interface Waiting<A, R> {
  readonly asked: A;
  readonly resolve: (answer: R) => void;
  readonly reject: (cause: unknown) => void;
}

/** Those of one transaction. */
const GROUP = 64;

/**
 * @param write one transaction; an answer for each, in their order. @param away whether this throw says that the database is: what was sent
 * may be committed then, and is not sent again. Otherwise each is tried by itself, so that nobody fails for what another asked.
 */
export function together<A, R>(
  { alone }: Pick<Sequencer, 'alone'>,
  write: (all: readonly A[]) => Promise<readonly R[]>,
  away: (cause: unknown) => boolean,
): (asked: A) => Promise<R> {
  const waiting: Waiting<A, R>[] = [];
  const settle = async (group: readonly Waiting<A, R>[]): Promise<void> => {
    try {
      const answers = await write(group.map((one) => one.asked));
      group.forEach((one, i) => void one.resolve(answers[i] as R));
    } catch (cause) {
      if (group.length > 1 && !away(cause)) for (const one of group) await settle([one]);
      else for (const one of group) one.reject(cause);
    }
  };
  const drain = async (): Promise<void> => {
    const group = waiting.splice(0, GROUP);
    if (group.length > 0) await settle(group);
  };
  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, resolve, reject });
      alone(drain).catch(reject);
    });
}
