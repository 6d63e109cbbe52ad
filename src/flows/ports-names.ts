/** A short name that several refs answer to: whoever pushes a tag could choose between them, so nobody does until it is written in full. */
import { type Problem, problem } from '../core/base/result.ts';

export class AmbiguousName extends Error {
  readonly problem: Problem;

  /** @param meant what answers to it. */
  constructor(name: string, meant: readonly string[]) {
    const found = problem('USAGE', `${JSON.stringify(name)} is ${meant.join(' and ')}, which stand at different commits`, {
      place: name,
      remedy: `write the full name of the one you mean${meant[0]?.startsWith('refs/') ? `, such as ${meant[0]}` : ''}`,
    });
    super(`${found.message}; ${found.remedy}`);
    this.problem = found;
  }
}
