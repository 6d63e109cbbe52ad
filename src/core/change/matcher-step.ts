/** One step of all spots side by side. No backtracking: a spot is reached once a step, however many ways lead to it. */
import { holds } from './glob-ranges.ts';
import { type Spot, START } from './matcher-spots.ts';

export class Stepper {
  /** Spots and ways looked at so far: what a hostile policy or path drives up, and tests bound. */
  work = 0;
  private readonly spots: readonly Spot[];
  /** The step at which each spot was last reached. */
  private readonly reached: number[];
  private now = 0;

  constructor(spots: readonly Spot[]) {
    this.spots = spots;
    this.reached = spots.map(() => 0);
  }

  start(): readonly number[] {
    this.now++;
    const found: number[] = [];
    this.reach(START, found);
    return this.closed(found);
  }

  /** Where these spots lead by this character, in no order that means anything. Spots only passed through are left out. */
  step(from: ArrayLike<number>, point: number): readonly number[] {
    this.now++;
    const found: number[] = [];
    for (let i = 0; i < from.length; i++) {
      const at = from[i] ?? START;
      const spot = this.spots[at];
      if (spot === undefined) continue;
      const exact = spot.point === point ? spot.to : spot.exact?.get(point);
      if (exact !== undefined) this.reach(exact, found);
      if (spot.ranged !== null) this.ranges(spot.ranged, point, found);
      if (spot.stays !== null && holds(spot.stays, point)) this.reach(at, found);
    }
    this.work += from.length;
    return this.closed(found);
  }

  /** Did the last step lead to exactly these? Both sides hold a spot once, so counting them is enough. */
  ledTo(found: readonly number[], set: Uint32Array): boolean {
    if (found.length !== set.length) return false;
    for (const at of set) if (this.reached[at] !== this.now) return false;
    return true;
  }

  private ranges(ranged: NonNullable<Spot['ranged']>, point: number, found: number[]): void {
    this.work += ranged.length;
    for (const { over, to } of ranged) if (holds(over, point)) this.reach(to, found);
  }

  private reach(at: number, found: number[]): void {
    if (this.reached[at] === this.now) return;
    this.reached[at] = this.now;
    found.push(at);
  }

  /** Adds what is reached from these without eating a character: `found` grows while it is walked. */
  private closed(found: number[]): readonly number[] {
    let passed = 0;
    for (let i = 0; i < found.length; i++) {
      const spot = this.spots[found[i] ?? START];
      if (spot === undefined) continue;
      if (spot.free !== null) for (const to of spot.free) this.reach(to, found);
      this.work += spot.free?.length ?? 0;
      if (onlyPassed(spot)) passed++;
    }
    return passed === 0 ? found : found.filter((at) => !this.passing(at));
  }

  private passing(at: number): boolean {
    const spot = this.spots[at];
    return spot !== undefined && onlyPassed(spot);
  }
}

const onlyPassed = (spot: Spot): boolean => spot.point < 0 && spot.ranged === null && spot.stays === null && spot.ends === null;
