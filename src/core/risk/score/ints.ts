/** Whole numbers of 32 bits that grow in number, and lists of them. Histories are kept in these: a million of them take four megabytes, and they are written to a file as they lie. */

export class Ints {
  #data: Int32Array;
  #length: number;

  /** @param data taken over, not copied. */
  constructor(data: Int32Array = new Int32Array(64)) {
    this.#data = data.length === 0 ? new Int32Array(64) : data;
    this.#length = data.length;
  }

  static empty(): Ints {
    const ints = new Ints();
    ints.#length = 0;
    return ints;
  }

  get length(): number {
    return this.#length;
  }

  /** 0 where nothing stands. */
  at(i: number): number {
    return this.#data[i] ?? 0;
  }

  /** Read as a number of seconds, or half of a digest: never negative. */
  unsigned(i: number): number {
    return (this.#data[i] ?? 0) >>> 0;
  }

  push(value: number): number {
    if (this.#length === this.#data.length) {
      const wider = new Int32Array(this.#length * 2);
      wider.set(this.#data);
      this.#data = wider;
    }
    this.#data[this.#length] = value;
    this.#length += 1;
    return this.#length - 1;
  }

  set(i: number, value: number): void {
    this.#data[i] = value;
  }

  bump(i: number, by = 1): void {
    this.#data[i] = (this.#data[i] ?? 0) + by;
  }

  /** Takes these in place of what was held. @param data taken over, not copied. */
  load(data: Int32Array): void {
    this.#data = data.length === 0 ? new Int32Array(64) : data;
    this.#length = data.length;
  }

  /** From there on, its own. */
  from(start: number): Ints {
    return new Ints(this.#data.slice(start, this.#length));
  }

  map(change: (value: number, i: number) => number): Ints {
    return new Ints(this.view().map(change));
  }

  /** What is held, for writing it down; valid until the next change. */
  view(): Int32Array {
    return this.#data.subarray(0, this.#length);
  }
}

/** One list for each of many owners, in the order they came, never changed again. */
export class Lists {
  readonly ends: Ints;
  readonly values: Ints;

  constructor(ends = Ints.empty(), values = Ints.empty()) {
    this.ends = ends;
    this.values = values;
  }

  push(values: readonly number[]): void {
    for (const value of values) this.values.push(value);
    this.ends.push(this.values.length);
  }

  /** The lists of the owners from there on. */
  from(owner: number): Lists {
    const skipped = owner === 0 ? 0 : this.ends.at(owner - 1);
    return new Lists(
      this.ends.from(owner).map((end) => end - skipped),
      this.values.from(skipped),
    );
  }

  of(owner: number): readonly number[] {
    const from = owner === 0 ? 0 : this.ends.at(owner - 1);
    return Array.from({ length: Math.max(0, this.ends.at(owner) - from) }, (_, i) => this.values.at(from + i));
  }
}
