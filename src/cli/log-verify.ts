/** `countersign log verify`: any C2SP tlog-tiles log, worked out again from its entries and compared with what it serves and what it signed. */
import { base64 } from '../core/base/bytes.ts';
import { problemText } from '../core/base/result.ts';
import { formatVkey } from '../core/log/note.ts';
import { MOST_FAULTS, type VerifiedLog, verifyLog } from '../flows/log-verify.ts';
import { type Answer, EXIT } from './exit.ts';
import { keepCheckpoint, readCheckpoint } from './kept-checkpoint.ts';
import { logAt, notProven } from './log-place.ts';
import { progressLine } from './progress.ts';
import { visibleLines } from './terminal.ts';

export interface LogVerifyFlags {
  readonly vkey: readonly string[];
  readonly from?: string;
  readonly keep?: string;
  readonly entries?: boolean;
  readonly hashes?: boolean;
  readonly json?: boolean;
}

export async function logVerify(where: string, { vkey, from, keep, entries = false, hashes = false, json = false }: LogVerifyFlags): Promise<Answer> {
  const at = await logAt({ log: where, vkey }, 'the log');
  if (!at.ok) return notProven(at.error, json);
  const { source, keys } = at.value;
  const old = from === undefined ? undefined : readCheckpoint(from, keys);
  if (old !== undefined && !old.ok) return notProven([old.error], json);
  const line = progressLine(process.stderr);
  const seen = await verifyLog(source, { keys, entries, hashesOnly: hashes, progress: line.show, ...(old === undefined ? {} : { from: old.value }) });
  line.clear();
  if (keep !== undefined && seen.checkpoint !== null && seen.faults.length === 0) {
    const kept = keepCheckpoint(keep, seen.checkpoint.note);
    if (!kept.ok) return notProven([kept.error], json);
  }
  return answer(seen, old?.value.size, keys.slice(vkey.length).map(formatVkey), json);
}

/** @param followed keys sworn in by those that were given. */
function answer(seen: VerifiedLog, from: number | undefined, followed: readonly string[], json: boolean): Answer {
  const code = seen.faults.length === 0 ? EXIT.ok : exitOf(seen);
  if (json) return { code, stdout: `${JSON.stringify({ ...asJson(seen, code, from), ...(followed.length === 0 ? {} : { followed }) })}\n`, stderr: '' };
  if (code === EXIT.ok)
    return { code, stdout: visibleLines(`${good(seen, from)}${followed.map((vkey) => `  its key changed, sworn in by the one you know: ${vkey}\n`).join('')}`), stderr: '' };
  const more = seen.faults.length < MOST_FAULTS ? '' : `countersign: and ${seen.more} more; after so many the check ended\n`;
  return { code, stdout: '', stderr: `${seen.faults.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join('')}${more}` };
}

/** A file that the checkpoint promises and nobody serves speaks against the log; a server that is away says nothing of it. */
function exitOf({ checkpoint, faults }: VerifiedLog): number {
  const silent = faults.every((p) => p.code === 'LOG_UNREACHABLE' || (checkpoint === null && p.code === 'NOT_FOUND'));
  return silent ? EXIT.refused : EXIT.signoff;
}

function good({ checkpoint, entries, tiles, bodies }: VerifiedLog, from: number | undefined): string {
  if (checkpoint === null) return '';
  const { origin, size, root } = checkpoint;
  const compared = tiles === 1 ? '1 tile' : `${tiles} tiles`;
  const read = entries === 0 && size > 0 ? `${compared} compared; entries were not read` : `${entries} entries and ${compared} compared`;
  return `verified: ${origin}, ${size} entries, root ${base64(root)}\n  ${read}${from === undefined ? '' : `; goes on from the ${from} entries that were kept`}\n${besideText(bodies)}`;
}

const besideText = (bodies: VerifiedLog['bodies']): string =>
  bodies === null ? '' : `  ${bodies.read} bodies beside it have their digests; ${bodies.missing} that entries name are not there, ${bodies.unnamed} are named by none\n`;

const asJson = ({ checkpoint, faults, more, entries, tiles, bodies }: VerifiedLog, exit: number, from: number | undefined) => ({
  version: 1,
  exit,
  ...(checkpoint === null ? {} : { origin: checkpoint.origin, size: checkpoint.size, root: base64(checkpoint.root) }),
  ...(from === undefined ? {} : { from }),
  entries,
  tiles,
  ...(bodies === null ? {} : { bodies }),
  problems: faults,
  more,
});
