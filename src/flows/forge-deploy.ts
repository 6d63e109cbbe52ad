/**
 * Answers a deployment that waits for us. What goes out has to stand on a protected branch, with nothing in it that no gate let and nobody signed
 * since: the log is asked, and no check or status of the forge. It always ends: what could be cured waits for people, and in the end is refused.
 *
 * The attacker chooses what is deployed, and when; a status that somebody set at the forge is nothing here.
 */

import type { Oid } from '../core/change/change.ts';
import { inert } from '../core/gate/markdown.ts';
import { fetched, judgeBranches, type Looking, type Waiting } from './forge-look.ts';
import { afterwards, type ForgeWorld, type KnownDeploy, lookJob, onShelf } from './forge-world.ts';
import { DONE, type Worked } from './job-worker.ts';
import type { DeployReport, ForgePlace } from './ports-forge.ts';

/** Milliseconds: between two looks; between two words to whoever waits; until what waits is refused. */
const [AGAIN_MS, WORD_MS, PATIENCE_MS] = [600_000, 12 * 3_600_000, 72 * 3_600_000];
/** GitHub shows ten; the last is the end. */
const MOST_WORDS = 8;

type Answer = { readonly state: DeployReport['state']; readonly comment: string };

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
  if (!here.ok) return late(deploy, world) ? end(looking, here.error.message, id, deploy) : afterwards(here);
  const moved = await judgeBranches(looking, await world.inbox.waiting(repo, 'refs'));
  if (moved.do === 'retry') return moved;
  const answer = await answerTo(looking, here.value, deploy);
  if (answer.state === 'waiting' && late(deploy, world)) return end(looking, answer.comment, id, deploy);
  return told(looking, here.value, id, deploy, answer);
}

const fresh = ({ runId, environment, sha, at }: Pick<KnownDeploy, 'runId' | 'environment' | 'sha'> & { readonly at: number }): KnownDeploy => ({
  ...{ runId, environment, sha, since: at, words: 0, told: 0, ended: false },
});

const late = ({ since }: KnownDeploy, { gate }: ForgeWorld): boolean => gate.now() - since > PATIENCE_MS;

/** Nobody cured it in time. */
async function end(looking: Looking, why: string, id: string, deploy: KnownDeploy): Promise<Worked> {
  const place = await onShelf(looking.world.shelf, looking.repo).place();
  if (place === null) return { do: 'give-up', why };
  return told(looking, place, id, deploy, { state: 'rejected', comment: `Refused after ${PATIENCE_MS / 3_600_000} hours. ${why}` });
}

async function answerTo(looking: Looking, place: ForgePlace, { sha, environment }: KnownDeploy): Promise<Answer> {
  const { world, repo } = looking;
  const branch = await branchOf(looking, sha);
  if (branch === null) return { state: 'rejected', comment: `${sha.slice(0, 12)} is on no protected branch, so nobody judged it. Deploy what landed on one.` };
  const open = (await openOn(looking, branch, sha)).map((v) => `${v.slice(0, 12)}`);
  const around = await world.rules.environment(place, environment);
  const bypass = around.ok && around.value.bypass ? ' Administrators may deploy here without an answer: that is open to bypass.' : '';
  if (around.ok && around.value.bypass) world.log(`${repo}: administrators may deploy to ${environment} without an answer of ours`);
  const where = inert(branch, 100);
  if (open.length === 0) return { state: 'approved', comment: `All of ${sha.slice(0, 12)} that landed on ${where} has a valid chain.${bypass}` };
  const commits = open.slice(0, 5).join(', ');
  return {
    state: 'waiting',
    comment: `Waits: on ${where} ${open.length === 1 ? 'a commit' : `${open.length} commits`} landed that no gate let (${commits}). Have ${open.length === 1 ? 'it' : 'them'} signed or taken back: ${world.gate.site.url}.${bypass}`,
  };
}

/** A protected branch that has it in its history, as it was looked at last. */
async function branchOf({ world, repo }: Looking, sha: Oid): Promise<string | null> {
  // What is not here after a fetch is on no branch there.
  if (!(await world.gate.objects.keep(repo, [sha], undefined)).ok) return null;
  const copy = world.gate.objects.open(repo);
  for (const [ref, at] of await onShelf(world.shelf, repo).branches()) {
    const steps = at === sha ? [] : await copy.steps(sha, at);
    if (steps !== undefined) return ref;
  }
  return null;
}

/** Commits in it that landed without a chain and are not settled. */
async function openOn({ world, repo }: Looking, ref: string, sha: Oid): Promise<readonly Oid[]> {
  const copy = world.gate.objects.open(repo);
  const open: Oid[] = [];
  for (const commit of await world.violations(repo, ref)) if (commit === sha || (await copy.steps(commit, sha)) !== undefined) open.push(commit);
  return open;
}

async function told(looking: Looking, place: ForgePlace, id: string, deploy: KnownDeploy, { state, comment }: Answer): Promise<Worked> {
  const { world, repo } = looking;
  const { runId, environment, words } = deploy;
  const now = world.gate.now();
  const quiet = state === 'waiting' && words > 0 && (now - deploy.told < WORD_MS || words >= MOST_WORDS);
  if (!quiet) {
    const said = await world.forge.deploy({ place, runId, environment, state, comment: comment.slice(0, 1_024) });
    // Nothing waits there any more: it was cancelled, or answered by somebody.
    if (!said.ok && !said.gone) return afterwards(said);
    if (!said.ok) return ended(looking, id, deploy);
  }
  if (state !== 'waiting') return ended(looking, id, deploy);
  await onShelf(world.shelf, repo).setDeploy(id, { ...deploy, ...(quiet ? {} : { words: words + 1, told: now }) });
  const due = (Math.floor(now / AGAIN_MS) + 1) * AGAIN_MS;
  await world.jobs.add([lookJob(world.gate.site.organisation, repo, `deploy-${id}`, due)]);
  return DONE;
}

async function ended({ world, repo }: Looking, id: string, deploy: KnownDeploy): Promise<Worked> {
  await onShelf(world.shelf, repo).setDeploy(id, { ...deploy, ended: true });
  return DONE;
}
