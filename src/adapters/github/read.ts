/** What is asked of GitHub: who we are for a repository, where to fetch it from, what is proposed there. */
import { ok, problem } from '../../core/base/result.ts';
import type { ForgeAnswer, ForgePlace, ListedPull } from '../../flows/ports-forge.ts';
import { type Again, askedAgain } from './again.ts';
import type { App, Asking, Errand, Where } from './app.ts';
import type { Answered } from './call.ts';
import { failed, suspended } from './failed.ts';
import { steadyList } from './pages.ts';
import { INSTALLATION, NAME, PULLS, REPOSITORY } from './schema.ts';

export const whereOf = ({ installation, forgeId }: ForgePlace): Where => ({ installation, repository: forgeId });

/** `/repos/owner/name`, and what stands behind it. */
export const inside = (name: string, rest = ''): string => `/repos/${name.split('/').map(encodeURIComponent).join('/')}${rest}`;

const renamed = (name: string) =>
  failed(
    problem('FORGE_REFUSED', `${name} is another repository now`, {
      place: name,
      remedy: 'it was renamed or moved, and its old name was given away: write its new name, and look who has the old one',
    }),
    { gone: true },
  );

export async function find(again: Again, repo: string, name: string): Promise<ForgeAnswer<ForgePlace>> {
  if (!NAME.safeParse(name).success) return failed(problem('USAGE', `${name} is no repository of GitHub`, { place: name, remedy: 'write owner/name' }));
  const installed = await again({ where: null, errand: 'name', path: inside(name, '/installation'), shape: INSTALLATION });
  if (!installed.ok) return installed;
  if (installed.value.suspended_at != null) return suspended(`the app may do nothing in ${name}`, name);
  const where = { installation: installed.value.id, repository: null };
  const found = await named(again, where, 'name', name);
  return found.ok ? ok({ repo, forgeId: found.value.id, name: found.value.full_name, installation: where.installation }) : found;
}

/** Whether the name is still this repository's: what a public repository says, everybody may read, and our token keeps nobody from it. */
export async function same(app: App, place: ForgePlace, errand: Errand, again = askedAgain(app)): Promise<ForgeAnswer<{ readonly full_name: string }>> {
  const found = await named(again, whereOf(place), errand, place.name);
  return found.ok && found.value.id !== place.forgeId ? renamed(place.name) : found;
}

/** `same`, for whoever reads contents. */
export type Names = (place: ForgePlace) => ReturnType<typeof same>;

/** How long a name is taken to be the repository's that was said to be: a burst of looks asks once. */
const NAMED_MS = 60_000;

/** Only a yes is kept, and only under the name it was asked by: what was renamed, moved or lost is asked for again each time. */
export function keptNames(app: App, now: () => number, again: Again): Names {
  const kept = new Map<number, { readonly name: string; readonly installation: number; readonly at: number; readonly found: ReturnType<typeof same> }>();
  return async (place) => {
    const { forgeId, name, installation } = place;
    const at = now();
    const known = kept.get(forgeId);
    if (known !== undefined && known.name === name && known.installation === installation && at >= known.at && at - known.at < NAMED_MS) return known.found;
    const asked = { name, installation, at, found: same(app, place, 'contents', again) };
    kept.set(forgeId, asked);
    const found = await asked.found;
    if (kept.get(forgeId) === asked && !(found.ok && found.value.full_name === name)) kept.delete(forgeId);
    return found;
  };
}

const named = (again: Again, where: Where, errand: Errand, name: string) => again({ where, errand, path: inside(name), shape: REPOSITORY });

/**
 * The name is held against the id before anything is fetched by it: whoever owns a public repository of a name that another one had before could
 * hand us theirs, for everybody may read it.
 */
export async function remote(
  app: App,
  named: Names,
  web: string,
  place: ForgePlace,
): Promise<ForgeAnswer<{ readonly url: string; readonly user: string; readonly password: string }>> {
  const found = await named(place);
  if (!found.ok) return found;
  const token = await app.token(whereOf(place), 'contents');
  return token.ok ? ok({ url: `${web}/${found.value.full_name}.git`, user: 'x-access-token', password: token.value }) : token;
}

export async function pulls(app: App, place: ForgePlace, tag: string | null) {
  const call = { method: 'GET', path: inside(place.name, '/pulls'), query: { state: 'open', sort: 'created', direction: 'asc' }, tag } as const;
  const listed = await steadyList(app, whereOf(place), 'pulls', call, PULLS);
  if (!listed.ok) return listed;
  if (listed.value === null) return ok({ unchanged: true as const });
  if (listed.value.items.some((pull) => pull.in !== place.forgeId)) return renamed(place.name);
  // Seen twice, it was moved while it was read: the later word counts.
  const each = new Map(listed.value.items.map(({ in: _, user: account, ...pull }): [number, ListedPull] => [pull.number, { ...pull, account }]));
  return ok({ unchanged: false as const, tag: listed.value.tag, pulls: [...each.values()] });
}

/** Something in a repository, which may be gone without it: gone is only what is gone with the repository. */
export async function within(app: App, place: ForgePlace, errand: Errand, call: Asking): Promise<ForgeAnswer<Answered>> {
  const answer = await app.at(whereOf(place), errand, { ...call, may: [...(call.may ?? []), 404] });
  if (!answer.ok || answer.value.status !== 404 || call.may?.includes(404) === true) return answer;
  const there = await same(app, place, errand);
  if (!there.ok) return there;
  return failed(problem('NOT_FOUND', 'GitHub knows no such thing in this repository', { place: call.path, remedy: 'it was deleted, or is called otherwise by now' }));
}
