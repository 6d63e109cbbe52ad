/** `countersign lines export`, `import` and `attach`: records out, records in, records found again. */
import { readFile } from 'node:fs/promises';
import { problem, type Result } from '../core/base/result.ts';
import { writeAgentTrace } from '../core/provenance/lines/agent-trace-write.ts';
import { writeGitAi } from '../core/provenance/lines/git-ai-write.ts';
import { type LinesOfCommit, linesOf } from '../flows/lines.ts';
import { attachLines } from '../flows/lines-attach.ts';
import { importTraces } from '../flows/lines-import.ts';
import type { RecordedLines } from '../flows/lines-write.ts';
import type { Repository } from '../flows/ports.ts';
import { openLineClone } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { lineRangeAt } from './line-range.ts';
import type { LineOptions } from './line-show.ts';
import { visible } from './terminal.ts';
import { unreadable } from './unreadable.ts';

const MOST_BYTES = 256 << 20;

export async function exportLines(range: string, options: LineOptions & { readonly format: string }): Promise<Answer> {
  const clone = await openLineClone(options.repo);
  const asked = await lineRangeAt(clone.repository, range, options.repo);
  if (!asked.ok) return refusal([asked.error], options.json);
  const found = await linesOf(clone, asked.value);
  if (!found.ok) return refusal([found.error], options.json);
  const commits = found.value.commits.filter((c) => c.attribution.files.length > 0);
  const stdout = (options.format === 'git-ai' ? commits.map(asGitAi) : commits.flatMap((c) => writeAgentTrace(c.attribution, c.changed, c.at))).map((line) => `${line}\n`).join('');
  const left = options.format === 'git-ai' ? commits.flatMap((c) => writeGitAi(c.attribution).left) : [];
  return { code: EXIT.ok, stdout, stderr: [...found.value.unreadable, ...left].map((words) => `countersign: ${visible(words)}\n`).join('') };
}

/** One line of JSON a commit: a note is many lines. */
const asGitAi = ({ commit, attribution }: LinesOfCommit): string => JSON.stringify({ commit, ref: 'refs/notes/ai', note: writeGitAi(attribution).text });

export interface WriteOptions extends LineOptions {
  readonly gitAi?: boolean;
}

export async function importLines(file: string, options: WriteOptions & { readonly range?: string }): Promise<Answer> {
  const text = await textOf(file);
  if (!text.ok) return refusal([text.error], options.json);
  const clone = await openLineClone(options.repo);
  const commits = await candidates(clone.repository, options.range, options.repo);
  if (!commits.ok) return refusal([commits.error], options.json);
  const done = await importTraces(clone, text.value, commits.value, options.gitAi === true);
  return done.ok ? told(done.value, options.json === true) : refusal([done.error], options.json);
}

/** Every commit of HEAD's history where no range is given. */
async function candidates(repository: Repository, range: string | undefined, dir: string): Promise<Result<readonly string[]>> {
  const asked = await lineRangeAt(repository, range ?? '', dir);
  if (!asked.ok || range !== undefined) return asked.ok ? { ok: true, value: asked.value.commits } : asked;
  const steps = await repository.steps(null, asked.value.head);
  return { ok: true, value: steps === undefined ? asked.value.commits : steps.map((s) => s.commit) };
}

export async function attachCommand(range: string, options: WriteOptions): Promise<Answer> {
  const clone = await openLineClone(options.repo);
  const asked = await lineRangeAt(clone.repository, range, options.repo);
  if (!asked.ok) return refusal([asked.error], options.json);
  const days = options.days === undefined ? {} : { days: options.days };
  const done = await attachLines(clone, { commits: asked.value.commits, gitAi: options.gitAi === true, ...days });
  return done.ok ? told(done.value, options.json === true) : refusal([done.error], options.json);
}

function told(done: RecordedLines, json: boolean): Answer {
  const commits = done.written.map(({ commit, attached }) => ({ commit, share: attached.share, gitAi: done.gitAi.includes(commit) }));
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, commits, left: done.left }, null, 2)}\n`, stderr: '' };
  const lines = commits.map(
    ({ commit, share }) =>
      `${commit.slice(0, 12)}  ${share.exact + share.loose + share.edited} lines attributed (${share.loose} but for white space, ${share.edited} edited), ${share.none} not`,
  );
  return {
    code: EXIT.ok,
    stdout: `${[...lines, ...(lines.length === 0 ? ['nothing to record'] : [])].join('\n')}\n`,
    stderr: done.left.map((words) => `countersign: ${visible(words)}\n`).join(''),
  };
}

async function textOf(file: string): Promise<Result<string>> {
  try {
    const bytes = await readFile(file);
    if (bytes.length <= MOST_BYTES) return { ok: true, value: bytes.toString('utf8') };
    return { ok: false, error: problem('USAGE', `it is over ${MOST_BYTES >> 20} MiB`, { place: file, remedy: 'split it: it is one record a line' }) };
  } catch (error) {
    return {
      ok: false,
      error: problem('USAGE', `the traces cannot be read: ${unreadable(error)}`, { place: file, remedy: 'give an agent-trace file, such as .agent-trace/traces.jsonl' }),
    };
  }
}
