/** Lists of GitHub, page after page. How long one gets is up to whoever may open proposals there. */
import type * as z from 'zod';
import { ok } from '../../core/base/result.ts';
import type { ForgeAnswer } from '../../flows/ports-forge.ts';
import { type App, type Asking, type Errand, strange, type Where } from './app.ts';
import { unreached } from './call.ts';
import { failed } from './failed.ts';

export const PER_PAGE = 100;
const MOST_PAGES = 100;

export interface Page<T> {
  readonly items: T;
  readonly tag: string | null;
  readonly last: boolean;
}

/** null: nothing changed since `call.tag`. @param of what of the answer is the list. */
export async function pageOf<T>(app: App, where: Where, errand: Errand, call: Asking, shape: z.ZodType<T>, page: number): Promise<ForgeAnswer<Page<T> | null>> {
  const answer = await app.at(where, errand, { ...call, query: { ...call.query, per_page: PER_PAGE, page }, may: [304] });
  if (!answer.ok) return answer;
  const { status, headers, body } = answer.value;
  if (status === 304) return ok(null);
  const items = shape.safeParse(body);
  return items.success ? ok({ items: items.data, tag: headers.get('etag'), last: !/;\s*rel="?next"?/.test(headers.get('link') ?? '') }) : strange(call.path);
}

/** Where a list goes on that is asked for by a cursor; null: it ends. Of the address nothing else is taken, and it is never called. */
export function cursorIn(headers: Headers): string | null {
  const [, next = ''] = /<([^<>]*)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '') ?? [];
  return URL.canParse(next) ? new URL(next).searchParams.get('after') : null;
}

/** All of them, in the order they come. */
export async function allOf<T>(app: App, where: Where, errand: Errand, call: Asking, shape: z.ZodType<readonly T[]>): Promise<ForgeAnswer<readonly T[]>> {
  const items: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await pageOf(app, where, errand, call, shape, page);
    if (!answer.ok) return answer;
    items.push(...(answer.value?.items ?? []));
    if (answer.value?.last !== false) return ok(items);
  }
  return tooMany(call.path);
}

/**
 * All of a list that moves while it is read: where one is closed, what stood behind it moves up a page and is seen on none. So a list of several
 * pages is read again until no page changed meanwhile, which costs nothing of the budget; and what was seen once counts as there.
 * `tag`: to be asked with the next time; null where the first page does not stand for all.
 */
export async function steadyList<T>(
  app: App,
  where: Where,
  errand: Errand,
  call: Asking,
  shape: z.ZodType<readonly T[]>,
): Promise<ForgeAnswer<{ readonly items: readonly T[]; readonly tag: string | null } | null>> {
  const seen = new Map<number, Page<readonly T[]>>();
  const items: T[] = [];
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    let moved = false;
    for (let page = 1; page <= MOST_PAGES; page++) {
      const known = seen.get(page);
      const answer = await pageOf(app, where, errand, { ...call, tag: pass === 0 && page === 1 ? (call.tag ?? null) : (known?.tag ?? null) }, shape, page);
      if (!answer.ok) return answer;
      if (answer.value === null && known === undefined) return ok(null);
      const now = answer.value ?? known;
      if (now === undefined) break;
      if (answer.value !== null) {
        moved = true;
        seen.set(page, now);
        items.push(...now.items);
      }
      if (now.last) break;
      if (page === MOST_PAGES) return tooMany(call.path);
    }
    const [first] = seen.values();
    if (first?.last === true && seen.size === 1) return ok({ items, tag: first.items.length < PER_PAGE ? first.tag : null });
    if (pass > 0 && !moved) break;
  }
  return ok({ items, tag: null });
}

const MOST_PASSES = 4;

const tooMany = (place: string) => failed(unreached(`it lists more than ${MOST_PAGES * PER_PAGE}`, place));
