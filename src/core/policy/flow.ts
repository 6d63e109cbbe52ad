/**
 * Maximum flow with small whole capacities (Ford and Fulkerson 1956, depth first): who can sit where, and who would help.
 * Deterministic: edges are tried in the order they were added.
 */
export class Flow {
  private readonly to: number[] = [];
  private readonly left: number[] = [];
  private readonly from: number[][] = [];

  node(): number {
    return this.from.push([]) - 1;
  }

  /** @returns the edge, to be asked by `through`. */
  edge(from: number, to: number, capacity: number): number {
    const edge = this.to.length;
    this.from[from]?.push(edge);
    this.from[to]?.push(edge + 1);
    this.to.push(to, from);
    this.left.push(capacity, 0);
    return edge;
  }

  /** Pushes as much as there is from `source` to `sink`. */
  fill(source: number, sink: number): void {
    while (this.push(source, sink));
  }

  /** What flows through an edge. */
  through(edge: number): number {
    return this.left[edge + 1] ?? 0;
  }

  spare(edge: number): number {
    return this.left[edge] ?? 0;
  }

  /** Every node one more unit could get to from here. */
  reach(start: number): ReadonlySet<number> {
    const seen = new Set([start]);
    for (const node of seen) for (const edge of this.from[node] ?? []) if ((this.left[edge] ?? 0) > 0) seen.add(this.to[edge] ?? start);
    return seen;
  }

  /** One more unit, along a path found without recursion: rosters are long. */
  private push(source: number, sink: number): boolean {
    const came = new Map<number, number>([[source, -1]]);
    const stack = [source];
    for (let node = stack.pop(); node !== undefined && !came.has(sink); node = stack.pop()) {
      const edges = this.from[node] ?? [];
      // The last pushed is looked at first, so the first edge goes in last.
      for (let i = edges.length - 1; i >= 0; i -= 1) {
        const edge = edges[i] ?? 0;
        const next = this.to[edge] ?? source;
        if ((this.left[edge] ?? 0) === 0 || came.has(next)) continue;
        came.set(next, edge);
        stack.push(next);
      }
    }
    if (!came.has(sink)) return false;
    for (let edge = came.get(sink) ?? -1; edge >= 0; edge = came.get(this.to[edge ^ 1] ?? source) ?? -1) this.move(edge);
    return true;
  }

  private move(edge: number): void {
    this.left[edge] = (this.left[edge] ?? 0) - 1;
    this.left[edge ^ 1] = (this.left[edge ^ 1] ?? 0) + 1;
  }
}
