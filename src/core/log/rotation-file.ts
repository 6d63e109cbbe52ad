/**
 * A rotation as a file beside the log's other files, for whoever holds an old key: bodies are not public, and this one has to be.
 *
 *     41                       the index of the entry
 *     eyJ2IjoxLCJ0eX...        the entry, base64
 *     eyJ2IjoxLCJvbG...        its body, base64
 *
 * The n-th key change of a log is `log-key/<n>`, from 0 on. It never changes.
 */
import { base64, text, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { formatVkey, type NoteKey } from './note.ts';
import type { Rotation, RotationEntry } from './rotation.ts';
import { decimal, exactBase64 } from './strict.ts';

export const rotationPath = (n: number): string => `log-key/${n}`;

/** Which key change the path is of; undefined for anything `rotationPath` would not have written. */
export const parseRotationPath = (path: string): number | undefined => (path.startsWith('log-key/') ? decimal(path.slice('log-key/'.length)) : undefined);

export const rotationFile = ({ index, entry, body }: RotationEntry): Bytes => utf8(`${index}\n${base64(entry)}\n${base64(body)}\n`);

/** Takes it apart; says nothing about who swore it. Problem: LOG_FORMAT. */
export function parseRotationFile(bytes: Bytes): Result<RotationEntry> {
  const [indexLine = '', entryLine = '', bodyLine = '', ...rest] = text(bytes)?.split('\n') ?? [];
  const [index, entry, body] = [decimal(indexLine), exactBase64(entryLine), exactBase64(bodyLine)];
  if (index === undefined || entry === undefined || body === undefined || rest.length !== 1 || rest[0] !== '')
    return err(problem('LOG_FORMAT', 'a change of the log key is three lines: an index, an entry, its body'));
  return ok({ index, entry, body });
}

/** The rotations that a trusted key began, or one sworn in by those, in the order of the log: what they bring is vouched for. */
export function sworn<R extends Rotation>(trusted: readonly NoteKey[], rotations: readonly R[]): readonly R[] {
  const known = new Set(trusted.map(formatVkey));
  return rotations.filter((r) => known.has(formatVkey(r.old)) && known.add(formatVkey(r.new)));
}
