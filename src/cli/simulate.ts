/** `countersign simulate`: what a policy would have asked of everything that ever landed. It reads, and writes nothing but the page asked for. */
import { writeFile } from 'node:fs/promises';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { type KnownIncident, readIncidents } from '../core/policy/incident-file.ts';
import { dateOf } from '../core/simulate/date.ts';
import type { Simulation } from '../core/simulate/simulation.ts';
import { type Progress, type Simulated, simulate } from '../flows/simulate.ts';
import { type Governing, governing } from '../flows/simulate-governing.ts';
import { openHistoryOf } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { fileOf, policyOf } from './named-file.ts';
import { progressLine } from './progress.ts';
import { simulateHtml } from './simulate-html.ts';
import { simulationOf } from './simulate-report.ts';
import { simulateText } from './simulate-text.ts';
import { simulateJson } from './simulate-words.ts';
import { wantsColour } from './terminal.ts';
import { unreadable } from './unreadable.ts';

/** As the command line gives them. */
export interface SimulateOptions {
  readonly repo: string;
  readonly branch?: string;
  readonly since?: string;
  readonly policy?: string;
  readonly against?: string;
  readonly roster?: string;
  readonly incidents?: string;
  readonly floor?: readonly string[];
  readonly name?: string;
  readonly minutes?: string;
  readonly reviewers?: string;
  readonly hoursPerDay?: string;
  readonly html?: string;
  readonly json?: boolean;
  readonly landings?: boolean;
}

/** Exit 0 replayed, also where it was interrupted, which it says; 2 could not be read. */
export async function simulateCommand(options: SimulateOptions): Promise<Answer> {
  const done = await simulated(options);
  if (!done.ok) return refusal(done.error, options.json);
  if (options.landings === true) return { code: EXIT.ok, stdout: lines(done.value), stderr: '' };
  const simulation = counted(done.value, options);
  return simulation.ok ? shown(simulation.value, options) : refusal(simulation.error, options.json);
}

interface Run {
  readonly simulated: Simulated;
  /** What each policy is called. */
  readonly names: readonly string[];
}

async function simulated(options: SimulateOptions): Promise<Result<Run, readonly Problem[]>> {
  const since = options.since === undefined ? null : dateOf(options.since);
  if (options.since !== undefined && since === null)
    return err([problem('USAGE', `${JSON.stringify(options.since)} is no date`, { place: '--since', remedy: 'write 2026-01-31' })]);
  const floors = await floorsAt(options.floor);
  if (!floors.ok) return floors;
  const files = await named(options);
  if (!files.ok) return files;
  const clone = await openHistoryOf(options.repo, floors.value);
  const rules = await governing(clone, { branch: options.branch ?? null, ...files.value });
  if (!rules.ok) return rules;
  const { judges, names, notes } = rules.value;
  const ask = { repo: options.name ?? null, branch: options.branch ?? null, since, judges, incidents: files.value.incidents };
  const done = await watched((watch) => simulate(clone, { ...ask, ...watch }));
  return done.ok ? ok({ simulated: { ...done.value, notes: [...notes, ...done.value.notes] }, names }) : done;
}

/** Says how far it is, and ends it with what it has at the first interrupt; the second ends us. */
async function watched<T>(work: (watch: { readonly signal: AbortSignal; readonly progress: (p: Progress) => void }) => Promise<T>): Promise<T> {
  const line = progressLine(process.stderr);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work({ signal: stop.signal, progress: (p) => line.show(words(p), p.of === null ? null : p.done / p.of) });
  } finally {
    process.off('SIGINT', interrupt);
    line.clear();
  }
}

type Named = Pick<Governing, 'policy' | 'against' | 'roster'> & { readonly incidents: readonly KnownIncident[] | null };

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
  const incidents = list.value === null ? ok(null) : readIncidents(list.value.bytes, list.value.name, 'USAGE');
  return incidents.ok ? ok({ policy: policy.value, against: against.value, roster: roster.value, incidents: incidents.value }) : incidents;
}

const words = ({ doing, done, of }: Progress): string => (of === null ? `${doing}: ${done} commits` : `${doing}: ${done} of ${of} landings`);

function counted({ simulated: run, names }: Run, options: SimulateOptions): Result<Simulation, readonly Problem[]> {
  const [judged, against = null] = run.judged.map((j, i) => ({ ...j, policy: names[i] ?? '' }));
  return judged === undefined ? err([problem('INTERNAL', 'no policy was asked')]) : simulationOf(run, judged, against, options);
}

async function shown(simulation: Simulation, { html, json }: SimulateOptions): Promise<Answer> {
  if (html !== undefined) {
    const problems = await written(html, simulateHtml(simulation));
    if (problems.length > 0) return refusal(problems, json);
  }
  const how = { colour: wantsColour(process.stdout, process.env), ascii: process.env.TERM === 'dumb' };
  return { code: EXIT.ok, stdout: json === true ? `${JSON.stringify(simulateJson(simulation), null, 2)}\n` : simulateText(simulation, how), stderr: '' };
}

async function written(file: string, text: string): Promise<readonly Problem[]> {
  try {
    await writeFile(file, text);
    return [];
  } catch (error) {
    return [
      problem('USAGE', `${file} cannot be written: ${unreadable(error)}`, {
        place: '--html',
        remedy: 'name a file in a folder that is there',
      }),
    ];
  }
}

/** One line about the run, and one for each policy and landing. */
function lines({ simulated: { judged, ...run }, names }: Run): string {
  const all = judged.flatMap(({ replayed }, judge) => replayed.map((landing) => JSON.stringify({ judge, ...landing })));
  return `${[JSON.stringify({ ...run, policies: names }), ...all].join('\n')}\n`;
}
