/** `countersign detect`: which commits an AI had a hand in, by evidence. It reads, and writes nothing. docs/spec/detect.md. */
import { type Problem, problemText, type Result } from '../core/base/result.ts';
import { type DetectWorld, detectHistory } from '../flows/detect.ts';
import { type Counting, counting } from '../flows/detect-summary.ts';
import type { MessagesAsked } from '../flows/ports.ts';
import { openDetect } from '../world.ts';
import { askedOf, type DetectOptions, onlyOne } from './detect-asked.ts';
import { detectionLine } from './detect-line-text.ts';
import { type LineWriter, lineWriter } from './detect-out.ts';
import { registryAt } from './detect-registry.ts';
import { detectLines } from './detect-stdin.ts';
import { detectText } from './detect-text.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { progressLine } from './progress.ts';
import { visibleLines, wantsColour } from './terminal.ts';

/** Exit 0: everything was read. 2: something was not, and what was read was answered all the same. */
export async function detect(range: string | undefined, options: DetectOptions): Promise<Answer> {
  const asked = askedOf(range, options);
  if (!asked.ok) return refusal([asked.error], options.json);
  if (options.stdin === true && (range !== undefined || options.all === true || options.branch !== undefined)) return refusal([onlyOne('--stdin and a range')], options.json);
  if (options.jsonl === true && options.json === true) return refusal([onlyOne('--json and --jsonl')], true);
  const world = await openDetect(options.repo, options.notes !== false);
  const reading = registryAt(world.repository, options.registry);
  if (options.stdin === true) {
    const registry = await reading;
    return registry.ok ? detectLines(registry.value) : refusal(registry.error, options.json);
  }
  const counts = counting();
  const lines = options.jsonl === true ? lineWriter(process.stdout) : null;
  const named = reading.then((registry) => (registry.ok ? registry.value : null));
  const seen = await watched({ ...world, registry: named }, asked.value, lines, counts);
  const registry = await reading;
  if (!registry.ok) return refusal(registry.error, options.json);
  await lines?.end();
  if (!seen.ok && counts.summary().commits === 0) return refusal([seen.error], options.json);
  const problems = seen.ok ? [] : [seen.error];
  const notSeen = seen.ok ? seen.value : [];
  return { code: seen.ok ? EXIT.ok : EXIT.refused, ...shown(counts, notSeen, problems, options) };
}

/** Says how far it is; ends with what it has at the first interrupt, and when nobody reads any more. */
async function watched(world: DetectWorld, asked: MessagesAsked, lines: LineWriter | null, counts: Counting): Promise<Result<readonly string[]>> {
  const progress = progressLine(process.stderr);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  lines?.gone.addEventListener('abort', interrupt);
  let done = 0;
  try {
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
