/**
 * The content identity of a change (docs/spec/manifest.md): what is hashed, byte for byte, and nothing else.
 *
 * The raw bytes come from `git diff-tree -r -z --no-renames --full-index` over trees that whoever pushes has built by
 * hand, so paths are any bytes, and nothing is assumed that is not checked here.
 */
import { compare, concat, hex, text, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { Manifest, Oid, TreeRecord } from './change.ts';

export const GITLINK = '160000';
const ABSENT = '000000';
const HEADER = /^:([0-7]{6}) ([0-7]{6}) ([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) ([ADMT])$/;
const MODES: ReadonlySet<string> = new Set([ABSENT, '100644', '100755', '120000', GITLINK]);

export const isAbsent = (id: Oid): boolean => /^0+$/.test(id);

/** `Manifest.alg` for a repository whose object ids look like this one. */
export const manifestAlg = (id: Oid): string => `git-diff-tree-raw-z/sha256${id.length === 64 ? ';object-format=sha256' : ''}`;

/** Lowercase hex SHA-256 of the raw tree difference, exactly as git printed it. */
export const manifestOf = (raw: Bytes): string => sha256Hex(raw);

/**
 * The records of a raw tree difference, in its order.
 * Problems: GIT_FAILED where the bytes are not such a difference, CONTENT_DUPLICATE where two records name one path
 * or are shown as one path (a name written with the characters `\xff` beside one holding that byte).
 */
export function parseTreeDiff(raw: Bytes): Result<readonly TreeRecord[]> {
  const records: TreeRecord[] = [];
  const paths = new Set<string>();
  for (let at = 0; at < raw.length; ) {
    const next = recordAt(raw, at, records.length);
    if (!next.ok) return next;
    const { record, end } = next.value;
    if (paths.has(record.path)) return err(problem('CONTENT_DUPLICATE', 'the difference names this path twice', { place: record.path }));
    paths.add(record.path);
    records.push(record);
    at = end;
  }
  return ok(records);
}

/** The inverse of `parseTreeDiff`. */
export function encodeTreeDiff(records: readonly TreeRecord[]): Bytes {
  return joined(records.flatMap((r) => [utf8(`:${r.oldMode} ${r.newMode} ${r.oldId} ${r.newId} ${r.status}\0`), r.pathBytes, utf8('\0')]));
}

/** `concat` for any number of parts: spreading a hostile change of a million records over one call would overflow the stack. */
function joined(parts: readonly Bytes[]): Bytes {
  if (parts.length <= 1_000) return concat(...parts);
  const groups = Array.from({ length: Math.ceil(parts.length / 1_000) }, (_, i) => concat(...parts.slice(i * 1_000, (i + 1) * 1_000)));
  return joined(groups);
}

function recordAt(raw: Bytes, at: number, index: number): Result<{ record: TreeRecord; end: number }> {
  const headerEnd = raw.indexOf(0, at);
  const pathEnd = headerEnd < 0 ? -1 : raw.indexOf(0, headerEnd + 1);
  if (pathEnd < 0) return malformed(index, 'is cut short');
  const [, oldMode = '', newMode = '', oldId = '', newId = '', letter = ''] = HEADER.exec(text(raw.subarray(at, headerEnd)) ?? '') ?? [];
  const status = statusOf(letter);
  if (status === undefined) return malformed(index, 'has no header of five fields');
  const wrong = contradiction(oldMode, newMode, oldId, newId, status);
  if (wrong !== undefined) return malformed(index, wrong);
  if (pathEnd === headerEnd + 1) return malformed(index, 'has an empty path');
  const pathBytes = raw.slice(headerEnd + 1, pathEnd);
  return ok({ record: { path: displayPath(pathBytes), pathBytes, oldMode, newMode, oldId, newId, status }, end: pathEnd + 1 });
}

/** Why the five fields cannot stand together; a half-absent side would slip a file past whoever looks at only one field. */
function contradiction(oldMode: string, newMode: string, oldId: Oid, newId: Oid, status: TreeRecord['status']): string | undefined {
  if (oldId.length !== newId.length) return 'mixes object formats';
  if (!MODES.has(oldMode) || !MODES.has(newMode)) return 'has a mode no file has';
  if ((oldMode === ABSENT) !== isAbsent(oldId) || (newMode === ABSENT) !== isAbsent(newId)) return 'has a mode without an object, or an object without a mode';
  if ((oldMode === ABSENT) !== (status === 'A') || (newMode === ABSENT) !== (status === 'D')) return 'has a status that its modes deny';
  return undefined;
}

const statusOf = (letter: string): TreeRecord['status'] | undefined => (letter === 'A' || letter === 'D' || letter === 'M' || letter === 'T' ? letter : undefined);

const malformed = (index: number, message: string): { ok: false; error: Problem } => err(problem('GIT_FAILED', `record ${index} of the tree difference ${message}`));

/** The blobs whose content enters manifest256, each once, in the order of the records. */
export function blobsOf(records: readonly TreeRecord[]): readonly Oid[] {
  const sides = records.flatMap((r) => [
    { mode: r.oldMode, id: r.oldId },
    { mode: r.newMode, id: r.newId },
  ]);
  return [...new Set(sides.filter((s) => s.mode !== ABSENT && s.mode !== GITLINK).map((s) => s.id))];
}

/**
 * Lowercase hex SHA-256 over paths, modes and contents: what a collision in SHA-1 cannot bend.
 * @param sha256OfBlob lowercase hex SHA-256 of the content of a blob, undefined where it cannot be read.
 * Problem: CONTENT_UNSEEN, with the path.
 */
export function manifest256Of(records: readonly TreeRecord[], sha256OfBlob: (id: Oid) => string | undefined): Result<Manifest['manifest256']> {
  const parts: Bytes[] = [];
  for (const r of [...records].sort((a, b) => compare(a.pathBytes, b.pathBytes))) {
    const before = contentOf(r.oldMode, r.oldId, sha256OfBlob);
    const after = contentOf(r.newMode, r.newId, sha256OfBlob);
    if (before === undefined || after === undefined) return err(unseen(r, before === undefined ? r.oldId : r.newId));
    parts.push(r.pathBytes, utf8(`\0${r.oldMode} ${r.newMode} ${before} ${after}\n`));
  }
  return ok(sha256Hex(joined(parts)));
}

function contentOf(mode: string, id: Oid, sha256OfBlob: (id: Oid) => string | undefined): string | undefined {
  if (mode === ABSENT) return '-';
  return mode === GITLINK ? `gitlink:${id}` : sha256OfBlob(id);
}

const unseen = (r: TreeRecord, id: Oid): Problem =>
  problem('CONTENT_UNSEEN', `the content of blob ${id} is not in this repository`, {
    place: r.path,
    remedy: 'fetch it (in a partial clone: `git fetch --refetch --filter=blob:limit=1g`) and try again',
  });

/** `TreeRecord.path`: UTF-8 where the bytes are, every other byte as `\xHH`. For people and globs; never hashed. */
export function displayPath(bytes: Bytes): string {
  const whole = text(bytes);
  if (whole !== undefined) return whole;
  let shown = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] ?? 0);
    const char = text(bytes.subarray(at, at + length));
    shown += char ?? `\\x${hex(bytes.subarray(at, at + 1))}`;
    at += char === undefined ? 1 : length;
  }
  return shown;
}

/** Length a UTF-8 lead byte announces; 1 for anything else, which then fails to decode by itself. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}
