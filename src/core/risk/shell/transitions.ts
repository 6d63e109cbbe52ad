/**
 * What is new in a head: commands that were not there before, and commands that were there and now run where they did not. A
 * command that only moved, with no fewer conditions around it, is no news.
 */
import type { FileEvidence, Parsed } from '../evidence.ts';
import { TIERS } from '../risk.ts';
import type { Hit } from './hit.ts';
import { look } from './look.ts';
import type { Command, Script } from './script.ts';

export interface Seen {
  readonly hit: Hit;
  readonly command: Command;
  readonly script: Script;
  /** Equal for equal commands, however they are quoted. */
  readonly key: string;
  /** The condition that went, where the command itself is not new. */
  readonly reached?: string;
}

const known = new WeakMap<Parsed, readonly Seen[]>();

/** Once a side: a replay meets it again as the next one's base. */
export function seenIn(side: Parsed | undefined): readonly Seen[] {
  const before = side === undefined ? undefined : known.get(side);
  if (before !== undefined || side === undefined) return before ?? [];
  const scripts = 'scripts' in side ? (side.scripts ?? []) : [];
  const found = scripts.flatMap((script) => script.commands.flatMap((command) => look(command, script).map((hit) => ({ hit, command, script, key: keyOf(hit, command) }))));
  known.set(side, found);
  return found;
}

/** `${X}` and `$X` are the same. */
const keyOf = (hit: Hit, command: Command): string => `${hit.why}\0${textOf(command).replace(/\$\{(\w+)\}/g, '$$$1')}`;

/** The command as one would type it, shortened. */
export const textOf = (command: Command): string =>
  command.words
    .map((w) => w.text)
    .join(' ')
    .slice(0, 400);

/** @param elsewhere what was in files that are gone: one that is new may be one of them by another name. */
export function newlySeen(file: FileEvidence, elsewhere: readonly Seen[]): readonly Seen[] {
  const head = seenIn(file.head);
  if (head.length === 0) return [];
  const before = new Map<string, Seen[]>();
  const gone = file.base === undefined ? elsewhere.filter((s) => head.some((h) => h.script.runner === s.script.runner)) : [];
  for (const s of [...seenIn(file.base), ...gone]) {
    const same = before.get(s.key) ?? [];
    // as many as anybody looks through for each command of the head
    if (same.length < 50) before.set(s.key, [...same, s]);
  }
  const renamed = renames(file);
  return head.flatMap((s) => {
    const were = before.get(s.key) ?? [];
    if (were.some((was) => covers(was, s, renamed))) return [];
    const [was] = were;
    return [was === undefined ? s : { ...s, reached: reachedBy(was, s) }];
  });
}

/** It ran whenever it runs now, and was no less dangerous. */
const covers = (was: Seen, is: Seen, renamed: ReadonlyMap<string, string>): boolean =>
  !TIERS.above(tierOf(is), tierOf(was)) && was.command.conditions.every((c) => is.command.conditions.includes(renamed.get(c) ?? c));

const tierOf = ({ hit }: Seen) => hit.severity ?? hit.make({ place: { path: '', side: 'head' }, what: '' }).severity;

const reachedBy = (was: Seen, is: Seen): string => was.command.conditions.find((c) => !is.command.conditions.includes(c)) ?? 'what it is run on';

/** A function by another name: it is gone, and one that is new stands in its place. */
function renames(file: FileEvidence): ReadonlyMap<string, string> {
  const [was, is] = [functionsOf(file.base), functionsOf(file.head)];
  const [gone, come] = [[...was].filter((f) => !is.has(f)), [...is].filter((f) => !was.has(f))];
  return gone.length === 1 && come.length === 1 ? new Map([[`call of ${gone[0]}`, `call of ${come[0]}`]]) : new Map();
}

const functionsOf = (side: Parsed | undefined): ReadonlySet<string> =>
  new Set(side !== undefined && 'scripts' in side ? (side.scripts ?? []).flatMap((s) => s.commands.flatMap((c) => c.within ?? [])) : []);
