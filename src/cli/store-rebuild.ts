/** `countersign store rebuild`: the projections, made again from the log. */
import { openUpkeep } from '../world.ts';
import { placeIn, wordsOf } from './data-place.ts';
import { type Answer, EXIT } from './exit.ts';
import { notProven } from './log-place.ts';
import { progressLine } from './progress.ts';
import { visibleLines } from './terminal.ts';

export interface StoreRebuildFlags {
  readonly data: string;
  readonly json?: boolean;
}

/** 0 done; 1 the log is not what it signed, 2 it cannot be opened or replayed: then the projections are what they were. */
export async function storeRebuild({ data, json = false }: StoreRebuildFlags): Promise<Answer> {
  const place = placeIn(data);
  const opened = await (await openUpkeep()).openExisting({ ...place, clock: Date.now });
  if (!opened.ok) return notProven([opened.error.code === 'DATA_LOCKED' ? { ...opened.error, remedy: 'stop the server that has it' } : opened.error], json);
  const line = progressLine(process.stderr);
  let entries = 0;
  try {
    const done = await opened.value.rebuild((replayed) => {
      entries = replayed;
      line.show(`replayed ${replayed} entries`, null);
    });
    line.clear();
    if (!done.ok) return notProven([done.error], json);
  } finally {
    line.clear();
    await opened.value.close();
  }
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, entries })}\n`, stderr: '' };
  return { code: EXIT.ok, stdout: visibleLines(`rebuilt the projections of ${wordsOf(place)} from ${entries} entries\n`), stderr: '' };
}
