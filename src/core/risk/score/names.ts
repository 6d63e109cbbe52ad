/**
 * Names as small numbers. A name is kept as the first 64 bits of its SHA-256: what is written down holds nobody's address
 * and no path, and every name takes eight bytes. Finding another name with the same bits takes some four billion tries, and
 * wins that two places share a record in a score that only ranks.
 */
import { sha256 } from '../../base/crypto.ts';
import { Ints } from './ints.ts';

/** Names that are remembered as they are, so that they need not be hashed again. */
const MOST_REMEMBERED = 400_000;

export class Names {
  readonly high: Ints;
  readonly low: Ints;
  /** Open addressing: number + 1, 0 where nothing stands. Always a power of two, at most half full. */
  #table = new Int32Array(0);
  readonly #remembered = new Map<string, number>();

  constructor(high = Ints.empty(), low = Ints.empty()) {
    this.high = high;
    this.low = low;
  }

  get length(): number {
    return this.high.length;
  }

  /** Its number; -1 of a name that never came. */
  find(name: string): number {
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    const found = this.#look(...bitsOf(name));
    if (found >= 0) this.#remember(name, found);
    return found;
  }

  /** Its number; the next free one for a name that never came. */
  add(name: string): number {
    const known = this.find(name);
    if (known >= 0) return known;
    const [high, low] = bitsOf(name);
    const number = this.high.push(high);
    this.low.push(low);
    if (this.length * 2 > this.#table.length) this.#lay();
    else this.#put(number);
    this.#remember(name, number);
    return number;
  }

  #remember(name: string, number: number): void {
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(name, number);
  }

  #look(high: number, low: number): number {
    if (this.#table.length === 0) this.#lay();
    const mask = this.#table.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#table[slot] ?? 0) - 1;
      if (number < 0 || (this.high.at(number) === high && this.low.at(number) === low)) return number;
    }
  }

  #put(number: number): void {
    const mask = this.#table.length - 1;
    let slot = this.low.at(number) & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = number + 1;
  }

  #lay(): void {
    let size = 64;
    while (size < this.length * 4) size *= 2;
    this.#table = new Int32Array(size);
    for (let number = 0; number < this.length; number++) this.#put(number);
  }
}

/** The first 64 bits of the SHA-256 of its UTF-8. */
export function bitsOf(name: string): readonly [number, number] {
  const b = sha256(name);
  return [word(b, 0), word(b, 4)];
}

const word = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 24) | ((b[at + 1] ?? 0) << 16) | ((b[at + 2] ?? 0) << 8) | (b[at + 3] ?? 0);
