/** `countersign log rotate`: from the next checkpoint on another key signs the log, and the old one says so. */
import { err, type Problem, problem, type Result } from '../core/base/result.ts';
import { formatVkey } from '../core/log/note.ts';
import { openUpkeep } from '../world.ts';
import { placeIn } from './data-place.ts';
import { type Answer, EXIT } from './exit.ts';
import { keptCheckpoints } from './kept-checkpoint.ts';
import { notProven } from './log-place.ts';
import { visibleLines } from './terminal.ts';

export interface LogRotateFlags {
  readonly data: string;
  readonly known?: readonly string[];
  readonly json?: boolean;
}

/** 0 the new key signs, 1 the folder is not the log that somebody else saw, 2 nothing was changed that opening the folder does not settle. */
export async function logRotate({ data, known, json = false }: LogRotateFlags): Promise<Answer> {
  const kept = await keptCheckpoints(known);
  if (!kept.ok) return notProven([kept.error], json);
  const place = placeIn(data);
  const opened = await (await openUpkeep()).openExisting({ ...place, clock: Date.now, known: kept.value });
  if (!opened.ok) return notProven([opened.error.code === 'DATA_LOCKED' ? { ...opened.error, remedy: 'stop the server that has it' } : opened.error], json);
  const { past, rotateLogKey, close } = opened.value;
  try {
    const [old] = await past.keys();
    const next = await turned(rotateLogKey, place.dir);
    if (!next.ok || old === undefined) return notProven(next.ok ? [] : [next.error], json);
    return answer(old.name, formatVkey(old), next.value, json);
  } finally {
    await close();
  }
}

async function turned(rotateLogKey: () => Promise<Result<string>>, place: string): Promise<Result<string, Problem>> {
  try {
    return await rotateLogKey();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return err(problem('DATA_INVALID', `the key cannot be changed now: ${why}`, { place, remedy: 'make the folder writable and run it again: what was begun is finished first' }));
  }
}

function answer(origin: string, old: string, vkey: string, json: boolean): Answer {
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, origin, old, vkey })}\n`, stderr: '' };
  const words = `${origin} has a new key. The old one swore it in, and both signed the checkpoint that says so.

  new  ${vkey}
  old  ${old}

Tell the new key, by the road the old one went, to
  witnesses          --log-vkey, both keys; until then they refuse what the new one alone signed
  who reads the log  --vkey; the old one leads their log verify to it
  verifiers          the trust file of /api/v1/trust names both
`;
  return { code: EXIT.ok, stdout: visibleLines(words), stderr: '' };
}
