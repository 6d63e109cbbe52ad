/** `countersign store export`: the whole store as one file. */
import { resolve } from 'node:path';
import { problem } from '../core/base/result.ts';
import { openUpkeep } from '../world.ts';
import { placeOf, wordsOf } from './data-place.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { notProven } from './log-place.ts';
import { progressLine } from './progress.ts';
import { storeTarget } from './store-file.ts';
import { visibleLines } from './terminal.ts';
import { unreadable } from './unreadable.ts';

export interface StoreExportFlags {
  readonly out: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** 0 written, 1 what is there is not what was signed, 2 nothing can be read or written. In the last two no file is left. */
export async function storeExport({ out, data, json = false }: StoreExportFlags): Promise<Answer> {
  const place = placeOf(data);
  if ((place.dir ?? place.database) === undefined)
    return refusal([problem('USAGE', 'name the store', { place: '--data', remedy: 'the folder a server runs on; or set DATABASE_URL' })], json && out !== '-');
  const target = await storeTarget(out);
  if (!target.ok) return refusal([target.error], json);
  // On standard output stands the store, and what is said of it beside it.
  const said = out === '-' ? beside : (answer: Answer): Answer => answer;
  const line = progressLine(process.stderr);
  try {
    const done = await (await openUpkeep()).exportStore(place, target.value.write, (entries, size) => line.show('exported', entries / size));
    line.clear();
    if (!done.ok) {
      await target.value.drop();
      return said(notProven([done.error], json));
    }
    await target.value.keep();
    const { origin, size } = done.value;
    if (json) return said({ code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, origin, size, out })}\n`, stderr: '' });
    const where = out === '-' ? '' : ` to ${resolve(out)}`;
    return said({
      code: EXIT.ok,
      stdout: visibleLines(`exported ${wordsOf(place)}${where}: ${origin}, ${size} entries\n  the keys are not in it: keep the folder keys/ apart from it\n`),
      stderr: '',
    });
  } catch (cause) {
    line.clear();
    await target.value.drop();
    return said(
      refusal([problem('DATA_INVALID', `cannot be written: ${unreadable(cause)}`, { place: out, remedy: 'make room, and run it again; no half of a file was left' })], json),
    );
  }
}

const beside = ({ code, stdout, stderr }: Answer): Answer => ({ code, stdout: '', stderr: `${stderr}${stdout}` });
