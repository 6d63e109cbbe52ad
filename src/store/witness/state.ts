/**
 * What a witness knows: its own name, and of every log the last checkpoint it cosigned, with the log's signature and its own line
 * under it. One file, `witness.json`:
 *
 *     {"v":1,"name":"witness.example/ci","checkpoints":["countersign.example/audit\n3\n...\n\n— countersign.example/audit ...\n— witness.example/ci ...\n"]}
 */
import { existsSync, readFileSync } from 'node:fs';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { parseCheckpoint } from '../../core/log/checkpoint.ts';
import { cosignaturesOf, type WitnessKey } from '../../core/log/cosignature.ts';
import { isKeyName, parseNote } from '../../core/log/note.ts';
import { type Disk, replaceDurably } from './disk.ts';

export interface Kept {
  readonly size: number;
  readonly root: Uint8Array;
  /** Seconds since 1970, as cosigned. */
  readonly time: number;
  /** Verbatim. */
  readonly note: string;
}

export interface StateText {
  readonly name: string;
  readonly notes: readonly string[];
}

/** null: there is no such file. Problems: DATA_INVALID. */
export function readState(file: string): Result<StateText | null> {
  if (!existsSync(file)) return ok(null);
  const value = json(readFileSync(file, 'utf8'));
  const { v, name, checkpoints, ...more } = value ?? {};
  const notes = Array.isArray(checkpoints) ? checkpoints.filter((n) => typeof n === 'string') : [];
  const whole = v === 1 && typeof name === 'string' && isKeyName(name) && Array.isArray(checkpoints) && notes.length === checkpoints.length && Object.keys(more).length === 0;
  return whole ? ok({ name, notes }) : invalid(file, 'the state of the witness cannot be read');
}

/** By origin. Every note carries this witness's own cosignature, or somebody else wrote the file. Problems: DATA_INVALID. */
export function keptBy(file: string, key: WitnessKey, notes: readonly string[]): Result<Map<string, Kept>> {
  const kept = new Map<string, Kept>();
  for (const note of notes) {
    const parsed = parseNote(note);
    const own = parsed.ok ? cosignaturesOf(parsed.value, [key]) : parsed;
    const checkpoint = parsed.ok ? parseCheckpoint(firstThree(parsed.value.text)) : parsed;
    const time = own.ok ? own.value[0]?.time : undefined;
    if (!checkpoint.ok || time === undefined) return invalid(file, 'a checkpoint in the state of the witness is not cosigned by it');
    if (kept.has(checkpoint.value.origin)) return invalid(file, `the state of the witness holds two checkpoints of ${checkpoint.value.origin}`);
    kept.set(checkpoint.value.origin, { size: checkpoint.value.size, root: checkpoint.value.root, time, note });
  }
  return ok(kept);
}

export function writeState(disk: Disk, file: string, { name, notes }: StateText): void {
  replaceDurably(disk, file, `${JSON.stringify({ v: 1, name, checkpoints: notes })}\n`);
}

/** What is believed of a checkpoint's text; extension lines of other logs may follow. */
const firstThree = (text: string): string => `${text.split('\n').slice(0, 3).join('\n')}\n`;

function json(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

const invalid = (place: string, message: string): { readonly ok: false; readonly error: Problem } =>
  err(
    problem('DATA_INVALID', message, { place, remedy: 'put the folder back from a backup that is not older than its last cosignature, or start a new witness in another folder' }),
  );
