/**
 * Looks at one thing at a forge again: fetches, judges by what git and the log hold now, and says there what came of it. However often it is
 * asked, and in whatever order events came, the answer is of this moment.
 */
import type { Oid } from '../core/change/change.ts';
import { changeId } from '../core/change/change-id.ts';
import { type Bringers, type Brought, moversOn, ofLanding, ofProposal } from './forge-brought.ts';
import { type Branches, judgeMoved } from './forge-landed.ts';
import { type Considered, judgeProposal } from './forge-proposal.ts';
import { checkName, reportVerdict } from './forge-report.ts';
import { type KnownGroup, type KnownPull, NOT_LOOKED, onShelf, UNKNOWN_PULL } from './forge-shelf.ts';
import { leave } from './forge-stray.ts';
import { afterwards, type ForgeWorld, lookJob } from './forge-world.ts';
import { DONE, type Worked } from './job-worker.ts';
import { type ForgeAnswer, type ForgeEvent, type ForgePlace, isQueue, pullRef } from './ports-forge.ts';
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

/** What is known of it, with what events say since. null: it is closed, or nobody ever said anything of it. */
function pullAfter(number: number, known: KnownPull | null, events: readonly ForgeEvent[]): KnownPull | null {
  let pull = known;
  for (const { name, account, subject } of events) {
    if (subject.kind !== 'pull') continue;
    const { open, targetRef, head, branch, fork } = subject;
    const opener = name === 'pull_request.opened' ? account : (pull?.opener ?? null);
    pull = open ? { ...UNKNOWN_PULL, ...pull, ...{ number, targetRef, head, opener, branch, fork } } : null;
  }
  return pull;
}

export async function lookAtPull(looking: Looking, number: number, events: readonly Waiting[]): Promise<Worked> {
  const { world, repo } = looking;
  const shelf = onShelf(world.shelf, repo);
  const known = await shelf.pull(number);
  const said = pullAfter(number, known, events);
  // An event that comes late says what was so; the forge is asked for all that is open, the next time that everything is looked at.
  if (known?.targetRef !== said?.targetRef) await shelf.setTag(null);
  const before = known === null ? null : await leave(world, repo, known, said === null ? null : { head: said.head, name: checkName(said.targetRef) });
  if (said === null) {
    await shelf.dropPull(number);
    return DONE;
  }
  const pull = { ...said, reported: before };
  // However this look ends: what was reported last is not what is so now, until that is known.
  await shelf.setPull({ ...pull, looked: null });
  const here = await fetched(looking);
  if (!here.ok) return afterwards(here);
  const ref = pullRef(number);
  const head = (await world.mirror.refs(repo, ref)).get(ref);
  if (head === undefined) return { do: 'retry', why: `${ref} is not here yet` };
  const merges = world.sources.get(repo)?.merges ?? 'any';
  const { targetRef } = pull;
  const reported = await leave(world, repo, pull, { head, name: checkName(targetRef) });
  let seen: { readonly brought: Brought; readonly commits: readonly Oid[] } = { brought: { accounts: [], whole: true }, commits: [] };
  const bringers: Bringers = async (brings) => {
    const brought = await ofProposal({ world, repo, place: here.value }, pull)(brings);
    seen = { brought, commits: brings.commits };
    return brought;
  };
  const considered = await judgeProposal(world.gate, { repo, targetRef, head, bringers, merges, asIs: false, said: pull.said });
  const { accounts, whole } = seen.brought;
  // Beside the proposal, which may be closed: who is known to be behind the content is not all.
  const manifest = considered.judged?.decision?.change.manifest;
  if (manifest !== undefined) await (whole ? shelf.dropUnknown(number, manifest) : shelf.setUnknown(number, manifest, seen.commits, world.gate.now()));
  return told(looking, here.value, { ...pull, reported, head, accounts, unknown: !whole }, considered, (next) => shelf.setPull(next), `pull-${number}`);
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
  await shelf.setGroup({ ...group, looked: null });
  const here = await fetched(looking);
  if (!here.ok) return unanswered(looking, group, afterwards(here));
  const { targetRef } = group;
  const bringers = ofLanding({ world, repo, place: here.value });
  const considered = await judgeProposal(world.gate, { repo, targetRef, head, bringers, merges: 'any', asIs: true, said: group.said });
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
  { world, repo, signal }: Looking,
  place: ForgePlace,
  known: K,
  { judged, each, said }: Considered,
  keep: (known: K) => Promise<void>,
  subject: string,
): Promise<Worked> {
  const at = world.gate.now();
  // A branch nobody protects requires no check.
  if (judged === null) {
    await keep({ ...known, said, looked: known.head, at, until: null });
    return DONE;
  }
  // Whoever took over looks at it as it is by now.
  if (signal.aborted) return { do: 'retry', why: 'it took too long, and another looks at it' };
  const { changes, until } = await restsOn(world, each);
  await onShelf(world.shelf, repo).setChanges(known.changes, changes, subject);
  const weighed = { ...known, said, changes, until };
  await keep({ ...weighed, looked: null });
  const reported = await reportVerdict(world, place, known.head, judged, known.reported);
  if (!reported.ok) return afterwards(reported);
  await keep({ ...weighed, looked: known.head, at, reported: reported.value });
  return DONE;
}

/** The changes by which another word of people makes another verdict, and when the first signature it rests on runs out. */
async function restsOn({ gate: { projections } }: ForgeWorld, each: readonly Judged[]): Promise<{ readonly changes: readonly string[]; readonly until: number | null }> {
  const counted = each.flatMap(({ verdict }) => (verdict.verdict === 'allow' ? verdict.signoffs : []));
  const rows = (await Promise.all(counted.map((body) => projections.signoffs({ body })))).flat();
  const changes = new Set([...each.flatMap(({ id }) => id ?? []), ...rows.map((row) => changeId(row))]);
  return { changes: [...changes].sort(), until: rows.length === 0 ? null : Math.min(...rows.map((row) => row.expires)) };
}

/** A person asks for another look at a commit. The forge shows the check as open until it is answered, so it is, though the answer is the same. */
export async function lookAtHead({ world, repo }: Looking, head: Oid): Promise<Worked> {
  const shelf = onShelf(world.shelf, repo);
  const [pulls, groups] = await Promise.all([shelf.pulls(), shelf.groups()]);
  const asked = { pulls: pulls.filter((p) => p.head === head), groups: groups.filter((g) => g.head === head) };
  for (const pull of asked.pulls) await shelf.setPull(unsaid(pull));
  for (const group of asked.groups) await shelf.setGroup(unsaid(group));
  await lookLater(world, repo, [...asked.pulls.map((p) => `pull-${p.number}`), ...asked.groups.map((g) => `queue-${g.head}`)]);
  return DONE;
}

const unsaid = <K extends KnownPull | KnownGroup>(known: K): K => ({ ...known, looked: null, reported: known.reported === null ? null : { ...known.reported, digest: '' } });

export async function lookLater({ gate, jobs, wake }: ForgeWorld, repo: string, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  await jobs.add(subjects.map((subject) => lookJob(gate.site.organisation, repo, subject)));
  wake();
}

export async function lookAtBranches(looking: Looking, events: readonly Waiting[]): Promise<Worked> {
  const here = await fetched(looking);
  return here.ok ? (await judgeBranches(looking, here.value, events)).ended : afterwards(here);
}

/** `now`: where branches stood when they were judged. */
export interface JudgedBranches {
  readonly ended: Worked;
  readonly now: ReadonlyMap<string, Oid>;
}

/** Judges what moved, and has looked at again what is proposed for a branch that did, or was brought by somebody it is not known by. What is here was fetched. */
export async function judgeBranches({ world, repo }: Looking, place: ForgePlace, events: readonly Waiting[]): Promise<JudgedBranches> {
  const shelf = onShelf(world.shelf, repo);
  const [now, last] = await Promise.all([standing(world, repo), shelf.branches()]);
  const bringers: Branches['bringers'] = (ref, from, chain) => ofLanding({ world, repo, place }, moversOn({ world, repo, place }, ref, from, chain));
  const { found, whole } = await judgeMoved(world.gate, repo, { now, last, looked: shelf.setBranch, bringers });
  for (const { ref, commit, came, codes } of found)
    if (came === 'violation') world.log(`${repo}: ${ref} stands at ${commit.slice(0, 12)} where no gate let it (${codes.join(' ')})`);
  const went = new Set([...now].filter(([ref, at]) => last.get(ref)?.at !== at).map(([ref]) => ref));
  const pulls = (await shelf.pulls()).filter((p) => went.has(p.targetRef) || events.some((event) => isNews(event, p)));
  await lookLater(
    world,
    repo,
    pulls.map((p) => `pull-${p.number}`),
  );
  return { ended: whole ? DONE : { do: 'retry', why: 'not all that moved could be judged yet' }, now };
}

/** Branches as they are here, without those a queue makes. */
const standing = async ({ mirror }: ForgeWorld, repo: string): Promise<ReadonlyMap<string, Oid>> =>
  new Map([...(await mirror.refs(repo, 'refs/heads/'))].filter(([ref]) => !isQueue(ref)));

/** It was looked at before this was heard, or is being looked at. */
const isNews = ({ account, brings, subject }: Waiting, { head, looked, unknown, accounts }: KnownPull): boolean =>
  brings && account !== null && subject.kind === 'ref' && subject.new === head && (looked === null || unknown || !accounts.includes(account));

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
