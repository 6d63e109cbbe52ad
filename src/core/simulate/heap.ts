/** A binary heap: the smallest on top. Staff of one level wait in it, whoever is free first on top. */
export interface Heap<T> {
  readonly top: () => T | undefined;
  readonly push: (item: T) => void;
  readonly pop: () => T | undefined;
}

/** @param before strictly: does `a` come before `b`? */
export function heap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const swap = (i: number, j: number): void => {
    const [a, b] = [items[i], items[j]];
    if (a === undefined || b === undefined) return;
    items[i] = b;
    items[j] = a;
  };
  const less = (i: number, j: number): boolean => {
    const [a, b] = [items[i], items[j]];
    return a !== undefined && b !== undefined && before(a, b);
  };
  const up = (i: number): void => {
    const parent = (i - 1) >> 1;
    if (i === 0 || !less(i, parent)) return;
    swap(i, parent);
    up(parent);
  };
  const down = (i: number): void => {
    const [left, right] = [2 * i + 1, 2 * i + 2];
    const child = right < items.length && less(right, left) ? right : left;
    if (child >= items.length || !less(child, i)) return;
    swap(i, child);
    down(child);
  };
  return {
    top: () => items[0],
    push: (item) => {
      items.push(item);
      up(items.length - 1);
    },
    pop: () => {
      swap(0, items.length - 1);
      const item = items.pop();
      down(0);
      return item;
    },
  };
}
