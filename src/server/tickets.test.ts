import { describe, expect, it } from 'vitest';
import { tickets } from './tickets.ts';

const MINUTE = 60_000;

describe('a ticket', () => {
  it('gives its value once', () => {
    const desk = tickets<string>(() => 0);
    const ticket = desk.issue('statement');
    expect(desk.take(ticket)).toBe('statement');
    expect(desk.take(ticket)).toBeUndefined();
  });

  it('is gone after a quarter of an hour', () => {
    let now = 0;
    const desk = tickets<string>(() => now);
    const [early, late] = [desk.issue('early'), desk.issue('late')];
    now = 15 * MINUTE - 1;
    expect(desk.take(early)).toBe('early');
    now = 15 * MINUTE;
    expect(desk.take(late)).toBeUndefined();
  });

  it('cannot be guessed from another, and no made-up one is taken', () => {
    const desk = tickets<number>(() => 0);
    const issued = Array.from({ length: 50 }, (_, i) => desk.issue(i));
    expect(new Set(issued).size).toBe(50);
    for (const ticket of issued) expect(ticket).toMatch(/^[A-Za-z0-9_-]{32}$/);
    for (const made of ['', '0', '__proto__', 'constructor', `${issued[0]}x`]) expect(desk.take(made)).toBeUndefined();
  });

  it('makes way for newer ones in a flood, oldest first', () => {
    const desk = tickets<number>(() => 0);
    const issued = Array.from({ length: 1_001 }, (_, i) => desk.issue(i));
    expect(desk.take(issued[0] ?? '')).toBeUndefined();
    expect(desk.take(issued[1] ?? '')).toBe(1);
    expect(desk.take(issued[1_000] ?? '')).toBe(1_000);
  });
});
