/**
 * One cheap look at a whole message before it is split into lines: most messages hold no word that any mark needs. All words
 * are looked for at once, in one walk by character, so that whoever writes a message decides nothing about how long that takes.
 */

/** `plain`: no mark can be in it. `worth`: read it. `hidden`: letters may be other ones (NFKC, zero width), so read it. */
export type Glance = 'plain' | 'worth' | 'hidden';

/** What of a text is looked at. */
export type Letters = Pick<string, 'length' | 'charCodeAt' | 'codePointAt'>;

export interface Scanner {
  /** @param lines more lines than this, or one longer than `width`, are worth reading for their number alone. */
  glance(text: Letters, lines: number, width: number): Glance;
  /** One line holds a word; false only where no mark can be. */
  holds(line: string): boolean;
}

// Classes of characters: 0 any other, 1 what separates words, 2 an end of line, then letters, digits and marks.
const OTHER = 0;
const GAP = 1;
const END = 2;
const MARKS = 'abcdefghijklmnopqrstuvwxyz0123456789[]:<@+./';
const CLASSES = MARKS.length + 3;
/** Dropped behind a gap: emphasis and brackets before a name. */
const SOFT = new Set('[`*~(_'.split('').map((c) => c.charCodeAt(0)));

const classOf = new Uint8Array(128);
for (const [i, c] of Array.from(MARKS).entries()) {
  classOf[c.charCodeAt(0)] = i + 3;
  classOf[c.toUpperCase().charCodeAt(0)] = i + 3;
}
for (const c of ' \t-_\r\v\f') classOf[c.charCodeAt(0)] = GAP;
classOf[10] = END;

const BACKSLASH = 92;
const LETTER_N = 110;

/** @param words of `a-z`, digits, `[]:<@+./` and `-`, which stands for any run of spaces, hyphens and underscores. */
export function scannerOf(words: Iterable<string>): Scanner {
  const machine = machineOf(words);
  return {
    glance: (text, lines, width) => walk(machine, text, lines, width),
    holds: (line) => walk(machine, line, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY) !== 'plain',
  };
}

const WORD = 0xffff;

interface Machine {
  /** Next state by state and class; WORD: one ends there. */
  readonly next: Uint16Array;
}

function walk({ next }: Machine, text: Letters, lines: number, width: number): Glance {
  let state = 0;
  let gap = false;
  let [begun, count, before] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) {
      if (hides(text, i, code)) return 'hidden';
      [state, gap, before] = [0, false, code];
      continue;
    }
    // tools write a literal backslash-n for an end of line
    if (code === 10 || (code === LETTER_N && before === BACKSLASH)) {
      count += 1;
      if (i - begun > width || count > lines) return 'worth';
    }
    if (code === 10) {
      begun = i;
      [state, gap, before] = [0, false, code];
      continue;
    }
    before = code;
    const kind = classOf[code] ?? OTHER;
    if (gap && (kind === GAP || SOFT.has(code))) continue;
    gap = kind === GAP;
    state = next[state * CLASSES + kind] ?? 0;
    if (state === WORD) return 'worth';
  }
  return text.length - begun > width ? 'worth' : 'plain';
}

/** The automaton of Aho and Corasick, its failures folded into the table. */
function machineOf(words: Iterable<string>): Machine {
  const tree: Uint16Array[] = [new Uint16Array(CLASSES)];
  const ends = new Set<number>();
  for (const word of words) {
    let at = 0;
    for (const c of word) {
      const kind = classOf[c.charCodeAt(0)] ?? OTHER;
      const row = tree[at] as Uint16Array;
      if ((row[kind] ?? 0) === 0) row[kind] = tree.push(new Uint16Array(CLASSES)) - 1;
      at = row[kind] ?? 0;
    }
    ends.add(at);
  }
  return folded(tree, ends);
}

function folded(tree: readonly Uint16Array[], ends: Set<number>): Machine {
  const next = new Uint16Array(tree.length * CLASSES);
  const fail = new Uint16Array(tree.length);
  const queue = [0];
  for (let head = 0; head < queue.length; head++) {
    const at = queue[head] ?? 0;
    for (let kind = 0; kind < CLASSES; kind++) {
      const child = tree[at]?.[kind] ?? 0;
      const back = at === 0 ? 0 : (next[(fail[at] ?? 0) * CLASSES + kind] ?? 0);
      if (child === 0) {
        next[at * CLASSES + kind] = back;
        continue;
      }
      fail[child] = back === WORD ? 0 : back;
      if (back === WORD) ends.add(child);
      queue.push(child);
      next[at * CLASSES + kind] = ends.has(child) ? WORD : child;
    }
  }
  return { next };
}

/** By code point: 0 not asked yet, 1 harmless, 2 may fold to ASCII or to nothing. Laid when the first such letter is met. */
let known: Uint8Array | undefined;
const INVISIBLE = /[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

function hides(text: Letters, at: number, unit: number): boolean {
  // the second half of a pair was asked with the first
  if (unit >= 0xdc00 && unit <= 0xdfff) return false;
  known ??= new Uint8Array(0x110000);
  const point = unit >= 0xd800 && unit <= 0xdbff ? (text.codePointAt(at) ?? unit) : unit;
  if (known[point] === 0) {
    const one = String.fromCodePoint(point);
    known[point] = INVISIBLE.test(one) || /[\x20-\x7e]/.test(one.normalize('NFKC')) ? 2 : 1;
  }
  return known[point] === 2;
}
