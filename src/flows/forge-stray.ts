/**
 * A yes that stands at the forge on a commit nobody proposes any more: its proposal was closed, aimed elsewhere, or has another head. Nobody looks at
 * it, and whoever proposes it again finds it there at once. It is taken back when what it rested on is.
 */
import { checkName } from './forge-report.ts';
import { type KnownGroup, type KnownPull, onShelf, type Reported } from './forge-shelf.ts';
import { afterwards, type ForgeWorld } from './forge-world.ts';
import { DONE, type Worked } from './job-worker.ts';
import type { CheckReport } from './ports-forge.ts';

type Known = Pick<KnownPull | KnownGroup, 'reported' | 'changes' | 'until'>;

const idOf = ({ name, head }: Pick<Reported, 'name' | 'head'>): string => `${head} ${name}`;
const subjectOf = (id: string): string => `stray-${id}`;

/** @param still what is looked at from now on by the same subject; null: nothing is. Answers what of its reports is still its own. */
export async function leave(world: ForgeWorld, repo: string, { reported, changes, until }: Known, still: Pick<Reported, 'name' | 'head'> | null): Promise<Reported | null> {
  if (reported === null || (still !== null && idOf(still) === idOf(reported))) return reported;
  if (reported.verdict !== 'allow') return null;
  const shelf = onShelf(world.shelf, repo);
  await shelf.setStray(idOf(reported), { ...reported, changes, until, at: world.gate.now() });
  await shelf.setChanges([], changes, subjectOf(idOf(reported)));
  return null;
}

/** @param id commit and name of its check. */
export async function lookAtStray(world: ForgeWorld, repo: string, id: string): Promise<Worked> {
  const shelf = onShelf(world.shelf, repo);
  const [stray, place, pulls, groups] = await Promise.all([shelf.stray(id), shelf.place(), shelf.pulls(), shelf.groups()]);
  if (stray === null || place === null) return DONE;
  const { head, name, run, changes } = stray;
  const isLookedAt = [...pulls, ...groups].some((known) => idOf({ head: known.head, name: checkName(known.targetRef) }) === id);
  if (!isLookedAt && !(await hasLanded(world, changes))) {
    const said = await world.forge.report({ ...NOTHING_SAID, place, name, head, run, url: world.gate.site.url });
    if (!said.ok && !said.gone) return afterwards(said);
  }
  await shelf.setChanges(changes, [], subjectOf(id));
  await shelf.dropStray(id);
  return DONE;
}

/** What landed is judged where it landed. */
async function hasLanded({ gate: { projections } }: ForgeWorld, changes: readonly string[]): Promise<boolean> {
  const landings = await Promise.all(changes.map((change) => projections.landings({ change, pending: false })));
  return landings.some((some) => some.length > 0);
}

const NOTHING_SAID: Pick<CheckReport, 'verdict' | 'title' | 'summary' | 'annotations' | 'change'> = {
  verdict: 'wait',
  title: 'Nobody proposes this commit any more',
  summary: 'What was said of it does not hold any more. Propose it again, and it is looked at as it is then.',
  annotations: [],
  change: '',
};

/** Whose signatures ran out; or all. */
export async function straysDue(world: ForgeWorld, repo: string, all: boolean): Promise<readonly string[]> {
  const now = world.gate.now();
  const strays = await onShelf(world.shelf, repo).strays();
  return strays.filter(({ until }) => all || (until !== null && until <= now)).map((stray) => subjectOf(idOf(stray)));
}
