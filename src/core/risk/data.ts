/** A document of data (YAML, JSON, a constant of HCL) with the place of everything in it. Reading never throws: what is not there is undefined. */

export type DataNode =
  | { readonly is: 'scalar'; readonly value: string | number | boolean | null; readonly line: number }
  | { readonly is: 'list'; readonly items: readonly DataNode[]; readonly line: number }
  | { readonly is: 'map'; readonly entries: readonly DataEntry[]; readonly line: number }
  /** Known only when it runs: a reference, a template, a tag of its own. `text`: as it is written, white space folded. */
  | { readonly is: 'unknown'; readonly text: string; readonly line: number };

export interface DataEntry {
  readonly key: string;
  /** 1-based, of the key. */
  readonly line: number;
  readonly value: DataNode;
}

/** The last entry of that name counts, as parsers have it that allow two. */
export const entry = (node: DataNode | undefined, key: string): DataEntry | undefined => (node?.is === 'map' ? node.entries.findLast((e) => e.key === key) : undefined);

/** Along names of maps and indexes of lists. */
export const dig = (node: DataNode | undefined, ...path: readonly (string | number)[]): DataNode | undefined =>
  path.reduce<DataNode | undefined>((at, step) => (typeof step === 'number' ? items(at)[step] : entry(at, step)?.value), node);

export const items = (node: DataNode | undefined): readonly DataNode[] => (node?.is === 'list' ? node.items : []);
export const entries = (node: DataNode | undefined): readonly DataEntry[] => (node?.is === 'map' ? node.entries : []);
export const scalar = (node: DataNode | undefined): string | number | boolean | null | undefined => (node?.is === 'scalar' ? node.value : undefined);

/** A string, or a number or boolean as it would be written; undefined where it is none or unknown. */
export const text = (node: DataNode | undefined): string | undefined => {
  const value = scalar(node);
  return value === undefined || value === null ? undefined : String(value);
};
export const number = (node: DataNode | undefined): number | undefined => {
  const value = scalar(node);
  return typeof value === 'number' ? value : undefined;
};

/** One item or a list of them, as many formats allow. */
export const oneOrMore = (node: DataNode | undefined): readonly DataNode[] => (node === undefined ? [] : node.is === 'list' ? node.items : [node]);

/** The same data wherever it stands and in whatever order its names are written: equal text is equal data. */
export function canonical(node: DataNode | undefined): string {
  if (node === undefined) return '';
  if (node.is === 'scalar') return JSON.stringify(node.value);
  if (node.is === 'unknown') return `?${JSON.stringify(node.text)}`;
  if (node.is === 'list') return `[${node.items.map(canonical).join(',')}]`;
  const last = new Map(node.entries.map((e) => [e.key, canonical(e.value)]));
  return `{${[...last]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${value}`)
    .join(',')}}`;
}
