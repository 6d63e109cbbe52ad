/** Who moved a branch at GitHub: its own list of activity, which nobody who pushes can write into. */
import { ok, problem } from '../../core/base/result.ts';
import type { ForgeAnswer, ForgePlace, Move } from '../../flows/ports-forge.ts';
import { type App, strange } from './app.ts';
import type { Answered } from './call.ts';
import { failed } from './failed.ts';
import { cursorIn, PER_PAGE } from './pages.ts';
import { inside, type Names, within } from './read.ts';
import { ACTIVITY, BRANCH_REF } from './schema.ts';

/** A branch that is moved without end is not followed without end. */
const MOST_MOVE_PAGES = 5;

/** Asked by name, so the name is held against the id first: another repository's list would name other people. */
export async function moves(app: App, named: Names, place: ForgePlace, ref: string, until: string | undefined): Promise<ForgeAnswer<readonly Move[]>> {
  if (!BRANCH_REF.safeParse(ref).success) return failed(problem('FORGE_REFUSED', 'there can be no branch of this name', { place: ref, remedy: 'ask for refs/heads/name' }));
  const there = await named(place);
  if (!there.ok) return there;
  const found: Move[] = [];
  const at = inside(place.name, '/activity');
  let after: string | null = null;
  for (let page = 0; page < MOST_MOVE_PAGES; page++) {
    const query = { ref, direction: 'desc', per_page: PER_PAGE, ...(after === null ? {} : { after }) };
    const answer: ForgeAnswer<Answered> = await within(app, place, 'contents', { method: 'GET', path: at, query });
    if (!answer.ok) return answer;
    const listed = ACTIVITY.safeParse(answer.value.body);
    if (!listed.success) return strange(at);
    for (const { move } of listed.data.filter((item) => item.ref === ref)) {
      if (move.after === until) return ok(found);
      found.push(move);
      if (move.before === until) return ok(found);
    }
    after = cursorIn(answer.value.headers);
    if (after === null) break;
  }
  return ok(found);
}
