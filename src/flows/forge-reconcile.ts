/**
 * Heals what was not heard: events are lost, forged events were never sent, repositories are renamed. Every so often all that is open at the
 * forge is held against what is known here, and what differs is looked at.
 */
import { problem } from '../core/base/result.ts';
import { fetched, judgeBranches, type Looking, lookLater } from './forge-look.ts';
import { watchRules } from './forge-rules.ts';
import { type KnownGroup, type KnownPull, NOT_LOOKED, onShelf, type Shelf, UNKNOWN_PULL } from './forge-shelf.ts';
import { leave, straysDue } from './forge-stray.ts';
import { afterwards, type ForgeWorld } from './forge-world.ts';
import { DONE, type Worked } from './job-worker.ts';
import { type ForgeAnswer, type ForgeEvent, type ForgePlace, type ListedPull, QUEUE } from './ports-forge.ts';

/** A yes is not left standing for longer than this, in milliseconds, unseen: what makes a no of it may come from where nobody tells us. */
const YES_MS = 3_600_000;

/** @param all whatever is open is judged again. */
export async function reconcile(looking: Looking, all = false): Promise<Worked> {
  const { world, repo } = looking;
  if (!world.sources.has(repo)) return DONE;
  const events = await world.inbox.waiting(repo, 'repository');
  // First: however this one ends, what is not so any more is looked at until that is said.
  await lookLater(world, repo, [...(await dueAgain(onShelf(world.shelf, repo), world.gate.now(), all)), ...(await straysDue(world, repo, all))]);
  const place = await placed(world, repo, events);
  const ended = await reconciled(looking, place);
  // Whatever was said of the repository as a whole may be of its rules.
  if (place.ok && ended.do === 'done' && (all || events.length > 0)) await watchRules(world, repo, place.value);
  const seq = events.at(-1)?.seq;
  if (ended.do !== 'retry' && seq !== undefined) await world.inbox.worked(repo, 'repository', seq);
  return ended;
}

async function reconciled(looking: Looking, place: ForgeAnswer<ForgePlace>): Promise<Worked> {
  const { world, repo } = looking;
  if (!place.ok) return afterwards(place);
  const here = await fetched(looking);
  if (!here.ok) return afterwards(here);
  const shelf = onShelf(world.shelf, repo);
  const judged = await judgeBranches(looking, here.value, await world.inbox.waiting(repo, 'refs'));
  await groupsHere(world, repo, shelf);
  // Read before the forge is asked: what is opened meanwhile is not among what it lists, and not closed.
  const known = await shelf.pulls();
  const listed = await world.forge.pulls(place.value, await shelf.tag());
  if (!listed.ok) return afterwards(listed);
  if (!listed.value.unchanged) {
    await pullsThere(world, repo, known, listed.value.pulls);
    await shelf.setTag(listed.value.tag);
  }
  return judged.ended;
}

/** Whose last look ended without an answer, what rests on a signature that ran out, a yes of an hour ago, what waits to go out; or all of it. */
async function dueAgain(shelf: Shelf, now: number, all: boolean): Promise<readonly string[]> {
  const [pulls, groups, deploys] = await Promise.all([shelf.pulls(), shelf.groups(), shelf.deploys()]);
  const isDue = ({ head, looked, until, reported, at }: KnownPull | KnownGroup): boolean =>
    all || looked !== head || (until !== null && until <= now) || (reported?.verdict === 'allow' && now - at >= YES_MS);
  const asksAgain = (pull: KnownPull): boolean => isDue(pull) || pull.unknown;
  return [...pulls.filter(asksAgain).map((p) => `pull-${p.number}`), ...groups.filter(isDue).map((g) => `queue-${g.head}`), ...deploys.map((id) => `deploy-${id}`)];
}

/** It may be called otherwise by now, as an event says. Another repository that has its name is not it. */
async function placed(world: ForgeWorld, repo: string, events: readonly ForgeEvent[]): Promise<ForgeAnswer<ForgePlace>> {
  const shelf = onShelf(world.shelf, repo);
  const known = await shelf.place();
  const called = events.filter((e) => known !== null && e.forgeId === known.forgeId).at(-1)?.place;
  const now = await world.forge.find(repo, called ?? known?.name ?? world.sources.get(repo)?.name ?? '');
  if (!now.ok) return now;
  if (known !== null && now.value.forgeId !== known.forgeId)
    return {
      ok: false,
      error: problem('REPOSITORY_UNKNOWN', `${now.value.name} is another repository than the one that was served as ${repo}`, {
        remedy: 'if it is meant to be, serve it under another id in the site’s file',
      }),
      ...{ after: null, gone: true },
    };
  if (known?.name !== now.value.name || known.installation !== now.value.installation) await shelf.setPlace(now.value);
  return now;
}

async function pullsThere(world: ForgeWorld, repo: string, before: readonly KnownPull[], listed: readonly ListedPull[]): Promise<void> {
  const shelf = onShelf(world.shelf, repo);
  const known = new Map(before.map((p) => [p.number, p]));
  const open = new Set(listed.map((p) => p.number));
  for (const [number, pull] of known) {
    if (open.has(number)) continue;
    await leave(world, repo, pull, null);
    await shelf.dropPull(number);
  }
  const differ = listed.filter((p) => !isKnown(known.get(p.number), p));
  for (const pull of differ) await shelf.setPull(withListed(known.get(pull.number), pull));
  await lookLater(
    world,
    repo,
    differ.map((p) => `pull-${p.number}`),
  );
}

const isKnown = (known: KnownPull | undefined, { targetRef, head, account }: ListedPull): boolean =>
  known !== undefined && known.targetRef === targetRef && known.head === head && known.opener === account && known.looked === head;

const withListed = (known: KnownPull | undefined, { number, targetRef, head, account, branch, fork }: ListedPull): KnownPull => ({
  ...UNKNOWN_PULL,
  ...known,
  ...{ number, targetRef, head, opener: account, branch, fork },
});

/** A queue's branch that nobody told us of waits for our answer; one that is gone waits for none. */
async function groupsHere(world: ForgeWorld, repo: string, shelf: Shelf): Promise<void> {
  const refs = await world.mirror.refs(repo, QUEUE);
  const heads = new Set(refs.values());
  const known = await shelf.groups();
  for (const { head } of known) if (!heads.has(head)) await shelf.dropGroup(head);
  const seen = new Set(known.filter((g) => g.looked !== null).map((g) => g.head));
  const fresh = [...refs].filter(([, head]) => !seen.has(head));
  for (const [ref, head] of fresh) {
    const target = /^(.+)\/[^/]+$/.exec(ref.slice(QUEUE.length))?.[1];
    if (target !== undefined) await shelf.setGroup({ ...{ ref, head, targetRef: `refs/heads/${target}` }, ...NOT_LOOKED });
  }
  await lookLater(
    world,
    repo,
    fresh.map(([, head]) => `queue-${head}`),
  );
}
