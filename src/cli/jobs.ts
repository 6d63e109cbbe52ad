/** `countersign jobs`: what waits, what was given up, and another try for it. */
import { problem } from '../core/base/result.ts';
import { JOB_STATES, type JobDesk, type JobRow } from '../flows/ports-jobs.ts';
import { openJobDesk } from '../world.ts';
import { placeIn } from './data-place.ts';
import { DEFAULTS } from './defaults.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { visible, visibleLines } from './terminal.ts';

export interface JobFlags {
  readonly data?: string;
  readonly organisation?: string;
  readonly dead?: boolean;
  readonly json?: boolean;
}

/** Of one organisation. */
const MOST = 1_000;

const placeAt = ({ data }: JobFlags) => placeIn(data ?? process.env.COUNTERSIGN_DATA ?? DEFAULTS.data);

/** 0 nothing was given up, 1 something was, 2 the jobs cannot be read. */
export async function listJobs(flags: JobFlags): Promise<Answer> {
  const opened = await openJobDesk(placeAt(flags), false);
  if (!opened.ok) return refusal([opened.error], flags.json);
  const { desk, close } = opened.value;
  try {
    const orgs = await asked(desk, flags);
    const counts = Object.fromEntries(await Promise.all(orgs.map(async (org) => [org, await desk.count(org)] as const)));
    const jobs = (await Promise.all(orgs.map((org) => desk.list({ org, limit: MOST, ...(flags.dead === true ? { state: 'dead' as const } : {}) })))).flat();
    const code = Object.values(counts).some((of) => of.dead > 0) ? EXIT.signoff : EXIT.ok;
    if (flags.json === true) return { code, stdout: `${JSON.stringify({ version: 1, exit: code, counts, jobs })}\n`, stderr: '' };
    const sums = orgs.map((org) => `${org}: ${JOB_STATES.map((state) => `${counts[org]?.[state] ?? 0} ${state}`).join(', ')}\n`).join('');
    const cut = orgs.some((org) => jobs.filter((job) => job.org === org).length === MOST) ? `  the first ${MOST} of each organisation\n` : '';
    return { code, stdout: visibleLines(`${sums || 'no jobs\n'}${jobs.map(line).join('')}${cut}`), stderr: '' };
  } finally {
    await close();
  }
}

const asked = async (desk: JobDesk, { organisation }: JobFlags): Promise<readonly string[]> =>
  organisation === undefined ? desk.organisations() : (await desk.organisations()).filter((org) => org === organisation);

function line({ id, state, attempts, tries, due, error }: JobRow): string {
  const when = state === 'dead' ? 'given up' : `${state === 'held' ? 'held until' : 'due'} ${new Date(due ?? 0).toISOString()}`;
  return `  ${visible(id)}  ${when}, tried ${attempts} of ${tries}${error === null ? '' : `: ${visible(error)}`}\n`;
}

/** 0 done, 2 not: it is being done just now, or there is none of that name. */
export async function changeJob(what: 'retry' | 'drop', id: string, flags: JobFlags): Promise<Answer> {
  const opened = await openJobDesk(placeAt(flags), true);
  if (!opened.ok)
    return refusal([opened.error.code === 'DATA_LOCKED' ? { ...opened.error, remedy: `stop the server that has it, or ask it: docs/guides/jobs.md` } : opened.error], flags.json);
  const { desk, close } = opened.value;
  try {
    const having = [];
    for (const org of await asked(desk, flags)) if (await has(desk, org, id)) having.push(org);
    const [org] = having;
    if (org === undefined) return refusal([problem('NOT_FOUND', `there is no job ${id}`, { place: id, remedy: 'countersign jobs list names those there are' })], flags.json);
    if (having.length > 1) return refusal([problem('USAGE', `${having.join(', ')} have a job of this name`, { place: id, remedy: 'say which with --organisation' })], flags.json);
    if (!(await desk[what](org, id))) return refusal([problem('USAGE', 'it is being done just now', { place: id, remedy: 'wait until it has ended' })], flags.json);
    const done = what === 'retry' ? `${id} is begun at once, with all its tries` : `${id} is thrown away`;
    return { code: EXIT.ok, stdout: flags.json === true ? `${JSON.stringify({ version: 1, exit: EXIT.ok, org, id })}\n` : visibleLines(`${done}\n`), stderr: '' };
  } finally {
    await close();
  }
}

const has = async (desk: JobDesk, org: string, id: string): Promise<boolean> => (await desk.list({ org, id, limit: 1 })).length > 0;
