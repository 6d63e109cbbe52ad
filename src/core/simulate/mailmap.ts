/**
 * `.mailmap` (gitmailmap(5)), for addresses alone: `Name <proper> [Other name] <other>` says that both are one person. Names
 * are never compared. A line that ends in an address others use too would join strangers, so an address that lines give to
 * several people is left as it is.
 */

/** The proper address of each other one, both in lower case. */
export function mailmap(text: string): ReadonlyMap<string, string> {
  const said = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, proper = '', other] = /^\s*(?!#)[^<>]*<([^<>]*)>(?:[^<>]*<([^<>]*)>)?/.exec(line.slice(0, 1_000)) ?? [];
    if (other === undefined || proper === '') continue;
    const [from, to] = [other.trim().toLowerCase(), proper.trim().toLowerCase()];
    if (from !== '' && from !== to) said.set(from, (said.get(from) ?? new Set()).add(to));
  }
  const sure = new Map([...said].flatMap(([from, to]) => ([...to].length === 1 ? [[from, [...to][0] ?? ''] as const] : [])));
  return endsOf(sure);
}

/** Follows every chain of joins to its end, each step once, and stops where one turns in a circle. */
function endsOf(sure: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const ends = new Map<string, string>();
  for (const from of sure.keys()) {
    const passed = new Set<string>();
    let at = from;
    while (!passed.has(at) && !ends.has(at) && sure.has(at)) {
      passed.add(at);
      at = sure.get(at) ?? at;
    }
    for (const address of passed) ends.set(address, ends.get(at) ?? at);
  }
  return ends;
}
