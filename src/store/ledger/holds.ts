/**
 * What the folder alone cannot tell: that it is an older copy of itself, or that its history was changed together with every
 * checkpoint in it. Whoever kept a checkpoint elsewhere can ask.
 */
import { equal } from '../../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { openBySize, type SigningKey } from '../../core/log/checkpoint.ts';
import { root } from '../../core/log/merkle.ts';
import type { Reading } from '../schema.ts';
import { headAt } from './head.ts';

/**
 * @param keys every one this log ever signed with: whoever keeps the checkpoint of a rotation may know one of the two, and keep its line alone.
 * @param size entries there are. Problems: LOG_SIG for a note none of them signed, LOG_FORK for one that the log does not agree with.
 */
export async function holds(db: Reading, keys: readonly SigningKey[], note: string, size: number): Promise<Result<void>> {
  const opened = openBySize(note, keys);
  if (!opened.ok) return err(problem('LOG_SIG', `the checkpoint kept elsewhere is not this log's: ${opened.error.message}`));
  const kept = opened.value;
  if (size < kept.size) return err(problem('LOG_FORK', `the log holds ${size} entries and was seen with ${kept.size}: it is an older copy`, { remedy: REMEDY }));
  const then = root((await headAt(db, kept.size)).tree);
  return equal(then, kept.root) ? ok(undefined) : err(problem('LOG_FORK', `the log is not the one that was seen with ${kept.size} entries`, { remedy: REMEDY }));
}

const REMEDY = 'put back the folder that holds them; keep this one: it is evidence';
