/**
 * Looks at one thing at a forge again: fetches, judges by what git and the log hold now, and says there what came of it. However often it is
 * asked, and in whatever order events came, the answer is of this moment.
 */
import type { Oid } from '../core/change/change.ts';
import { judgeMoved } from './forge-landed.ts';
import { type Considered, judgeProposal } from './forge-proposal.ts';
import { reportVerdict } from './forge-report.ts';
import { afterwards, type ForgeWorld, type KnownGroup, type KnownPull, lookJob, NOT_LOOKED, onShelf } from './forge-world.ts';
import { DONE, type Worked } from './job-worker.ts';
import type { ForgeAnswer, ForgeEvent, ForgePlace } from './ports-forge.ts';
import type { Judged } from './push-record.ts';
import { deny } from './verdict.ts';

export type Waiting = ForgeEvent & { readonly seq: number };

export interface Looking {
  readonly world: ForgeWorld;
  readonly repo: string;
  /** The last time it is tried: what hangs there is told so. */
  readonly last?: boolean;
  readonly signal: AbortSignal;
}

const TAKES: ReadonlySet<string> = new Set(['opened', 'reopened', 'synchronize']);
const actionOf = ({ name }: ForgeEvent): string => name.slice(name.indexOf('.') + 1);
/** Of one proposal; beyond, the oldest are remembered by what they pushed. */
const MOST_ACCOUNTS = 50;

/** What is known of it, with what events say since. null: it is closed, or nobody ever said anything of it. */
export function pullAfter(number: number, known: KnownPull | null, events: readonly ForgeEvent[]): KnownPull | null {
  let pull = known;
  for (const event of events) {
    if (event.subject.kind !== 'pull') continue;
    const { open, targetRef, head } = event.subject;
    const brought = event.account !== null && TAKES.has(actionOf(event)) ? [event.account] : [];
    const accounts = [...new Set([...(pull?.accounts ?? []), ...brought].reverse())].reverse().slice(-MOST_ACCOUNTS);
    pull = open ? { ...NOT_LOOKED, ...pull, ...{ number, targetRef, head, accounts } } : null;
  }
  return pull;
}

export async function lookAtPull(looking: Looking, number: number, events: readonly Waiting[]): Promise<Worked> {
  const { world, repo } = looking;
  const shelf = onShelf(world.shelf, repo);
  const pull = pullAfter(number, await shelf.pull(number), events);
  if (pull === null) {
    await shelf.dropPull(number);
    return DONE;
  }
  // Kept before git is asked: whoever brought it is known, however this look ends.
  await shelf.setPull(pull);
  const here = await fetched(looking);
  if (!here.ok) return afterwards(here);
  const ref = `refs/pull/${number}/head`;
  const head = (await world.mirror.refs(repo, ref)).get(ref);
  if (head === undefined) return { do: 'retry', why: `${ref} is not here yet` };
  const merges = world.sources.get(repo)?.merges ?? 'any';
  const { targetRef, accounts, said } = pull;
  const considered = await judgeProposal(world.gate, { repo, targetRef, head, accounts, merges, asIs: false, said });
  return told(looking, here.value, { ...pull, head }, considered, (next) => shelf.setPull(next), `pull-${number}`);
}

export async function lookAtGroup(looking: Looking, head: Oid, events: readonly Waiting[]): Promise<Worked> {
  const { world, repo } = looking;
  const shelf = onShelf(world.shelf, repo);
  const known = await shelf.group(head);
  const said = events.flatMap(({ subject }) => (subject.kind === 'queue' ? [subject] : [])).at(-1);
  if (said?.open === false || (said === undefined && known === null)) {
    await shelf.dropGroup(head);
    return DONE;
  }
  const group: KnownGroup | null = known ?? (said === undefined ? null : { ref: said.ref, targetRef: said.targetRef, head, ...NOT_LOOKED });
  if (group === null) return DONE;
  await shelf.setGroup(group);
  const here = await fetched(looking);
  if (!here.ok) return unanswered(looking, group, afterwards(here));
  const { targetRef } = group;
  const considered = await judgeProposal(world.gate, { repo, targetRef, head, accounts: [], merges: 'any', asIs: true, said: group.said });
  return told(looking, here.value, group, considered, (next) => shelf.setGroup(next), `queue-${head}`);
}

/** A queue that waits for an answer which never comes waits for ever: the last try says no. */
async function unanswered({ world, repo, last = false }: Looking, group: KnownGroup, ended: Worked): Promise<Worked> {
  const place = last ? await onShelf(world.shelf, repo).place() : null;
  if (place === null) return ended;
  const verdict = deny('GATE_UNAVAILABLE', 'the gate could not look at it, so nothing passes', 'merge');
  await reportVerdict(world, place, group.head, { ref: group.targetRef, id: null, title: '', decision: null, verdict }, group.reported);
  return ended;
}

/** Says there what came of it, and remembers that. */
async function told<K extends KnownPull | KnownGroup>(
  { world, repo }: Looking,
  place: ForgePlace,
  known: K,
  { judged, said }: Considered,
  keep: (known: K) => Promise<void>,
  subject: string,
): Promise<Worked> {
  // A branch nobody protects requires no check.
  if (judged === null) {
    await keep({ ...known, said, looked: known.head, until: null });
    return DONE;
  }
  if (judged.id !== null && judged.id !== known.change) await onShelf(world.shelf, repo).setChange(judged.id, subject);
  const reported = await reportVerdict(world, place, known.head, judged, known.reported);
  const looked = reported.ok ? { looked: known.head, reported: reported.value } : {};
  await keep({ ...known, said, change: judged.id ?? known.change, until: await runsOut(world, judged), ...looked });
  return reported.ok ? DONE : afterwards(reported);
}

async function runsOut({ gate: { projections } }: ForgeWorld, { verdict }: Judged): Promise<number | null> {
  if (verdict.verdict !== 'allow' || verdict.signoffs.length === 0) return null;
  const rows = await Promise.all(verdict.signoffs.map((body) => projections.signoffs({ body })));
  return Math.min(...rows.flat().map((row) => row.expires));
}

/** A person asks for another look at a commit. */
export async function lookAtHead({ world, repo }: Looking, head: Oid): Promise<Worked> {
  const shelf = onShelf(world.shelf, repo);
  const [pulls, groups] = await Promise.all([shelf.pulls(), shelf.groups()]);
  const subjects = [...pulls.filter((p) => p.head === head).map((p) => `pull-${p.number}`), ...groups.filter((g) => g.head === head).map((g) => `queue-${g.head}`)];
  await lookLater(world, repo, subjects);
  return DONE;
}

export async function lookLater({ gate, jobs, wake }: ForgeWorld, repo: string, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  await jobs.add(subjects.map((subject) => lookJob(gate.site.organisation, repo, subject)));
  wake();
}

export async function lookAtBranches(looking: Looking, events: readonly Waiting[]): Promise<Worked> {
  const here = await fetched(looking);
  return here.ok ? judgeBranches(looking, events) : afterwards(here);
}

/** Judges what moved, and has looked at again what is proposed for a branch that did. What is here was fetched. */
export async function judgeBranches({ world, repo }: Looking, events: readonly Waiting[]): Promise<Worked> {
  const shelf = onShelf(world.shelf, repo);
  const [now, last] = await Promise.all([world.mirror.refs(repo, 'refs/heads/'), shelf.branches()]);
  const movers = new Map(events.flatMap(({ subject, account }) => (subject.kind === 'ref' && account !== null ? [[`${subject.ref} ${subject.new}`, account] as const] : [])));
  const standing = new Map([...now].filter(([ref]) => !ref.startsWith(QUEUE)));
  const { found, whole } = await judgeMoved(world.gate, repo, { now: standing, last, looked: shelf.setBranch, mover: (ref, to) => movers.get(`${ref} ${to}`) ?? null });
  for (const { ref, commit, verdict, codes } of found)
    if (verdict === 'violation') world.log(`${repo}: ${ref} stands at ${commit.slice(0, 12)} where no gate let it (${codes.join(' ')})`);
  const moved = new Set([...standing].filter(([ref, at]) => last.get(ref) !== at).map(([ref]) => ref));
  const pulls = (await shelf.pulls()).filter((p) => moved.has(p.targetRef));
  await lookLater(
    world,
    repo,
    pulls.map((p) => `pull-${p.number}`),
  );
  return whole ? DONE : { do: 'retry', why: 'not all that moved could be judged yet' };
}

/** Branches that a queue makes and takes away. */
export const QUEUE = 'refs/heads/gh-readonly-queue/';

/** Where the repository is at the forge, with all it has there now in our copy. */
export async function fetched({ world, repo, signal }: Looking): Promise<ForgeAnswer<ForgePlace>> {
  const shelf = onShelf(world.shelf, repo);
  const known = await shelf.place();
  const place = known === null ? await found(world, repo) : ({ ok: true, value: known } as const);
  if (!place.ok) return place;
  const remote = await world.forge.remote(place.value);
  if (!remote.ok) return remote;
  const done = await world.mirror.fetch(repo, remote.value, signal);
  return done.ok ? place : { ok: false, error: done.error, after: null, gone: false };
}

/** Which of the forge's repositories it is, is decided once: a name may be given to another later. */
async function found(world: ForgeWorld, repo: string): Promise<ForgeAnswer<ForgePlace>> {
  const place = await world.forge.find(repo, world.sources.get(repo)?.name ?? '');
  if (place.ok) await onShelf(world.shelf, repo).setPlace(place.value);
  return place;
}
