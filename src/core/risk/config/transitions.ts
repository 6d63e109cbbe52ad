/** Settings of a file that differ between base and head. What only moved, within the change, did not. */
import type { FileEvidence } from '../evidence.ts';
import { configWeight, type Weight } from './config-files.ts';
import { type Setting, settingsOf, wordsOf } from './settings.ts';

export interface Transition {
  readonly file: FileEvidence;
  readonly weight: Weight;
  readonly was: Setting | undefined;
  readonly is: Setting | undefined;
  /** Of its own key, and of all keys above it. */
  readonly words: readonly string[];
  readonly above: readonly string[];
}

const MOST = 5_000;

/** Of files on both sides: what comes or goes with its file is another question. Templates and their data alike. */
export function transitions(files: readonly FileEvidence[]): readonly Transition[] {
  const changed = files.flatMap((file) => {
    const weight = file.base === undefined || file.head === undefined ? undefined : configWeight(file.path);
    return weight === undefined ? [] : [{ file, weight, base: settingsOf(file.path, file.base), head: settingsOf(file.path, file.head) }];
  });
  if (changed.length === 0) return [];
  const there = placesOf(changed.map((c) => c.head));
  return changed.flatMap(({ file, weight, base, head }) => {
    const folders = new Set([...head.values()].map((s) => s.parent));
    const make = (was: Setting | undefined, is: Setting | undefined): Transition => {
      const at = is ?? was;
      return { file, weight, was, is, words: wordsOf(at?.key ?? ''), above: wordsOf(at?.parent ?? '') };
    };
    const gone = [...base.values()].filter((s) => !head.has(s.path) && folders.has(s.parent) && !there.has(identity(s))).map((s) => make(s, undefined));
    const moved = [...head.values()].flatMap((s) => {
      const was = base.get(s.path);
      return was === undefined ? [make(undefined, s)] : was.value === s.value || String(was.value) === String(s.value) ? [] : [make(was, s)];
    });
    return [...gone, ...moved].slice(0, MOST);
  });
}

const identity = (s: Setting): string => `${s.key}\0${String(s.value)}`;
const placesOf = (sides: readonly ReadonlyMap<string, Setting>[]): ReadonlySet<string> => new Set(sides.flatMap((side) => [...side.values()].map(identity)));

const byFiles = new WeakMap<readonly FileEvidence[], readonly Transition[]>();
/** Several detectors ask for the same change. */
export function transitionsOf(files: readonly FileEvidence[]): readonly Transition[] {
  const known = byFiles.get(files);
  if (known !== undefined) return known;
  const found = transitions(files);
  byFiles.set(files, found);
  return found;
}
