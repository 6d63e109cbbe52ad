/** `countersign audit`: a data folder worked out again from its log, or a log that somebody else runs, watched. */
import { base64 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { parseEntry } from '../core/log/entry.ts';
import type { NoteKey } from '../core/log/note.ts';
import { lastAnchored } from '../flows/log-anchor.ts';
import { keysOf, type SignedCheckpoint } from '../flows/log-read.ts';
import { type Watched, watchLog } from '../flows/log-watch.ts';
import { openAnchor, openUpkeep } from '../world.ts';
import { placeOf, wordsOf } from './data-place.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { keepCheckpoint, keptCheckpoints, readCheckpoint } from './kept-checkpoint.ts';
import { logAt, notProven } from './log-place.ts';
import { progressLine } from './progress.ts';
import { visible, visibleLines } from './terminal.ts';

export interface AuditFlags {
  readonly full?: boolean;
  readonly data?: string;
  readonly known?: readonly string[];
  readonly since?: string;
  readonly anchor?: string;
  readonly ref: string;
  readonly log?: string;
  readonly vkey?: readonly string[];
  readonly json?: boolean;
}

export async function audit(flags: AuditFlags): Promise<Answer> {
  const asked = [flags.full === true, flags.since !== undefined, flags.anchor !== undefined].filter(Boolean).length;
  if (asked !== 1)
    return refusal(
      [
        problem('USAGE', 'one of --full, --since and --anchor says what to audit', {
          place: 'command line',
          remedy: 'for example: audit --full --data DIR, or audit --since FILE --log URL --vkey KEY',
        }),
      ],
      flags.json,
    );
  return flags.full === true ? auditData(flags) : watch(flags);
}

/** 0 nothing found, 1 something is not what the log says, 2 nothing can be read. */
async function auditData({ data, log, vkey = [], known, json = false }: AuditFlags): Promise<Answer> {
  const place = placeOf(data);
  if ((place.dir ?? place.database) === undefined || log !== undefined)
    return refusal(
      [
        problem('USAGE', 'a full audit is of a data folder, or of the PostgreSQL that DATABASE_URL names', {
          place: '--data',
          remedy: 'name the folder; another’s log is checked by countersign log verify',
        }),
      ],
      json,
    );
  const brought = vkey.length === 0 ? ok([]) : keysOf(vkey);
  if (!brought.ok) return notProven(brought.error, json);
  const kept = await keptCheckpoints(known);
  if (!kept.ok) return notProven([kept.error], json);
  const { auditStore } = await openUpkeep();
  const line = progressLine(process.stderr);
  const found = await auditStore(place, { vkeys: vkey, known: kept.value }, ({ part, done, size }) => line.show(part, size > 0 ? done / size : null));
  line.clear();
  if (!found.ok) return notProven([found.error], json);
  const code = found.value.length === 0 ? EXIT.ok : EXIT.signoff;
  if (json) return { code, stdout: `${JSON.stringify({ version: 1, exit: code, problems: found.value })}\n`, stderr: '' };
  return code === EXIT.ok
    ? { code, stdout: visibleLines(`audited ${wordsOf(place)}: entries, hashes, bodies, checkpoints and projections are what the log says\n`), stderr: '' }
    : { ...notProven(found.value), code };
}

/** 0 it goes on, 1 it does not or shows what it did not sign, 2 nothing can be said. */
async function watch({ since, anchor, ref, log, data, vkey, json = false }: AuditFlags): Promise<Answer> {
  const at = await logAt({ ...(log === undefined ? {} : { log }), ...(data === undefined ? {} : { data }), ...(vkey === undefined ? {} : { vkey }) }, '--log');
  if (!at.ok) return notProven(at.error, json);
  const { source, keys, close } = at.value;
  const line = progressLine(process.stderr);
  try {
    const old = since === undefined ? await anchoredAt(anchor ?? '', ref, keys) : readCheckpoint(since, keys);
    if (!old.ok) return notProven([old.error], json);
    const seen = await watchLog(source, keys, old.value, line.show);
    line.clear();
    if (!seen.ok) return notProven([seen.error], json);
    const kept = since === undefined ? ok(undefined) : keepCheckpoint(since, seen.value.now.note);
    return kept.ok ? told(seen.value, old.value, json) : notProven([kept.error], json);
  } finally {
    line.clear();
    await close();
  }
}

async function anchoredAt(repo: string, ref: string, keys: readonly NoteKey[]): Promise<Result<SignedCheckpoint, Problem>> {
  const anchor = await openAnchor(repo, ref);
  if (!anchor.ok) return anchor;
  const origin = keys[0]?.name ?? '';
  const last = await lastAnchored(anchor.value, origin, keys).finally(() => anchor.value.close());
  if (!last.ok) return last;
  if (last.value !== null) return ok(last.value);
  return err(problem('NOT_FOUND', `nothing of ${origin} is anchored there`, { place: `${repo} ${ref}`, remedy: 'countersign log anchor begins it' }));
}

interface Told {
  readonly index: number;
  readonly type?: string;
  readonly time?: string;
  readonly fields?: object;
  /** base64, of an entry that is none of ours. */
  readonly bytes?: string;
}

function told({ now, entries }: Watched, old: SignedCheckpoint, json: boolean): Answer {
  const list = entries.map((bytes, i) => tell(bytes, old.size + i));
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, origin: now.origin, from: old.size, size: now.size, entries: list })}\n`, stderr: '' };
  const lines = list.map(
    ({ index, type, time, fields, bytes }) => `${index}  ${type === undefined ? `no entry of ours: ${bytes}` : `${time}  ${type}  ${JSON.stringify(fields)}`}`,
  );
  return {
    code: EXIT.ok,
    stdout: `${visible(`${now.origin} goes on from ${old.size} entries to ${now.size}: ${entries.length} new`)}\n${lines.map((l) => `  ${visible(l)}\n`).join('')}`,
    stderr: '',
  };
}

function tell(bytes: Uint8Array, index: number): Told {
  const entry = parseEntry(bytes);
  if (!entry.ok) return { index, bytes: base64(bytes) };
  return { index, type: entry.value.type, time: new Date(entry.value.at).toISOString(), fields: entry.value.fields };
}
