/** `rm -r` of what nobody can name beforehand. Words are read in one walk: a line may repeat flags as often as it likes. */

/** Targets of recursive removals that are a variable or a wildcard, in a line whose quotes are gone and white space is folded. */
export function treesRemoved(plain: string): readonly string[] {
  const words = plain.split(' ');
  const out: string[] = [];
  // undefined outside an `rm`, then whether its flags so far are recursive
  let recursive: boolean | undefined;
  let first = true;
  const last = words.findLastIndex((w) => !w.startsWith('-'));
  for (const [i, word] of words.entries()) {
    if (/(?:^|\W)rm$/.test(word)) [recursive, first] = [false, true];
    else if (recursive !== undefined && word.startsWith('-')) recursive ||= /^-\w*[rR]|^--recursive$/.test(word);
    else if (recursive !== undefined) {
      const wild = recursive && isWild(word, i === last);
      if (wild) out.push(word.replace(/;+$/, ''));
      // a first target that is named ends it; behind one that is not, the others of the same command count too
      first = first && !wild;
      if (first || /^[\d]?[<>&|;]|[;&|]$/.test(word)) recursive = undefined;
    }
  }
  return out;
}

/** A bare root, home or wildcard only counts at the end of the line: elsewhere it is the start of something named. */
function isWild(word: string, last: boolean): boolean {
  if (word.startsWith('$')) return !/^\$\{\w+:\?/.test(word);
  return /^\/(?:\w+\/?)?\*/.test(word) || (last && /^(?:\/|~\/?|\*)$/.test(word));
}

const SCRATCH = /^[ \t]*(?:(?:local|export|readonly) )?(\w+)=["']?(?:\$\(|`)mktemp (?:-\w+ )*-d\b[^\n;|&)`]*[)`]["']?(?=[\s;&|]|$)/gm;
/** A word, unless it is read as `$word` or `${word}` or is part of a path. */
const MENTION = /(^|\$\{|\W)(\w+)(\}?)/g;

/**
 * Variables, as `$name`, that a script only ever sets to a folder it just made. Any other mention of the bare name may set
 * it to something else (`read`, `for`, `unset`), so it counts against it.
 */
export function scratchNames(text: string): ReadonlySet<string> {
  const made = tally([...text.matchAll(SCRATCH)].map((m) => m[1] ?? ''));
  if (made.size === 0) return new Set();
  const said = tally([...text.matchAll(MENTION)].flatMap(([, before = '', name = '', after = '']) => (/^[$/]$/.test(before) || (before === '${' && after === '}') ? [] : [name])));
  return new Set([...made].filter(([name, times]) => said.get(name) === times).flatMap(([name]) => [`$${name}`, `\${${name}}`]));
}

function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const name of names) out.set(name, (out.get(name) ?? 0) + 1);
  return out;
}
