/** `countersign log export`: the log into a folder or bucket that any C2SP client, web server or stick can carry. */
import { resolve } from 'node:path';
import { problem } from '../core/base/result.ts';
import { formatVkey } from '../core/log/note.ts';
import { type Exported, exportLog } from '../flows/log-export.ts';
import { openLogFolder } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { keysText, logAt, notProven, schemeOf } from './log-place.ts';
import { progressLine } from './progress.ts';
import { visibleLines } from './terminal.ts';

export interface LogExportFlags {
  readonly data?: string;
  readonly from?: string;
  readonly vkey?: readonly string[];
  readonly out: string;
  readonly envelopes?: boolean;
  readonly json?: boolean;
}

export async function logExport({ from, data, vkey, out, envelopes = false, json = false }: LogExportFlags): Promise<Answer> {
  if (envelopes && from !== undefined)
    return refusal(
      [
        problem('USAGE', 'bodies are in the data folder, and no server serves them', {
          place: '--envelopes',
          remedy: 'name the folder with --data, or the database with DATABASE_URL',
        }),
      ],
      json,
    );
  const scheme = schemeOf(out);
  // Before anything is written: what stands in bodies is for those who may read the organisation's changes, a bucket of tiles for everybody.
  if (scheme === 's3' && envelopes)
    return refusal([problem('USAGE', 'bodies are not put into a bucket, which others read', { place: '--envelopes', remedy: 'export them to a folder of their own' })], json);
  if (scheme !== undefined && scheme !== 's3')
    return refusal(
      [
        problem('USAGE', 'a log is exported to a folder or to a bucket (s3://)', {
          place: `--out ${out}`,
          remedy: 'export to a folder, then copy it there: the file checkpoint last, or a reader finds it before its tiles',
        }),
      ],
      json,
    );
  const at = await logAt({ ...(from === undefined ? {} : { log: from }), ...(data === undefined ? {} : { data }), ...(vkey === undefined ? {} : { vkey }) }, '--from');
  if (!at.ok) return notProven(at.error, json);
  const line = progressLine(process.stderr);
  try {
    const folder = await openLogFolder(out);
    if (!folder.ok) return notProven([folder.error], json);
    const { source, keys, body } = at.value;
    const done = await exportLog({ source, keys, folder: folder.value, ...(envelopes && body !== undefined ? { body } : {}), progress: line.show });
    line.clear();
    return done.ok ? answer(done.value, keys.map(formatVkey), scheme === undefined ? resolve(out) : out, json) : notProven([done.error], json);
  } finally {
    line.clear();
    await at.value.close();
  }
}

function answer(done: Exported, vkeys: readonly string[], out: string, json: boolean): Answer {
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, ...done, out, vkeys })}\n`, stderr: '' };
  const { origin, from, size, files, bodies } = done;
  const beside = bodies === undefined ? '' : `  bodies: ${bodies.written} written, ${bodies.dropped} taken away because they were erased, ${bodies.missing} not to be had\n`;
  return {
    code: EXIT.ok,
    stdout: visibleLines(`exported ${origin} to ${out}: ${size} entries, ${size - from} of them new, ${files} files written\n${beside}${keysText(vkeys)}`),
    stderr: '',
  };
}
