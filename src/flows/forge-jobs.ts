/** Work that forges ask for: a look at a subject, another at a change that people signed, and every so often at everything. */
import { err, ok } from '../core/base/result.ts';
import { lookAtDeploy } from './forge-deploy.ts';
import { type Looking, lookAtBranches, lookAtGroup, lookAtHead, lookAtPull, lookLater, type Waiting } from './forge-look.ts';
import { reconcile } from './forge-reconcile.ts';
import { onShelf, subjectsOfChange } from './forge-shelf.ts';
import { lookAtStray } from './forge-stray.ts';
import { CHANGED, changedJob, type ForgeWorld, LOOK, RECONCILE, reconcileJob } from './forge-world.ts';
import { DONE, type Handler, type Worked } from './job-worker.ts';
import type { Ledger } from './ports.ts';
import type { TakenJob } from './ports-jobs.ts';

/** Milliseconds between two looks at everything. */
export const EVERY_MS = 600_000;
/** What was looked at is known again for so long: a forge tells late, and more than once. */
const REMEMBERED_MS = 7 * 86_400_000;
/** For so long content may still come again that was proposed, and is not any more. */
const LEFT_MS = 180 * 86_400_000;

/** Two seconds until somebody is told are few: what failed is tried again soon, and then less often. */
const SOON = { first: 250, factor: 2, last: 120_000 };

export const forgeHandlers = (world: ForgeWorld): readonly Handler[] => [
  { kind: LOOK, backOff: SOON, run: (job, signal) => look(world, job, signal) },
  { kind: CHANGED, backOff: SOON, run: (job) => changed(world, job) },
  { kind: RECONCILE, backOff: { first: 5_000, factor: 3, last: EVERY_MS }, run: (job, signal) => again(world, job, signal) },
];

/** Put down at every start, when the site’s file may have said something else, and by themselves ever after. */
export const firstReconciles = ({ gate, sources }: ForgeWorld) =>
  [...sources.keys()].flatMap((repo) => [reconcileJob(gate.site.organisation, repo, { all: true }), nextOf(gate.site.organisation, repo, gate.now())]);

/** One name for each stretch of time: however many servers ask for it, it is done once. */
const nextOf = (org: string, repo: string, now: number) => reconcileJob(org, repo, { due: (Math.floor(now / EVERY_MS) + 1) * EVERY_MS });

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

async function look(world: ForgeWorld, { body, attempts, tries }: TakenJob, signal: AbortSignal): Promise<Worked> {
  const { repo, subject } = body as { readonly repo?: unknown; readonly subject?: unknown };
  return lookAt({ world, repo: text(repo), last: attempts >= tries, signal }, text(subject));
}

/** @param subject `subjectKey`. */
async function lookAt(looking: Looking, subject: string): Promise<Worked> {
  const { world, repo } = looking;
  if (!world.sources.has(repo)) return DONE;
  const events = await world.inbox.waiting(repo, subject);
  const ended = await looked(looking, subject, events);
  const seq = events.at(-1)?.seq;
  if (ended.do !== 'retry' && seq !== undefined) await world.inbox.worked(repo, subject, seq);
  return ended;
}

function looked(looking: Looking, subject: string, events: readonly Waiting[]): Promise<Worked> {
  const [, kind = '', id = ''] = /^([a-z]+)-?(.*)$/s.exec(subject) ?? [];
  if (kind === 'pull') return lookAtPull(looking, Number(id), events);
  if (kind === 'queue') return lookAtGroup(looking, id, events);
  if (kind === 'refs') return lookAtBranches(looking, events);
  if (kind === 'deploy') return lookAtDeploy(looking, id, events);
  if (kind === 'head') return lookAtHead(looking, id);
  if (kind === 'stray') return lookAtStray(looking.world, looking.repo, id);
  return Promise.resolve(DONE);
}

/** Somebody said something of it here: its subjects are looked at, by the jobs that do. */
async function changed(world: ForgeWorld, { body, entry }: TakenJob): Promise<Worked> {
  const { change } = body as { readonly change?: unknown };
  const where = await subjectsOfChange(world.shelf, text(change));
  if (where.length === 0) return DONE;
  // It is committed when this job is there; what is judged goes by what the log has signed.
  if (entry !== null && (await world.gate.ledger.entries(entry, 1)).length === 0) return { do: 'retry', why: `entry ${entry} is not signed yet` };
  for (const { repo, subject } of where) await lookLater(world, repo, [subject]);
  return DONE;
}

async function again(world: ForgeWorld, { body }: TakenJob, signal: AbortSignal): Promise<Worked> {
  const { repo, periodic, all } = body as { readonly repo?: unknown; readonly periodic?: unknown; readonly all?: unknown };
  if (!world.sources.has(text(repo))) return DONE;
  // First: whatever becomes of this one, there is a next.
  if (periodic === true) await world.jobs.add([nextOf(world.gate.site.organisation, text(repo), world.gate.now())]);
  await world.inbox.prune(world.gate.now() - REMEMBERED_MS);
  await onShelf(world.shelf, text(repo)).prune(world.gate.now() - LEFT_MS);
  return reconcile({ world, repo: text(repo), signal }, all === true);
}

/** What people say of one change, by which a verdict on it may be another. */
const OF_A_CHANGE: ReadonlySet<string> = new Set(['signoff', 'ownership', 'break-glass', 'break-glass-cancel', 'break-glass-review', 'carry']);
/** What may change any: who may sign, and what was taken back. */
const OF_ALL: ReadonlySet<string> = new Set(['revocation', 'roster', 'enrolment']);

/** The ledger of a server that reports to a forge. @param wake once there is something to report. */
export const reporting = (ledger: Ledger, { org, repos, wake }: { readonly org: string; readonly repos: readonly string[]; wake(): void }): Ledger => ({
  ...ledger,
  append: async (plan) => {
    let told = false;
    const answer = await ledger.append(async (state) => {
      const drafts = await plan(state);
      if (!drafts.ok) return err(drafts.error);
      return ok(
        drafts.value.map((draft) => {
          const { change } = draft.fields;
          const jobs =
            OF_A_CHANGE.has(draft.type) && typeof change === 'string'
              ? [changedJob(org, change)]
              : OF_ALL.has(draft.type)
                ? repos.map((repo) => reconcileJob(org, repo, { all: true }))
                : [];
          told ||= jobs.length > 0;
          return jobs.length === 0 ? draft : { ...draft, jobs: [...(draft.jobs ?? []), ...jobs] };
        }),
      );
    });
    if (answer.ok && told) wake();
    return answer;
  },
});
