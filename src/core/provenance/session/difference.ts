/**
 * What one tool call did to one file, line by line. Done in this process, because a hook has no time to start another:
 * greedy, after Myers (An O(ND) Difference Algorithm and Its Variations, 1986), with what both ends share taken off first.
 * Where two versions have next to nothing in common the whole stretch between counts as written anew, and says so: more lines
 * for the agent, never fewer.
 */

/** 0-based: `removed` lines of the old file from `from`, `added` lines of the new one from `to`. */
export interface Edit {
  readonly from: number;
  readonly removed: number;
  readonly to: number;
  readonly added: number;
}

export interface Difference {
  /** Ascending. Applied to the old lines they give the new ones. */
  readonly edits: readonly Edit[];
  /** The stretch was too different to be compared. */
  readonly coarse: boolean;
}

/** Lines added and removed beyond which a stretch is not compared: some milliseconds, some megabytes. */
const MOST = 1_500;

export function difference(before: readonly string[], after: readonly string[], most = MOST): Difference {
  const start = sharedStart(before, after);
  const end = sharedEnd(before, after, start);
  const [a, b] = numbered(before.slice(start, before.length - end), after.slice(start, after.length - end));
  if (a.length === 0 && b.length === 0) return { edits: [], coarse: false };
  const whole = [{ from: start, removed: a.length, to: start, added: b.length }];
  if (a.length === 0 || b.length === 0) return { edits: whole, coarse: false };
  const marks = compared(a, b, most);
  return marks === undefined ? { edits: whole, coarse: true } : { edits: editsOf(marks, start), coarse: false };
}

function sharedStart(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

function sharedEnd(a: readonly string[], b: readonly string[], start: number): number {
  let n = 0;
  while (n < Math.min(a.length, b.length) - start && a[a.length - 1 - n] === b[b.length - 1 - n]) n++;
  return n;
}

/** Equal lines, equal numbers. */
function numbered(...sides: readonly [readonly string[], readonly string[]]): readonly [Uint32Array, Uint32Array] {
  const known = new Map<string, number>();
  const number = (line: string): number => {
    const n = known.get(line) ?? known.size;
    known.set(line, n);
    return n;
  };
  return [Uint32Array.from(sides[0], number), Uint32Array.from(sides[1], number)];
}

/** 1 where a line is gone from the old side, or new on the other. */
interface Marks {
  readonly gone: Uint8Array;
  readonly come: Uint8Array;
}

/** The farthest reach of every diagonal, round by round, until one reaches the end; undefined after `most` rounds. */
function compared(a: Uint32Array, b: Uint32Array, most: number): Marks | undefined {
  const rounds = Math.min(a.length + b.length, most);
  const zero = rounds + 1;
  const reach = new Uint32Array(2 * rounds + 3);
  const trace: Uint32Array[] = [];
  for (let d = 0; d <= rounds; d++) {
    trace.push(reach.slice(zero - d - 1, zero + d + 2));
    for (let k = -d; k <= d; k += 2) {
      let x = down(reach, zero + k, k, d) ? at(reach, zero + k + 1) : at(reach, zero + k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[zero + k] = x;
      if (x >= a.length && x - k >= b.length) return walkedBack(a.length, b.length, trace);
    }
  }
  return undefined;
}

const at = (values: Uint32Array, index: number): number => values[index] ?? 0;
/** Whether diagonal k is reached from the one above it, by a line that is new. */
const down = (reach: Uint32Array, index: number, k: number, d: number): boolean => k === -d || (k !== d && at(reach, index - 1) < at(reach, index + 1));

function walkedBack(oldLines: number, newLines: number, trace: readonly Uint32Array[]): Marks {
  const marks = { gone: new Uint8Array(oldLines), come: new Uint8Array(newLines) };
  let [x, y] = [oldLines, newLines];
  for (let d = trace.length - 1; d > 0; d--) {
    const reach = trace[d] ?? new Uint32Array();
    const k = x - y;
    const isNew = down(reach, k + d + 1, k, d);
    x = at(reach, (isNew ? k + 1 : k - 1) + d + 1);
    y = x - (isNew ? k + 1 : k - 1);
    if (isNew) marks.come[y] = 1;
    else marks.gone[x] = 1;
  }
  return marks;
}

function editsOf({ gone, come }: Marks, start: number): readonly Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [0, 0];
  while (x < gone.length || y < come.length) {
    const [from, to] = [x, y];
    while (gone[x] === 1) x++;
    while (come[y] === 1) y++;
    if (x > from || y > to) edits.push({ from: start + from, removed: x - from, to: start + to, added: y - to });
    else {
      x++;
      y++;
    }
  }
  return edits;
}

/** Binary, as git has it: a zero byte near the beginning. */
const SNIFF = 8_000;
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The lines of a file, without line feeds; undefined where it is binary. @param plain drops carriage returns at line ends too:
 * one side comes from a blob and git may have turned them.
 */
export function linesOf(content: Uint8Array, plain = false): readonly string[] | undefined {
  if (content.subarray(0, SNIFF).includes(0)) return undefined;
  const lines = lenient.decode(content).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return plain ? lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)) : lines;
}
