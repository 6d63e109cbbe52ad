/**
 * The automaton of matcher-spots.ts, made deterministic as paths ask for it: a state is the set of spots alive at a point
 * of a path, and where it leads by a character is worked out once and then known. A path that resembles earlier ones costs
 * one look-up a character, however many patterns there are.
 *
 * Whoever writes patterns and paths together can make every step lead to a new set. So what is kept is bounded; beyond it
 * a path is walked with its spots side by side, O(patterns x path), and nothing is remembered. Answers never depend on
 * what is kept.
 */
import { type Alphabet, ASCII, alphabetOf } from './matcher-alphabet.ts';
import type { Spots } from './matcher-spots.ts';
import { Stepper } from './matcher-step.ts';

export interface Automaton<T> {
  /** What `decide` made of the patterns this path matches whole. */
  of(path: string): T;
  /** Spots looked at so far because no table had the answer, and numbers kept now: what tests bound. */
  readonly work: number;
  readonly kept: number;
}

/** From the numbers of the patterns that match, ascending. */
type Decide<T> = (patterns: readonly number[]) => T;

/** Numbers kept in tables, sets and answers. */
export const ROOM = 1 << 20;

/** @param room how many numbers may be kept; 0 keeps nothing. */
export const automatonOf = <T>(spots: Spots, decide: Decide<T>, room = ROOM): Automaton<T> => new States(spots, decide, room);

/** Entries of the table: not worked out yet, nothing alive, the start; and the answer where there is no room to know. */
const [UNKNOWN, DEAD, FIRST, FULL] = [0, 1, 2, -1];
const POINTS = 0x110000;
/** Full tables are emptied only after they served this many characters a state: to fill them costs. */
const PAYS = 10;
/** States of one print that are compared: somebody may make thousands. */
const ALIKE = 8;
/** What a state keeps beside its row and its spots. */
const OVERHEAD = 16;
const NOBODY = new Uint32Array(0);

class States<T> implements Automaton<T> {
  private readonly spots: Spots['spots'];
  private readonly decide: Decide<T>;
  private readonly room: number;
  private readonly stepper: Stepper;
  private readonly alphabet: Alphabet;

  /** A row for each state, a column for each class of ASCII characters. */
  private table = NOBODY;
  /** The same beyond ASCII, by state and code point. */
  private readonly wide = new Map<number, number>();
  private sets: Uint32Array[] = [];
  private answers: (T | undefined)[] = [];
  /** The latest state by the print of its spots, and for each state the one before it of the same print. */
  private readonly latest = new Map<number, number>();
  private before: number[] = [];
  kept = 0;
  private served = 0;

  constructor({ spots, sets }: Spots, decide: Decide<T>, room: number) {
    this.spots = spots;
    this.decide = decide;
    this.room = room;
    this.stepper = new Stepper(spots);
    this.alphabet = alphabetOf(sets);
    this.forget();
  }

  get work(): number {
    return this.stepper.work;
  }

  of(path: string): T {
    if (this.kept >= this.room && this.served > PAYS * this.sets.length) this.forget();
    this.served += path.length;
    const { columns, width } = this.alphabet;
    let { table } = this;
    let state = FIRST;
    for (let i = 0; i < path.length; i++) {
      const unit = path.charCodeAt(i);
      const point = unit < ASCII ? unit : (path.codePointAt(i) ?? unit);
      let next = unit < ASCII ? (table[state * width + (columns[unit] ?? 0)] ?? UNKNOWN) : (this.wide.get(state * POINTS + point) ?? UNKNOWN);
      if (next === UNKNOWN) {
        next = this.follow(state, point);
        if (next === FULL) return this.sideBySide(this.sets[state] ?? NOBODY, path, i);
        table = this.table;
      }
      if (next === DEAD) return this.answer(DEAD);
      state = next;
      if (point > 0xffff) i++;
    }
    return this.answer(state);
  }

  private sideBySide(set: ArrayLike<number>, path: string, from: number): T {
    let alive = set;
    for (let i = from; i < path.length && alive.length > 0; i++) {
      const point = path.codePointAt(i) ?? 0;
      alive = this.stepper.step(alive, point);
      if (point > 0xffff) i++;
    }
    return this.decide(this.endingIn(alive));
  }

  private answer(state: number): T {
    const known = this.answers[state];
    if (known !== undefined) return known;
    const patterns = this.endingIn(this.sets[state] ?? NOBODY);
    const fresh = this.decide(patterns);
    if (this.kept < this.room) this.answers[state] = fresh;
    this.kept += patterns.length;
    return fresh;
  }

  private endingIn(set: ArrayLike<number>): readonly number[] {
    const patterns: number[] = [];
    for (let i = 0; i < set.length; i++) for (const number of this.spots[set[i] ?? 0]?.ends ?? []) patterns.push(number);
    return patterns.sort((a, b) => a - b);
  }

  /** The state after this one by this character: worked out, and kept while there is room. */
  private follow(state: number, point: number): number {
    if (this.kept >= this.room) return FULL;
    const next = this.numberOf(this.stepper.step(this.sets[state] ?? NOBODY, point));
    if (point < ASCII) this.table[state * this.alphabet.width + (this.alphabet.columns[point] ?? 0)] = next;
    else {
      this.wide.set(state * POINTS + point, next);
      this.kept += OVERHEAD;
    }
    return next;
  }

  /** @param found what the stepper just said. */
  private numberOf(found: readonly number[]): number {
    const print = printOf(found);
    let alike = this.latest.get(print) ?? UNKNOWN;
    for (let tries = 0; alike !== UNKNOWN && tries < ALIKE; tries++) {
      if (this.stepper.ledTo(found, this.sets[alike] ?? NOBODY)) return alike;
      alike = this.before[alike] ?? UNKNOWN;
    }
    return this.keep(found, print);
  }

  private keep(found: readonly number[], print: number): number {
    const number = this.sets.push(Uint32Array.from(found)) - 1;
    this.before[number] = this.latest.get(print) ?? UNKNOWN;
    this.latest.set(print, number);
    this.kept += this.alphabet.width + found.length + OVERHEAD;
    if (this.sets.length * this.alphabet.width > this.table.length) this.grow();
    return number;
  }

  private grow(): void {
    const larger = new Uint32Array(Math.max(8 * this.alphabet.width, 2 * this.table.length));
    larger.set(this.table);
    this.table = larger;
  }

  private forget(): void {
    this.table = NOBODY;
    this.wide.clear();
    this.latest.clear();
    // No state has the number UNKNOWN.
    [this.sets, this.answers, this.before, this.kept, this.served] = [[NOBODY], [], [], 0, 0];
    this.keep([], 0);
    this.keep(this.stepper.start(), printOf(this.stepper.start()));
  }
}

/** The same for the same spots in any order, and 0 for none. */
export function printOf(spots: readonly number[]): number {
  let print = 0;
  for (let i = 0; i < spots.length; i++) {
    const mixed = Math.imul((spots[i] ?? 0) + 1, 0x9e3779b1);
    print = (print + Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)) | 0;
  }
  return print;
}
