/** How often what has a name was reverted: folders, endings, words. */
import { Ints } from './ints.ts';
import { Names } from './names.ts';

export class Rates {
  readonly names: Names;
  /** Commits that had to do with it. */
  readonly commits: Ints;
  /** Of these, known to be reverted. */
  readonly reverted: Ints;

  constructor(names = new Names(), commits = Ints.empty(), reverted = Ints.empty()) {
    this.names = names;
    this.commits = commits;
    this.reverted = reverted;
  }

  /** A number for it, whether or not it came before. Counts nothing. */
  add(name: string): number {
    const number = this.names.add(name);
    if (number === this.commits.length) {
      this.commits.push(0);
      this.reverted.push(0);
    }
    return number;
  }

  /** Share known to be reverted, drawn to `prior` as if `weight` more commits had it. */
  rate(name: string, prior: number, weight: number): number {
    const number = this.names.find(name);
    return number < 0 ? prior : smoothed(this.reverted.at(number), this.commits.at(number), weight, prior);
  }

  /** The highest of them; the prior of none. */
  highest(names: Iterable<string>, prior: number, weight: number): number {
    let most = Number.NEGATIVE_INFINITY;
    for (const name of names) most = Math.max(most, this.rate(name, prior, weight));
    return most === Number.NEGATIVE_INFINITY ? prior : most;
  }
}

export const smoothed = (reverted: number, commits: number, weight: number, prior: number): number => (reverted + prior * weight) / (commits + weight);
