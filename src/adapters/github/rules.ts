/** The port `ForgeRules`: what GitHub's own rules leave open. Whoever administers a repository there can change them; nothing here decides anything. */
import { ok } from '../../core/base/result.ts';
import type { ForgeAnswer, ForgePlace, ForgeRules } from '../../flows/ports-forge.ts';
import { type App, strange } from './app.ts';
import { path } from './call.ts';
import { allOf } from './pages.ts';
import { inside, same, whereOf, within } from './read.ts';
import { BRANCHES, CUSTOM_RULES, ENVIRONMENT, ENVIRONMENTS, PROTECTION, RULES, RULESET } from './schema.ts';

export async function environment(app: App, place: ForgePlace, name: string): Promise<ForgeAnswer<{ readonly bypass: boolean }>> {
  const there = await same(app, place, 'rules');
  if (!there.ok) return there;
  const at = inside(place.name, path`/environments/${name}`);
  const answer = await within(app, place, 'rules', { method: 'GET', path: at });
  if (!answer.ok) return answer;
  const read = ENVIRONMENT.safeParse(answer.value.body);
  return read.success ? ok({ bypass: read.data.can_admins_bypass }) : strange(at);
}

export interface ListedEnvironment {
  readonly name: string;
  /** A deployment there waits for us. */
  readonly asks: boolean;
  readonly bypass: boolean;
}

/** Every place a repository deploys to. */
export async function environments(app: App, appId: number, place: ForgePlace): Promise<ForgeAnswer<readonly ListedEnvironment[]>> {
  const there = await same(app, place, 'rules');
  if (!there.ok) return there;
  const call = { method: 'GET', path: inside(place.name, '/environments') } as const;
  const listed = await allOf(
    app,
    whereOf(place),
    'rules',
    call,
    ENVIRONMENTS.transform((page) => page.environments),
  );
  if (!listed.ok) return listed;
  const found: ListedEnvironment[] = [];
  for (const { name, can_admins_bypass: bypass } of listed.value) {
    const at = inside(place.name, path`/environments/${name}/deployment_protection_rules`);
    const answer = await within(app, place, 'rules', { method: 'GET', path: at });
    if (!answer.ok) return answer;
    const rules = CUSTOM_RULES.safeParse(answer.value.body);
    if (!rules.success) return strange(at);
    found.push({ name, bypass, asks: rules.data.custom_deployment_protection_rules.some((r) => r.enabled && r.app.id === appId) });
  }
  return ok(found);
}

/** Full names of all that are there. */
export async function branches(app: App, place: ForgePlace): Promise<ForgeAnswer<readonly string[]>> {
  const there = await same(app, place, 'contents');
  if (!there.ok) return there;
  const listed = await allOf(app, whereOf(place), 'contents', { method: 'GET', path: inside(place.name, '/branches') }, BRANCHES);
  return listed.ok ? ok(listed.value.map(({ name }) => `refs/heads/${name}`)) : listed;
}

/** One place that asks for the check: a ruleset, or the protection of the branch. */
interface Source {
  readonly pinned: boolean;
  /** Who gets round it, in words. */
  readonly bypass: readonly string[];
}

type Required = Awaited<ReturnType<ForgeRules['required']>>;

/** Of several places that ask for it, the one that is hardest to get round: all of them hold. */
export async function required(app: App, appId: number, place: ForgePlace, ref: string, check: string): Promise<Required> {
  const there = await same(app, place, 'rules');
  if (!there.ok) return there;
  const branch = ref.replace(/^refs\/heads\//, '');
  const sets = await rulesets(app, appId, place, branch, check);
  if (!sets.ok) return sets;
  const sources = sets.value.length > 0 ? sets : await protection(app, appId, place, branch, check);
  if (!sources.ok) return sources;
  const [best] = [...sources.value].sort((a, b) => Number(b.pinned) - Number(a.pinned) || a.bypass.length - b.bypass.length);
  return ok({ required: best !== undefined, pinned: best?.pinned ?? false, bypass: best?.bypass ?? [] });
}

async function rulesets(app: App, appId: number, place: ForgePlace, branch: string, check: string): Promise<ForgeAnswer<readonly Source[]>> {
  const rules = await allOf(app, whereOf(place), 'rules', { method: 'GET', path: inside(place.name, path`/rules/branches/${branch}`) }, RULES);
  if (!rules.ok) return rules;
  const sources: Source[] = [];
  for (const { type, ruleset_id: id, parameters } of rules.value) {
    const [asked, ...others] = type === 'required_status_checks' ? (parameters?.required_status_checks ?? []).filter((c) => c.context === check) : [];
    if (asked === undefined) continue;
    const bypass = id === undefined ? ok(UNSEEN) : await bypassOf(app, place, id);
    if (!bypass.ok) return bypass;
    sources.push({ pinned: [asked, ...others].some((c) => c.integration_id === appId), bypass: bypass.value });
  }
  return ok(sources);
}

/** Nobody is told who may not change the ruleset, and that we never ask to be let. */
const UNSEEN: readonly string[] = ['whoever the ruleset lets: GitHub does not show us'];

async function bypassOf(app: App, place: ForgePlace, id: number): Promise<ForgeAnswer<readonly string[]>> {
  const at = inside(place.name, path`/rulesets/${id}`);
  const answer = await within(app, place, 'rules', { method: 'GET', path: at, query: { includes_parents: 'true' } });
  if (!answer.ok) return answer;
  const set = RULESET.safeParse(answer.value.body);
  if (!set.success) return strange(at);
  return ok(
    set.data.bypass_actors?.map((a) => `${a.actor_type}${a.actor_id == null ? '' : ` ${a.actor_id}`}${a.bypass_mode === 'pull_request' ? ', by a pull request' : ''}`) ?? UNSEEN,
  );
}

/** The older way. 404: there is none. */
async function protection(app: App, appId: number, place: ForgePlace, branch: string, check: string): Promise<ForgeAnswer<readonly Source[]>> {
  const at = inside(place.name, path`/branches/${branch}/protection`);
  const answer = await within(app, place, 'rules', { method: 'GET', path: at, may: [404] });
  if (!answer.ok || answer.value.status === 404) return answer.ok ? ok([]) : answer;
  const read = PROTECTION.safeParse(answer.value.body);
  if (!read.success) return strange(at);
  const asked = (read.data.required_status_checks?.checks ?? []).filter((c) => c.context === check);
  const bypass = read.data.enforce_admins?.enabled === true ? [] : ['administrators'];
  return ok(asked.length === 0 ? [] : [{ pinned: asked.some((c) => c.app_id === appId), bypass }]);
}
