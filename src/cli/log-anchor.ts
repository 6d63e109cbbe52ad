/** `countersign log anchor`: the checkpoint as a commit of a repository other people hold. */
import { formatVkey } from '../core/log/note.ts';
import { anchorLog } from '../flows/log-anchor.ts';
import { openAnchor } from '../world.ts';
import { type Answer, EXIT } from './exit.ts';
import { keysText, type LogPlaceFlags, logAt, notProven } from './log-place.ts';
import { visibleLines } from './terminal.ts';

export interface LogAnchorFlags extends LogPlaceFlags {
  readonly repo: string;
  readonly ref: string;
  readonly json?: boolean;
}

export async function logAnchor({ repo, ref, json = false, ...place }: LogAnchorFlags): Promise<Answer> {
  const at = await logAt(place, '--log');
  if (!at.ok) return notProven(at.error, json);
  const { source, keys, close } = at.value;
  try {
    const anchor = await openAnchor(repo, ref);
    if (!anchor.ok) return notProven([anchor.error], json);
    const done = await anchorLog(source, anchor.value, keys).finally(() => anchor.value.close());
    if (!done.ok) return notProven([done.error], json);
    const { origin, from, size, commit } = done.value;
    const vkeys = keys.map(formatVkey);
    if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, ...done.value, repo, ref, vkeys })}\n`, stderr: '' };
    const words =
      commit === null ? `${origin} is anchored already at ${size} entries` : `anchored ${origin} at ${size} entries${from === null ? '' : `, from ${from}`}: ${commit} on ${ref}`;
    return { code: EXIT.ok, stdout: visibleLines(`${words}\n${keysText(vkeys)}`), stderr: '' };
  } finally {
    await close();
  }
}
