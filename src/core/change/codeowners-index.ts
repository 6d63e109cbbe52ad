/**
 * Finds the deciding rule for many paths. A rule is filed under what every path it matches must have: its first folders, a
 * segment, the ending of a segment. Only what a path's own words lead to is tried, last rule first.
 */
import { type Asked, DEEPEST, type Dialect, deciding, type OwnersFile, type OwnersMatch, type OwnersRule } from './codeowners.ts';

/** Answers what `ownersOf` answers. */
export function ownersIndex(file: OwnersFile): (path: string) => readonly OwnersMatch[] {
  const bySection = Map.groupBy(file.rules, (rule) => rule.section);
  const drawers = file.sections.map((_, i) => new Drawers(bySection.get(i) ?? [], file.dialect));
  return (path) =>
    file.sections.flatMap((section, i) => {
      const rule = deciding(file.dialect, path, (matching, asked) => drawers[i]?.last(matching, asked));
      return rule === undefined ? [] : [{ rule, section }];
    });
}

/** Folders remembered by one index; whoever asks chooses the paths. */
const MOST_FOLDERS = 10_000;

class Drawers {
  private readonly rules: readonly OwnersRule[];
  private readonly drawers = new Map<string, number[]>();
  /** Always tried. */
  private readonly loose: number[] = [];
  private readonly folders = new Map<string, OwnersRule | null>();

  constructor(rules: readonly OwnersRule[], dialect: Dialect) {
    this.rules = rules;
    for (const [i, rule] of rules.entries()) {
      this.drawer(keyOf(rule, dialect)).push(i);
    }
  }

  private drawer(key: string | undefined): number[] {
    if (key === undefined) return this.loose;
    const found = this.drawers.get(key) ?? [];
    if (found.length === 0) this.drawers.set(key, found);
    return found;
  }

  last(matching: (rule: OwnersRule) => boolean, asked: Asked): OwnersRule | undefined {
    if (asked.folder === null) return this.find(matching, asked);
    const known = this.folders.get(asked.folder);
    if (known !== undefined) return known ?? undefined;
    if (this.folders.size >= MOST_FOLDERS) this.folders.clear();
    const found = this.find(matching, asked);
    this.folders.set(asked.folder, found ?? null);
    return found;
  }

  /** All drawers at once, each from its end, always the latest rule of them. */
  private find(matching: (rule: OwnersRule) => boolean, asked: Asked): OwnersRule | undefined {
    const lists = this.open(asked);
    const left = lists.map((list) => list.length);
    for (;;) {
      const at = latest(lists, left);
      if (at < 0) return undefined;
      left[at] = (left[at] ?? 0) - 1;
      const rule = this.rules[lists[at]?.[left[at] ?? 0] ?? -1];
      if (rule !== undefined && matching(rule)) return rule;
    }
  }

  private open({ prefixes, names }: Asked): readonly (readonly number[])[] {
    const lists: (readonly number[])[] = this.loose.length > 0 ? [this.loose] : [];
    const add = (key: string): void => {
      const list = this.drawers.get(key);
      if (list !== undefined && !lists.includes(list)) lists.push(list);
    };
    for (const prefix of prefixes) add(`/${prefix}`);
    for (const name of names) {
      add(`=${name}`);
      add(`.${ending(name)}`);
    }
    return lists;
  }
}

function latest(lists: readonly (readonly number[])[], left: readonly number[]): number {
  let at = -1;
  let highest = -1;
  for (let i = 0; i < lists.length; i++) {
    const rule = lists[i]?.[(left[i] ?? 0) - 1];
    if (rule === undefined || rule <= highest) continue;
    highest = rule;
    at = i;
  }
  return at;
}

const ending = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/**
 * `/a/b`: the first segments are `a` and `b`. `=a`: one segment is `a`. `.a`: one segment ends in `.a`. undefined: nothing is known.
 */
export function keyOf({ pattern, exclusion }: Pick<OwnersRule, 'pattern' | 'exclusion'>, dialect: Dialect): string | undefined {
  const text = exclusion ? pattern.slice(1) : pattern;
  const wild = text.search(/[*?[\\]/);
  const plain = wild < 0 ? text : text.slice(0, wild);
  const rooted = text.startsWith('/') || (dialect !== 'gitlab' && text.slice(0, -1).includes('/'));
  const folders = plain
    .replace(/^\//, '')
    .split('/')
    .slice(0, wild < 0 && !text.endsWith('/') ? undefined : -1);
  if (rooted && folders.length > 0 && folders[0] !== '') return `/${folders.slice(0, DEEPEST).join('/')}`;
  if (/[[\\]/.test(text)) return undefined;
  const names = text.replace(/\/$/, '').split('/');
  // Git reads `a**/b` as matching `ab`: no segment of such a pattern is sure to be one of the path.
  if (names.some((name) => name !== '**' && name.includes('**'))) return undefined;
  const literal = names.findLast((name) => name !== '' && !/[*?]/.test(name));
  if (literal !== undefined) return `=${literal}`;
  return /^\*[^*?]*\.[^*?.]+$/.test(names.at(-1) ?? '') ? `.${ending(names.at(-1) ?? '')}` : undefined;
}
