/** What is asked again and again, and seldom changes: told what was answered before, GitHub says that it is so still, and takes it off no budget. */
import type * as z from 'zod';
import { ok } from '../../core/base/result.ts';
import type { ForgeAnswer } from '../../flows/ports-forge.ts';
import { type App, type Errand, strange, type Where } from './app.ts';
import type { Call } from './call.ts';

/** What is asked of one address by one of our tokens. */
export interface Asked<T> {
  /** null: as the app itself. */
  readonly where: Where | null;
  readonly errand: Errand;
  readonly path: string;
  readonly shape: z.ZodType<T>;
}

export type Again = <T>(asked: Asked<T>) => Promise<ForgeAnswer<T>>;

const MOST_KEPT = 1_000;

/** What was read is kept with its tag, and counts only where GitHub says of this very tag that nothing changed. */
export function askedAgain(app: App): Again {
  const kept = new Map<string, { readonly tag: string; readonly value: unknown }>();
  return async <T>({ where, errand, path, shape }: Asked<T>): Promise<ForgeAnswer<T>> => {
    const key = where === null ? path : `${where.installation} ${where.repository} ${errand} ${path}`;
    const known = kept.get(key);
    const call: Call = { method: 'GET', path, tag: known?.tag ?? null };
    const asking = known === undefined ? call : { ...call, may: [304] };
    const answer = await (where === null ? app.self(asking) : app.at(where, errand, asking));
    kept.delete(key);
    if (!answer.ok) return answer;
    const same = answer.value.status === 304 && known !== undefined;
    const read = same ? { success: true as const, data: known.value as T } : shape.safeParse(answer.value.body);
    if (!read.success) return strange(path);
    const tag = same ? known.tag : answer.value.headers.get('etag');
    if (tag !== null) kept.set(key, { tag, value: read.data });
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
    return ok(read.data);
  };
}
