/** What every function of `countersign/verify` answers, and how it never throws. The shapes here are public and stay. */

/** Why not. `code` is one of docs/spec/exit-and-reason-codes.md and stable; `message` is for people and may change. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  /** Where: `signoffs[0]`, `landed`. */
  readonly place?: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** `reason` is the first of `reasons`; there is always one. */
export interface Refused {
  readonly ok: false;
  readonly reason: Reason;
  readonly reasons: readonly Reason[];
}

export type Answer<T extends object = object> = ({ readonly ok: true } & T) | Refused;

export function refused(first: Reason, more: readonly Reason[] = []): Refused {
  const reasons = [first, ...more].map(({ code, message, place, remedy }): Reason => {
    return { code, message, ...(place === undefined ? {} : { place }), ...(remedy === undefined ? {} : { remedy }) };
  });
  return { ok: false, reason: reasons[0] ?? first, reasons };
}

/** For a list that says why: one that says nothing refuses all the same. */
export const refusedFor = ([first, ...more]: readonly Reason[]): Refused => refused(first ?? { code: 'INTERNAL', message: 'refused without a reason, which is our own bug' }, more);

/** All that is wrong, or the answer where nothing is. */
export function unless<T extends object>(problems: readonly Reason[], answer: () => T): Answer<T> {
  const [first, ...more] = problems;
  return first === undefined ? { ok: true, ...answer() } : refused(first, more);
}

/** Callers may be plain JavaScript and hand over anything: what throws on it is a refusal like any other. */
export function answering<T extends object>(work: () => Answer<T>): Answer<T> {
  try {
    return work();
  } catch {
    return refused({ code: 'INTERNAL', message: 'the input is of another shape than documented, or this is our own bug' });
  }
}
