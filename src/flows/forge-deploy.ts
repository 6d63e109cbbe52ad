/**
 * Answers a deployment that waits for us. What goes out has to stand on a protected branch, with nothing in it that no gate let and nobody signed
 * since: the log is asked, and no check or status of the forge. It always ends: what could be cured waits for people, and in the end is refused.
 *
 * The attacker chooses what is deployed, and when; a status that somebody set at the forge is nothing here.
 */

import { utf8 } from '../core/base/bytes.ts';
import { ok } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { inert } from '../core/gate/markdown.ts';
import { NOWHERE } from './bypass.ts';
import { contained } from './forge-brought.ts';
import { letIn } from './forge-landed.ts';
import { fetched, judgeBranches, type Looking, type Waiting } from './forge-look.ts';
import { type KnownDeploy, onShelf } from './forge-shelf.ts';
import { afterwards, type ForgeWorld, lookJob, type Open } from './forge-world.ts';
import { DONE, type Worked } from './job-worker.ts';
import type { DeployReport, ForgePlace } from './ports-forge.ts';
import { protectedUpdates } from './push.ts';

/** Milliseconds: between two looks; between two words to whoever waits; until what waits is refused. */
const [AGAIN_MS, WORD_MS, PATIENCE_MS] = [600_000, 12 * 3_600_000, 72 * 3_600_000];
/** GitHub shows ten; the last is the end. */
const MOST_WORDS = 8;

interface Answer {
  readonly state: DeployReport['state'];
  readonly comment: string;
  /** The protected branch that has it. */
  readonly ref?: string;
  readonly open?: readonly Open[];
}

/** @param id of the subject: run and environment. */
export async function lookAtDeploy(looking: Looking, id: string, events: readonly Waiting[]): Promise<Worked> {
  const { world, repo } = looking;
  const shelf = onShelf(world.shelf, repo);
  const asked = events.flatMap(({ subject, at }) => (subject.kind === 'deploy' ? [{ ...subject, at }] : [])).at(-1);
  const known = await shelf.deploy(id);
  // Asked anew, as for another attempt of a run that was answered: it is a deployment of its own.
  const deploy = asked === undefined || (known?.ended === false && known.sha === asked.sha) ? known : fresh(asked);
  if (deploy === null || deploy.ended) return DONE;
  await shelf.setDeploy(id, deploy);
  const here = await fetched(looking);
  if (!here.ok) return late(deploy, world) ? end(looking, here.error.message, id, deploy) : onceMore(looking, id, afterwards(here));
  const { ended: moved, now } = await judgeBranches(looking, here.value, await world.inbox.waiting(repo, 'refs'));
  if (moved.do === 'retry') return onceMore(looking, id, moved);
  const answer = await answerTo(looking, here.value, deploy, now);
  if (answer.state === 'waiting' && late(deploy, world)) return end(looking, answer.comment, id, deploy, answer);
  return told(looking, here.value, id, deploy, answer);
}

const fresh = ({ runId, environment, sha, at }: Pick<KnownDeploy, 'runId' | 'environment' | 'sha'> & { readonly at: number }): KnownDeploy => ({
  ...{ runId, environment, sha, since: at, words: 0, told: 0, ended: false },
});

const late = ({ since }: KnownDeploy, { gate }: ForgeWorld): boolean => gate.now() - since > PATIENCE_MS;

/** Nobody cured it in time. */
async function end(looking: Looking, why: string, id: string, deploy: KnownDeploy, held: Pick<Answer, 'ref' | 'open'> = {}): Promise<Worked> {
  const place = await onShelf(looking.world.shelf, looking.repo).place();
  if (place === null) return { do: 'give-up', why };
  return told(looking, place, id, deploy, { ...held, state: 'rejected', comment: `Refused after ${PATIENCE_MS / 3_600_000} hours. ${why}` });
}

/** @param now where branches stood when they were judged: what moved since is not what is spoken of. */
async function answerTo(looking: Looking, place: ForgePlace, { sha, environment }: KnownDeploy, now: ReadonlyMap<string, Oid>): Promise<Answer> {
  const { world, repo } = looking;
  const on = await branchOf(looking, sha, now);
  if (on === 'unknown') return { state: 'waiting', comment: `Waits: which branches are protected cannot be told now. ${world.gate.site.url}` };
  if (on === null) return { state: 'rejected', comment: `${sha.slice(0, 12)} is on no protected branch, so nobody judged it. Deploy what landed on one.` };
  const open = await openIn(looking, now, sha);
  if (open === 'unknown') return { state: 'waiting', comment: `Waits: what is open against ${repo} cannot be told now; the log may be damaged. ${world.gate.site.url}` };
  const around = await world.rules.environment(place, environment);
  const bypass = around.ok && around.value.bypass ? ' Administrators may deploy here without an answer: that is open to bypass.' : '';
  if (around.ok && around.value.bypass) world.log(`${repo}: administrators may deploy to ${JSON.stringify(environment)} without an answer of ours`);
  if (!around.ok) world.log(`${repo}: whether administrators may deploy to ${JSON.stringify(environment)} without an answer of ours cannot be told: ${around.error.message}`);
  const where = inert(on, 100);
  if (open.length === 0) return { state: 'approved', ref: on, comment: `All of ${sha.slice(0, 12)} that landed on ${where} has a valid chain.${bypass}` };
  const commits = open.slice(0, 5).map((v) => v.to.slice(0, 12));
  return {
    ...{ state: 'waiting', ref: on, open },
    comment: `Waits: ${open.length === 1 ? 'a commit' : `${open.length} commits`} in it landed that no gate let (${commits.join(', ')}). Have ${open.length === 1 ? 'it' : 'them'} signed, or deploy what stands where ${open.length === 1 ? 'it was' : 'they were'} taken back: ${world.gate.site.url}.${bypass}`,
  };
}

/** A branch that policy protects now, and that has it in its history. */
async function branchOf({ world, repo }: Looking, sha: Oid, now: ReadonlyMap<string, Oid>): Promise<string | null | 'unknown'> {
  const served = world.gate.repositories.get(repo);
  // What is not here after a fetch is on no branch there.
  if (served === undefined || (await served.repository.resolve(sha)) === null) return null;
  if (!(await world.gate.objects.keep(repo, [sha], undefined)).ok) return 'unknown';
  const updates = [...now].map(([ref, at]) => ({ ref, old: NOWHERE, new: at }));
  const guarded = await protectedUpdates(world.gate, served, updates);
  if (!guarded.ok) return 'unknown';
  for (const { ref, new: at } of guarded.value) if (at === sha || (await served.repository.steps(sha, at)) !== undefined) return ref;
  return null;
}

/**
 * What it holds of anything that landed without a chain and that nobody signed, on whichever branch: of the commits between where the branch stood and
 * where it was put, those that both have. Where it was taken away again, whatever holds that too holds nothing of it. A branch that came out of nowhere brought all that no branch ever stood on with it let in.
 */
async function openIn({ world, repo }: Looking, now: ReadonlyMap<string, Oid>, sha: Oid): Promise<readonly Open[] | 'unknown'> {
  const open = await world.violations(repo);
  if (open === 'unknown') return open;
  const copy = world.gate.objects.open(repo);
  const last = await onShelf(world.shelf, repo).branches();
  const held: Open[] = [];
  for (const one of open) {
    if (one.to === NOWHERE) continue;
    const shared = await copy.mergeBases(one.to, sha);
    if (!shared.ok) return 'unknown';
    const stood = one.from === null || one.from === NOWHERE ? await letIn(world.gate, repo, { now, last }, one.ref) : [one.from];
    for (const base of shared.value) {
      const clean = await Promise.all(stood.map((from) => contained(copy, base, from)));
      if (clean.includes(true) || (one.undone !== null && (await contained(copy, one.undone, sha)))) continue;
      held.push(one);
      break;
    }
  }
  return held;
}

async function told(looking: Looking, place: ForgePlace, id: string, asked: KnownDeploy, answer: Answer): Promise<Worked> {
  const { world, repo } = looking;
  const { state, comment } = answer;
  const deploy = state === 'waiting' ? asked : await recorded(looking, id, asked, answer);
  if (deploy === null) return onceMore(looking, id, { do: 'retry', why: 'the answer cannot be written down' });
  const { runId, environment, words } = deploy;
  const now = world.gate.now();
  const quiet = state === 'waiting' && words > 0 && (now - deploy.told < WORD_MS || words >= MOST_WORDS);
  if (!quiet) {
    const said = await world.forge.deploy({ place, runId, environment, state, comment: comment.slice(0, 1_024) });
    // Nothing waits there any more: it was cancelled, or answered by somebody.
    if (!said.ok && !said.gone) return onceMore(looking, id, afterwards(said));
    if (!said.ok) return ended(looking, id, deploy);
  }
  if (state !== 'waiting') return ended(looking, id, deploy);
  await onShelf(world.shelf, repo).setDeploy(id, { ...deploy, ...(quiet ? {} : { words: words + 1, told: now }) });
  await later(looking, id);
  return DONE;
}

/** Before the forge is told: what went out, by which answer, is in the log. Once, however often it is told. */
async function recorded({ world, repo }: Looking, id: string, deploy: KnownDeploy, { state, comment, ref, open = [] }: Answer): Promise<KnownDeploy | null> {
  if (deploy.recorded === state) return deploy;
  const { sha, environment, runId, since } = deploy;
  const body = { v: 1, ref: ref ?? null, why: comment, open: open.map((one) => ({ ref: one.ref, from: one.from, to: one.to })), since };
  const fields = { repo, commit: sha, environment, run: String(runId), answer: state };
  const appended = await world.gate.ledger.append(() => ok([{ type: 'deployment', fields, body: utf8(JSON.stringify(body)) }]));
  if (!appended.ok) return null;
  const known = { ...deploy, recorded: state };
  await onShelf(world.shelf, repo).setDeploy(id, known);
  return known;
}

async function later({ world, repo }: Looking, id: string): Promise<void> {
  const due = (Math.floor(world.gate.now() / AGAIN_MS) + 1) * AGAIN_MS;
  await world.jobs.add([lookJob(world.gate.site.organisation, repo, `deploy-${id}`, due)]);
}

/** It waits there until it is answered, so it is never given up here: tried in vain for the last time, it is looked at later. */
async function onceMore(looking: Looking, id: string, ended: Worked): Promise<Worked> {
  if (ended.do !== 'give-up' && looking.last !== true) return ended;
  await later(looking, id);
  return ended;
}

async function ended({ world, repo }: Looking, id: string, deploy: KnownDeploy): Promise<Worked> {
  await onShelf(world.shelf, repo).setDeploy(id, { ...deploy, ended: true });
  return DONE;
}
