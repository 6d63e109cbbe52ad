/** Examples for the tests of imported rules: paths made of the patterns, and kept where the file itself agrees. */

import type { OwnersFile } from '../change/codeowners.ts';
import { inSet, type Part } from '../change/wildcard.ts';
import type { ImportedRule, ImportedTest } from './import.ts';

/** Lines that examples are made of. */
const MOST = 200;
/** Names for what a wildcard leaves open, tried in turn. */
const FILLERS = ['example', 'x', 'z9'] as const;
const PLAIN = Array.from('ax0_AZ-9~', (char) => char.codePointAt(0) ?? 0);

/** One for each rule that has one: a path of its own, and every rule that asks about it. */
export function examplesOf(file: OwnersFile, rules: readonly ImportedRule[], find: (path: string) => readonly ImportedRule[]): readonly ImportedTest[] {
  const paths = ['example', 'folder/example', ...file.rules.slice(0, MOST).flatMap((rule) => FILLERS.flatMap((filler) => candidates(rule.parts, filler)))].filter(usable);
  const open = new Set(rules);
  const tests: ImportedTest[] = [];
  for (const path of new Set(paths)) {
    if (open.size === 0) break;
    const found = find(path);
    if (found.filter((rule) => open.delete(rule)).length === 0) continue;
    const asked = found.filter(({ ask }) => ask !== null).map(({ id }) => id);
    tests.push({ name: `${path} asks ${asked.length === 0 ? 'nobody' : asked.join(' and ')}`, path, rules: asked });
  }
  return tests;
}

/** Policy's own files have seats of their own. */
const usable = (path: string): boolean =>
  /^[\p{L}\p{N}\p{P}\p{S} ]{1,200}$/u.test(path) && !/^(?:countersign\.yml$|\.countersign\/|\/)|\/$|\/\/|(?:^|\/)\.{1,2}(?:\/|$)/.test(path);

const candidates = (parts: readonly Part[], filler: string): readonly string[] => [false, true].map((deep) => parts.map((part) => filled(part, filler, deep)).join(''));

function filled(part: Part, filler: string, deep: boolean): string {
  if ('char' in part) return String.fromCodePoint(part.char);
  if ('set' in part) return String.fromCodePoint(PLAIN.find((char) => inSet(part.set, char)) ?? part.set.ranges[0]?.[0] ?? 97);
  if ('dirs' in part) return deep ? `${filler}/` : '';
  if ('below' in part) return deep ? `/${filler}` : '';
  return filler;
}
