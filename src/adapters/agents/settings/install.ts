/**
 * Writes the recorder's hooks into an agent's settings, and takes them out. What was put in is remembered piece by piece outside
 * the file, so that taking it out leaves the very bytes there were; in a file that was changed since, only what is ours goes.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { sha256Hex } from '../../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../../core/base/result.ts';
import { isOurs, type Settings } from './files.ts';
import { plainOf, readJsonc } from './jsonc.ts';
import { addHook, addMember, type Piece, removeHooks, rootOf, withoutPiece, withPiece } from './splice.ts';

export interface Outcome {
  readonly agent: string;
  readonly file: string;
  readonly done: 'written' | 'unchanged' | 'removed' | 'absent';
  readonly note?: string;
}

export interface Installing {
  /** Where what was put in is remembered; outside every work tree. */
  readonly undo: string;
  /** Say what would be done, and do nothing. */
  readonly dry: boolean;
}

interface Undo {
  readonly file: string;
  /** SHA-256 of the file as it was left. */
  readonly after: string;
  /** In the order they were put in. */
  readonly pieces: readonly Piece[];
  readonly existed: boolean;
  /** Folders that were made, outermost first. */
  readonly folders: readonly string[];
}

/** Problem: USAGE where the file cannot be added to, with exactly what to paste as remedy; DATA_INVALID where it cannot be written. */
export function installHooks(settings: Settings, { undo, dry }: Installing): Result<Outcome> {
  const { agent, file } = settings;
  const outside = ledOutside(settings);
  if (outside !== null) return err(outside);
  const before = readOrNull(file);
  const said = { agent, file, ...(settings.note === undefined ? {} : { note: settings.note }) };
  if (before !== null && isWhole(before, settings)) return ok({ ...said, done: 'unchanged' });
  const base = before === null ? null : without(before, readUndo(undo, file));
  const added = withHooks(base ?? '', settings);
  if (!added.ok) return err(pasted(settings, added.error));
  if (dry) return ok({ ...said, done: 'written' });
  return attempt(file, () => {
    const folders = missingFolders(dirname(file));
    mkdirSync(dirname(file), { recursive: true });
    const existed = base !== null;
    remember(undo, { file, after: sha256Hex(added.value.text), pieces: added.value.pieces, existed, folders: existed ? (readUndo(undo, file)?.folders ?? []) : folders });
    replace(file, added.value.text);
    return { ...said, done: 'written' };
  });
}

/** The inverse. Problem: DATA_INVALID. */
export function uninstallHooks(settings: Settings, { undo, dry }: Installing): Result<Outcome> {
  const { agent, file } = settings;
  const outside = ledOutside(settings);
  if (outside !== null) return err(outside);
  const before = readOrNull(file);
  const memory = readUndo(undo, file);
  const after = before === null ? null : without(before, memory);
  if (before === null || after === before) return ok({ agent, file, done: 'absent' });
  if (dry) return ok({ agent, file, done: 'removed' });
  return attempt(file, () => {
    if (after === null) rmSync(file);
    else replace(file, after);
    for (const folder of [...(memory?.folders ?? [])].reverse()) removeEmpty(folder);
    rmSync(undoFile(undo, file), { force: true });
    return { agent, file, done: 'removed' };
  });
}

/** A repository brings links of its own: what they lead to is not its to have written. */
function ledOutside({ agent, file, inside }: Settings): Problem | null {
  if (inside === null) return null;
  const real = realpathSync(nearest(file));
  const way = existsSync(inside) ? relative(realpathSync(inside), real) : '';
  if (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return null;
  return problem('DATA_INVALID', `the settings of ${agent} are left alone: a link leads out of the repository, to ${real}`, { place: file, remedy: 'take the link away' });
}

/** The path, or the closest folder above it that is there. */
const nearest = (path: string): string => (existsSync(path) || dirname(path) === path ? path : nearest(dirname(path)));

/** The file without what is ours: null where there was none before. */
function without(text: string, undo: Undo | undefined): string | null {
  if (undo !== undefined && sha256Hex(text) === undo.after) {
    const back = [...undo.pieces].reverse().reduce<string | undefined>((now, piece) => (now === undefined ? undefined : withoutPiece(now, piece)), text);
    if (back !== undefined) return undo.existed ? back : null;
  }
  const cut = [...(undo?.pieces ?? [])].reverse().reduce(withoutOnly, text);
  return removeHooks(cut, isOurs);
}

/** Takes out a piece that stands there exactly once, unless what is left could not be read. */
function withoutOnly(text: string, piece: Piece): string {
  const at = text.indexOf(piece.text);
  if (at < 0 || text.indexOf(piece.text, at + 1) >= 0) return text;
  const cut = text.slice(0, at) + text.slice(at + piece.text.length);
  return typeof readJsonc(cut) === 'number' ? text : cut;
}

function withHooks(text: string, { hooks, members }: Settings): Result<{ readonly text: string; readonly pieces: readonly Piece[] }, string> {
  const pieces: Piece[] = [];
  let now = text;
  const steps = [
    ...Object.entries(members).map(
      ([key, value]) =>
        () =>
          addMember(now, key, value),
    ),
    ...hooks.map(
      ([event, element]) =>
        () =>
          addHook(now, event, element),
    ),
  ];
  for (const step of steps) {
    const piece = step();
    if (!piece.ok) return piece;
    if (piece.value === null) continue;
    pieces.push(piece.value);
    now = withPiece(now, piece.value);
  }
  return ok({ text: now, pieces });
}

/** Every hook is there already, exactly. */
function isWhole(text: string, { hooks }: Settings): boolean {
  const root = rootOf(text);
  const value = root.ok && root.value !== null ? (plainOf(root.value) as { readonly hooks?: { readonly [event: string]: unknown } }) : {};
  return hooks.every(([event, element]) => {
    const list = value.hooks?.[event];
    return Array.isArray(list) && list.some((item) => JSON.stringify(item) === JSON.stringify(element));
  });
}

function pasted({ agent, file, hooks, members }: Settings, why: string): Problem {
  const snippet = JSON.stringify({ ...members, hooks: Object.fromEntries(hooks.map(([event, element]) => [event, [element]])) }, null, 2);
  return problem('USAGE', `the settings of ${agent} are left alone: ${why}`, { place: file, remedy: `mend the file and run this again, or put this in by hand:\n${snippet}` });
}

const undoFile = (undo: string, file: string): string => join(undo, `${sha256Hex(file).slice(0, 16)}.json`);

function readUndo(undo: string, file: string): Undo | undefined {
  try {
    return JSON.parse(readFileSync(undoFile(undo, file), 'utf8')) as Undo;
  } catch {
    return undefined;
  }
}

function remember(undo: string, memory: Undo): void {
  mkdirSync(undo, { recursive: true, mode: 0o700 });
  writeFileSync(undoFile(undo, memory.file), `${JSON.stringify(memory)}\n`, { mode: 0o600 });
}

function readOrNull(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Whole or not at all; where the file is a link, what it points to. Its mode stays. */
function replace(file: string, text: string): void {
  const real = existsSync(file) ? realpathSync(file) : file;
  const next = `${real}.countersign-${process.pid}`;
  writeFileSync(next, text);
  const stat = statSync(real, { throwIfNoEntry: false });
  if (stat !== undefined) chmodSync(next, stat.mode);
  renameSync(next, real);
}

function missingFolders(folder: string): readonly string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder];
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody put something into it.
  }
}

function attempt(file: string, act: () => Outcome): Result<Outcome> {
  try {
    return ok(act());
  } catch (error) {
    return err(problem('DATA_INVALID', `the settings cannot be written: ${error instanceof Error ? error.message : String(error)}`, { place: file }));
  }
}
