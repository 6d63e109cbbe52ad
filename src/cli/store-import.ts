/** `countersign store import`: an export into an empty folder or database, whole or not at all. */
import { keysOf } from '../flows/log-read.ts';
import { openUpkeep } from '../world.ts';
import { placeIn, wordsOf } from './data-place.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { keptCheckpoints } from './kept-checkpoint.ts';
import { keysText, notProven } from './log-place.ts';
import { progressLine } from './progress.ts';
import { storeSource } from './store-file.ts';
import { visibleLines } from './terminal.ts';

export interface StoreImportFlags {
  readonly in: string;
  readonly data: string;
  readonly vkey?: readonly string[];
  readonly known?: readonly string[];
  readonly json?: boolean;
}

/** 0 imported, 1 it is not the log that the keys or the checkpoints at hand are of, 2 it is torn, or cannot be put here. In the last two nothing is kept. */
export async function storeImport({ in: from, data, vkey = [], known, json = false }: StoreImportFlags): Promise<Answer> {
  const brought = vkey.length === 0 ? undefined : keysOf(vkey);
  if (brought?.ok === false) return notProven(brought.error, json);
  const kept = await keptCheckpoints(known);
  if (!kept.ok) return refusal([kept.error], json);
  const source = storeSource(from);
  if (!source.ok) return refusal([source.error], json);
  const place = placeIn(data);
  const { importStore } = await openUpkeep();
  const line = progressLine(process.stderr);
  const done = await importStore({ place, source: source.value, vkeys: vkey, known: kept.value, progress: ({ part, done, size }) => line.show(part, done / size) });
  line.clear();
  if (!done.ok) return notProven([done.error], json);
  const { origin, size, bodies, checkpoints, cosignatures, vkeys } = done.value;
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, ...done.value })}\n`, stderr: '' };
  const words = `imported ${origin} into ${wordsOf(place)}: ${size} entries, ${bodies} bodies, ${checkpoints} checkpoints, ${cosignatures} cosignatures, all of them checked\n`;
  return { code: EXIT.ok, stdout: visibleLines(`${words}${keysText(vkeys)}`), stderr: '' };
}
