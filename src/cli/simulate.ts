/** `countersign simulate`: what a policy would have asked of everything that ever landed. Reads; `--policy` needs no commit. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { dateOf, type KnownIncident, readIncidents } from '../core/simulate/incident-file.ts';
import { type Progress, type Simulated, simulate } from '../flows/simulate.ts';
import { type Governing, governing } from '../flows/simulate-governing.ts';
import { openHistoryOf } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { fileOf, policyOf } from './named-file.ts';
import { progressLine } from './progress.ts';

/** As the command line gives them. */
export interface SimulateOptions {
  readonly repo: string;
  readonly branch?: string;
  readonly since?: string;
  readonly policy?: string;
  readonly against?: string;
  readonly roster?: string;
  readonly incidents?: string;
  readonly name?: string;
  readonly json?: boolean;
}

/** Exit 0 replayed, also where it was interrupted, which it says; 2 could not be read. */
export async function simulateCommand(options: SimulateOptions): Promise<Answer> {
  const done = await simulated(options);
  return done.ok ? { code: EXIT.ok, stdout: lines(done.value), stderr: '' } : refusal(done.error, options.json);
}

async function simulated(options: SimulateOptions): Promise<Result<Simulated, readonly Problem[]>> {
  const since = options.since === undefined ? null : dateOf(options.since);
  if (options.since !== undefined && since === null)
    return err([problem('USAGE', `${JSON.stringify(options.since)} is no date`, { place: '--since', remedy: 'write 2026-01-31' })]);
  const clone = await openHistoryOf(options.repo);
  const files = await named(options);
  if (!files.ok) return files;
  const judges = await governing(clone, { branch: options.branch ?? null, ...files.value });
  if (!judges.ok) return judges;
  const line = progressLine(process.stderr);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    const done = await simulate(clone, {
      repo: options.name ?? null,
      branch: options.branch ?? null,
      since,
      judges: judges.value.judges,
      incidents: files.value.incidents,
      signal: stop.signal,
      progress: (p) => line.show(words(p), p.of === null ? null : p.done / p.of),
    });
    return done.ok ? ok({ ...done.value, notes: [...judges.value.notes, ...done.value.notes] }) : done;
  } finally {
    process.off('SIGINT', interrupt);
    line.clear();
  }
}

type Named = Pick<Governing, 'policy' | 'against' | 'roster'> & { readonly incidents: readonly KnownIncident[] };

/** What the options name, read. */
async function named(options: SimulateOptions): Promise<Result<Named, readonly Problem[]>> {
  const [policy, against, roster, list] = await Promise.all([
    policyOf('--policy', options.policy),
    policyOf('--against', options.against),
    fileOf('--roster', options.roster),
    fileOf('--incidents', options.incidents),
  ]);
  const problems = [policy, against, roster, list].flatMap((r) => (r.ok ? [] : [r.error]));
  if (!policy.ok || !against.ok || !roster.ok || !list.ok) return err(problems);
  const incidents = list.value === null ? ok([]) : readIncidents(list.value.bytes, list.value.name);
  return incidents.ok ? ok({ policy: policy.value, against: against.value, roster: roster.value, incidents: incidents.value }) : incidents;
}

const words = ({ doing, done, of }: Progress): string => (of === null ? `${doing}: ${done} commits` : `${doing}: ${done} of ${of} landings`);

/** One line for each policy and landing, and one about the run before them. */
function lines({ judged, ...run }: Simulated): string {
  const all = judged.flatMap(({ replayed }, judge) => replayed.map((landing) => JSON.stringify({ judge, ...landing })));
  return `${[JSON.stringify(run), ...all].join('\n')}\n`;
}
