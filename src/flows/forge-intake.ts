/**
 * What a forge says is kept before anything is done about it: the event, and the job that looks at its subject, in one transaction. Said twice,
 * late or in another order it changes nothing: an event says where to look and who brought what, and the look goes by git.
 *
 * The attacker can say nothing here without the forge's secret; whoever has that chooses which subjects are looked at, and whom the forge says
 * pushed: people who are put behind a change sign nothing of it.
 */

import { movesOf } from './forge-brought.ts';
import { onShelf } from './forge-shelf.ts';
import type { ForgeSource } from './forge-world.ts';
import { lookJob, reconcileJob } from './forge-world.ts';
import { type ForgeEvent, type ForgeInbox, type ForgeShelf, subjectKey } from './ports-forge.ts';

export interface IntakeWorld {
  readonly org: string;
  readonly inbox: ForgeInbox;
  readonly shelf: ForgeShelf;
  readonly sources: ReadonlyMap<string, ForgeSource>;
  wake(): void;
}

/** `elsewhere`: of no repository that is served here. */
export type Kept = 'kept' | 'known' | 'elsewhere';

export async function keepEvent(world: IntakeWorld, event: ForgeEvent): Promise<Kept> {
  const repos = await servedAs(world, event);
  if (repos.length === 0) return 'elsewhere';
  const kept = await Promise.all(repos.map((repo) => world.inbox.put(repo, event, jobsOf(world, repo, event), movesOf(event))));
  if (!kept.includes(true)) return 'known';
  world.wake();
  return 'kept';
}

const jobsOf = ({ org }: IntakeWorld, repo: string, { subject }: ForgeEvent) => [subject.kind === 'repository' ? reconcileJob(org, repo) : lookJob(org, repo, subjectKey(subject))];

/**
 * By the forge's id, which stays when a name goes to another repository. By name only before anything is known of it: the first look asks the
 * forge itself. An event of no repository is about our rights to all of them.
 */
async function servedAs({ sources, shelf }: IntakeWorld, { forgeId, place }: ForgeEvent): Promise<readonly string[]> {
  if (forgeId === 0) return [...sources.keys()];
  const served: string[] = [];
  for (const [repo, { name }] of sources) {
    const known = await onShelf(shelf, repo).place();
    if (known === null ? name.toLowerCase() === place.toLowerCase() : known.forgeId === forgeId) served.push(repo);
  }
  return served;
}
