/**
 * What the rules of a forge leave open on the branches that are judged: a check that is not required, that anybody may set, or that some go
 * past. Nothing of ours rests on them: what went past is found when it landed. Said once, whenever it changed.
 */
import { checkName } from './forge-report.ts';
import { onShelf } from './forge-shelf.ts';
import type { ForgeWorld } from './forge-world.ts';
import type { ForgePlace } from './ports-forge.ts';

export async function watchRules(world: ForgeWorld, repo: string, place: ForgePlace): Promise<void> {
  const shelf = onShelf(world.shelf, repo);
  const [before, branches] = await Promise.all([shelf.rules(), shelf.branches()]);
  for (const ref of branches.keys()) {
    const open = await leftOpen(world, place, ref);
    if (open === before.get(ref)) continue;
    if (open !== '') world.log(`${repo}: at ${place.name} ${open}; remedy: docs/guides/github.md`);
    else if (before.has(ref)) world.log(`${repo}: at ${place.name} nothing is left open on ${ref} any more`);
    await shelf.setRules(ref, open);
  }
}

/** In words; empty: nothing. */
async function leftOpen({ rules }: ForgeWorld, place: ForgePlace, ref: string): Promise<string> {
  const check = checkName(ref);
  const answer = await rules.required(place, ref, check);
  if (!answer.ok) return `nobody can say whether ${check} is required on ${ref}: ${answer.error.message}`;
  const { required, pinned, bypass } = answer.value;
  if (!required) return `${check} is not required on ${ref}, so nothing waits for it`;
  if (!pinned) return `${check} is required on ${ref} from whoever sets it, so anybody who can write a status can`;
  return bypass.length === 0 ? '' : `${check} on ${ref} can be passed over by ${bypass.join(', ')}`;
}
