/**
 * A checkpoint of any C2SP log. Ours are three lines and one key; others may add extension lines under the root and signature lines of
 * witnesses and of key types nobody here knows. The signature covers the extension lines; nothing of them is believed.
 */
import { err, ok, problem, type Result } from '../base/result.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { type NoteKey, openNote } from './note.ts';

/** Problems: LOG_FORMAT, LOG_ORIGIN (no key of that origin), LOG_SIG. */
export function openAnyCheckpoint(note: string, logs: readonly NoteKey[]): Result<Checkpoint> {
  const origin = note.split('\n', 1)[0] ?? '';
  const keys = logs.filter((k) => k.name === origin);
  if (keys.length === 0) return err(problem('LOG_ORIGIN', `the checkpoint is from ${JSON.stringify(origin.slice(0, 200))}, which is not a log we know`));
  const opened = openNote(note, keys);
  if (!opened.ok) return opened;
  const [name = '', size = '', root = '', ...extensions] = opened.value.text.split('\n');
  if (extensions.slice(0, -1).some((line) => line === '')) return err(problem('LOG_FORMAT', 'an extension line of the checkpoint is empty'));
  const checkpoint = parseCheckpoint(`${name}\n${size}\n${root}\n`);
  return checkpoint.ok ? ok(checkpoint.value) : checkpoint;
}
