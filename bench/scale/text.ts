/** Texts with places in them: what is the same in every copy is kept, what is each copy's own is put in. */

/** Values by the number of their slot. */
export type Values = (string | number)[];
export type Render = (values: Values) => string;

export interface Named {
  readonly text: string;
  readonly slot: number;
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @param names what is replaced wherever it stands; of two that begin alike the longer one, of two that are alike the first. */
export function template(text: string, names: readonly Named[], spelled: (text: string) => string = (l) => l): Render {
  const sorted = [...names].sort((a, b) => b.text.length - a.text.length);
  const slots = new Map(sorted.toReversed().map((n) => [n.text, n.slot]));
  const pieces = text.split(new RegExp(`(${sorted.map((n) => literal(n.text)).join('|')})`)).map((piece) => slots.get(piece) ?? spelled(piece));
  return (values) => {
    let made = '';
    for (const piece of pieces) made += typeof piece === 'number' ? values[piece] : piece;
    return made;
  };
}

/** As `copy ... from stdin` reads a value. */
export const copied = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
