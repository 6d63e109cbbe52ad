/** `countersign lines`: which lines of a commit or a range an AI wrote, as records say. */
import { linesOf } from '../flows/lines.ts';
import { openLineClone } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { lineRangeAt } from './line-range.ts';
import { linesJson, linesText } from './line-text.ts';
import { ink, wantsColour } from './terminal.ts';

export interface LineOptions {
  readonly repo: string;
  readonly days?: number;
  readonly json?: boolean;
}

export async function showLines(range: string, options: LineOptions): Promise<Answer> {
  const clone = await openLineClone(options.repo);
  const asked = await lineRangeAt(clone.repository, range, options.repo);
  if (!asked.ok) return refusal([asked.error], options.json);
  const found = await linesOf(clone, { ...asked.value, ...(options.days === undefined ? {} : { days: options.days }) });
  if (!found.ok) return refusal([found.error], options.json);
  const { base, head, commits } = asked.value;
  if (options.json === true)
    return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, base, head, commits, lines: linesJson(found.value) }, null, 2)}\n`, stderr: '' };
  const paper = ink(wantsColour(process.stdout, process.env));
  return { code: EXIT.ok, stdout: `${linesText(found.value, paper).join('\n')}\n`, stderr: '' };
}
