/** What variables stand for where a script says so itself. A variable that may be something else too stays open beside what is known. */
import { type Assigned, type Command, literal, type Part, type Word, wordOf } from './script.ts';

export type Scope = ReadonlyMap<string, readonly Assigned[]>;

/** Values tried for one variable, and open ones resolved inside of others. */
const MAX_VALUES = 6;
const MAX_DEPTH = 5;
const MAX_TEXT = 8_000;

export function scopeOf(assigned: readonly Assigned[], outer: Scope = new Map()): Scope {
  const out = new Map(outer);
  for (const a of assigned) {
    // more than anybody assigns to one name is as good as unknown
    const known = out.get(a.name) ?? [];
    if (known.length < 50) out.set(a.name, [...known, a]);
  }
  return out;
}

type Value = readonly Word[] | undefined;

function valuesAt(name: string, at: Command, scope: Scope): readonly Value[] {
  const every = name.endsWith('[@]');
  const all = scope.get(every ? name.slice(0, -3) : name) ?? [];
  const near = all.filter((a) => a.within === undefined || a.within === at.within);
  const counted = near.length > 0 ? near : all;
  if (counted.length === 0) return [undefined];
  const values = counted.flatMap((a): readonly Value[] =>
    every && a.list ? [a.values.filter((v) => v !== undefined)] : a.values.map((v) => (v === undefined || v.text === '' ? undefined : [v])),
  );
  const early = at.within !== undefined || counted.some((a) => a.line <= at.line);
  const sure = counted.some((a) => a.conditions.every((c) => c.startsWith('call of ') || at.conditions.includes(c)));
  const kept = [...new Map(values.map((v) => [v?.map((w) => w.text).join('\0'), v])).values()];
  const open = kept.includes(undefined) || !early || !sure;
  return [...(open ? [undefined] : []), ...kept.filter((v) => v !== undefined)].slice(0, MAX_VALUES);
}

/** Each way the command may read, at least one. */
export function variants(command: Command, scope: Scope): readonly Command[] {
  const names = [...new Set(command.words.flatMap((w) => w.parts.flatMap((p) => (p.open?.by === 'variable' ? [p.open.name] : []))))];
  if (names.length === 0 && !command.words.some(evaluable)) return [command];
  const known = new Map(names.map((n) => [n, valuesAt(n, command, scope)]));
  const most = Math.max(1, ...[...known.values()].map((v) => v.length), ...command.words.flatMap((w) => w.parts.map((p) => (p.open?.fallback === undefined ? 1 : 2))));
  return Array.from({ length: most }, (_, i) => {
    const words = command.words.flatMap((w) => substituted(w, command, scope, (n) => known.get(n)?.[i % (known.get(n)?.length ?? 1)], i % 2 === 1, 0));
    return words.length === 0 ? command : { ...command, words };
  });
}

const evaluable = (w: Word): boolean => w.parts.some((p) => p.open?.by === 'command' && said(p.open.name) !== undefined);

/** `$(which terraform)`, `$(echo destroy)`. */
const said = (command: string): string | undefined => /^(?:echo(?: -n)?|printf(?: '?%s'?)?|which|command -v|type -[pP])\s+["']?([\w./:@ -]{1,200})["']?$/.exec(command)?.[1];

function substituted(word: Word, at: Command, scope: Scope, value: (name: string) => Value, useFallback: boolean, depth: number): readonly Word[] {
  const words: Part[][] = [[]];
  const add = (part: Part): void => void words.at(-1)?.push(part);
  for (const part of word.parts) {
    const found = replacement(part, at, scope, value, useFallback, depth);
    if (found === undefined) {
      add(part);
      continue;
    }
    for (const [i, w] of found.entries()) {
      if (i > 0) words.push([]);
      for (const p of w.parts) {
        if (part.quoted || p.open !== undefined) add({ ...p, quoted: part.quoted });
        else
          for (const [j, piece] of p.text.split(/\s+/).entries()) {
            if (j > 0) words.push([]);
            if (piece !== '') add({ text: piece, quoted: false });
          }
      }
    }
  }
  const kept = words.filter((w) => w.length > 0).map(wordOf);
  return kept.reduce((n, w) => n + w.text.length, 0) > MAX_TEXT ? [word] : kept.length > 0 ? kept : [word];
}

/** Undefined: it stays open. */
function replacement({ open }: Part, at: Command, scope: Scope, value: (name: string) => Value, useFallback: boolean, depth: number): readonly Word[] | undefined {
  if (open?.by === 'command') {
    const text = said(open.name);
    return text === undefined ? undefined : [literal(text)];
  }
  if (open?.by !== 'variable') return undefined;
  const found = value(open.name);
  if (found === undefined) return open.fallback !== undefined && useFallback && !/[$`]/.test(open.fallback) && open.fallback !== '' ? [literal(open.fallback)] : undefined;
  if (depth >= MAX_DEPTH) return undefined;
  const again = (name: string): Value => (name === open.name ? undefined : valuesAt(name, at, scope).find((v) => v !== undefined));
  return found.flatMap((w) => substituted(w, at, scope, again, useFallback, depth + 1));
}
