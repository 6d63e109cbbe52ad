/** That an answer which strays from the document is seen, and so is a shape that strays from core. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { strayed } from '../../../test/bed/doors.ts';
import { component } from './words.ts';

describe('what is held against the document', () => {
  const answer = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8' } });
  const ended = { sessions: 1, tokens: 0 };
  it('is refused with a member too many, one too few, or a status nobody described', async () => {
    const of = (body: unknown, status?: number) => strayed('POST', '/api/v1/session/end-all', answer(body, status));
    expect(await of(ended)).toEqual([]);
    expect(await of({ ...ended, more: 1 })).toHaveLength(1);
    expect(await of({ sessions: 1 })).toHaveLength(1);
    expect(await of(ended, 202)).toHaveLength(1);
  });

  it('is, to the member, the type that core has', () => {
    interface Kept {
      readonly a: string;
      readonly b?: readonly number[];
    }
    const b = z.array(z.number()).optional();
    component<Kept>()('A', z.strictObject({ a: z.string(), b }));
    // @ts-expect-error an optional member is missing
    component<Kept>()('B', z.strictObject({ a: z.string() }));
    // @ts-expect-error one is too many
    component<Kept>()('C', z.strictObject({ a: z.string(), b, c: z.string().optional() }));
    // @ts-expect-error one may be absent that is always there
    component<Kept>()('D', z.strictObject({ a: z.string().optional(), b }));
    // @ts-expect-error one is of another type
    component<Kept>()('E', z.strictObject({ a: z.enum(['x']), b }));
  });
});
