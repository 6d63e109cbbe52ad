/** `countersign detect`: which commits an AI had a hand in, by evidence. It reads, and writes nothing. docs/spec/detect.md. */
import { err, type Problem, problem, problemText, type Result } from '../core/base/result.ts';
import { dateOf } from '../core/simulate/date.ts';
import { detectHistory } from '../flows/detect.ts';
import { type Counting, counting } from '../flows/detect-summary.ts';
import type { MessagesAsked } from '../flows/ports.ts';
import { openDetect } from '../world.ts';
import { detectionLine } from './detect-line-text.ts';
import { type LineWriter, lineWriter } from './detect-out.ts';
import { detectLines } from './detect-stdin.ts';
import { detectText } from './detect-text.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { progressLine } from './progress.ts';
import { visibleLines, wantsColour } from './terminal.ts';

/** As the command line gives them. */
export interface DetectOptions {
  readonly repo: string;
  readonly branch?: string;
  readonly all?: boolean;
  readonly since?: string;
  readonly notes?: boolean;
  readonly registry?: string;
  readonly stdin?: boolean;
  readonly jsonl?: boolean;
  readonly json?: boolean;
}

/** Exit 0: everything was read. 2: something was not, and what was read was answered all the same. */
export async function detect(range: string | undefined, options: DetectOptions): Promise<Answer> {
  if (options.stdin === true) return range === undefined ? detectLines(options) : refusal([onlyOne('RANGE and --stdin')], options.json);
  const asked = askedOf(range, options);
  if (!asked.ok) return refusal([asked.error], options.json);
  const counts = counting();
  const lines = options.jsonl === true ? lineWriter(process.stdout) : null;
  const seen = await watched(asked.value, options, lines, counts);
  await lines?.end();
  if (!seen.ok && counts.summary().commits === 0) return refusal([seen.error], options.json);
  const problems = seen.ok ? [] : [seen.error];
  const notSeen = seen.ok ? seen.value : [];
  return { code: seen.ok ? EXIT.ok : EXIT.refused, ...shown(counts, notSeen, problems, options) };
}

const onlyOne = (what: string): Problem => problem('USAGE', `${what} do not go together`, { place: 'command line', remedy: 'give one of them' });

/** Which commits, as the options name them. */
export function askedOf(range: string | undefined, { branch, all, since }: Pick<DetectOptions, 'branch' | 'all' | 'since'>): Result<MessagesAsked> {
  if ([range, branch, all === true ? '' : undefined].filter((named) => named !== undefined).length > 1) return err(onlyOne('RANGE, --branch and --all'));
  const from = since === undefined ? undefined : dateOf(since);
  if (from === null) return err(problem('USAGE', `${JSON.stringify(since)} is no date`, { place: '--since', remedy: 'write 2026-01-31' }));
  const tip = range ?? branch;
  return { ok: true, value: { ...(tip === undefined ? {} : { range: tip }), ...(all === true ? { all } : {}), ...(from === undefined ? {} : { since: from }) } };
}

/** Says how far it is; ends with what it has at the first interrupt, and when nobody reads any more. */
async function watched(asked: MessagesAsked, options: DetectOptions, lines: LineWriter | null, counts: Counting): Promise<Result<readonly string[]>> {
  const progress = progressLine(process.stderr);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  lines?.gone.addEventListener('abort', interrupt);
  let done = 0;
  try {
    const world = await openDetect(options.repo, options.notes !== false);
    return await detectHistory(world, { ...asked, signal: stop.signal }, async (batch) => {
      for (const found of batch) {
        counts.add(found);
        const wait = lines?.line(detectionLine(found.detected));
        if (wait !== undefined) await wait;
      }
      done += batch.length;
      progress.show(`reading: ${done} commits`, null);
    });
  } finally {
    process.off('SIGINT', interrupt);
    progress.clear();
  }
}

function shown(counts: Counting, notSeen: readonly string[], problems: readonly Problem[], { jsonl, json }: DetectOptions): Pick<Answer, 'stdout' | 'stderr'> {
  const said = problems.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join('');
  const told = `${notSeen.map((words) => `countersign: ${visibleLines(words)}\n`).join('')}${said}`;
  if (jsonl === true) return { stdout: '', stderr: told };
  const summary = counts.summary();
  if (json === true) {
    const exit = problems.length === 0 ? EXIT.ok : EXIT.refused;
    return { stdout: `${JSON.stringify({ version: 1, exit, ...summary, notSeen, problems }, null, 2)}\n`, stderr: '' };
  }
  return { stdout: detectText(summary, notSeen, wantsColour(process.stdout, process.env)), stderr: said };
}
