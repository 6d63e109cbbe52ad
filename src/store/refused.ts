/** A Problem on its way out of a transaction: thrown so that the transaction rolls back, and caught where the store answers. */
import { err, ok, type Problem, type Result } from '../core/base/result.ts';

export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The work's value, or the Problem it was refused with; any other throw stays one. */
export async function settled<T>(work: Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work);
  } catch (cause) {
    if (cause instanceof Refused) return err(cause.problem);
    throw cause;
  }
}

/** The inverse: the value, or a throw that `settled` turns back. */
export function orRefuse<T>(result: Result<T>): T {
  if (!result.ok) throw new Refused(result.error);
  return result.value;
}
