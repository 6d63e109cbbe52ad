/**
 * Filling seats with people: each person once at each stage, as many seats as possible (maximum flow). Seats that ask for
 * different teams are filled through the teams, each of which is stood for once. Where seats stay empty, the answer names
 * everybody who would fill one more.
 */
import type { PersonId } from '../roster/roster.ts';
import type { Seat } from './decision.ts';
import { Flow } from './flow.ts';

export interface Filled {
  readonly seat: Seat;
  readonly person: PersonId;
}

export interface Missing {
  readonly seat: Seat;
  readonly count: number;
  /** Any one of these, by adding a sign-off, fills one more seat; sorted. */
  readonly anyOf: readonly PersonId[];
}

export interface Quorum {
  readonly filled: readonly Filled[];
  readonly missing: readonly Missing[];
}

/** @param people who signed validly; order and repetition do not matter. Only candidates of a seat fill it. */
export function fillSeats(seats: readonly Seat[], people: readonly PersonId[]): Quorum {
  const stages = [...Map.groupBy(seats, (s) => s.stage).values()].map((some) => new Table(some, new Set(people)).quorum());
  return { filled: stages.flatMap((q) => q.filled), missing: stages.flatMap((q) => q.missing) };
}

/** One way from a seat to a person, through a team or not. */
interface Way {
  readonly seat: Seat;
  readonly person: PersonId;
  readonly edge: number;
}

/** The seats of one stage. */
class Table {
  private readonly flow = new Flow();
  private readonly source = this.flow.node();
  private readonly sink = this.flow.node();
  private readonly nodes = new Map<PersonId, number>();
  private readonly ways: Way[] = [];
  /** For each seat, its chairs: an edge from the source, and the node behind it. */
  private readonly chairs: (readonly { readonly edge: number; readonly node: number }[])[] = [];
  private readonly seats: readonly Seat[];
  private readonly able: ReadonlySet<PersonId>;

  constructor(seats: readonly Seat[], able: ReadonlySet<PersonId>) {
    this.seats = seats;
    this.able = able;
    for (const seat of seats) this.chairs.push(seat.distinctTeams > 1 ? this.throughTeams(seat) : [this.chair(seat, seat.humans, seat.candidates)]);
  }

  quorum(): Quorum {
    this.flow.fill(this.source, this.sink);
    const filled = this.ways.filter((w) => this.flow.through(w.edge) > 0).map(({ seat, person }) => ({ seat, person }));
    return { filled, missing: this.seats.flatMap((seat, i) => this.missing(seat, this.chairs[i] ?? [])) };
  }

  private missing(seat: Seat, chairs: readonly { readonly edge: number; readonly node: number }[]): readonly Missing[] {
    const empty = chairs.filter((c) => this.flow.spare(c.edge) > 0);
    const count = empty.reduce((sum, c) => sum + this.flow.spare(c.edge), 0);
    if (count === 0) return [];
    const reached = empty.map((c) => this.flow.reach(c.node));
    const anyOf = [...this.nodes].filter(([person, node]) => !this.able.has(person) && reached.some((r) => r.has(node))).map(([person]) => person);
    return [{ seat, count, anyOf: anyOf.sort() }];
  }

  private chair(seat: Seat, humans: number, candidates: readonly PersonId[]): { readonly edge: number; readonly node: number } {
    const node = this.flow.node();
    const edge = this.flow.edge(this.source, node, humans);
    for (const person of [...candidates].sort()) this.ways.push({ seat, person, edge: this.flow.edge(node, this.person(person), 1) });
    return { edge, node };
  }

  /** As many people as teams are asked for sit down as members of a team each, the rest as they are. */
  private throughTeams(seat: Seat): readonly { readonly edge: number; readonly node: number }[] {
    const node = this.flow.node();
    const edge = this.flow.edge(this.source, node, seat.distinctTeams);
    const teams = [...new Set(Object.values(seat.standsFor).flat())].sort();
    for (const team of teams) {
      const at = this.flow.node();
      this.flow.edge(node, at, 1);
      const members = seat.candidates.filter((person) => seat.standsFor[person]?.includes(team)).toSorted();
      for (const person of members) this.ways.push({ seat, person, edge: this.flow.edge(at, this.person(person), 1) });
    }
    return [{ edge, node }, this.chair(seat, seat.humans - seat.distinctTeams, seat.candidates)];
  }

  private person(id: PersonId): number {
    const known = this.nodes.get(id);
    if (known !== undefined) return known;
    const node = this.flow.node();
    this.flow.edge(node, this.sink, this.able.has(id) ? 1 : 0);
    this.nodes.set(id, node);
    return node;
  }
}
