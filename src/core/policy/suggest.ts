/** "Did you mean": the known name nearest to an unknown one, at most two edits away. */

/** The nearest of `known`, or undefined where none is near. Case alone is the nearest difference of all. */
function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const folded = name.toLowerCase();
  const byCase = known.find((k) => k.toLowerCase() === folded);
  if (byCase !== undefined) return byCase;
  const scored = known.map((k) => ({ k, d: distance(folded, k.toLowerCase()) })).filter(({ k, d }) => d <= 2 && d < k.length);
  return scored.sort((a, b) => a.d - b.d || (a.k < b.k ? -1 : 1))[0]?.k;
}

/** ` (did you mean X?)`, or what there is to choose from where the list is short, or nothing. */
export function hint(name: string, known: readonly string[]): string | undefined {
  const near = nearest(name, known);
  if (near !== undefined) return `did you mean ${near}?`;
  return known.length > 0 && known.length <= 20 ? `known here: ${known.join(', ')}` : undefined;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, x] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, y] of Array.from(b).entries()) next.push(Math.min((row[j] ?? 0) + (x === y ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row[b.length] ?? 3;
}
