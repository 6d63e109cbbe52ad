/**
 * What the score of one repository keeps in a folder: the model as JSON, and the history it is asked of, packed. Both are written beside
 * and put in place by renaming, the model last: whoever reads meets the old pair or a history that is newer than its model, which is no harm.
 * Whoever can write the folder chooses the score; it ranks and proves nothing.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { ScoreKeeping } from '../../flows/ports-risk.ts';

const [MODEL, HISTORY] = ['model.json', 'history.gz'];
/** Bytes of a history unpacked; a million commits have fewer. */
const MOST = 1 << 30;

export function openScoreKeeping(folder: string): ScoreKeeping {
  return {
    load: async () => {
      const [model, packed] = await Promise.all([bytesOf(join(folder, MODEL)), bytesOf(join(folder, HISTORY))]);
      if (model === null || packed === null) return ok(null);
      try {
        const end = packed.indexOf(0x0a);
        const tip = packed.toString('latin1', 0, Math.max(0, end));
        if (!/^[0-9a-f]{40,64}$/.test(tip)) return damaged(folder, 'its history names no commit');
        return ok({ model: model.toString('utf8'), tip, history: await promisify(gunzip)(packed.subarray(end + 1), { maxOutputLength: MOST }) });
      } catch {
        return damaged(folder, 'its history cannot be unpacked');
      }
    },
    save: async ({ model, tip, history }) => {
      try {
        await mkdir(folder, { recursive: true });
        // level 1: a tenth of the time for a fifth more
        const packed = Buffer.concat([Buffer.from(`${tip}\n`), await promisify(gzip)(history, { level: 1 })]);
        await put(join(folder, HISTORY), packed);
        await put(join(folder, MODEL), model);
        return ok(undefined);
      } catch (error) {
        return err(problem('DATA_INVALID', `the score cannot be kept: ${error instanceof Error ? error.message : String(error)}`, { place: folder }));
      }
    },
  };
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, content);
  await rename(beside, path);
}

async function bytesOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch {
    return null;
  }
}

const damaged = (folder: string, why: string): Result<never> =>
  err(problem('DATA_INVALID', `what is kept of the score is damaged: ${why}`, { place: folder, remedy: 'make it anew: countersign risk train' }));
