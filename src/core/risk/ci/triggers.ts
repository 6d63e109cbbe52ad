/** What starts a workflow. YAML 1.1 reads a bare `on` as true: both names are looked for. */
import { type DataNode, entries, entry, items, scalar, text } from '../data.ts';

export function onOf(document: DataNode | undefined): DataNode | undefined {
  return (entry(document, 'on') ?? entry(document, 'true'))?.value;
}

export function triggersOf(document: DataNode | undefined): ReadonlySet<string> {
  const on = onOf(document);
  const one = scalar(on);
  if (typeof one === 'string') return new Set([one]);
  return new Set([...items(on).flatMap((n) => text(n) ?? []), ...entries(on).map((e) => e.key)]);
}
