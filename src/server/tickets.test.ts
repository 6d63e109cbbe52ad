import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../test/bed/bed.ts';
import { tickets } from './tickets.ts';

const MINUTE = 60_000;

let bed: Bed;
let start: number;
beforeAll(async () => {
  bed = await openBed('production');
  start = bed.clock.now;
});
afterAll(() => bed?.close());

/** Of one server; each call is another one. */
const desk = (purpose = 'x', secret = 7) => tickets<unknown>({ cookieSecret: new Uint8Array(32).fill(secret), logins: bed.store.logins, now: bed.world.now }, purpose);

describe('a ticket', () => {
  it('gives its value at any server, and is spent once at all of them', async () => {
    const ticket = desk().issue({ a: ['ä', 1] });
    expect(desk().open(ticket)?.value).toEqual({ a: ['ä', 1] });
    const opened = [desk(), desk(), desk()].map((d) => d.open(ticket));
    expect((await Promise.all(opened.map((o) => o?.spend()))).sort()).toEqual([false, false, true]);
    expect(await desk().open(ticket)?.spend()).toBe(false);
  });

  it('of the same value is another one', async () => {
    const [a, b] = [desk().issue('same'), desk().issue('same')];
    expect(a).not.toBe(b);
    expect([await desk().open(a)?.spend(), await desk().open(b)?.spend()]).toEqual([true, true]);
  });

  it('is gone after a quarter of an hour', () => {
    const ticket = desk().issue('late');
    bed.clock.now = start + 15 * MINUTE - 1;
    expect(desk().open(ticket)?.value).toBe('late');
    bed.clock.now = start + 15 * MINUTE;
    expect(desk().open(ticket)).toBeUndefined();
    bed.clock.now = start;
  });

  it('opens for its purpose and under its secret alone, and no made-up one does', () => {
    const ticket = desk().issue('secret words');
    expect(Buffer.from(ticket, 'base64url').toString('latin1')).not.toContain('secret words');
    expect(desk('y').open(ticket)).toBeUndefined();
    expect(desk('x', 8).open(ticket)).toBeUndefined();
    for (let i = 0; i < ticket.length - 1; i++) expect(desk().open(ticket.slice(0, i) + (ticket[i] === 'A' ? 'B' : 'A') + ticket.slice(i + 1))).toBeUndefined();
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (made) => desk().open(made) === undefined));
  });

  it('holds a statement as long as any is prepared', () => {
    const long = 'x'.repeat(Math.ceil(((256 << 10) * 4) / 3));
    expect(desk().open(desk().issue(long))?.value).toBe(long);
  });
});
